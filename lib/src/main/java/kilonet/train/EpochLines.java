package kilonet.train;

import java.io.PrintWriter;
import kilonet.text.Text;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A line for each epoch, and on a terminal a progress bar while an epoch lasts. */
final class EpochLines implements Progress {

  private final PrintWriter out;
  private final boolean terminal;
  private int epochs;
  private int batches;
  private int epoch;
  private long start;
  private int done;
  private ProgressBar bar;

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
            " loss %.3f  acc %.2f%%  lr %.4f  %,.0f img/s  %s",
            loss, accuracy, rate, speed, left(batch)));
    bar.stepTo(batch);
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
