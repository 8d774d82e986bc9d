package kilonet.train;

import java.io.PrintWriter;
import kilonet.text.Text;

/** A line for each epoch. */
final class EpochLines implements Progress {

  private final PrintWriter out;
  private Recipe teacher;
  private int epochs;
  private TimeLeft time;

  EpochLines(PrintWriter out) {
    this.out = out;
  }

  @Override
  public void started(Recipe recipe, int batches, int finished) {
    if (teacher != null && !recipe.equals(teacher)) {
      out.println(Text.of("now %s:", recipe.name()));
    }
    epochs = recipe.epochs();
    time = new TimeLeft(epochs, batches, finished);
    if (finished > 0) {
      out.println("going on after epoch " + finished);
    }
  }

  @Override
  public void teacher(Recipe teacher) {
    this.teacher = teacher;
    out.println(Text.of("first the teacher, %s:", teacher.name()));
  }

  @Override
  public void finishedBefore(Result result) {
    out.println(
        Text.of("This run is finished since epoch %d: nothing is left to train.", result.epochs()));
  }

  @Override
  public void batch(int batch, double loss, double accuracy, double rate, double speed) {
    time.batch();
  }

  @Override
  public void epoch(EpochResult e) {
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
            e.epoch() < epochs ? "  " + time : ""));
  }
}
