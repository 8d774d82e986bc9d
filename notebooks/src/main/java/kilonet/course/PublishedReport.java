package kilonet.course;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import kilonet.chart.Axis;
import kilonet.chart.Figure;
import kilonet.chart.Palette;
import kilonet.chart.Plot;
import kilonet.published.PublishedRecipes;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Result;
import kilonet.train.Spread;

/** The page about the published experiments: claimed, logged, and measured here. */
public final class PublishedReport {

  /** The first of the two charts shows nets below so many parameters. */
  private static final long SMALL = 20_000;

  /** Train accuracies further apart than this, in percent points, are named. */
  private static final double TRAIN_APART = 0.1;

  private static final int SLOWEST = 10;

  /** Stands for what was not measured. */
  static final String TO_COME = "not measured yet";

  private PublishedReport() {}

  /**
   * Makes {@code Published.md}, {@code Published.csv} and {@code Published.png} from {@code
   * ID/seed-S.json}. Results of other recipes than those of {@link PublishedRecipes} count for
   * nothing.
   *
   * <p>Where {@code remarks/published.json} lies beside the folder of results, its sentences
   * ({@code [{"id": "000/step1", "because": "..."}]}) explain rows that differ from what was
   * published.
   *
   * @param results the folder of results
   * @return the files by name; empty where no experiment has a result
   * @throws IllegalArgumentException if a file is no result, or a row is explained that is not
   *     there or does not differ
   * @throws IllegalStateException if this machine has no fonts
   */
  public static Map<String, byte[]> files(Path results) {
    List<Reproduction> rows = Reproduction.all(results);
    Map<String, byte[]> files = new LinkedHashMap<>();
    if (rows.stream().allMatch(row -> row.measured().isEmpty())) {
      return files;
    }
    Map<String, String> explanations =
        Explanation.read(results.resolveSibling("remarks").resolve("published.json"), rows);
    Figure chart = chart(rows);
    files.put(
        "Published.md",
        page(rows, results, explanations, chart).markdown().getBytes(StandardCharsets.UTF_8));
    files.put("Published.csv", csv(rows).getBytes(StandardCharsets.UTF_8));
    files.put("Published.png", chart.png());
    return files;
  }

  private static Page page(
      List<Reproduction> rows, Path results, Map<String, String> explanations, Figure chart) {
    long complete = rows.stream().filter(row -> !row.measured().isEmpty()).count();
    int runs = rows.stream().mapToInt(row -> row.measured().runs().size()).sum();
    Page page =
        new Page("The published experiments, reproduced")
            .paragraph(
                text(
                    "%d experiments that five people published as their answers to the assignment:"
                        + " what they claim, what their logs show, and what Kilonet measures with"
                        + " the same nets and recipes on MNIST. %s of them are measured, in %d"
                        + " runs. `kilonet reproduce` trains what is missing; this page, its table"
                        + " ([Published.csv](Published.csv)) and its chart are made from the result"
                        + " files.",
                    rows.size(), complete == rows.size() ? "All" : complete, runs))
            .table(columns(), rows)
            .list(
                List.of(
                    "All accuracies are percent of MNIST's 10,000 test images. Ours are mean ±"
                        + " standard deviation over seeds.",
                    text(
                        "The assignment: fewer than %,d parameters, at most %d epochs, and %s%% in"
                            + " each of the last %d. A claim is a single best accuracy and is taken"
                            + " at its word; measured is how many seeds meet all of it.",
                        Contract.PARAMETERS_BELOW,
                        Contract.EPOCHS_UP_TO,
                        Axis.number(Contract.ACCURACY),
                        Contract.LAST),
                    "Seconds are those of training one run, with whatever else the machine did."))
            .figure(
                "Published.png",
                "Lowest accuracy of the last five epochs against parameters",
                chart);
    int outdated = rows.stream().mapToInt(row -> row.measured().outdated()).sum();
    if (outdated > 0) {
      page.paragraph(
          text(
              "%d result file%s left out: of another recipe than the present one, or of a run that"
                  + " was not finished.",
              outdated, outdated == 1 ? " is" : "s are"));
    }
    differences(page, rows, explanations);
    trainAccuracies(page, rows);
    sources(page);
    time(page, rows);
    Assumptions.addTo(page, rows, results);
    return page;
  }

  private static Map<String, Function<Reproduction, String>> columns() {
    Map<String, Function<Reproduction, String>> columns = new LinkedHashMap<>();
    columns.put("experiment", row -> row.published().id());
    columns.put("parameters", row -> text("%,d", row.summary().parameters()));
    columns.put("receptive field", Reproduction::receptiveField);
    columns.put("epochs", row -> text("%d", row.recipe().epochs()));
    columns.put("claimed best", row -> accuracy(row.published().claimedTest()));
    columns.put(
        "logged best",
        row ->
            row.published().logged().isEmpty() ? Reproduction.NONE : accuracy(row.publishedBest()));
    columns.put(
        "logged, lowest of last five",
        row ->
            row.published().logged().isEmpty()
                ? Reproduction.NONE
                : accuracy(Measurements.low(row.published().logged())));
    columns.put("seeds", row -> text("%d", row.measured().runs().size()));
    columns.put("measured best", row -> measured(row, Measurements::best));
    columns.put("measured, lowest of last five", row -> measured(row, Measurements::low));
    columns.put(
        "difference",
        row ->
            row.isComparable()
                ? Spread.signed(row.difference(), 2) + (row.differs() ? " (!)" : "")
                : Reproduction.NONE);
    columns.put("meets it: claimed", Reproduction::claimedMeets);
    columns.put("logged", Reproduction::loggedMeets);
    columns.put("measured", Reproduction::measuredMeets);
    columns.put(
        "seconds",
        row -> row.measured().isEmpty() ? Reproduction.NONE : text("%,.0f", secondsOfARun(row)));
    return columns;
  }

  private static String measured(Reproduction row, Function<Result, Double> figure) {
    return row.measured().isEmpty() ? TO_COME : row.measured().over(figure).toString();
  }

  private static String accuracy(Double percent) {
    return percent == null ? Reproduction.NONE : text("%.2f", percent);
  }

  private static void differences(
      Page page, List<Reproduction> rows, Map<String, String> explanations) {
    double pooled = rows.get(0).pooled();
    page.heading("What differs from what was published")
        .paragraph(
            text(
                "Best accuracies are compared: the log's, or the claim's where no log was"
                    + " published, with the mean of ours. A row is marked where they are more than"
                    + " %s points or two standard errors apart. %s",
                Axis.number(Reproduction.APART),
                Double.isNaN(pooled)
                    ? "No standard error is known yet: no net is measured with two seeds."
                    : text(
                        "The standard error is that of the difference between one run and the mean"
                            + " of n: %.3f · √(1 + 1/n), from the spread over seeds of all nets"
                            + " measured more than once.",
                        pooled)));
    List<Reproduction> comparable = rows.stream().filter(Reproduction::isComparable).toList();
    page.paragraph(
        text(
            "Ours differ from %d published bests by %s points on average. Chance alone puts about"
                + " one comparison in twenty beyond two standard errors.",
            comparable.size(),
            Spread.signed(
                comparable.stream().mapToDouble(Reproduction::difference).average().orElseThrow(),
                2)));
    List<String> items = new ArrayList<>();
    for (Reproduction row : rows) {
      if (row.differs()) {
        String why = explanations.get(row.published().id());
        items.add(
            text(
                "%s: %s points%s. %s",
                row.published().id(),
                Spread.signed(row.difference(), 2),
                Double.isNaN(pooled)
                    ? ""
                    : text(
                        ", %.1f standard errors", Math.abs(row.difference()) / row.standardError()),
                why == null ? "Not explained yet." : why));
      }
    }
    if (items.isEmpty()) {
      page.paragraph("Nothing that is measured so far.");
    } else {
      page.list(items);
    }
  }

  /** How near the train accuracies come, which hardly depend on luck. */
  private static void trainAccuracies(Page page, List<Reproduction> rows) {
    List<Reproduction> comparable = rows.stream().filter(Reproduction::isTrainComparable).toList();
    if (comparable.isEmpty()) {
      return;
    }
    List<Reproduction> far =
        comparable.stream().filter(row -> Math.abs(row.trainDifference()) > TRAIN_APART).toList();
    page.paragraph(
        text(
            "Train accuracy shows better whether net and recipe are the same, as 60,000 images"
                + " leave less to luck than 10,000. For %d of %d experiments our best is within %s"
                + " points of the claimed one%s",
            comparable.size() - far.size(),
            comparable.size(),
            Axis.number(TRAIN_APART),
            far.isEmpty() ? "." : "; for the others:"));
    if (!far.isEmpty()) {
      page.list(
          far.stream()
              .map(
                  row ->
                      text(
                          "%s: %.2f measured, %.2f claimed.",
                          row.published().id(), row.bestTrain(), row.published().claimedTrain()))
              .toList());
    }
  }

  /** Whose experiments these are, and what the documents leave open. */
  private static void sources(Page page) {
    page.heading("Where the experiments come from").list(PublishedRecipes.sources());
  }

  private static void time(Page page, List<Reproduction> rows) {
    double all = rows.stream().mapToDouble(PublishedReport::secondsOfAll).sum();
    page.heading("Machine time")
        .paragraph(
            text(
                "All runs of the table took %s of training: a run counts as its median epoch times its"
                    + " epochs, so that a pause of the machine does not. %s The slowest, by seconds"
                    + " a run:",
                hours(all),
                Measurements.engines(
                    rows.stream().flatMap(row -> row.measured().runs().stream()).toList())));
    Map<String, Function<Reproduction, String>> columns = new LinkedHashMap<>();
    columns.put("experiment", row -> row.published().id());
    columns.put("parameters", row -> text("%,d", row.summary().parameters()));
    columns.put("multiply-adds of a picture", row -> text("%,d", row.summary().multiplyAdds()));
    columns.put("seconds a run", row -> text("%,.0f", secondsOfARun(row)));
    columns.put(
        "images a second",
        row -> text("%,.0f", row.measured().over(PublishedReport::imagesPerSecond).mean()));
    columns.put("all its runs", row -> hours(secondsOfAll(row)));
    page.table(
        columns,
        rows.stream()
            .filter(row -> !row.measured().isEmpty())
            .sorted(Comparator.comparing(PublishedReport::secondsOfARun).reversed())
            .limit(SLOWEST)
            .toList());
  }

  private static double secondsOfARun(Reproduction row) {
    return secondsOfAll(row) / row.measured().runs().size();
  }

  private static double imagesPerSecond(Result run) {
    return run.history().epochs().size() * run.trainImages() / Measurements.unhalted(run);
  }

  private static double secondsOfAll(Reproduction row) {
    return row.measured().runs().stream().mapToDouble(Measurements::unhalted).sum();
  }

  private static String hours(double seconds) {
    long minutes = Math.round(seconds / 60);
    return minutes < 60
        ? text("%.1f min", seconds / 60)
        : text("%d h %02d min", minutes / 60, minutes % 60);
  }

  /** The nets about the size of the assignment's above all of them. */
  private static Figure chart(List<Reproduction> rows) {
    List<Reproduction> small =
        rows.stream().filter(row -> row.summary().parameters() < SMALL).toList();
    return Figure.column(
        chart(
            "Small nets: lowest accuracy of the last five epochs",
            small,
            Axis.linear("parameters", 6_000, 14_000)),
        chart(
            "All nets: lowest accuracy of the last five epochs",
            rows,
            Axis.logarithmic("parameters", 3_000, 10_000_000)));
  }

  private static Figure chart(String title, List<Reproduction> rows, Axis x) {
    List<Reproduction> logged =
        rows.stream().filter(row -> !row.published().logged().isEmpty()).toList();
    List<Reproduction> ours = rows.stream().filter(row -> !row.measured().isEmpty()).toList();
    double[] theirLows =
        logged.stream().mapToDouble(row -> Measurements.low(row.published().logged())).toArray();
    List<Spread> spreads =
        ours.stream().map(row -> row.measured().over(Measurements::low)).toList();
    double least =
        DoubleStream.concat(
                DoubleStream.of(theirLows), spreads.stream().mapToDouble(PublishedReport::least))
            .min()
            .orElseThrow();
    Plot plot =
        Leaderboard.chart(title, least, x)
            .dots("published, by its log", parameters(logged), theirLows, Palette.TRAIN);
    if (!ours.isEmpty()) {
      plot.dots(
          "measured, over seeds",
          parameters(ours),
          spreads.stream().mapToDouble(Spread::mean).toArray(),
          spreads.stream().mapToDouble(s -> s.seeds() == 1 ? 0 : s.deviation()).toArray(),
          Palette.TEST);
    }
    return plot.figure();
  }

  private static double least(Spread spread) {
    return spread.mean() - (spread.seeds() == 1 ? 0 : spread.deviation());
  }

  private static double[] parameters(List<Reproduction> rows) {
    return rows.stream().mapToDouble(row -> row.summary().parameters()).toArray();
  }

  private static String csv(List<Reproduction> rows) {
    StringBuilder text =
        new StringBuilder(
            "experiment,parameters,receptive_field,epochs,claimed_best,logged_best,"
                + "logged_lowest_of_last_five,seeds,best_mean,best_deviation,"
                + "lowest_of_last_five_mean,lowest_of_last_five_deviation,difference,"
                + "standard_error,differs,claimed_meets,logged_meets,measured_meets,"
                + "seconds_mean,seconds_all,claimed_train,train_mean\n");
    for (Reproduction row : rows) {
      boolean logged = !row.published().logged().isEmpty();
      Measurements m = row.measured();
      List<String> cells = new ArrayList<>();
      cells.add(row.published().id());
      cells.add(Long.toString(row.summary().parameters()));
      cells.add(row.receptiveField());
      cells.add(Integer.toString(row.recipe().epochs()));
      cells.add(number(row.published().claimedTest()));
      cells.add(number(logged ? row.publishedBest() : null));
      cells.add(number(logged ? Measurements.low(row.published().logged()) : null));
      cells.add(Integer.toString(m.runs().size()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::best).mean()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::best).deviation()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::low).mean()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::low).deviation()));
      cells.add(number(row.isComparable() ? row.difference() : null));
      cells.add(number(row.isComparable() ? row.standardError() : null));
      cells.add(row.isComparable() ? Reproduction.yes(row.differs()) : "");
      cells.add(row.claimedMeets().replace(Reproduction.NONE, ""));
      cells.add(row.loggedMeets().replace(Reproduction.NONE, ""));
      cells.add(m.isEmpty() ? "" : Long.toString(m.count(r -> r.contract().met())));
      cells.add(number(m.isEmpty() ? null : secondsOfARun(row)));
      cells.add(number(m.isEmpty() ? null : secondsOfAll(row)));
      cells.add(number(row.published().claimedTrain()));
      cells.add(number(m.isEmpty() ? null : row.bestTrain()));
      text.append(String.join(",", cells)).append('\n');
    }
    return text.toString();
  }

  private static String number(Double value) {
    return value == null || value.isNaN() ? "" : text("%.3f", value);
  }

  private static String text(String format, Object... values) {
    return Text.of(format, values);
  }
}
