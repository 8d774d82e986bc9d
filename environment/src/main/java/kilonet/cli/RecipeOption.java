package kilonet.cli;

import java.nio.file.Path;
import java.util.function.Consumer;
import kilonet.course.Catalogue;
import kilonet.text.Check;
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
    return recipe(name, this::say);
  }

  /** A recipe that is known by name, or one in a file; what is in vain in it is said. */
  static Recipe recipe(String name, Consumer<String> say) {
    if (!name.endsWith(".json")) {
      return Catalogue.named(name);
    }
    Recipe recipe = read(Path.of(name));
    recipe.unusedRate().ifPresent(say);
    return recipe;
  }

  /** A recipe in a file: a changed copy of a known one is called by its file's name. */
  private static Recipe read(Path file) {
    Recipe read = Json.read(file, Recipe.class);
    if (Catalogue.find(read.name()).filter(known -> !known.equals(read)).isPresent()) {
      String stem = Check.toFileName(file.getFileName().toString().replaceFirst("\\.json$", ""));
      return read.name(Catalogue.find(stem).isPresent() ? stem + "-changed" : stem);
    }
    return read;
  }

  /** Tells the user something on standard error. */
  void say(String sentence) {
    spec.commandLine().getErr().println(sentence);
  }
}
