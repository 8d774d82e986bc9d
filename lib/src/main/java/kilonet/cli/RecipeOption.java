package kilonet.cli;

import java.nio.file.Path;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import picocli.CommandLine.Option;

/** {@code --recipe}: one that is known by name, or one in a file. */
final class RecipeOption {

  @Option(
      names = "--recipe",
      required = true,
      paramLabel = "NAME",
      description = "A name that 'kilonet recipes' lists, or a file of JSON (NAME.json).")
  private String name;

  Recipe recipe() {
    return name.endsWith(".json") ? Json.read(Path.of(name), Recipe.class) : Recipes.named(name);
  }
}
