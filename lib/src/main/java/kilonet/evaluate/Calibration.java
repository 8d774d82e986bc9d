package kilonet.evaluate;

import java.util.ArrayList;
import java.util.List;
import kilonet.text.Numbers;
import kilonet.text.Text;
import kilonet.train.Predictions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * Whether a net is right as often as it says: images are put into bins by their confidence, the
 * probability of the predicted class, and each bin's mean confidence is compared with its accuracy.
 * (Guo et al., <i>On calibration of modern neural networks</i>, ICML 2017.)
 *
 * @param bins from low to high confidence, all of the same width
 */
public record Calibration(List<Bin> bins) {

  /**
   * The images of a range of confidence.
   *
   * @param above confidence is above this, except in the first bin, which holds 0 too
   * @param upTo confidence is at most this
   * @param images how many there are
   * @param right how many of them are classified rightly
   * @param confidence their mean confidence, 0 to 1; not a number where there is none
   */
  public record Bin(double above, double upTo, int images, int right, double confidence) {

    /** The share classified rightly, 0 to 1; not a number where there is no image. */
    public double accuracy() {
      return (double) right / images;
    }

    /** The binomial standard error of the accuracy, 0 to 0.5. */
    public double standardError() {
      return Math.sqrt(accuracy() * (1 - accuracy()) / images);
    }
  }

  /** Keeps a copy. */
  public Calibration {
    bins = List.copyOf(bins);
  }

  /**
   * The calibration of a net's predictions.
   *
   * @param count number of bins, at least 1; 10 or 15 are usual
   * @throws IllegalArgumentException if the number is not positive
   */
  public static Calibration of(Predictions predictions, int count) {
    if (count < 1) {
      throw new IllegalArgumentException(
          Text.of("%d bins cannot be: give at least 1; 10 or 15 are usual.", count));
    }
    int[] images = new int[count];
    int[] right = new int[count];
    double[] sum = new double[count];
    for (int i = 0; i < predictions.size(); i++) {
      int predicted = predictions.predicted(i);
      double confidence = predictions.probabilities()[i][predicted];
      int bin = (int) Math.ceil(confidence * count) - 1;
      bin = Math.max(0, Math.min(count - 1, bin));
      images[bin]++;
      sum[bin] += confidence;
      right[bin] += predicted == predictions.labels()[i] ? 1 : 0;
    }
    List<Bin> bins = new ArrayList<>();
    for (int b = 0; b < count; b++) {
      bins.add(
          new Bin((double) b / count, (b + 1.0) / count, images[b], right[b], sum[b] / images[b]));
    }
    return new Calibration(bins);
  }

  /**
   * The expected calibration error, 0 to 1: the mean distance between accuracy and confidence of
   * the bins, each weighted by its images.
   */
  public double expectedError() {
    double sum = 0;
    int images = 0;
    for (Bin bin : bins) {
      if (bin.images > 0) {
        sum += bin.images * Math.abs(bin.accuracy() - bin.confidence);
        images += bin.images;
      }
    }
    return sum / images;
  }

  /** The greatest distance between accuracy and confidence of a bin, 0 to 1. */
  public double maximumError() {
    return bins.stream()
        .filter(bin -> bin.images > 0)
        .mapToDouble(bin -> Math.abs(bin.accuracy() - bin.confidence))
        .max()
        .orElse(Double.NaN);
  }

  /** The bins as a table of Tablesaw. */
  public Table table() {
    return Numbers.plain(
        Table.create(
            "calibration",
            DoubleColumn.create("above", bins.stream().mapToDouble(Bin::above).toArray()),
            DoubleColumn.create("up to", bins.stream().mapToDouble(Bin::upTo).toArray()),
            IntColumn.create("images", bins.stream().mapToInt(Bin::images).toArray()),
            DoubleColumn.create("confidence", bins.stream().mapToDouble(Bin::confidence).toArray()),
            DoubleColumn.create("accuracy", bins.stream().mapToDouble(Bin::accuracy).toArray())));
  }
}
