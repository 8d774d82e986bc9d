package kilonet.export;

import java.util.Arrays;
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
 * @param logit the net's own largest logit, each less the mean of the picture's
 */
public record Agreement(
    String data,
    int images,
    double before,
    double after,
    int differing,
    double largest,
    double logit) {

  private static final int BATCH = 1_000;

  /** Float32 rounds: sums in another order differ that much, in logits of up to 10. */
  public static final double FLOAT_LOGIT = 1e-3;

  private static final double USUAL_LOGIT = 10;

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
    double[][] expectedLogits;
    try (Batches batches = Batches.inOrder(test, BATCH).normalization(normalization).build();
        FusedNetwork fused = FusedNetwork.of(network)) {
      expected = Predictions.of(fused, batches);
      expectedLogits = Predictions.logits(fused, batches);
    }
    float[][] made = new float[test.size()][];
    IntStream.range(0, test.size()).parallel().forEach(i -> made[i] = logits.apply(i));
    Predictions actual = new Predictions(made, expected.labels());
    int differing = 0;
    double largest = 0;
    double logit = 0;
    for (int i = 0; i < test.size(); i++) {
      differing += expected.predicted(i) == actual.predicted(i) ? 0 : 1;
      double[] wanted = expectedLogits[i];
      if (wanted.length == 0) {
        wanted = logs(expected.probabilities()[i]);
      }
      largest = Math.max(largest, difference(wanted, made[i]));
      logit = Math.max(logit, difference(wanted, new float[wanted.length]));
    }
    return new Agreement(
        test.name(),
        test.size(),
        expected.accuracy(),
        actual.accuracy(),
        differing,
        largest,
        logit);
  }

  /** Logits less a number, where only their softmax is known; NaN where a float lost it. */
  private static double[] logs(float[] probabilities) {
    double[] logs = new double[probabilities.length];
    for (int c = 0; c < logs.length; c++) {
      logs[c] = probabilities[c] < Float.MIN_NORMAL ? Double.NaN : Math.log(probabilities[c]);
    }
    return logs;
  }

  /** The largest difference of logits, each less the mean, over those that both sides know. */
  private static double difference(double[] expected, float[] logits) {
    int[] known =
        IntStream.range(0, expected.length).filter(c -> !Double.isNaN(expected[c])).toArray();
    double mean =
        Arrays.stream(known).mapToDouble(c -> logits[c] - expected[c]).average().orElse(0);
    return Arrays.stream(known)
        .mapToDouble(c -> Math.abs(logits[c] - expected[c] - mean))
        .max()
        .orElse(0);
  }

  /**
   * Refuses a product that says something else than its net.
   *
   * @param int8 whether it computes in whole numbers, which costs some answers
   * @param depthwise whether the net has depthwise convolutions
   * @throws IllegalStateException if more is lost than may be; the message says how much
   */
  public void require(boolean int8, boolean depthwise) {
    double allowed = FLOAT_LOGIT * Math.max(1, logit / USUAL_LOGIT);
    if (!int8 && (differing > 0 || !(largest <= allowed))) {
      throw new IllegalStateException(
          Text.of(
              "What was made of the net does not say the same: %,d of %,d answers differ, a logit by"
                  + " up to %.2g; none may, and %.2g at most. Nothing was written.",
              differing, images, largest, allowed));
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
