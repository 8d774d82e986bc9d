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
import me.tongfei.progressbar.ProgressBarStyle;

/** The library's line for each epoch, and a progress bar on standard error while an epoch lasts. */
final class EpochBar implements Progress {

  private final Progress lines;
  private int epochs;
  private int batches;
  private int epoch;
  private TimeLeft time;
  private ProgressBar bar;

  private EpochBar(Progress lines) {
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
  public void finishedBefore(Result result) {
    lines.finishedBefore(result);
  }

  @Override
  public void batch(int batch, double loss, double accuracy, double rate, double speed) {
    time.batch();
    lines.batch(batch, loss, accuracy, rate, speed);
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(Text.of("epoch %d/%d", epoch + 1, epochs))
              .setInitialMax(batches)
              .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
              .setUpdateIntervalMillis(100)
              .setMaxRenderedLength(100)
              .setConsumer(new ConsoleProgressBarConsumer(System.err, 100))
              .clearDisplayOnFinish()
              .hideEta()
              .build();
    }
    bar.setExtraMessage(
        Text.of(
            " loss %.3f  acc %.2f%%  lr %.4f  %,.0f img/s  %s", loss, accuracy, rate, speed, time));
    bar.stepTo(batch);
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
