package kilonet.fused;

import static kilonet.fused.Layout.LANES;

/**
 * Which activations dropout drops: a hash of the image's key and of the number of the activation,
 * the unit, against a threshold. What is dropped of an image follows from the seed, the layer, the
 * step and the image's place in the batch, whatever thread asks, and in whatever order.
 *
 * <p>Keys are drawn by SplitMix64 (Steele, Lea, Flood 2014); the hash is the finisher of
 * MurmurHash3 (Appleby 2011), whose two halves serve two neighbours. A threshold is a whole number
 * of 65,536ths or the next one, drawn by image so that the probability is met to within 2^-32.
 */
final class DropoutMask {
  /** How many numbers the images of a group have: a key each, then a threshold each. */
  static final int NUMBERS = 2 * LANES;

  static final int STEP = 0x9E3779B1;
  static final int FIRST_FACTOR = 0x85EBCA6B;
  static final int SECOND_FACTOR = 0xC2B2AE35;
  static final int HALF = 16;

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private DropoutMask() {}

  /**
   * Draws the keys and thresholds of a group of images.
   *
   * @param retain the share that is kept, above 0, at most 1
   * @param seed the network's
   * @param layer the number of the layer
   * @param step the number of the training step
   * @param microBatch the number of the batch among those whose gradients make one step
   * @param first the number of the group's first image in the batch
   * @param numbers takes the keys, then the thresholds
   */
  static void draw(
      double retain, long seed, int layer, int step, int microBatch, int first, int[] numbers) {
    double share = (1 - retain) * (1 << HALF);
    long base = mix(mix(seed + layer * GOLDEN) + ((long) microBatch << 32 | step) * GOLDEN);
    for (int l = 0; l < LANES; l++) {
      long drawn = mix(base + (first + l) * GOLDEN);
      numbers[l] = (int) (drawn >>> 32);
      numbers[LANES + l] = (int) (share + (drawn & 0xFFFFFFFFL) * 0x1p-32);
    }
  }

  /** Whether a unit of the image with this key and threshold is dropped. */
  static boolean drops(int key, int threshold, int unit) {
    int h = hash(key ^ (unit >>> 1) * STEP);
    return ((unit & 1) == 0 ? h & (1 << HALF) - 1 : h >>> HALF) < threshold;
  }

  private static int hash(int h) {
    h = (h ^ h >>> 16) * FIRST_FACTOR;
    h = (h ^ h >>> 13) * SECOND_FACTOR;
    return h ^ h >>> 16;
  }

  /** The finisher of SplitMix64. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
