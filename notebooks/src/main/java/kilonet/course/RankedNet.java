package kilonet.course;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kilonet.model.Summary;
import kilonet.published.Published;
import kilonet.published.PublishedRecipes;
import kilonet.train.Contract;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Spread;

/**
 * A net of the leaderboard.
 *
 * @param epochs 0 where that is not known
 * @param accuracies for each seed the test accuracy by epoch, or the end of it
 */
record RankedNet(
    String name, long parameters, int epochs, List<List<Double>> accuracies, boolean ours) {

  /** The leaderboard leaves out nets of so many parameters. */
  static final long SMALL = 20_000;

  /** Stands for a number of epochs that is not known. */
  static final int UNKNOWN = 0;

  /**
   * The smallest net found anywhere with a log that meets the assignment, other than the published
   * experiments: its last five epochs of one run.
   */
  static final RankedNet ELSEWHERE =
      new RankedNet(
          "smallest found elsewhere",
          6_174,
          UNKNOWN,
          List.of(List.of(99.42, 99.48, 99.47, 99.44, 99.47)),
          false);

  Spread last() {
    return Spread.of(accuracies.stream().map(a -> a.get(a.size() - 1)).toList());
  }

  Spread low() {
    return Spread.of(accuracies.stream().map(Measurements::low).toList());
  }

  long met() {
    return accuracies.stream().filter(a -> Contract.isMetBy(parameters, epochs, a)).count();
  }

  /** How far its last epochs scatter over seeds; 0 for a single one. */
  double error() {
    return accuracies.size() == 1 ? 0 : last().deviation();
  }

  /** The steps and records that were measured. */
  static List<RankedNet> ours(Path results) {
    List<RankedNet> ours = new ArrayList<>();
    for (String name : Catalogue.ours()) {
      Recipe recipe = Catalogue.named(name);
      Measurements measured = Measurements.of(results, recipe);
      if (!measured.isEmpty() && measured.runs().get(0).parameters() < SMALL) {
        ours.add(
            new RankedNet(
                name,
                measured.runs().get(0).parameters(),
                recipe.epochs(),
                measured.runs().stream().map(Result::testAccuracy).toList(),
                true));
      }
    }
    return ours;
  }

  /** The published experiments that have a log. */
  static List<RankedNet> published() {
    List<RankedNet> entries = new ArrayList<>();
    for (Published published : Published.all()) {
      Recipe recipe = PublishedRecipes.named(published.id()).orElseThrow();
      long parameters = Summary.of(recipe.model()).parameters();
      if (!published.logged().isEmpty() && parameters < SMALL) {
        entries.add(
            new RankedNet(
                published.id(), parameters, recipe.epochs(), List.of(published.logged()), false));
      }
    }
    return entries;
  }
}
