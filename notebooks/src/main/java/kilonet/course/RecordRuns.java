package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import kilonet.train.Ablations;
import kilonet.train.Recipe;
import kilonet.train.Result;

/**
 * A record with what was measured of it and of its variants, by the variant's name.
 *
 * @param processes seconds of the whole process, by seed, for those runs that had one each
 */
record RecordRuns(
    RecordKind kind,
    Recipe recipe,
    Measurements measured,
    Map<Long, Double> processes,
    Map<String, Measurements> variants) {

  /**
   * Reads what was measured of a record.
   *
   * @param results the folder of results
   * @throws IllegalArgumentException if a file is no result
   */
  static RecordRuns of(Path results, RecordKind kind) {
    Recipe recipe = Catalogue.named(kind.recipe());
    Map<String, Measurements> variants = new LinkedHashMap<>();
    TreeSet<String> names = new TreeSet<>(found(results, recipe.name() + "-"));
    Ablations.of(recipe).forEach(ablation -> names.add(ablation.name()));
    for (String name : names) {
      variants.put(
          name.substring(recipe.name().length() + 1),
          Measurements.read(results.resolve(name), result -> isVariant(result, name, recipe)));
    }
    Measurements measured = Measurements.of(results, recipe);
    Path times = results.resolve(recipe.name()).resolve("processes.csv");
    return new RecordRuns(kind, recipe, measured, processes(times, measured), variants);
  }

  /** The runs of the record and of its variants. */
  Stream<Result> all() {
    return Stream.concat(
        measured.runs().stream(), variants.values().stream().flatMap(v -> v.runs().stream()));
  }

  /**
   * Reads lines of seed, seconds of training and seconds of the whole process. A line counts where
   * the result of its seed tells the same seconds of training: then both are of one run.
   */
  private static Map<Long, Double> processes(Path file, Measurements measured) {
    Map<Long, Double> processes = new TreeMap<>();
    if (!Files.exists(file)) {
      return processes;
    }
    try {
      for (String line : Files.readAllLines(file).stream().skip(1).toList()) {
        String[] cells = line.split(",");
        long seed = Long.parseLong(cells[0]);
        double training = Double.parseDouble(cells[1]);
        if (measured.count(run -> run.seed() == seed && run.seconds() == training) == 1) {
          processes.put(seed, Double.valueOf(cells[2]));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be read: " + e.getMessage(), e);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          file + " has a line that is not seed,training,process in seconds: measure again.", e);
    }
    return processes;
  }

  private static boolean isVariant(Result result, String name, Recipe recipe) {
    return result.recipe().equals(name)
        && result.definition().differences(recipe.name(name).seed(result.seed())) == 1;
  }

  /** Recipes with results whose names begin in some way. */
  private static List<String> found(Path results, String prefix) {
    Path folder = results.resolve(prefix).getParent();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> folders = Files.list(folder)) {
      return folders
          .map(each -> results.relativize(each).toString().replace('\\', '/'))
          .filter(name -> name.startsWith(prefix))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
