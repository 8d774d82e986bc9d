package kilonet.course;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kilonet.published.Published;
import kilonet.published.PublishedRecipes;
import kilonet.text.Text;
import kilonet.train.Recipe;

/** What document 004's stack was chosen among, as a section of the page about experiments. */
final class StackChoice {

  private StackChoice() {}

  /**
   * Adds the section.
   *
   * @param results the folder of results
   */
  static void addTo(Page page, List<Reproduction> rows, Path results) {
    page.heading("The stack of document 004")
        .paragraph(
            "That document gives the sizes of its nets and its accuracies, but neither layers nor"
                + " optimizer: what stands for them here is an assumption. Of the stacks of exactly"
                + " 7,330 parameters, the first below stands for it; steps 2 to 5 are to be those"
                + " whose best train and test accuracies come nearest to the claimed ones. The"
                + " others are recipes too: `kilonet reproduce "
                + PublishedRecipes.candidates().get(0)
                + "`.");
    Map<String, List<Trial>> stacks = new LinkedHashMap<>();
    for (Reproduction row : rows) {
      if (row.published().id().matches("004/step[2-5]")) {
        trial(stacks, row.published(), row.recipe(), row.measured());
      }
    }
    for (String name : PublishedRecipes.candidates()) {
      Recipe recipe = PublishedRecipes.named(name).orElseThrow();
      Published published =
          rows.stream()
              .map(Reproduction::published)
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
      return Double.isNaN(test) ? PublishedReport.TO_COME : Text.of("%.2f, %.2f", test, train);
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
    return Double.isNaN(sum) ? Reproduction.NONE : Text.of("%.3f", sum / (2 * trials.size()));
  }
}
