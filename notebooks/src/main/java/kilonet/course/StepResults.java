package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import kilonet.chart.RunComparison;
import kilonet.data.Mnist;
import kilonet.text.Text;
import kilonet.train.History;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.ResultFile;
import kilonet.train.Spread;

/**
 * The files of results of the three steps, in a folder of notebooks.
 *
 * @param folder {@code results}, or one of its sisters
 * @param steps what is told of the steps, in their order
 * @param runs what is there, by seed
 */
record StepResults(Path folder, List<Step> steps, Map<Step, List<Run>> runs) {

  /** The seed of the run that a notebook makes. */
  private static final long SEED = 1;

  /**
   * A run.
   *
   * @param file where it is kept
   * @param result what it came to
   * @param tie what ties a notebook to the file
   */
  record Run(Path file, Result result, StoredResult tie) {}

  /**
   * Reads what is there.
   *
   * @param notebooks the notebooks' folder
   * @param steps what is told of them
   * @param quick whether they were run in quick mode
   * @param problems is told what cannot be read
   */
  static StepResults read(
      Path notebooks, List<Step> steps, boolean quick, Consumer<String> problems) {
    Path kept = notebooks.resolve(StepRun.folder(quick, Mnist.NAME));
    Path digits = notebooks.resolve(StepRun.folder(quick, Recipe.DIGITS));
    Path folder = !Files.isDirectory(kept) && Files.isDirectory(digits) ? digits : kept;
    Map<Step, List<Run>> runs = new LinkedHashMap<>();
    for (Step step : steps) {
      List<Run> seeds = new ArrayList<>();
      for (Path file : files(folder.resolve(step.recipe()))) {
        try {
          Result result = Json.read(file, Result.class);
          seeds.add(new Run(file, result, StoredResult.of(notebooks, file, result)));
          if (!file.equals(ResultFile.of(folder, result.definition()))) {
            problems.accept(
                Text.of(
                    "%s holds the result of %s with seed %d: name it after them.",
                    file, result.recipe(), result.seed()));
          }
        } catch (IllegalArgumentException e) {
          problems.accept(e.getMessage());
        }
      }
      seeds.sort(Comparator.comparingLong(run -> run.result.seed()));
      if (!seeds.isEmpty()) {
        runs.put(step, List.copyOf(seeds));
      }
    }
    return new StepResults(folder, steps, runs);
  }

  private static List<Path> files(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s cannot be read: %s", folder, e), e);
    }
  }

  /** Where the run of a step's notebook is kept, also if there is none yet. */
  Path file(Step step) {
    return ResultFile.of(folder, step.recipe(), SEED);
  }

  /** The run of a step's notebook. */
  Optional<Run> run(Step step) {
    return seeds(step).stream().filter(run -> run.result.seed() == SEED).findFirst();
  }

  /** All runs of a step's recipe. */
  List<Run> seeds(Step step) {
    return runs.getOrDefault(step, List.of());
  }

  /** The results of the notebooks by the numbers of their steps. */
  private Map<Integer, Result> results() {
    Map<Integer, Result> results = new TreeMap<>();
    steps.forEach(step -> run(step).ifPresent(run -> results.put(step.number(), run.result)));
    return results;
  }

  /** The opening block of a step. */
  RunBlock block(Step step) {
    return step.block(results(), seeds(step).stream().map(Run::result).toList());
  }

  /** The claims about a step, its target among them; none where a run is missing. */
  List<Claim> claims(Step step) {
    List<Claim> claims = new ArrayList<>(step.claims(results()).orElse(List.of()));
    run(step).ifPresent(run -> claims.add(step.targetIsMet(run.result)));
    return claims;
  }

  /** All seeds of a step as a section of Markdown; nothing where there is only one. */
  String seedsSection(Step step) {
    List<Run> seeds = seeds(step);
    if (seeds.size() < 2) {
      return "";
    }
    StringBuilder text =
        new StringBuilder(
            """
            ## Seeds

            One run proves little: the same recipe with other seeds, each trained in full.

            | seed | best epoch | last epoch | lowest of the last five | assignment | result, SHA-256 |
            |---:|---:|---:|---:|---|---|
            """);
    for (Run seed : seeds) {
      Result run = seed.result;
      text.append(
          Text.of(
              "| %d | %s | %s | %s | %s | [`%s`](../%s) |\n",
              run.seed(),
              percent(Measurements.best(run)),
              percent(Measurements.last(run)),
              percent(Measurements.low(run)),
              run.contract().met() ? "met" : "not met",
              seed.tie.sha256().substring(0, 16),
              seed.tie.result()));
    }
    return text.append(
            Text.of(
                "| mean ± sd | %s | %s | %s | met by %d of %d | |\n",
                spread(seeds, Measurements::best),
                spread(seeds, Measurements::last),
                spread(seeds, Measurements::low),
                seeds.stream().filter(seed -> seed.result.contract().met()).count(),
                seeds.size()))
        .toString();
  }

  private static String percent(double accuracy) {
    return Text.of("%.2f%%", accuracy);
  }

  private static String spread(List<Run> seeds, Function<Result, Double> figure) {
    return Spread.of(seeds.stream().map(seed -> figure.apply(seed.result)).toList()).text("%", 2);
  }

  /** The picture of the steps side by side. */
  byte[] chart() {
    Map<String, List<History>> histories = new LinkedHashMap<>();
    runs.forEach(
        (step, all) ->
            histories.put(
                Text.of("Step %d", step.number()),
                all.stream().map(run -> run.result().history()).toList()));
    return RunComparison.of(histories).png(2);
  }
}
