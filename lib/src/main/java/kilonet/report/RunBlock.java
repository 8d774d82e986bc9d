package kilonet.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import kilonet.train.Contract;
import kilonet.train.EpochResult;
import kilonet.train.Predictions;
import kilonet.train.Recipe;
import kilonet.train.Result;

/**
 * What the assignment asks for at the head of each step: target, result, analysis. Every sentence
 * is made from figures of the run, and says the opposite where they do.
 *
 * @param target what was to be reached
 * @param result what was reached
 * @param analysis what the figures say about it
 */
public record RunBlock(List<String> target, List<String> result, List<String> analysis) {

  /** A net is said to overfit where training beats test by more than that, in percent points. */
  private static final double OVERFITS = 0.5;

  /** Keeps copies. */
  public RunBlock {
    target = List.copyOf(target);
    result = List.copyOf(result);
    analysis = List.copyOf(analysis);
  }

  /**
   * The block of a run.
   *
   * @param run one epoch or more
   * @param predictions what its net says of the images that it was tested on
   */
  public static RunBlock of(Result run, Predictions predictions) {
    return new RunBlock(goals(), figures(run, predictions), findings(run, predictions));
  }

  private static List<String> goals() {
    return List.of(
        text(
            "%s%% of MNIST's test images in each of the last %d epochs",
            Axis.number(Contract.ACCURACY), Contract.LAST),
        text("at most %d epochs", Contract.EPOCHS_UP_TO),
        text("fewer than %,d parameters", Contract.PARAMETERS_BELOW));
  }

  private static List<String> figures(Result run, Predictions predictions) {
    List<String> lines = new ArrayList<>();
    lines.add(text("parameters: %,d", run.parameters()));
    lines.add(
        text(
            "best train accuracy: %.2f%%, best test accuracy: %.2f%% (epoch %d)",
            Collections.max(run.trainAccuracy()),
            Collections.max(run.testAccuracy()),
            1 + run.testAccuracy().indexOf(Collections.max(run.testAccuracy()))));
    lines.add(
        text(
            "test accuracy of the last %d epochs: %s",
            run.contract().lastFive().size(), percents(run.contract().lastFive())));
    lines.add(
        text("accuracy of the net that is kept: %s (standard error)", Accuracy.of(predictions)));
    lines.add(
        text(
            "trained on %,d images for %d epochs in %.0f s, %,.0f images/s, with the %s engine, seed"
                + " %d",
            run.trainImages(),
            run.epochs(),
            run.seconds(),
            run.imagesPerSecond(),
            run.engine(),
            run.seed()));
    lines.add(
        run.contract().met()
            ? "The target is met."
            : "The target is not met. " + String.join(" ", run.contract().misses()));
    return lines;
  }

  private static List<String> findings(Result run, Predictions predictions) {
    List<String> lines = new ArrayList<>();
    lines.add(overfitting(run));
    lines.add(goal(run));
    lines.add(consistency(run));
    lines.add(chance(run, predictions));
    lines.add(confusions(predictions));
    lines.add(confidence(predictions));
    return lines;
  }

  private static String overfitting(Result run) {
    List<TrainTestGap> gaps = TrainTestGap.of(run.history());
    List<TrainTestGap> last = gaps.subList(Math.max(0, gaps.size() - Contract.LAST), gaps.size());
    double gap = last.stream().mapToDouble(TrainTestGap::accuracy).average().orElseThrow();
    if (gap > OVERFITS) {
      return text(
          "It overfits: over the last %d epochs, train accuracy is %.2f points above test accuracy.",
          last.size(), gap);
    }
    if (gap >= 0) {
      return text(
          "It hardly overfits: over the last %d epochs, train accuracy is %.2f points above test"
              + " accuracy.",
          last.size(), gap);
    }
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
    return text(
        "It does not overfit: over the last %d epochs, train accuracy is %.2f points below test"
            + " accuracy; %s.",
        last.size(), -gap, why);
  }

  private static String goal(Result run) {
    return run.history().epochs().stream()
        .filter(e -> e.testAccuracy() >= Contract.ACCURACY)
        .mapToInt(EpochResult::epoch)
        .boxed()
        .findFirst()
        .map(
            epoch ->
                text("It reaches %s%% first in epoch %d.", Axis.number(Contract.ACCURACY), epoch))
        .orElseGet(
            () ->
                text(
                    "It never reaches %s%%: its best epoch is %.2f points short of it.",
                    Axis.number(Contract.ACCURACY),
                    Contract.ACCURACY - Collections.max(run.testAccuracy())));
  }

  private static String consistency(Result run) {
    List<Double> last = run.contract().lastFive();
    double least = Collections.min(last);
    double most = Collections.max(last);
    long below = last.stream().filter(a -> a < Contract.ACCURACY).count();
    return text(
        "Its last %d epochs lie between %.2f%% and %.2f%%; %s of them %s below the target.",
        last.size(),
        least,
        most,
        below == 0 ? "none" : Long.toString(below),
        below == 1 ? "is" : "are");
  }

  private static String chance(Result run, Predictions predictions) {
    Accuracy accuracy = Accuracy.of(predictions);
    if (accuracy.right() == accuracy.images()) {
      return text(
          "All %,d test images are right: what is left cannot be measured with them.",
          accuracy.images());
    }
    double margin = accuracy.percent() - Contract.ACCURACY;
    return text(
        "With %,d test images the standard error is %.2f points: the last epoch lies %.1f of them"
            + " %s the target, so that %s.",
        predictions.size(),
        accuracy.standardError(),
        Math.abs(margin) / accuracy.standardError(),
        margin >= 0 ? "above" : "below",
        Math.abs(margin) < 2 * accuracy.standardError()
            ? "another seed may well end on its other side"
            : "chance alone hardly explains it");
  }

  private static String confusions(Predictions predictions) {
    List<ConfusionMatrix.Confusion> pairs = ConfusionMatrix.of(predictions).mostConfused(1);
    if (pairs.isEmpty()) {
      return "It makes no mistake on these images.";
    }
    ConfusionMatrix.Confusion pair = pairs.get(0);
    return text(
        "Its most frequent mistake is to take a %d for a %d: %d of %d mistakes.",
        pair.truth(), pair.predicted(), pair.count(), Mistake.all(predictions).size());
  }

  private static String confidence(Predictions predictions) {
    double confidence = 0;
    for (int i = 0; i < predictions.size(); i++) {
      confidence += 100.0 * predictions.probabilities()[i][predictions.predicted(i)];
    }
    confidence /= predictions.size();
    double excess = confidence - predictions.accuracy();
    boolean told = Math.abs(excess) > Accuracy.of(predictions).standardError();
    return text(
        "It is right in %.2f%% and on average %.2f%% sure: it is %s (expected calibration error"
            + " %.2f%%).",
        predictions.accuracy(),
        confidence,
        !told
            ? "as sure as it is right"
            : excess > 0 ? "too sure of itself" : "too unsure of itself",
        100 * Calibration.of(predictions, 15).expectedError());
  }

  private static String percents(List<Double> accuracies) {
    return String.join(", ", accuracies.stream().map(a -> text("%.2f%%", a)).toList());
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** The block as Markdown: three headings of the second level with lists. */
  public String markdown() {
    Page page = new Page("");
    addTo(page);
    return page.markdown().strip() + "\n";
  }

  void addTo(Page page) {
    page.heading("Target").list(target);
    page.heading("Result").list(result);
    page.heading("Analysis").list(analysis);
  }
}
