package kilonet.train;

import java.io.PrintWriter;
import kilonet.text.Text;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A line for each epoch, and on a terminal a progress bar while an epoch lasts. */
final class EpochLines implements Progress {

  /** Columns of a usual terminal, less one: what is longer fills the next line and stays there. */
  static final int WIDTH = 79;

  private static final int CELLS = 8;

  /** Cells that are filled by eighths. */
  private static final String EIGHTHS = " ▏▎▍▌▋▊▉█";

  private final PrintWriter out;
  private final boolean terminal;
  private int epochs;
  private int batches;
  private int epoch;
  private long start;
  private int done;
  private ProgressBar bar;
  private volatile String shown = "";

  EpochLines(PrintWriter out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  @Override
  public void started(Recipe recipe, int batches, int finished) {
    this.epochs = recipe.epochs();
    this.batches = batches;
    this.epoch = finished;
    this.start = System.nanoTime();
    if (finished > 0) {
      out.println("going on after epoch " + finished);
    }
  }

  @Override
  public void finishedBefore(Result result) {
    out.println(
        Text.of("This run is finished since epoch %d: nothing is left to train.", result.epochs()));
  }

  @Override
  public void batch(int batch, double loss, double accuracy, double rate, double speed) {
    done++;
    if (!terminal) {
      return;
    }
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
            left(batch));
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

  /** Time until the end, at the speed since the run began or went on. */
  private String left(int batch) {
    double seconds = (System.nanoTime() - start) / 1e9;
    long remaining = (long) batches * (epochs - epoch) - batch;
    long left = Math.round(seconds * remaining / Math.max(1, done));
    return Text.of("%d:%02d left", left / 60, left % 60);
  }

  @Override
  public void epoch(EpochResult e) {
    ended();
    epoch = e.epoch();
    out.println(
        Text.of(
            "epoch %2d/%d  train loss %.4f, %.2f%%  test loss %.4f, %.2f%%  lr %.5f  %,.0f images/s%s",
            e.epoch(),
            epochs,
            e.trainLoss(),
            e.trainAccuracy(),
            e.testLoss(),
            e.testAccuracy(),
            e.learningRate(),
            e.imagesPerSecond(),
            epoch < epochs ? "  " + left(0) : ""));
  }

  @Override
  public void ended() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
