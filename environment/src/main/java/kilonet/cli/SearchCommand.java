package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import kilonet.text.Check;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.RunFolder;
import kilonet.train.Runs;
import kilonet.train.Search;
import kilonet.train.SearchSpace;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code kilonet search}. */
@Command(
    name = "search",
    description = {
      "Searches for a better recipe by random choices and successive halving, judged by training"
          + " images that are kept out, 5000 unless --validation says which; the test set is not"
          + " looked at.",
      "The lowest loss wins; the highest accuracy where the recipes differ in label_smoothing,"
          + " mixing or teacher, since their losses cannot be compared then. What diverges comes"
          + " last.",
      "Run it again to go on: what is finished already is not trained again."
    },
    mixinStandardHelpOptions = true)
final class SearchCommand implements Runnable {

  private static final int VALIDATION = 5_000;

  @Mixin private RunOptions options;

  @Mixin private DataOptions data;

  @Mixin private PlaceOptions place;

  @Option(
      names = "--space",
      required = true,
      paramLabel = "FILE",
      description =
          "What may be changed, as JSON: {\"batch\": [64, 128], \"optimizer.learning_rate\":"
              + " [0.03, 0.1]}. The names are those of 'kilonet recipes NAME'.")
  private Path space;

  @Option(
      names = "--trials",
      defaultValue = "20",
      paramLabel = "N",
      description =
          "Recipes to draw (default: ${DEFAULT-VALUE}); the recipe as it is comes on top.")
  private int trials;

  @Option(
      names = "--rounds",
      split = ",",
      paramLabel = "4,15",
      description =
          "Epochs of each round; the better third goes on (default: one round of the recipe's"
              + " epochs).")
  private List<Integer> rounds;

  @Option(
      names = "--max-parameters",
      defaultValue = "9223372036854775807",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "N",
      description = "Leave larger nets out, the recipe as it is among them.")
  private long maxParameters;

  @Option(
      names = "--seeds",
      defaultValue = "1..2",
      paramLabel = "1..2",
      description = "Seeds of each trial (default: ${DEFAULT-VALUE}).")
  private String seeds;

  @Option(
      names = "--draw",
      defaultValue = "1",
      paramLabel = "S",
      description = "Seed of the draw (default: ${DEFAULT-VALUE}).")
  private long draw;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the runs (default: runs/search-RECIPE).")
  private Path out;

  @Spec private CommandSpec spec;

  @Override
  public void run() {
    PrintWriter print = spec.commandLine().getOut();
    List<Long> numbers = SweepCommand.parse(seeds);
    Check.between("--trials", trials, 1, 100_000);
    if (maxParameters < 1) {
      throw new IllegalArgumentException("--max-parameters must be at least 1.");
    }
    if (rounds != null && options.saysEpochs()) {
      throw new IllegalArgumentException(
          "--rounds says the epochs of each round, and --epochs those of a single one: give one of"
              + " them.");
    }
    if (rounds != null) {
      rounds.forEach(round -> Check.between("--rounds", round, 1, 10_000));
    }
    SearchSpace choices = Json.read(space, SearchSpace.class);
    Recipe chosen = options.recipe();
    DataOptions.Chosen images = data.load(chosen, spec.commandLine().getErr());
    chosen = images.recipe();
    boolean said = chosen.validates() || options.saysValidation();
    Recipe recipe = said ? chosen : chosen.validation(VALIDATION);
    List<Integer> epochs = rounds != null ? rounds : List.of(recipe.epochs());
    Path folder = out != null ? out : DefaultFolder.of("search", recipe);
    new RunFolder(folder).provide(RunFolder.SUMMARY);
    Search.Plan plan = new Search.Plan(trials, maxParameters, epochs, numbers, draw, place.jobs());
    place.open(
        spec.commandLine().getErr(),
        where -> {
          Rounds rounds = new Rounds(where);
          Interruption.finishing(
              rounds::stop,
              () ->
                  report(
                      recipe,
                      Search.run(
                          recipe,
                          choices,
                          plan,
                          images.images(),
                          folder,
                          trial -> print.println(line(trial)),
                          rounds),
                      folder));
        });
  }

  /** The rounds of a search: each of them is done at one place, until they are stopped. */
  private static final class Rounds implements Consumer<Runs> {

    private final PlaceOptions.Place place;
    private Runs current;
    private boolean stopped;

    Rounds(PlaceOptions.Place place) {
      this.place = place;
    }

    @Override
    public synchronized void accept(Runs runs) {
      place.of(runs);
      current = runs;
      if (stopped) {
        runs.stop();
      }
    }

    synchronized void stop() {
      stopped = true;
      if (current != null) {
        current.stop();
      }
    }
  }

  private void report(Recipe recipe, Search search, Path folder) {
    PrintWriter print = spec.commandLine().getOut();
    RunFolder.replace(folder.resolve("search.json"), Json.pretty(search));
    Path best = folder.resolve("best.json");
    RunFolder.replace(best, Json.pretty(Search.recipe(recipe, search.best())));
    print.println();
    print.println(Text.of("The best first, by %s:", search.judge()));
    search.trials().forEach(trial -> print.println(line(trial)));
    print.println(Text.of("The best recipe is in %s: train it with --recipe %s", best, best));
    LastLine.print(print, search);
  }

  private static String line(Search.Trial trial) {
    String figures =
        trial.diverged()
            ? "diverged"
            : Text.of(
                "%.3f%% (lowest %.2f%%), loss %.4f",
                trial.accuracy(), trial.lowest(), trial.loss());
    return Text.of(
        "trial %2d, %2d epochs: %s, %,d parameters: %s",
        trial.number(), trial.epochs(), figures, trial.parameters(), trial.words());
  }
}
