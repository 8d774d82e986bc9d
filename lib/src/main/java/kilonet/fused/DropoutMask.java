package kilonet.fused;

/**
 * Draws which activations dropout keeps, from a counter-based stream: the mask of an image follows
 * from the seed, the layer, the step and the image's place in the batch, whatever thread asks.
 *
 * <p>64 activations are decided at a time. Bit by bit, from the last to the first of the retained
 * share's binary digits, a random word is combined by OR where the digit is 1 and by AND where it
 * is 0; a lane is then 1 with a probability of that binary fraction (12 digits: to within 0.00013).
 */
final class DropoutMask {
  private static final int DIGITS = 24;
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  /** For four bits, all ones or zeros in the place of the first two floats, and of the others. */
  private static final long[] FIRST = new long[16];

  private static final long[] SECOND = new long[16];

  static {
    long[] spread = {0, 0xFFFF_FFFFL, 0xFFFF_FFFF_0000_0000L, -1};
    for (int bits = 0; bits < 16; bits++) {
      FIRST[bits] = spread[bits & 3];
      SECOND[bits] = spread[bits >> 2];
    }
  }

  private DropoutMask() {}

  /** Returns how long an array has to be that takes the mask of so many activations. */
  static int length(int activations) {
    return (activations + 63) / 64 * 32;
  }

  /**
   * Draws an image's mask.
   *
   * @param pairs takes the mask: as many floats as there are activations, two in each element, 0
   *     for what is dropped and 1 / retain for what is kept
   * @param activations how many there are, even
   * @param retain the share that is kept, above 0, at most 1
   * @param seed the network's
   * @param layer the number of the layer
   * @param step the number of the training step
   * @param image the number of the image in the batch
   */
  static void draw(
      long[] pairs, int activations, double retain, long seed, int layer, int step, int image) {
    int threshold = (int) Math.round(retain * (1 << DIGITS));
    long key = mix(mix(mix(seed + layer * GOLDEN) + step * GOLDEN) + image * GOLDEN);
    long one = Float.floatToIntBits((float) (1 / retain));
    long both = one << 32 | one;
    int words = (activations + 63) / 64;
    for (int w = 0; w < words; w++) {
      long kept = threshold == 1 << DIGITS ? -1 : 0;
      long open = ~kept;
      long counter = key + (long) w * DIGITS * GOLDEN;
      for (int digit = DIGITS - 1; digit >= 0 && open != 0; digit--) {
        counter += GOLDEN;
        long word = mix(counter);
        if ((threshold >> digit & 1) == 1) {
          kept |= open & ~word;
          open &= word;
        } else {
          open &= ~word;
        }
      }
      for (int at = w * 32; at < w * 32 + 32; at += 4) {
        int low = (int) kept & 15;
        int high = (int) (kept >>> 4) & 15;
        pairs[at] = FIRST[low] & both;
        pairs[at + 1] = SECOND[low] & both;
        pairs[at + 2] = FIRST[high] & both;
        pairs[at + 3] = SECOND[high] & both;
        kept >>>= 8;
      }
    }
  }

  /** The finisher of SplitMix64 (Steele, Lea, Flood 2014). */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
