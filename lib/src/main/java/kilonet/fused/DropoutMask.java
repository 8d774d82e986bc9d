package kilonet.fused;

/**
 * Draws which activations dropout keeps, from a counter-based stream: the mask of an image follows
 * from the seed, the layer, the step and the image's place in the batch, whatever thread asks.
 *
 * <p>Each activation's number is hashed by the finisher of MurmurHash3 (Appleby 2011) with a key of
 * 64 bits mixed in, in one flat loop of integer arithmetic that HotSpot turns into vector code. The
 * retained share is met to within 2^-24.
 */
final class DropoutMask {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final int DIGITS = 24;

  private final int[] counters;
  private final int[] bits;

  /** Makes room for the mask of an image with so many activations. */
  DropoutMask(int activations) {
    counters = new int[activations];
    bits = new int[activations];
    for (int i = 0; i < activations; i++) {
      counters[i] = i;
    }
  }

  /**
   * Draws an image's mask.
   *
   * @param retain the share that is kept, above 0, at most 1
   * @param seed the network's
   * @param layer the number of the layer
   * @param step the number of the training step
   * @param image the number of the image in the batch
   * @return the bits of the mask's floats, 0 for what is dropped and 1 / retain for what is kept;
   *     overwritten by the next call
   */
  int[] draw(double retain, long seed, int layer, int step, int image) {
    long key = mix(mix(mix(seed + layer * GOLDEN) + step * GOLDEN) + image * GOLDEN);
    int threshold = (int) Math.round(retain * (1 << DIGITS));
    int one = Float.floatToIntBits((float) (1 / retain));
    fill(counters, bits, (int) key, (int) (key >>> 32), threshold, one);
    return bits;
  }

  private static void fill(
      int[] counters, int[] bits, int first, int second, int threshold, int one) {
    for (int i = 0; i < bits.length; i++) {
      int h = counters[i] + first;
      h ^= h >>> 16;
      h *= 0x85EBCA6B;
      h ^= second;
      h ^= h >>> 13;
      h *= 0xC2B2AE35;
      h ^= h >>> 16;
      bits[i] = (h >>> 8) - threshold >> 31 & one;
    }
  }

  /** The finisher of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
