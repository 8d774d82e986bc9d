package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Engine;
import kilonet.train.EpochResult;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.ResultFile;
import kilonet.train.Spread;
import org.apache.commons.math3.stat.descriptive.rank.Median;

/**
 * The finished runs of one recipe that a folder of results holds.
 *
 * @param runs by growing seed
 * @param outdated files of other recipes or of runs that were not finished, which count for nothing
 */
record Measurements(List<Result> runs, int outdated) {

  /** Those of a recipe as it is now, from a folder of results. */
  static Measurements of(Path results, Recipe recipe) {
    return read(
        results.resolve(recipe.name()),
        result -> result.definition().equals(recipe.seed(result.seed())));
  }

  /** Says which arithmetic runs were made with, and whether it was the same for all of them. */
  static String engines(List<Result> runs) {
    String now =
        runs.stream()
            .map(Measurements::engine)
            .distinct()
            .sorted()
            .map(version -> "`" + version + "`")
            .collect(Collectors.joining(" or "));
    long current = runs.stream().filter(run -> run.engine().equals(engine(run))).count();
    String all =
        Text.of(
            "%s of the %d runs %s made with the engine of today, %s",
            current == runs.size() ? "All" : Long.toString(current),
            runs.size(),
            current == 1 && runs.size() > 1 ? "was" : "were",
            now);
    return current == runs.size()
        ? all + "."
        : all
            + "; the others with one before it, which rounds and drops out differently, as if with"
            + " another seed.";
  }

  /** What trains the net of a run today. */
  private static String engine(Result run) {
    return Engine.FUSED.version(run.definition().model());
  }

  /**
   * Reads {@code seed-S.json} of a folder.
   *
   * @param folder may be missing
   * @param current whether a result is of the recipe as it is now
   * @throws IllegalArgumentException if a file is no result
   */
  static Measurements read(Path folder, Predicate<Result> current) {
    List<Result> runs = new ArrayList<>();
    int outdated = 0;
    for (Path file : files(folder)) {
      Result result = Json.read(file, Result.class);
      boolean named = file.endsWith(ResultFile.of(Path.of(""), result.definition()).getFileName());
      if (named && result.isFinished() && current.test(result)) {
        runs.add(result);
      } else {
        outdated++;
      }
    }
    runs.sort(Comparator.comparing(Result::seed));
    return new Measurements(List.copyOf(runs), outdated);
  }

  private static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(ResultFile::isResult).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** A figure of each run; only where there are runs. */
  Spread over(Function<Result, Double> figure) {
    return Spread.of(runs.stream().map(figure).toList());
  }

  long count(Predicate<Result> condition) {
    return runs.stream().filter(condition).count();
  }

  double seconds() {
    return runs.stream().mapToDouble(Result::seconds).sum();
  }

  /**
   * Seconds that a run takes where nothing halts it: as many times its median epoch as it has
   * epochs.
   */
  static double unhalted(Result result) {
    double[] seconds =
        result.history().epochs().stream().mapToDouble(EpochResult::seconds).toArray();
    return seconds.length * new Median().evaluate(seconds);
  }

  /** Best test accuracy of any epoch. */
  static double best(Result result) {
    return Collections.max(result.testAccuracy());
  }

  /** Best train accuracy of any epoch. */
  static double bestTrain(Result result) {
    return Collections.max(result.trainAccuracy());
  }

  /** Test accuracy of the last epoch. */
  static double last(Result result) {
    return result.history().last().testAccuracy();
  }

  /** Lowest test accuracy of the last five epochs. */
  static double low(Result result) {
    return low(result.testAccuracy());
  }

  static double low(List<Double> accuracies) {
    return Collections.min(Contract.last(accuracies));
  }
}
