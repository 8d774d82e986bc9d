package kilonet.course;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import kilonet.data.DataIdentity;
import kilonet.model.Summary;
import kilonet.train.Engine;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.ResultFile;

/** Result files of runs that nobody did. */
final class ResultFiles {

  private ResultFiles() {}

  /**
   * Writes the result of a run whose last epochs reached some test accuracies; those before them
   * reached 98%, train accuracy was 99%, and each epoch took 10 seconds.
   */
  static Path write(Path results, Recipe recipe, double... last) throws IOException {
    List<EpochResult> epochs = new ArrayList<>();
    for (int i = 0; i < recipe.epochs(); i++) {
      int fromEnd = recipe.epochs() - i;
      double test = fromEnd > last.length ? 98 : last[last.length - fromEnd];
      epochs.add(new EpochResult(i + 1, 0.05, 99, 0.02, test, test, 0.1, 10, 6000));
    }
    long parameters = Summary.of(recipe.model()).parameters();
    Result result =
        new Result(
            parameters,
            Engine.FUSED.version(recipe.model()),
            DataIdentity.MNIST,
            60_000,
            10_000,
            recipe,
            new History(epochs));
    Path file = ResultFile.of(results, recipe);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, Json.pretty(result));
  }

  /** The same result, but that its epochs took another time. */
  static Result lasting(Result run, ToDoubleFunction<EpochResult> seconds) {
    List<EpochResult> epochs =
        run.history().epochs().stream()
            .map(
                e ->
                    new EpochResult(
                        e.epoch(),
                        e.trainLoss(),
                        e.trainAccuracy(),
                        e.testLoss(),
                        e.testAccuracy(),
                        e.rawTestAccuracy(),
                        e.learningRate(),
                        seconds.applyAsDouble(e),
                        e.imagesPerSecond() * e.seconds() / seconds.applyAsDouble(e)))
            .toList();
    return new Result(
        run.parameters(),
        run.engine(),
        run.dataset(),
        run.trainImages(),
        run.testImages(),
        run.definition(),
        new History(epochs));
  }

  /** An epoch with these accuracies, in percent. */
  static EpochResult epoch(int number, double train, double test) {
    return new EpochResult(number, 0.5, train, 0.25, test, test, 0.1, 1, 100);
  }
}
