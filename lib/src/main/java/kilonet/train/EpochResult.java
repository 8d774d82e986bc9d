package kilonet.train;

import java.util.stream.DoubleStream;

/**
 * What one epoch came to.
 *
 * @param epoch its number, from 1
 * @param trainLoss mean cross-entropy of the batches as they were trained on, augmented and with
 *     dropout
 * @param trainAccuracy percent of those images that were classified rightly
 * @param testLoss mean cross-entropy of the test images
 * @param testAccuracy percent of test images classified rightly by the net that is kept
 * @param rawTestAccuracy the same by the net without averaging; equal where nothing is averaged
 * @param learningRate rate of the last batch
 * @param seconds spent on training
 * @param imagesPerSecond training images a second
 */
public record EpochResult(
    int epoch,
    double trainLoss,
    double trainAccuracy,
    double testLoss,
    double testAccuracy,
    double rawTestAccuracy,
    double learningRate,
    double seconds,
    double imagesPerSecond) {

  /** Whether all figures are finite. */
  boolean isFinite() {
    return DoubleStream.of(
            trainLoss,
            trainAccuracy,
            testLoss,
            testAccuracy,
            rawTestAccuracy,
            learningRate,
            seconds,
            imagesPerSecond)
        .allMatch(Double::isFinite);
  }
}
