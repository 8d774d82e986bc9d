package kilonet.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import kilonet.model.Summary;
import kilonet.published.PublishedRecipes;
import kilonet.text.Text;
import kilonet.train.EpochResult;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import kilonet.train.Runs;
import kilonet.train.TrainingException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code kilonet reproduce}. */
@Command(
    name = "reproduce",
    description =
        "Trains the published experiments that have no result yet: the small nets first, one seed"
            + " of each before the next seed, the longest last. Ctrl-C finishes the files, and the"
            + " same command goes on.",
    mixinStandardHelpOptions = true)
final class ReproduceCommand implements Runnable {

  /** Nets of so many parameters are trained with one seed unless told otherwise. */
  private static final long LARGE = 20_000;

  private static final List<Long> SMALL_SEEDS = List.of(1L, 2L, 3L);
  private static final List<Long> LARGE_SEEDS = List.of(1L);

  @Parameters(
      arity = "0..*",
      paramLabel = "ID",
      description = "Such as 002/step3, or 002 for all of a document (default: all).")
  private List<String> ids = List.of();

  @Mixin private DataOptions data;

  @Mixin private PlaceOptions place;

  @Option(
      names = "--seeds",
      paramLabel = "1..3",
      description =
          "Seeds: a range, or several numbers and ranges joined by commas (default: 1..3 below"
              + " 20,000 parameters, else 1).")
  private String seeds;

  @Option(names = "--epochs", paramLabel = "N", description = "Epochs, instead of the recipes'.")
  private Integer epochs;

  @Option(names = "--limit", paramLabel = "N", description = "Train on the first N images only.")
  private Integer limit;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Folder for results, one file ID/seed-S.json a run (default: notebooks/results; for other"
              + " data, epochs or images than published, WORK/results).")
  private Path out;

  @Option(
      names = "--work",
      defaultValue = "runs/reproduce",
      paramLabel = "DIR",
      description = "Folder for the runs' folders (default: ${DEFAULT-VALUE}).")
  private Path work;

  @Spec private CommandSpec spec;

  /** The last line. */
  private record Outcome(
      int runs, int finished, int trained, List<String> failures, double seconds, String results) {}

  @Override
  public void run() {
    List<Recipe> published = chosen();
    new RunFolder(work).provide(RunFolder.SUMMARY);
    DataOptions.Chosen images = data.load(spec.commandLine().getErr());
    List<Recipe> recipes =
        inOrder(published, seeds == null ? null : SweepCommand.parse(seeds)).stream()
            .map(recipe -> changed(recipe.on(images.images())))
            .toList();
    boolean whole = images.name().equals(Recipe.MNIST) && epochs == null && limit == null;
    Path results =
        out != null ? out : whole ? Path.of("notebooks", "results") : work.resolve("results");
    Lines lines = new Lines(spec.commandLine().getOut(), recipes.size());
    Runs runs =
        new Runs(recipes.stream().map(r -> new Runs.Run(r, folder(r))).toList(), images.images())
            .results(results)
            .watcher(lines);
    place.open(
        spec.commandLine().getErr(),
        where -> {
          where.of(runs);
          Interruption.finishing(runs::stop, () -> train(runs, lines, results));
        });
  }

  private void train(Runs runs, Lines lines, Path results) {
    List<Result> finished = runs.run();
    Outcome outcome =
        new Outcome(
            lines.all,
            finished.size(),
            lines.trained,
            runs.failures(),
            Math.round(finished.stream().mapToDouble(Result::seconds).sum()),
            results.toString());
    LastLine.print(spec.commandLine().getOut(), outcome);
    if (!runs.failures().isEmpty()) {
      throw new TrainingException(String.join(" ", runs.failures()));
    }
    if (finished.size() < lines.all) {
      throw new TrainingException("Stopped: give the same command again to go on.");
    }
  }

  private Path folder(Recipe recipe) {
    return Runs.Run.in(work.resolve(recipe.name()), recipe).folder();
  }

  private Recipe changed(Recipe recipe) {
    Recipe changed = epochs == null ? recipe : recipe.epochs(RunOptions.checkedEpochs(epochs));
    return limit == null ? changed : changed.limit(RunOptions.checkedLimit(limit));
  }

  private List<Recipe> chosen() {
    List<String> names = new ArrayList<>();
    for (String id : ids) {
      List<String> document =
          PublishedRecipes.names().stream().filter(name -> name.startsWith(id + "/")).toList();
      names.addAll(document.isEmpty() ? List.of(id) : document);
    }
    return (ids.isEmpty() ? PublishedRecipes.names() : names)
        .stream().distinct().map(ReproduceCommand::published).toList();
  }

  private static Recipe published(String id) {
    return PublishedRecipes.named(id)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.of(
                        "No published experiment is called '%s': use one of %s, or 000 to 004.",
                        id, String.join(", ", PublishedRecipes.names()))));
  }

  /**
   * Recipes with their seeds in the order in which they are trained: small nets before large ones,
   * then seed by seed, then by growing arithmetic.
   *
   * @param seeds null for the usual ones
   */
  static List<Recipe> inOrder(List<Recipe> recipes, List<Long> seeds) {
    record Planned(Recipe recipe, boolean large, int turn, double work) {}

    List<Planned> planned = new ArrayList<>();
    for (Recipe recipe : recipes) {
      Summary summary = Summary.of(recipe.model());
      boolean large = summary.parameters() >= LARGE;
      List<Long> own = seeds != null ? seeds : large ? LARGE_SEEDS : SMALL_SEEDS;
      for (int turn = 0; turn < own.size(); turn++) {
        planned.add(
            new Planned(
                recipe.seed(own.get(turn)),
                large,
                turn,
                (double) summary.multiplyAdds() * recipe.epochs()));
      }
    }
    return planned.stream()
        .sorted(
            Comparator.comparing(Planned::large)
                .thenComparing(Planned::turn)
                .thenComparing(Planned::work))
        .map(Planned::recipe)
        .toList();
  }

  /** A line for each epoch and each run. */
  private static final class Lines implements Runs.Watcher {

    private final PrintWriter print;
    private final int all;
    private int finished;
    private int trained;

    Lines(PrintWriter print, int all) {
      this.print = print;
      this.all = all;
    }

    @Override
    public void epoch(Recipe recipe, EpochResult e, Duration left) {
      line(
          recipe,
          Text.of(
              "epoch %2d/%d  train %.2f%%  test %.2f%%  %,.0f images/s  %s",
              e.epoch(),
              recipe.epochs(),
              e.trainAccuracy(),
              e.testAccuracy(),
              e.imagesPerSecond(),
              left(left)));
    }

    @Override
    public void finished(Result result, boolean earlier, Duration left) {
      finished++;
      trained += earlier ? 0 : 1;
      line(
          result.definition(),
          Text.of(
              "%s: best %.2f%%, last five %.2f%% or more, %.0f s  %s",
              earlier ? "was finished" : "finished",
              Collections.max(result.testAccuracy()),
              Collections.min(result.contract().lastFive()),
              result.seconds(),
              earlier ? "" : left(left)));
    }

    @Override
    public void failed(Recipe recipe, TrainingException failure) {
      line(recipe, "failed: " + failure.getMessage());
    }

    private void line(Recipe recipe, String text) {
      print.println(
          Text.of("%d/%d  %s seed %d  %s", finished, all, recipe.name(), recipe.seed(), text)
              .stripTrailing());
    }

    private static String left(Duration left) {
      return Text.of("about %d:%02d h left", left.toHours(), left.toMinutesPart());
    }
  }
}
