package kilonet.cli;

import java.io.PrintWriter;
import kilonet.text.Terminal;
import kilonet.text.Text;
import kilonet.train.EpochResult;
import kilonet.train.Progress;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.TimeLeft;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** The library's line for each epoch, and a progress bar on standard error while an epoch lasts. */
final class EpochBar implements Progress {

  /** Columns of a usual terminal, less one: what is longer fills the next line and stays there. */
  static final int WIDTH = 79;

  private static final int CELLS = 8;

  /** A cell of the bar, filled by eighths. */
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private final Progress lines;
  private int epochs;
  private int batches;
  private int epoch;
  private TimeLeft time;
  private ProgressBar bar;
  private volatile String shown = "";

  EpochBar(Progress lines) {
    this.lines = lines;
  }

  /** Lines, with the bar where a person looks on. */
  static Progress onTerminal(PrintWriter out) {
    Progress lines = Progress.lines(out);
    return Terminal.isThere() ? new EpochBar(lines) : lines;
  }

  @Override
  public void started(Recipe recipe, int batches, int finished) {
    this.epochs = recipe.epochs();
    this.batches = batches;
    this.epoch = finished;
    this.time = new TimeLeft(epochs, batches, finished);
    lines.started(recipe, batches, finished);
  }

  @Override
  public void teacher(Recipe teacher) {
    lines.teacher(teacher);
  }

  @Override
  public void finishedBefore(Result result) {
    lines.finishedBefore(result);
  }

  @Override
  public void batch(int batch, double loss, double accuracy, double rate, double speed) {
    time.batch();
    lines.batch(batch, loss, accuracy, rate, speed);
    shown =
        Text.of(
            "epoch %d/%d │%s│%3d%%  loss %.3f  acc %.2f%%  %,.0f img/s  %s",
            epoch + 1,
            epochs,
            cells(batch, batches),
            100L * batch / batches,
            loss,
            accuracy,
            speed,
            time);
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setInitialMax(batches)
              .setRenderer((state, width) -> shown)
              .setUpdateIntervalMillis(100)
              .setConsumer(new ConsoleProgressBarConsumer(System.err, WIDTH))
              .clearDisplayOnFinish()
              .build();
    }
    bar.stepTo(batch);
  }

  /** A bar that is filled as far as an epoch has come. */
  private static String cells(long done, long all) {
    int eighths = (int) (8 * CELLS * done / all);
    StringBuilder cells = new StringBuilder();
    for (int cell = 0; cell < CELLS; cell++) {
      cells.append(EIGHTHS.charAt(Math.max(0, Math.min(8, eighths - 8 * cell))));
    }
    return cells.toString();
  }

  @Override
  public void epoch(EpochResult result) {
    close();
    epoch = result.epoch();
    lines.epoch(result);
  }

  @Override
  public void ended() {
    close();
    lines.ended();
  }

  private void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
