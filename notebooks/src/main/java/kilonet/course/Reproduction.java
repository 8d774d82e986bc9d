package kilonet.course;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.model.Summary;
import kilonet.published.Published;
import kilonet.published.PublishedRecipes;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Recipe;
import kilonet.train.Spread;

/** An experiment: its recipe, what its author says, and what was measured. */
record Reproduction(
    Recipe recipe, Summary summary, Published published, Measurements measured, double pooled) {

  /** Two accuracies further apart than this, in percent points, are always explained. */
  static final double APART = 0.15;

  /** Stands for what is not known. */
  static final String NONE = "–";

  /**
   * All experiments with what a folder of results holds of them.
   *
   * @throws IllegalArgumentException if a file is no result
   */
  static List<Reproduction> all(Path results) {
    Map<String, Measurements> measured = new LinkedHashMap<>();
    for (String name : PublishedRecipes.names()) {
      measured.put(name, Measurements.of(results, PublishedRecipes.named(name).orElseThrow()));
    }
    double pooled = pooled(measured.values().stream().filter(m -> m.runs().size() > 1).toList());
    return Published.all().stream()
        .map(
            published -> {
              Recipe recipe = PublishedRecipes.named(published.id()).orElseThrow();
              return new Reproduction(
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
    return Contract.fits(summary.parameters(), recipe.epochs());
  }

  String claimedMeets() {
    return published.claimedTest() == null
        ? NONE
        : yes(fits() && published.claimedTest() >= Contract.ACCURACY);
  }

  String loggedMeets() {
    return published.logged().isEmpty()
        ? NONE
        : yes(Contract.isMetBy(summary.parameters(), recipe.epochs(), published.logged()));
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

  /** In a table. */
  static String yes(boolean is) {
    return is ? "yes" : "no";
  }
}
