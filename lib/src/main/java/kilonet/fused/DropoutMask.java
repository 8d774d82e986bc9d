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
  private static final int DIGITS = 12;
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private DropoutMask() {}

  /**
   * Fills an image's mask.
   *
   * @param mask to fill: 0 for what is dropped
   * @param value what to put for what is kept
   * @param retain the share that is kept, above 0 to 1
   */
  static void draw(
      float[] mask, float value, double retain, long seed, int layer, int step, int image) {
    int threshold = (int) Math.round(retain * (1 << DIGITS));
    long state = mix(mix(mix(seed + layer * GOLDEN) + step * GOLDEN) + image * GOLDEN);
    for (int start = 0; start < mask.length; start += 64) {
      long kept = threshold >> DIGITS == 1 ? -1 : 0;
      if (kept == 0) {
        for (int digit = Integer.numberOfTrailingZeros(threshold); digit < DIGITS; digit++) {
          state += GOLDEN;
          long word = mix(state);
          kept = (threshold >> digit & 1) == 1 ? kept | word : kept & word;
        }
      }
      int end = Math.min(64, mask.length - start);
      for (int i = 0; i < end; i++) {
        mask[start + i] = (kept >>> i & 1) == 0 ? 0 : value;
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
