package kilonet.cli;

import java.io.PrintWriter;
import kilonet.text.Text;
import kilonet.train.EpochResult;
import kilonet.train.Progress;
import kilonet.train.Recipe;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** A line for each epoch, and on a terminal a progress bar while an epoch lasts. */
final class RunProgress implements Progress {

  private final PrintWriter out;
  private final boolean terminal;
  private int epochs;
  private int batches;
  private int epoch;
  private long start;
  private int done;
  private ProgressBar bar;

  RunProgress(PrintWriter out, boolean terminal) {
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
            " loss %.3f  acc %.2f%%  lr %.4f  %,.0f img/s  %s left",
            loss, accuracy, rate, speed, left(batch)));
    bar.stepTo(batch);
  }

  private String left(int batch) {
    long nanos = System.nanoTime() - start;
    long remaining = (long) batches * (epochs - epoch) - batch;
    long seconds = nanos / 1_000_000_000 * remaining / Math.max(1, done);
    return Text.of("%d:%02d", seconds / 60, seconds % 60);
  }

  @Override
  public void epoch(EpochResult e) {
    ended();
    epoch = e.epoch();
    out.println(
        Text.of(
            "epoch %2d/%d  train loss %.4f, %.2f%%  test loss %.4f, %.2f%%  lr %.5f  %,.0f images/s",
            e.epoch(),
            epochs,
            e.trainLoss(),
            e.trainAccuracy(),
            e.testLoss(),
            e.testAccuracy(),
            e.learningRate(),
            e.imagesPerSecond()));
  }

  @Override
  public void ended() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
