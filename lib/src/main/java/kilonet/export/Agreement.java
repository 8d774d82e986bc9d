package kilonet.export;

import java.util.function.Function;
import java.util.stream.IntStream;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.fused.FusedNetwork;
import kilonet.text.Text;
import kilonet.train.Predictions;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * How far what was made of a net says the same as the net.
 *
 * @param data the name of the images
 * @param images how many both were asked about
 * @param before accuracy of the net, in percent
 * @param after accuracy of what was made of it, in percent
 * @param differing images to which both gave different answers
 * @param largest the largest difference of a logit, each less the mean of the picture's
 */
public record Agreement(
    String data, int images, double before, double after, int differing, double largest) {

  private static final int BATCH = 1_000;

  /** Float32 rounds: sums in another order differ that much, in logits of about 10. */
  public static final double FLOAT_LOGIT = 1e-3;

  /** Percentage points that 8 bits may cost. */
  public static final double INT8_POINTS = 0.05;

  /** The same for nets with depthwise convolutions, which have few weights to round. */
  public static final double INT8_POINTS_DEPTHWISE = 0.15;

  /** So few answers may be lost however few images there are. */
  private static final int FEW = 3;

  /**
   * Asks both.
   *
   * @param network the net
   * @param test the images
   * @param normalization how their pixels are normalized
   * @param logits what the product makes of an image's place in the set
   */
  static Agreement of(
      MultiLayerNetwork network,
      ImageSet test,
      Normalization normalization,
      Function<Integer, float[]> logits) {
    Predictions expected;
    try (Batches batches = Batches.inOrder(test, BATCH).normalization(normalization).build()) {
      expected = Predictions.of(FusedNetwork.of(network), batches);
    }
    float[][] made = new float[test.size()][];
    IntStream.range(0, test.size()).parallel().forEach(i -> made[i] = logits.apply(i));
    Predictions actual = new Predictions(made, expected.labels());
    int differing = 0;
    double largest = 0;
    for (int i = 0; i < test.size(); i++) {
      differing += expected.predicted(i) == actual.predicted(i) ? 0 : 1;
      largest = Math.max(largest, difference(expected.probabilities()[i], made[i]));
    }
    return new Agreement(
        test.name(), test.size(), expected.accuracy(), actual.accuracy(), differing, largest);
  }

  /** The largest difference of logits, of which one side is known by its softmax. */
  private static double difference(float[] probabilities, float[] logits) {
    double meanOfLogs = 0;
    double meanOfLogits = 0;
    double[] logs = new double[logits.length];
    for (int c = 0; c < logits.length; c++) {
      logs[c] = Math.log(Math.max(Float.MIN_VALUE, probabilities[c]));
      meanOfLogs += logs[c] / logits.length;
      meanOfLogits += logits[c] / (double) logits.length;
    }
    double largest = 0;
    for (int c = 0; c < logits.length; c++) {
      double difference = Math.abs(logs[c] - meanOfLogs - (logits[c] - meanOfLogits));
      largest = Math.max(largest, difference);
    }
    return largest;
  }

  /**
   * Refuses a product that says something else than its net.
   *
   * @param int8 whether it computes in whole numbers, which costs some answers
   * @param depthwise whether the net has depthwise convolutions
   * @throws IllegalStateException if more is lost than may be; the message says how much
   */
  public void require(boolean int8, boolean depthwise) {
    if (!int8 && (differing > 0 || largest > FLOAT_LOGIT)) {
      throw new IllegalStateException(
          Text.of(
              "What was made of the net does not say the same: %,d of %,d answers differ, a logit by"
                  + " up to %.2g; none may, and %.2g at most. Nothing was written.",
              differing, images, largest, FLOAT_LOGIT));
    }
    double points = depthwise ? INT8_POINTS_DEPTHWISE : INT8_POINTS;
    double lost = before - after;
    if (int8 && lost > Math.max(points, 100.0 * FEW / images) + 1e-9) {
      throw new IllegalStateException(
          Text.of(
              "In 8 bits the net loses too much: %.2f%% of %,d images of %s instead of %.2f%%, where"
                  + " at most %.2f points may be lost. Nothing was written; export it without"
                  + " --int8.",
              after, images, data, before, points));
    }
  }

  @Override
  public String toString() {
    return Text.of(
        "accuracy before %.2f%%, after %.2f%%; %,d of %,d answers differ, a logit by at most %.2g (%s)",
        before, after, differing, images, largest, data);
  }
}
