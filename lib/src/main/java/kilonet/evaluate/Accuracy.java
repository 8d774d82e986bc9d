package kilonet.evaluate;

import kilonet.text.Numbers;
import kilonet.text.Text;
import kilonet.train.Predictions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * An accuracy and how far chance alone moves it.
 *
 * @param right images classified rightly, 0 to {@code images}
 * @param images images asked about, at least 1
 */
public record Accuracy(int right, int images) {

  /** Checks the ranges. */
  public Accuracy {
    if (images < 1 || right < 0 || right > images) {
      throw new IllegalArgumentException(
          Text.of(
              "%,d of %,d images cannot be right: give 1 image or more, and 0 to all of them right.",
              right, images));
    }
  }

  /** The accuracy of a net's predictions. */
  public static Accuracy of(Predictions predictions) {
    return new Accuracy(ConfusionMatrix.of(predictions).right(), predictions.size());
  }

  /** Percent. */
  public double percent() {
    return 100.0 * right / images;
  }

  /**
   * The binomial standard error, {@code sqrt(p (1 - p) / n)}, in percent points: how far the figure
   * would typically move with another test set of this size.
   */
  public double standardError() {
    double p = (double) right / images;
    return 100 * Math.sqrt(p * (1 - p) / images);
  }

  /** The figures as a table of Tablesaw. */
  public Table table() {
    return Numbers.plain(
        Table.create(
            "accuracy",
            IntColumn.create("images", new int[] {images}),
            IntColumn.create("right", new int[] {right}),
            IntColumn.create("wrong", new int[] {images - right}),
            DoubleColumn.create("accuracy", new double[] {percent()}),
            DoubleColumn.create("standard error", new double[] {standardError()})));
  }

  /** Such as {@code 99.40% ± 0.08}. */
  @Override
  public String toString() {
    return Text.of("%.2f%% ± %.2f", percent(), standardError());
  }
}
