package kilonet.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kilonet.seeds.Seeds;
import kilonet.text.Text;
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
    return name.endsWith(".json") ? Json.read(Path.of(name), Recipe.class) : named(name);
  }

  /** All names: the three steps, the records, then the published experiments. */
  static List<String> names() {
    return Stream.concat(Recipes.names().stream(), Seeds.names().stream()).toList();
  }

  /**
   * A recipe by its name.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  static Recipe named(String name) {
    return Recipes.find(name)
        .or(() -> Seeds.named(name))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.of(
                        "No recipe is called '%s': use one of %s, or a file NAME.json.",
                        name, String.join(", ", names()))));
  }
}
