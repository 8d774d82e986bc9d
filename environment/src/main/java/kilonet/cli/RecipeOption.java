package kilonet.cli;

import java.nio.file.Path;
import kilonet.course.Catalogue;
import kilonet.train.Json;
import kilonet.train.Recipe;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --recipe}: one that is known by name, or one in a file. */
final class RecipeOption {

  @Option(
      names = "--recipe",
      required = true,
      paramLabel = "NAME",
      description = "A name that 'kilonet recipes' lists, or a file of JSON (NAME.json).")
  private String name;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  Recipe recipe() {
    return name.endsWith(".json") ? read(Path.of(name)) : Catalogue.named(name);
  }

  /** A recipe in a file: a changed copy of a known one is called by its file's name. */
  private Recipe read(Path file) {
    Recipe read = Json.read(file, Recipe.class);
    if (Catalogue.find(read.name()).filter(known -> !known.equals(read)).isPresent()) {
      String stem = file.getFileName().toString().replaceFirst("\\.json$", "");
      return warned(read.name(Catalogue.find(stem).isPresent() ? stem + "-changed" : stem));
    }
    return warned(read);
  }

  /** Says so where a rate was written in vain. */
  private Recipe warned(Recipe recipe) {
    recipe.unusedRate().ifPresent(this::say);
    return recipe;
  }

  /** Tells the user something on standard error. */
  void say(String sentence) {
    spec.commandLine().getErr().println(sentence);
  }
}
