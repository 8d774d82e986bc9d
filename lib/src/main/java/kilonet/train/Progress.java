package kilonet.train;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Who wants to know how a run goes on. All methods are called by the thread that trains. */
public interface Progress {

  /** Nobody. */
  Progress NONE = new Progress() {};

  /** A line for each epoch on standard output, with the time that is left. */
  static Progress onTerminal() {
    return lines(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
  }

  /**
   * A line for each epoch, with the time that is left.
   *
   * @param out where the lines go
   */
  static Progress lines(PrintWriter out) {
    return new EpochLines(out);
  }

  /**
   * The run begins or goes on.
   *
   * @param recipe what is run
   * @param batches batches of an epoch
   * @param finished epochs that are done already
   */
  default void started(Recipe recipe, int batches, int finished) {}

  /** The run's teacher is trained before it: what follows is told of the teacher. */
  default void teacher(Recipe teacher) {}

  /**
   * A batch was trained on.
   *
   * @param batch its number, from 1, in this epoch
   * @param loss mean cross-entropy of this epoch so far
   * @param accuracy percent classified rightly in this epoch so far
   * @param learningRate rate of this batch
   * @param imagesPerSecond images a second in this epoch so far
   */
  default void batch(
      int batch, double loss, double accuracy, double learningRate, double imagesPerSecond) {}

  /** An epoch was trained and tested. */
  default void epoch(EpochResult result) {}

  /** The run was finished before, so that nothing is trained. */
  default void finishedBefore(Result result) {}

  /** The run is over, at its end or before. */
  default void ended() {}
}
