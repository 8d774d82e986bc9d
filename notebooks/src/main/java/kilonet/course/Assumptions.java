package kilonet.course;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kilonet.chart.Axis;
import kilonet.published.Published;
import kilonet.published.PublishedRecipes;
import kilonet.text.Text;
import kilonet.train.Recipe;
import kilonet.train.Result;

/**
 * What stands for something that a document does not say, and what it was chosen among: two
 * sections of the page about experiments.
 */
final class Assumptions {

  private final List<Reproduction> rows;
  private final Path results;

  private Assumptions(List<Reproduction> rows, Path results) {
    this.rows = rows;
    this.results = results;
  }

  /**
   * Adds the sections.
   *
   * @param results the folder of results
   */
  static void addTo(Page page, List<Reproduction> rows, Path results) {
    Assumptions assumptions = new Assumptions(rows, results);
    page.heading("The dropout of document 001's step 3")
        .paragraph(
            "That document does not say how large it is. The first below stands for it; it is to be"
                + " that whose best train and test accuracies come nearest to the claimed ones.");
    assumptions.table(
        page, "dropout", recipe -> Axis.number(recipe.model().dropout()), List.of("001/step3"));
    page.heading("The stack of document 004")
        .paragraph(
            "That document gives the sizes of its nets and its accuracies, but neither layers nor"
                + " optimizer: what stands for them here is an assumption. Of the stacks of exactly"
                + " 7,330 parameters, the first below stands for it; steps 2 to 5 are to be those"
                + " whose best train and test accuracies come nearest to the claimed ones.");
    assumptions.table(
        page,
        "stack",
        recipe -> String.join(", ", recipe.model().texts()).replace(" 3x3", ""),
        List.of("004/step2", "004/step3", "004/step4", "004/step5"));
  }

  /** A row for what stands for the experiments, and one for each other that was tried. */
  private void table(
      Page page, String assumed, Function<Recipe, String> name, List<String> experiments) {
    Map<String, List<Trial>> trials = new LinkedHashMap<>();
    List<Reproduction> concerned =
        rows.stream().filter(row -> experiments.contains(row.published().id())).toList();
    for (Reproduction row : concerned) {
      trials
          .computeIfAbsent(name.apply(row.recipe()), n -> new ArrayList<>())
          .add(new Trial(row.published(), row.measured()));
    }
    for (Reproduction row : concerned) {
      for (String other : PublishedRecipes.candidates(row.published().id())) {
        Recipe recipe = PublishedRecipes.named(other).orElseThrow();
        trials
            .computeIfAbsent(name.apply(recipe), n -> new ArrayList<>())
            .add(new Trial(row.published(), Measurements.of(results, recipe)));
      }
    }
    Map<String, Function<Map.Entry<String, List<Trial>>, String>> columns = new LinkedHashMap<>();
    columns.put(assumed, Map.Entry::getKey);
    for (int i = 0; i < experiments.size(); i++) {
      int index = i;
      columns.put(
          experiments.get(i).replaceFirst(".*/step", "step ") + ": test, train",
          row -> row.getValue().get(index).toString());
    }
    columns.put(
        "mean distance",
        row -> {
          double distance = distance(row.getValue());
          return Double.isNaN(distance) ? Reproduction.NONE : Text.of("%.3f", distance);
        });
    List<Map.Entry<String, List<Trial>>> all = List.copyOf(trials.entrySet());
    List<Result> runs =
        all.stream()
            .flatMap(row -> row.getValue().stream())
            .flatMap(trial -> trial.measured().runs().stream())
            .toList();
    page.table(columns, all)
        .paragraph(
            Text.of(
                "%sThe others are recipes too: `kilonet reproduce %s`.%s",
                nearest(all),
                PublishedRecipes.candidates(experiments.get(0)).get(0),
                runs.isEmpty() ? "" : " " + Measurements.engines(runs)));
  }

  /** Best accuracies of one experiment, means over seeds; not a number where not measured. */
  private record Trial(Published published, Measurements measured) {

    double test() {
      return mean(Measurements::best);
    }

    double train() {
      return mean(Measurements::bestTrain);
    }

    private double mean(Function<Result, Double> figure) {
      return measured.isEmpty() ? Double.NaN : measured.over(figure).mean();
    }

    double distance() {
      return Math.abs(test() - published.claimedTest())
          + Math.abs(train() - published.claimedTrain());
    }

    @Override
    public String toString() {
      return measured.isEmpty() ? PublishedReport.TO_COME : Text.of("%.2f, %.2f", test(), train());
    }
  }

  private static String nearest(List<Map.Entry<String, List<Trial>>> all) {
    List<Double> distances = all.stream().map(row -> distance(row.getValue())).toList();
    if (distances.stream().anyMatch(d -> d.isNaN())) {
      return "";
    }
    int least = distances.indexOf(Collections.min(distances));
    return least == 0 ? "The first comes nearest. " : all.get(least).getKey() + " comes nearest. ";
  }

  /** Not a number where one of them was not measured. */
  private static double distance(List<Trial> trials) {
    double sum = trials.stream().mapToDouble(Trial::distance).sum();
    return sum / (2 * trials.size());
  }
}
