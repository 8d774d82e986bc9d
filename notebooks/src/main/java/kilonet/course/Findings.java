package kilonet.course;

import java.util.Collections;
import java.util.List;
import kilonet.chart.Axis;
import kilonet.evaluate.Accuracy;
import kilonet.evaluate.TrainTestGap;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.EpochResult;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Spread;

/** Claims about any run: each sentence beside the test of the figures that decides on it. */
final class Findings {

  /** A net is said to overfit where training beats test by more than that, in percent points. */
  private static final double OVERFITS = 0.5;

  private Findings() {}

  /** Test accuracies of the last five epochs, or of all where there are fewer. */
  static List<Double> last(Result run) {
    return Contract.last(run.testAccuracy());
  }

  /** What these epochs are called. */
  static String lastEpochs(Result run) {
    int count = last(run).size();
    return count == 1 ? "only epoch" : Text.of("last %d epochs", count);
  }

  /** Train less test accuracy in percent points, the mean of the last five epochs. */
  static double gap(Result run) {
    return Contract.last(TrainTestGap.of(run.history())).stream()
        .mapToDouble(TrainTestGap::accuracy)
        .average()
        .orElseThrow();
  }

  static Claim overfits(Result run) {
    return Claim.that(
        gap(run) > OVERFITS,
        "It overfits: over the %s, train accuracy is %.2f points above test accuracy.",
        lastEpochs(run),
        gap(run));
  }

  static Claim hardlyOverfits(Result run) {
    return Claim.that(
        gap(run) >= 0 && gap(run) <= OVERFITS,
        "It hardly overfits: over the %s, train accuracy is %.2f points above test" + " accuracy.",
        lastEpochs(run),
        gap(run));
  }

  static Claim doesNotOverfit(Result run) {
    Recipe recipe = run.definition();
    boolean augmented = !recipe.augmentation().equals("none");
    boolean dropout = recipe.model().dropout() > 0;
    String why =
        augmented && dropout
            ? "it is measured on augmented images and with dropout"
            : augmented
                ? "it is measured on augmented images"
                : dropout
                    ? "it is measured with dropout"
                    : "it is measured while the net still changes";
    return Claim.that(
        gap(run) < 0,
        "It does not overfit: over the %s, train accuracy is %.2f points below test"
            + " accuracy; %s.",
        lastEpochs(run),
        -gap(run),
        why);
  }

  /** Whether it overfits, hardly or not at all. */
  static Claim overfitting(Result run) {
    return Claim.firstThatHolds(overfits(run), hardlyOverfits(run), doesNotOverfit(run));
  }

  /** It overfits by less than so many points, or not at all. */
  static Claim gapBelow(Result run, double points) {
    return Claim.that(
        gap(run) < points,
        "It does not overfit: over the %s, train accuracy is %.2f points %s test accuracy, and"
            + " overfitting would be %s or more above it.",
        lastEpochs(run),
        Math.abs(gap(run)),
        gap(run) < 0 ? "below" : "above",
        Axis.number(points));
  }

  /** It gets as far as an accuracy in percent. */
  static Claim reaches(Result run, double accuracy) {
    return reaches(run, accuracy, Integer.MAX_VALUE);
  }

  /** It gets as far as an accuracy in percent, not after an epoch. */
  static Claim reaches(Result run, double accuracy, double latest) {
    int first =
        run.history().epochs().stream()
            .filter(e -> e.testAccuracy() >= accuracy)
            .mapToInt(EpochResult::epoch)
            .findFirst()
            .orElse(0);
    if (first == 0 || first > latest) {
      return Claim.that(
          false,
          "It reaches %s%%%s.",
          Axis.number(accuracy),
          latest == Integer.MAX_VALUE ? "" : Text.of(" by epoch %.0f", latest));
    }
    return Claim.that(true, "It reaches %s%% first in epoch %d.", Axis.number(accuracy), first);
  }

  /** It reaches 99.4%, or how much its best epoch lacks. */
  static Claim goal(Result run) {
    double best = Collections.max(run.testAccuracy());
    double goal = run.definition().goal().accuracy();
    return Claim.firstThatHolds(
        reaches(run, goal),
        Claim.that(
            best < goal,
            "It never reaches %s%%: its best epoch is %.2f points short of it.",
            Axis.number(goal),
            goal - best));
  }

  /** Between what its last five epochs lie. */
  static Claim range(Result run) {
    List<Double> last = last(run);
    return last.size() == 1
        ? Claim.that(true, "Its only epoch is at %.2f%%.", last.get(0))
        : Claim.that(
            true,
            "Its last %d epochs lie between %.2f%% and %.2f%%.",
            last.size(),
            Collections.min(last),
            Collections.max(last));
  }

  /** Between what its last five epochs lie, and how many of them are below 99.4%. */
  static Claim consistency(Result run) {
    List<Double> last = last(run);
    double goal = run.definition().goal().accuracy();
    long below = last.stream().filter(a -> a < goal).count();
    if (last.size() == 1) {
      return Claim.that(
          true,
          "Its only epoch is at %.2f%%, %s %s%%.",
          last.get(0),
          below == 1 ? "below" : "not below",
          Axis.number(goal));
    }
    return Claim.that(
        true,
        "Its last %d epochs lie between %.2f%% and %.2f%%; %s of them %s below %s%%.",
        last.size(),
        Collections.min(last),
        Collections.max(last),
        below == 0 ? "none" : Long.toString(below),
        below == 1 ? "is" : "are",
        Axis.number(goal));
  }

  /** How far chance alone may have moved the last epoch's accuracy. */
  static Claim chance(Result run) {
    double last = run.testAccuracy().get(run.epochs() - 1);
    Accuracy accuracy =
        new Accuracy((int) Math.round(last / 100 * run.testImages()), run.testImages());
    if (accuracy.right() == accuracy.images()) {
      return Claim.that(
          true,
          "All %,d test images are right: what is left cannot be measured with them.",
          accuracy.images());
    }
    double goal = run.definition().goal().accuracy();
    double margin = accuracy.percent() - goal;
    return Claim.that(
        true,
        "With %,d test images the standard error is %.2f points: the last epoch lies %.1f of them"
            + " %s %s%%, so that %s.",
        accuracy.images(),
        accuracy.standardError(),
        Math.abs(margin) / accuracy.standardError(),
        margin >= 0 ? "above" : "below",
        Axis.number(goal),
        Math.abs(margin) < 2 * accuracy.standardError()
            ? "another seed may well end on its other side"
            : "chance alone hardly explains it");
  }

  /** How several seeds of one recipe end, and which place among them the run has that is shown. */
  static Claim seeds(Result run, List<Result> runs) {
    List<Double> lowest = runs.stream().map(Measurements::low).toList();
    return Claim.that(
        true,
        "Over %d seeds, the lowest of the last %d epochs is %s (mean ± standard deviation), %.2f%%"
            + " at worst; %d of %d seeds meet the assignment. Seed %d, which is shown here, is"
            + " number %d of them.",
        runs.size(),
        Contract.LAST,
        Spread.of(lowest).text("%", 2),
        Collections.min(lowest),
        runs.stream().filter(each -> each.contract().met()).count(),
        runs.size(),
        run.seed(),
        1 + lowest.stream().filter(each -> each > Measurements.low(run)).count());
  }
}
