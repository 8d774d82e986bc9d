package kilonet.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import kilonet.data.DataIdentity;
import kilonet.text.Text;
import kilonet.train.Engine;
import kilonet.train.Recipe;
import kilonet.train.RunFolder;

/**
 * Where files go if no folder is named: below {@code runs/}, in the first of {@code NAME}, {@code
 * NAME-2} and so on that does not hold a run of another recipe, which nobody has asked to be lost.
 * Runs on generated digits have names of their own.
 *
 * @param runs {@code runs/}
 * @param engine what computes
 * @param data what the images are
 */
record DefaultFolder(Path runs, Engine engine, DataIdentity data) {

  private static final Path RUNS = Path.of("runs");

  DefaultFolder(Engine engine, DataIdentity data) {
    this(RUNS, engine, data);
  }

  /** A folder for what keeps no runs, or has a name for each. */
  static Path of(String command, Recipe recipe) {
    return RUNS.resolve(command + "-" + name(recipe));
  }

  /**
   * A folder for many runs.
   *
   * @param recipe what the folder is called after
   * @param seeds for each recipe of theirs the folder below it that has a folder for each seed
   */
  Path of(String command, Recipe recipe, List<Seeds> seeds) {
    return free(
        command + "-" + name(recipe),
        folder -> seeds.stream().anyMatch(each -> holdsAnother(folder, each)));
  }

  /**
   * The runs of a recipe with any seeds.
   *
   * @param below their folder in that of all runs; empty for that one itself
   */
  record Seeds(Recipe recipe, String below) {}

  /**
   * A folder for one run.
   *
   * @param resume whether the run is to go on; then it is where one can
   */
  Path of(Recipe recipe, boolean resume) {
    String name = name(recipe) + "-seed" + recipe.seed();
    Path folder = free(name, path -> new RunFolder(path).holdsAnother(recipe, engine, data));
    return resume && !Files.exists(folder) ? runs.resolve(name) : folder;
  }

  /**
   * A folder that was named for one run.
   *
   * @throws IllegalArgumentException if it holds a run of another recipe, which would be lost
   */
  Path named(Path folder, Recipe recipe) {
    return named(folder, new RunFolder(folder).holdsAnother(recipe, engine, data));
  }

  /**
   * A folder that was named for many runs.
   *
   * @throws IllegalArgumentException if it holds a run of another recipe, which would be lost
   */
  Path named(Path folder, List<Seeds> seeds) {
    return named(folder, seeds.stream().anyMatch(each -> holdsAnother(folder, each)));
  }

  private static Path named(Path folder, boolean isTaken) {
    if (isTaken) {
      throw new IllegalArgumentException(
          Text.of(
              "%s holds a run of another recipe, engine or data, which would be lost: name another"
                  + " folder, or delete this one.",
              folder));
    }
    return folder;
  }

  private Path free(String name, Predicate<Path> isTaken) {
    Path folder = runs.resolve(name);
    for (int i = 2; isTaken.test(folder); i++) {
      folder = runs.resolve(name + "-" + i);
    }
    return folder;
  }

  private boolean holdsAnother(Path folder, Seeds seeds) {
    Path place = folder.resolve(seeds.below);
    if (!Files.isDirectory(place)) {
      return false;
    }
    try (Stream<Path> paths = Files.list(place)) {
      return paths
          .filter(path -> path.getFileName().toString().matches("seed-\\d{1,18}"))
          .anyMatch(path -> holdsAnother(path, seeds.recipe));
    } catch (IOException e) {
      throw new UncheckedIOException(
          Text.of("%s cannot be read (%s): name another folder.", place, Text.reason(e)), e);
    }
  }

  private boolean holdsAnother(Path folder, Recipe recipe) {
    long seed = Long.parseLong(folder.getFileName().toString().substring("seed-".length()));
    return new RunFolder(folder).holdsAnother(recipe.seed(seed), engine, data);
  }

  private static String name(Recipe recipe) {
    String data = recipe.data().equals(Recipe.MNIST) ? "" : "-" + recipe.data();
    return recipe.name().replace('/', '-') + data;
  }
}
