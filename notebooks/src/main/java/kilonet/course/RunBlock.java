package kilonet.course;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import kilonet.data.Datasets;
import kilonet.evaluate.Accuracy;
import kilonet.evaluate.Calibration;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.evaluate.Mistake;
import kilonet.text.Text;
import kilonet.train.Predictions;
import kilonet.train.Result;

/**
 * What the assignment asks for at the head of each step: target, result, analysis. Every sentence
 * is made from figures of the run, and says the opposite where they do.
 *
 * @param target what was to be reached
 * @param reason why that is the target here; empty where there is nothing to say
 * @param result what was reached
 * @param analysis what the figures say about it
 */
public record RunBlock(
    List<String> target, String reason, List<String> result, List<String> analysis) {

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
    List<String> result = new ArrayList<>(figures(run));
    result.add(
        text("accuracy of the net that is kept: %s (standard error)", Accuracy.of(predictions)));
    if (!run.isJudged()) {
      List<String> none =
          List.of(
              text(
                  "none: no assignment is about %s, unless the recipe has one",
                  Datasets.title(run.data())));
      return new RunBlock(none, "", result, findings(run, predictions));
    }
    result.add(
        run.contract().met()
            ? "The target is met."
            : "The target is not met. " + String.join(" ", run.contract().misses()));
    return new RunBlock(goals(run), "", result, findings(run, predictions));
  }

  /** The demands of a run's assignment. */
  static List<String> goals(Result run) {
    return Demand.of(run.definition().goal()).stream().map(Demand::text).toList();
  }

  /** What a run came to, without a verdict. */
  static List<String> figures(Result run) {
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
            "test accuracy of the %s: %s", Findings.lastEpochs(run), percents(Findings.last(run))));
    lines.add(
        text(
            "trained on %,d images for %d epoch%s in %.0f s, %,.0f images/s, with the %s engine,"
                + " seed %d",
            run.trainImages(),
            run.epochs(),
            run.epochs() == 1 ? "" : "s",
            run.seconds(),
            run.imagesPerSecond(),
            run.engine(),
            run.seed()));
    return lines;
  }

  private static List<String> findings(Result run, Predictions predictions) {
    List<String> lines = new ArrayList<>();
    List<Claim> claims =
        run.isJudged()
            ? List.of(
                Findings.overfitting(run),
                Findings.goal(run),
                Findings.consistency(run),
                Findings.chance(run))
            : List.of(Findings.overfitting(run), Findings.range(run));
    for (Claim claim : claims) {
      lines.add(claim.sentence());
    }
    lines.add(confusions(predictions));
    lines.add(confidence(predictions));
    return lines;
  }

  private static String confusions(Predictions predictions) {
    List<ConfusionMatrix.Confusion> pairs = ConfusionMatrix.of(predictions).mostConfused(1);
    if (pairs.isEmpty()) {
      return "It makes no mistake on these images.";
    }
    ConfusionMatrix.Confusion pair = pairs.get(0);
    return text(
        "Its most frequent mistake is to take a %s for a %s: %d of %d mistakes.",
        predictions.className(pair.truth()),
        predictions.className(pair.predicted()),
        pair.count(),
        Mistake.all(predictions).size());
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
    return Text.of(format, values);
  }

  /** The block as Markdown: three headings of the second level with lists. */
  public String markdown() {
    Page page = new Page("");
    addTo(page);
    return page.markdown().strip() + "\n";
  }

  void addTo(Page page) {
    page.heading("Target").list(target);
    if (!reason.isEmpty()) {
      page.paragraph(reason);
    }
    page.heading("Result").list(result);
    page.heading("Analysis").list(analysis);
  }
}
