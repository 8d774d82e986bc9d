package kilonet.cli;

import kilonet.model.Summary;
import kilonet.train.Json;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet summary}. */
@Command(
    name = "summary",
    description =
        "Shows the layers of a recipe's net: shapes, parameters, multiply-adds, receptive fields.",
    mixinStandardHelpOptions = true)
final class SummaryCommand implements Runnable {

  @Mixin private RecipeOption recipe;

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    Summary summary = Summary.of(recipe.recipe().model());
    spec.commandLine().getOut().println(json ? Json.line(summary) : summary.toString());
  }
}
