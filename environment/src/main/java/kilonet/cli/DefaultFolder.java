package kilonet.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import kilonet.train.Engine;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;

/** Where files go if no folder is named: below {@code runs/}. */
final class DefaultFolder {

  private static final Path RUNS = Path.of("runs");

  private DefaultFolder() {}

  /** A folder for many runs of a recipe; runs on generated digits have their own. */
  static Path of(String command, Recipe recipe) {
    return RUNS.resolve(command + "-" + name(recipe));
  }

  /**
   * A folder for one run: the first of {@code NAME-seedS}, {@code NAME-seedS-2} and so on that does
   * not hold a run of another recipe, which nobody has asked to be lost.
   *
   * @param resume whether the run is to go on; then it is where one can
   */
  static Path of(Recipe recipe, Engine engine, boolean resume) {
    return of(RUNS, recipe, engine, resume);
  }

  static Path of(Path runs, Recipe recipe, Engine engine, boolean resume) {
    String name = name(recipe) + "-seed" + recipe.seed();
    Path first = runs.resolve(name);
    Path folder = first;
    for (int i = 2; holdsAnother(new RunFolder(folder), recipe, engine); i++) {
      folder = runs.resolve(name + "-" + i);
    }
    return resume && !Files.exists(folder) ? first : folder;
  }

  private static String name(Recipe recipe) {
    String data = recipe.data().equals(Recipe.MNIST) ? "" : "-" + recipe.data();
    return recipe.name().replace('/', '-') + data;
  }

  private static boolean holdsAnother(RunFolder run, Recipe recipe, Engine engine) {
    if (!Files.exists(run.result())) {
      return false;
    }
    try {
      Result result = Json.read(run.result(), Result.class);
      return !result.definition().equals(recipe) || !result.engine().equals(engine.version());
    } catch (IllegalArgumentException e) {
      // Something that this program does not know: not to be written over.
      return true;
    }
  }
}
