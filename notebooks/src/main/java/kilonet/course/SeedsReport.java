package kilonet.course;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
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
import kilonet.model.Summary;
import kilonet.published.Published;
import kilonet.published.Seeds;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Spread;

/** The page about the published experiments: claimed, logged, and measured here. */
public final class SeedsReport {

  /** Two accuracies further apart than this, in percent points, are always explained. */
  private static final double APART = 0.15;

  /** The first of the two charts shows nets below so many parameters. */
  private static final long SMALL = 20_000;

  /** Train accuracies further apart than this, in percent points, are named. */
  private static final double TRAIN_APART = 0.1;

  private static final int SLOWEST = 10;
  private static final String TO_COME = "not measured yet";
  private static final String NONE = "–";

  private SeedsReport() {}

  /** Why a row differs from what was published, in a sentence. */
  private record Explanation(String id, String because) {}

  /** An experiment: its recipe, what its author says, and what was measured. */
  private record Row(
      Recipe recipe, Summary summary, Published published, Measurements measured, double pooled) {

    /** The published best, by the log where there is one; null where nothing was published. */
    Double publishedBest() {
      return published.logged().isEmpty()
          ? published.claimedTest()
          : Collections.max(published.logged());
    }

    boolean isComparable() {
      return publishedBest() != null && !measured.isEmpty();
    }

    /** Ours less theirs, in percent points, to a thousandth. */
    double difference() {
      return thousandths(measured.over(Measurements::best).mean() - publishedBest());
    }

    /** Of the difference between one published run and the mean of ours. */
    double standardError() {
      return pooled * Math.sqrt(1 + 1.0 / measured.runs().size());
    }

    boolean isTrainComparable() {
      return published.claimedTrain() != null && !measured.isEmpty();
    }

    double bestTrain() {
      return measured.over(Measurements::bestTrain).mean();
    }

    /** Ours less theirs, in percent points, to a thousandth. */
    double trainDifference() {
      return thousandths(bestTrain() - published.claimedTrain());
    }

    private static double thousandths(double points) {
      return Math.round(1000 * points) / 1000.0;
    }

    boolean differs() {
      // Where no spread is known, it is not a number, and the comparison with it is false.
      return isComparable()
          && (Math.abs(difference()) > APART || Math.abs(difference()) > 2 * standardError());
    }

    private boolean fits() {
      return summary.parameters() < Contract.PARAMETERS_BELOW
          && recipe.epochs() <= Contract.EPOCHS_UP_TO;
    }

    String claimedMeets() {
      return published.claimedTest() == null
          ? NONE
          : yes(fits() && published.claimedTest() >= Contract.ACCURACY);
    }

    String loggedMeets() {
      return published.logged().isEmpty()
          ? NONE
          : yes(fits() && Measurements.low(published.logged()) >= Contract.ACCURACY);
    }

    String measuredMeets() {
      return measured.isEmpty()
          ? NONE
          : Text.of("%d of %d", measured.count(r -> r.contract().met()), measured.runs().size());
    }

    String receptiveField() {
      Summary.Row last = summary.rows().get(summary.rows().size() - 1);
      return Long.toString(last.receptiveField());
    }
  }

  /**
   * Makes {@code Seeds.md}, {@code Seeds.csv} and {@code Seeds.png} from {@code ID/seed-S.json}.
   * Results of other recipes than those of {@link Seeds} count for nothing.
   *
   * <p>Where {@code remarks/seeds.json} lies beside the folder of results, its sentences ({@code
   * [{"id": "000/step1", "because": "..."}]}) explain rows that differ from what was published.
   *
   * @param results the folder of results
   * @return the files by name; empty where no experiment has a result
   * @throws IllegalArgumentException if a file is no result, or a row is explained that is not
   *     there or does not differ
   * @throws IllegalStateException if this machine has no fonts
   */
  public static Map<String, byte[]> files(Path results) {
    List<Row> rows = rows(results);
    Map<String, byte[]> files = new LinkedHashMap<>();
    if (rows.stream().allMatch(row -> row.measured.isEmpty())) {
      return files;
    }
    Map<String, String> explanations =
        explanations(results.resolveSibling("remarks").resolve("seeds.json"), rows);
    Figure chart = chart(rows);
    files.put(
        "Seeds.md",
        page(rows, results, explanations, chart).markdown().getBytes(StandardCharsets.UTF_8));
    files.put("Seeds.csv", csv(rows).getBytes(StandardCharsets.UTF_8));
    files.put("Seeds.png", chart.png());
    return files;
  }

  private static List<Row> rows(Path results) {
    Map<String, Measurements> measured = new LinkedHashMap<>();
    for (String name : Seeds.names()) {
      measured.put(name, Measurements.of(results, Seeds.named(name).orElseThrow()));
    }
    double pooled = pooled(measured.values().stream().filter(m -> m.runs().size() > 1).toList());
    return Published.all().stream()
        .map(
            published -> {
              Recipe recipe = Seeds.named(published.id()).orElseThrow();
              return new Row(
                  recipe,
                  Summary.of(recipe.model()),
                  published,
                  measured.get(published.id()),
                  pooled);
            })
        .toList();
  }

  /** Standard deviation over seeds of a net's best accuracy; not a number where none is known. */
  private static double pooled(List<Measurements> several) {
    double squares = 0;
    int freedom = 0;
    for (Measurements one : several) {
      Spread spread = one.over(Measurements::best);
      squares += (spread.seeds() - 1) * spread.deviation() * spread.deviation();
      freedom += spread.seeds() - 1;
    }
    return Math.sqrt(squares / freedom);
  }

  private static Map<String, String> explanations(Path file, List<Row> rows) {
    Map<String, String> explanations = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return explanations;
    }
    for (Explanation explanation : Json.read(file, Explanation[].class)) {
      Row row =
          rows.stream()
              .filter(r -> r.published.id().equals(explanation.id))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          Text.of(
                                  "%s explains '%s', but no published experiment is called so: use an id of",
                                  file, explanation.id)
                              + " Seeds.md."));
      if (!row.differs()) {
        throw new IllegalArgumentException(
            Text.of(
                "%s explains why %s differs from what was published, but it does not: delete that entry.",
                file, explanation.id));
      }
      explanations.put(explanation.id, explanation.because);
    }
    return explanations;
  }

  private static Page page(
      List<Row> rows, Path results, Map<String, String> explanations, Figure chart) {
    long complete = rows.stream().filter(row -> !row.measured.isEmpty()).count();
    int runs = rows.stream().mapToInt(row -> row.measured.runs().size()).sum();
    Page page =
        new Page("The published experiments, reproduced")
            .paragraph(
                text(
                    "%d experiments that five people published as their answers to the assignment:"
                        + " what they claim, what their logs show, and what Kilonet measures with"
                        + " the same nets and recipes on MNIST. %s of them are measured, in %d"
                        + " runs. `kilonet reproduce` trains what is missing; this page, its table"
                        + " ([Seeds.csv](Seeds.csv)) and its chart are made from the result files.",
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
                "Seeds.png", "Lowest accuracy of the last five epochs against parameters", chart);
    int outdated = rows.stream().mapToInt(row -> row.measured.outdated()).sum();
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
    choice(page, rows, results);
    return page;
  }

  private static Map<String, Function<Row, String>> columns() {
    Map<String, Function<Row, String>> columns = new LinkedHashMap<>();
    columns.put("experiment", row -> row.published.id());
    columns.put("parameters", row -> text("%,d", row.summary.parameters()));
    columns.put("receptive field", Row::receptiveField);
    columns.put("epochs", row -> text("%d", row.recipe.epochs()));
    columns.put("claimed best", row -> accuracy(row.published.claimedTest()));
    columns.put(
        "logged best",
        row -> row.published.logged().isEmpty() ? NONE : accuracy(row.publishedBest()));
    columns.put(
        "logged, lowest of last five",
        row ->
            row.published.logged().isEmpty()
                ? NONE
                : accuracy(Measurements.low(row.published.logged())));
    columns.put("seeds", row -> text("%d", row.measured.runs().size()));
    columns.put("measured best", row -> measured(row, Measurements::best));
    columns.put("measured, lowest of last five", row -> measured(row, Measurements::low));
    columns.put(
        "difference",
        row ->
            row.isComparable() ? signed(row.difference()) + (row.differs() ? " (!)" : "") : NONE);
    columns.put("meets it: claimed", Row::claimedMeets);
    columns.put("logged", Row::loggedMeets);
    columns.put("measured", Row::measuredMeets);
    columns.put(
        "seconds",
        row ->
            row.measured.isEmpty()
                ? NONE
                : text("%,.0f", row.measured.over(Result::seconds).mean()));
    return columns;
  }

  private static String measured(Row row, Function<Result, Double> figure) {
    return row.measured.isEmpty() ? TO_COME : row.measured.over(figure).toString();
  }

  private static String accuracy(Double percent) {
    return percent == null ? NONE : text("%.2f", percent);
  }

  private static void differences(Page page, List<Row> rows, Map<String, String> explanations) {
    double pooled = rows.get(0).pooled;
    page.heading("What differs from what was published")
        .paragraph(
            text(
                "Best accuracies are compared: the log's, or the claim's where no log was"
                    + " published, with the mean of ours. A row is marked where they are more than"
                    + " %s points or two standard errors apart. %s",
                Axis.number(APART),
                Double.isNaN(pooled)
                    ? "No standard error is known yet: no net is measured with two seeds."
                    : text(
                        "The standard error is that of the difference between one run and the mean"
                            + " of n: %.3f · √(1 + 1/n), from the spread over seeds of all nets"
                            + " measured more than once.",
                        pooled)));
    List<Row> comparable = rows.stream().filter(Row::isComparable).toList();
    page.paragraph(
        text(
            "Ours differ from %d published bests by %s points on average. Chance alone puts about"
                + " one comparison in twenty beyond two standard errors.",
            comparable.size(),
            signed(comparable.stream().mapToDouble(Row::difference).average().orElseThrow())));
    List<String> items = new ArrayList<>();
    for (Row row : rows) {
      if (row.differs()) {
        String why = explanations.get(row.published.id());
        items.add(
            text(
                "%s: %s points%s. %s",
                row.published.id(),
                signed(row.difference()),
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
  private static void trainAccuracies(Page page, List<Row> rows) {
    List<Row> comparable = rows.stream().filter(Row::isTrainComparable).toList();
    if (comparable.isEmpty()) {
      return;
    }
    List<Row> far =
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
                          row.published.id(), row.bestTrain(), row.published.claimedTrain()))
              .toList());
    }
  }

  /** Whose experiments these are, and what the documents leave open. */
  private static void sources(Page page) {
    page.heading("Where the experiments come from")
        .list(
            List.of(
                "000: `sumsumsp/ERA_2023`, S7.",
                "001: `dine1717/ERA2`, Session7. Steps 2 and 3 end in sixteen channels: a softmax"
                    + " over sixteen logits, of which ten are classes. The document does not say how"
                    + " large step 3's dropout is; 0.05, that of step 5, is assumed.",
                "002: `MPGarg/ERA1_Session7`.",
                "003: `seepala98/EVA-4`, PHASE_1/S4.",
                "004: repository unknown; see [below](#the-stack-of-document-004)."));
  }

  private static void time(Page page, List<Row> rows) {
    double all = rows.stream().mapToDouble(row -> row.measured.seconds()).sum();
    page.heading("Machine time")
        .paragraph(
            text(
                "All runs of the table took %s of training. %s The slowest, by seconds a run:",
                hours(all),
                Measurements.engines(
                    rows.stream().flatMap(row -> row.measured.runs().stream()).toList())));
    Map<String, Function<Row, String>> columns = new LinkedHashMap<>();
    columns.put("experiment", row -> row.published.id());
    columns.put("parameters", row -> text("%,d", row.summary.parameters()));
    columns.put("multiply-adds of a picture", row -> text("%,d", row.summary.multiplyAdds()));
    columns.put("seconds a run", row -> text("%,.0f", secondsOfARun(row)));
    columns.put(
        "images a second", row -> text("%,.0f", row.measured.over(Result::imagesPerSecond).mean()));
    columns.put("all its runs", row -> hours(row.measured.seconds()));
    page.table(
        columns,
        rows.stream()
            .filter(row -> !row.measured.isEmpty())
            .sorted(Comparator.comparing(SeedsReport::secondsOfARun).reversed())
            .limit(SLOWEST)
            .toList());
  }

  private static double secondsOfARun(Row row) {
    return row.measured.over(Result::seconds).mean();
  }

  private static String hours(double seconds) {
    long minutes = Math.round(seconds / 60);
    return minutes < 60
        ? text("%.1f min", seconds / 60)
        : text("%d h %02d min", minutes / 60, minutes % 60);
  }

  /** What document 004's stack was chosen among. */
  private static void choice(Page page, List<Row> rows, Path results) {
    page.heading("The stack of document 004")
        .paragraph(
            "That document gives the sizes of its nets and its accuracies, but neither layers nor"
                + " optimizer: what stands for them here is an assumption. Of the stacks of exactly"
                + " 7,330 parameters, the first below stands for it; steps 2 to 5 are to be those"
                + " whose best train and test accuracies come nearest to the claimed ones. The"
                + " others are recipes too: `kilonet reproduce "
                + Seeds.candidates().get(0)
                + "`.");
    Map<String, List<Trial>> stacks = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.published.id().matches("004/step[2-5]")) {
        trial(stacks, row.published, row.recipe, row.measured);
      }
    }
    for (String name : Seeds.candidates()) {
      Recipe recipe = Seeds.named(name).orElseThrow();
      Published published =
          rows.stream()
              .map(Row::published)
              .filter(p -> name.startsWith(p.id() + "-"))
              .findFirst()
              .orElseThrow();
      trial(stacks, published, recipe, Measurements.of(results, recipe));
    }
    Map<String, Function<Map.Entry<String, List<Trial>>, String>> columns = new LinkedHashMap<>();
    columns.put("stack", Map.Entry::getKey);
    for (int i = 0; i < 4; i++) {
      int step = i;
      columns.put(
          Text.of("step %d: test, train", i + 2), stack -> stack.getValue().get(step).toString());
    }
    columns.put("mean distance", stack -> distance(stack.getValue()));
    page.table(columns, List.copyOf(stacks.entrySet()));
  }

  /** What a stack reached in one step; not a number where it was not measured. */
  private record Trial(Published published, double test, double train) {

    double distance() {
      return Math.abs(test - published.claimedTest()) + Math.abs(train - published.claimedTrain());
    }

    @Override
    public String toString() {
      return Double.isNaN(test) ? TO_COME : text("%.2f, %.2f", test, train);
    }
  }

  private static void trial(
      Map<String, List<Trial>> stacks, Published published, Recipe recipe, Measurements measured) {
    boolean none = measured.isEmpty();
    double test = none ? Double.NaN : measured.over(Measurements::best).mean();
    double train = none ? Double.NaN : measured.over(Measurements::bestTrain).mean();
    stacks
        .computeIfAbsent(
            String.join(", ", recipe.model().texts()).replace(" 3x3", ""), s -> new ArrayList<>())
        .add(new Trial(published, test, train));
  }

  private static String distance(List<Trial> trials) {
    double sum = trials.stream().mapToDouble(Trial::distance).sum();
    return Double.isNaN(sum) ? NONE : text("%.3f", sum / (2 * trials.size()));
  }

  /** The nets about the size of the assignment's above all of them. */
  private static Figure chart(List<Row> rows) {
    List<Row> small = rows.stream().filter(row -> row.summary.parameters() < SMALL).toList();
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

  private static Figure chart(String title, List<Row> rows, Axis x) {
    List<Row> logged = rows.stream().filter(row -> !row.published.logged().isEmpty()).toList();
    List<Row> ours = rows.stream().filter(row -> !row.measured.isEmpty()).toList();
    double[] theirLows =
        logged.stream().mapToDouble(row -> Measurements.low(row.published.logged())).toArray();
    List<Spread> spreads = ours.stream().map(row -> row.measured.over(Measurements::low)).toList();
    double least =
        DoubleStream.concat(
                DoubleStream.of(theirLows), spreads.stream().mapToDouble(SeedsReport::least))
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

  private static double[] parameters(List<Row> rows) {
    return rows.stream().mapToDouble(row -> row.summary.parameters()).toArray();
  }

  private static String csv(List<Row> rows) {
    StringBuilder text =
        new StringBuilder(
            "experiment,parameters,receptive_field,epochs,claimed_best,logged_best,"
                + "logged_lowest_of_last_five,seeds,best_mean,best_deviation,"
                + "lowest_of_last_five_mean,lowest_of_last_five_deviation,difference,"
                + "standard_error,differs,claimed_meets,logged_meets,measured_meets,"
                + "seconds_mean,seconds_all,claimed_train,train_mean\n");
    for (Row row : rows) {
      boolean logged = !row.published.logged().isEmpty();
      Measurements m = row.measured;
      List<String> cells = new ArrayList<>();
      cells.add(row.published.id());
      cells.add(Long.toString(row.summary.parameters()));
      cells.add(row.receptiveField());
      cells.add(Integer.toString(row.recipe.epochs()));
      cells.add(number(row.published.claimedTest()));
      cells.add(number(logged ? row.publishedBest() : null));
      cells.add(number(logged ? Measurements.low(row.published.logged()) : null));
      cells.add(Integer.toString(m.runs().size()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::best).mean()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::best).deviation()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::low).mean()));
      cells.add(number(m.isEmpty() ? null : m.over(Measurements::low).deviation()));
      cells.add(number(row.isComparable() ? row.difference() : null));
      cells.add(number(row.isComparable() ? row.standardError() : null));
      cells.add(row.isComparable() ? yes(row.differs()) : "");
      cells.add(row.claimedMeets().replace(NONE, ""));
      cells.add(row.loggedMeets().replace(NONE, ""));
      cells.add(m.isEmpty() ? "" : Long.toString(m.count(r -> r.contract().met())));
      cells.add(number(m.isEmpty() ? null : secondsOfARun(row)));
      cells.add(number(m.isEmpty() ? null : m.seconds()));
      cells.add(number(row.published.claimedTrain()));
      cells.add(number(m.isEmpty() ? null : row.bestTrain()));
      text.append(String.join(",", cells)).append('\n');
    }
    return text.toString();
  }

  private static String number(Double value) {
    return value == null || value.isNaN() ? "" : text("%.3f", value);
  }

  /** With its sign; what rounds to nothing has none. */
  static String signed(double points) {
    String text = text("%+.2f", points);
    return text.matches(".0\\.00") ? "0.00" : text;
  }

  private static String yes(boolean is) {
    return is ? "yes" : "no";
  }

  private static String text(String format, Object... values) {
    return Text.of(format, values);
  }
}
