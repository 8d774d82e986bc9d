package kilonet.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kilonet.text.Text;
import kilonet.train.Ablations;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import kilonet.train.Runs;
import kilonet.train.Sweep;
import kilonet.train.TrainingException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet ablate}. */
@Command(
    name = "ablate",
    description = {
      "Trains a recipe, and the same without one ingredient at a time, to see what each is worth.",
      "Run it again to go on: what is finished already is not trained again."
    },
    mixinStandardHelpOptions = true)
final class AblateCommand implements Runnable {

  @Mixin private RunOptions options;

  @Mixin private DataOptions data;

  @Mixin private FilingOptions filing;

  @Option(
      names = "--seeds",
      defaultValue = "1..3",
      paramLabel = "1..3",
      description = "Seeds of each recipe (default: ${DEFAULT-VALUE}).")
  private String seeds;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for the recipes' folders (default: runs/ablate-RECIPE, with a number behind it"
              + " where runs of another recipe are).")
  private Path out;

  @Spec private CommandSpec spec;

  /**
   * What an ingredient is worth.
   *
   * @param sweep null where the recipe without it diverged
   * @param change of the mean accuracy of the last epoch, in points, where it is left out; null
   *     where either recipe diverged
   * @param standardError of the change; null where there is a single seed
   */
  private record Without(
      String ingredient,
      @JsonInclude(JsonInclude.Include.NON_NULL) Sweep sweep,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double change,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double standardError) {}

  /** The last line; without figures of the recipe where that diverged itself. */
  private record Outcome(
      @JsonInclude(JsonInclude.Include.NON_NULL) Sweep recipe, List<Without> without) {}

  @Override
  public void run() {
    List<Long> numbers = SweepCommand.parse(seeds);
    Recipe chosen = options.recipe();
    if (Ablations.of(chosen).isEmpty()) {
      throw new IllegalArgumentException(
          Text.of(
                  "%s has no ingredient that could be left out, such as an augmentation, an average"
                      + " or a",
                  chosen.name())
              + " schedule: use 'kilonet sweep' to train it with several seeds.");
    }
    DataOptions.Chosen images = data.load(chosen, spec.commandLine().getErr());
    chosen = images.recipe();
    String name = chosen.name();
    List<Recipe> recipes = new ArrayList<>(List.of(chosen));
    recipes.addAll(Ablations.of(chosen));
    List<DefaultFolder.Seeds> own =
        recipes.stream().map(recipe -> new DefaultFolder.Seeds(recipe, recipe.name())).toList();
    DefaultFolder folders = filing.folders(images.images());
    Path folder = out != null ? folders.named(out, own) : folders.of("ablate", chosen, own);
    new RunFolder(folder).provide(RunFolder.SUMMARY);
    List<Runs.Run> planned = new ArrayList<>();
    for (long seed : numbers) {
      for (Recipe recipe : recipes) {
        planned.add(Runs.Run.in(folder.resolve(recipe.name()), recipe.seed(seed)));
      }
    }
    Runs runs =
        new Runs(planned, images.images()).teachers(folder).watcher(new Lines(planned.size()));
    filing.open(
        runs,
        spec.commandLine().getErr(),
        () -> report(name, recipes, numbers.size(), runs.runAllThatConverge(), folder));
  }

  private void report(
      String name, List<Recipe> recipes, int seeds, List<Result> results, Path folder) {
    // By name; what diverged with one of its seeds has no figures.
    Map<String, Sweep> sweeps = new HashMap<>();
    results.stream()
        .collect(Collectors.groupingBy(Result::recipe))
        .forEach((each, all) -> sweeps.put(each, all.size() < seeds ? null : Sweep.of(all)));
    Sweep whole = sweeps.get(name);
    PrintWriter print = spec.commandLine().getOut();
    print.println(line(name, whole, ""));
    List<Without> without = new ArrayList<>();
    for (Recipe recipe : recipes.subList(1, recipes.size())) {
      Sweep sweep = sweeps.get(recipe.name());
      String ingredient = recipe.name().substring((name + "-without-").length());
      Double change = null;
      Double error = null;
      String words = "";
      if (sweep != null && whole != null) {
        change = sweep.mean() - whole.mean();
        error = sweep.spread().standardErrorTo(whole.spread());
        error = Double.isNaN(error) ? null : error;
        words = ", " + sweep.spread().changeFrom(whole.spread(), 3);
      }
      without.add(new Without(ingredient, sweep, change, error));
      print.println(line("  without " + ingredient, sweep, words));
    }
    Outcome outcome = new Outcome(whole, without);
    RunFolder.replace(folder.resolve("ablations.json"), Json.pretty(outcome));
    LastLine.print(print, outcome);
  }

  private static String line(String name, Sweep sweep, String change) {
    return sweep == null
        ? Text.of("%-28s diverged", name)
        : Text.of(
            "%-28s %.3f%%, lowest of the last five %.2f%%%s",
            name, sweep.mean(), sweep.lowest(), change);
  }

  /** A line for each run. */
  private final class Lines implements Runs.Watcher {

    private final int all;
    private int finished;

    Lines(int all) {
      this.all = all;
    }

    @Override
    public void taught(Result teacher) {
      spec.commandLine().getOut().println(SweepCommand.taughtBy(teacher));
    }

    @Override
    public void failed(Recipe recipe, TrainingException failure) {
      spec.commandLine()
          .getOut()
          .println(Text.of("%s seed %d: %s", recipe.name(), recipe.seed(), failure.getMessage()));
    }

    @Override
    public void finished(Result result, boolean earlier, Duration left) {
      finished++;
      spec.commandLine()
          .getOut()
          .println(
              Text.of(
                  "%d/%d  %s seed %d: %.2f%%",
                  finished,
                  all,
                  result.recipe(),
                  result.seed(),
                  result.history().last().testAccuracy()));
    }
  }
}
