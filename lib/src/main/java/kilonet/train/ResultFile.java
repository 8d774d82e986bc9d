package kilonet.train;

import java.nio.file.Path;

/** The files of a folder of results: {@code RECIPE/seed-S.json} for each recipe and seed. */
public final class ResultFile {

  /** What the names of a seed's folder and of its file begin with. */
  static final String SEED = "seed-";

  private ResultFile() {}

  /** Where the result of a recipe with its seed lies in a folder of results. */
  public static Path of(Path results, Recipe recipe) {
    return of(results, recipe.name(), recipe.seed());
  }

  /** Where the result of the recipe of a name with a seed lies in a folder of results. */
  public static Path of(Path results, String recipe, long seed) {
    return results.resolve(recipe).resolve(SEED + seed + ".json");
  }

  /** Whether a file has the name of a result with some seed. */
  public static boolean isResult(Path file) {
    return file.getFileName().toString().matches(SEED + "-?\\d+\\.json");
  }
}
