package kilonet.cli;

import java.io.PrintWriter;
import kilonet.course.Catalogue;
import kilonet.model.Summary;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Teacher;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet recipes}. */
@Command(
    name = "recipes",
    description = "Lists the recipes, or shows one as JSON, to be changed and trained from a file.",
    mixinStandardHelpOptions = true)
final class RecipesCommand implements Runnable {

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The recipe to show.")
  private String name;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (name != null) {
      out.print(Json.pretty(Catalogue.named(name)));
      out.flush();
      return;
    }
    for (String each : Catalogue.names()) {
      Recipe recipe = Catalogue.named(each);
      out.println(
          Text.of(
              "%-16s %,9d parameters, %2d epochs, batch %d, %s, %s%s",
              each,
              Summary.of(recipe.model()).parameters(),
              recipe.epochs(),
              recipe.batch(),
              recipe.schedule(),
              recipe.augmentation(),
              taught(recipe.teacher())));
    }
  }

  private static String taught(Teacher teacher) {
    return teacher == null
        ? ""
        : Text.of(
            ", taught by a net of %,d parameters",
            Summary.of(teacher.recipe().model()).parameters());
  }
}
