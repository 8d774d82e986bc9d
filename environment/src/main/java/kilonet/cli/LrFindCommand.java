package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import kilonet.chart.LearningRateChart;
import kilonet.text.Check;
import kilonet.text.Text;
import kilonet.train.LearningRateFinder;
import kilonet.train.Recipe;
import kilonet.train.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet lr-find}. */
@Command(
    name = "lr-find",
    description = "Learning rate range test: grows the rate until the loss diverges.",
    mixinStandardHelpOptions = true)
final class LrFindCommand implements Runnable {

  @Mixin private RecipeOption recipe;

  @Mixin private DataOptions data;

  @Mixin private EngineOption engine;

  @Option(
      names = "--from",
      paramLabel = "RATE",
      defaultValue = "1e-4",
      description = "First rate (default: ${DEFAULT-VALUE}).")
  private double from;

  @Option(
      names = "--to",
      paramLabel = "RATE",
      defaultValue = "10",
      description = "Last rate (default: ${DEFAULT-VALUE}).")
  private double to;

  @Option(
      names = "--batches",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Updates to make, of a batch each or of as many as the recipe accumulates (default:"
              + " ${DEFAULT-VALUE}).")
  private int batches;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the plot (default: runs/lr-find-RECIPE).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter print = spec.commandLine().getOut();
    Recipe chosen = recipe.recipe();
    Check.between("--batches", batches, 20, 1_000_000);
    DataOptions.Chosen images = data.load(chosen, spec.commandLine().getErr());
    chosen = images.recipe();
    Path folder = out != null ? out : DefaultFolder.of("lr-find", chosen);
    new RunFolder(folder).provide(RunFolder.SUMMARY);
    LearningRateFinder.RangeTest test =
        LearningRateFinder.find(chosen, images.images(), engine.engine(), from, to, batches);
    Path plot = folder.resolve("lr-find.png");
    RunFolder.replace(
        plot,
        LearningRateChart.rangeTest(
                test.rates().stream().mapToDouble(rate -> rate).toArray(),
                test.losses().stream().mapToDouble(loss -> loss).toArray(),
                test.suggestion())
            .png());
    for (int i = 0; i < test.rates().size(); i += Math.max(1, test.rates().size() / 20)) {
      print.println(
          Text.of("rate %.2e  smoothed loss %.4f", test.rates().get(i), test.losses().get(i)));
    }
    print.println("plot: " + plot);
    print.println(
        "The loss falls fastest at the rate below; one-cycle may peak up to ten times higher.");
    print.println(Text.of("%.3g", test.suggestion()));
  }
}
