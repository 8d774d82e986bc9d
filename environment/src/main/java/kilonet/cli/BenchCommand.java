package kilonet.cli;

import java.io.PrintWriter;
import kilonet.fused.Benchmark;
import kilonet.schedule.ConstantLR;
import kilonet.text.Check;
import kilonet.text.Text;
import kilonet.train.Recipe;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet bench}. */
@Command(
    name = "bench",
    description =
        "Measures training and inference of the fused engine and of plain Deeplearning4j, in turn.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Runnable {

  private static final double RATE = 0.01;

  private static final int LARGEST_BATCH = 16_384;

  @Option(
      names = "--recipe",
      defaultValue = "model_3",
      paramLabel = "NAME",
      description =
          "Whose net to measure, by a name or a file as for 'train' (default: ${DEFAULT-VALUE}).")
  private String name;

  @Option(names = "--batch", paramLabel = "N", description = "Batch, instead of the recipe's.")
  private Integer batch;

  @Option(
      names = "--rounds",
      defaultValue = "5",
      paramLabel = "N",
      description = "How often each is measured (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    Recipe recipe = RecipeOption.recipe(name, spec.commandLine().getErr()::println);
    recipe =
        batch == null ? recipe : recipe.batch(Check.between("--batch", batch, 1, LARGEST_BATCH));
    Check.between("--rounds", rounds, 1, 10_000);
    // What 'train' trains with, at a rate that is safe for random labels.
    MultiLayerConfiguration configuration =
        recipe.optimizer().configuration(recipe.model(), new ConstantLR(RATE), null, recipe.seed());
    Benchmark.Result result =
        Benchmark.run(
            configuration, recipe.model().height(), recipe.model().width(), recipe.batch(), rounds);
    out.println(
        Text.of(
            "%s, batch %d, %d threads, medians of %d rounds%n"
                + "               fused      plain DL4J   ratio%n"
                + "training   %,9.0f   %,13.0f  %6.1f   images/s%n"
                + "inference  %,9.0f   %,13.0f  %6.1f   images/s%n"
                + "fused training does %.0f GFLOP/s, %.0f%% of this machine's %.0f",
            recipe.name(),
            result.batch(),
            result.threads(),
            result.rounds(),
            result.fusedTraining(),
            result.plainTraining(),
            result.trainingRatio(),
            result.fusedInference(),
            result.plainInference(),
            result.inferenceRatio(),
            result.gigaFlops(),
            100 * result.peakShare(),
            result.peakGigaFlops()));
    out.println("milliseconds of one thread for a training batch, by operation:");
    result.profile().entrySet().stream()
        .sorted((a, b) -> Double.compare(b.getValue(), a.getValue()))
        .forEach(entry -> out.println(Text.of("%8.3f  %s", entry.getValue(), entry.getKey())));
    LastLine.print(out, result);
  }
}
