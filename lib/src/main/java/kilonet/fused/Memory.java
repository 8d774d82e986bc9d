package kilonet.fused;

/**
 * Arrays whose vectors do not straddle two cache lines, where that can be had: the usual garbage
 * collector (G1) puts large arrays at the start of a region, and the first number behind the
 * array's header, of 16 bytes, that starts a line of 64 bytes is {@link #START}. Elsewhere the
 * results are the same, more slowly.
 */
final class Memory {
  /** Where the numbers start. */
  static final int START = 12;

  /** Large enough for G1 to see to its place, with heaps of up to 16 GB. */
  private static final int LEAST = 1 << 20;

  private Memory() {}

  /**
   * Makes an array of zeros.
   *
   * @param floats how many numbers are wanted behind {@link #START}
   * @throws IllegalArgumentException if an array cannot have so many
   */
  static float[] of(long floats) {
    return new float[Math.max(LEAST, (int) checked(floats) + START + Layout.LANES)];
  }

  /** So many numbers, if an array can have them. */
  static long checked(long floats) {
    if (floats > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          "The activations of these images need "
              + (floats >> 28)
              + " GB; at most 8 can be had: use fewer of them in a batch, or smaller ones.");
    }
    return floats;
  }
}
