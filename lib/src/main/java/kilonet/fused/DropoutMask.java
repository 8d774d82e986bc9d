package kilonet.fused;

/**
 * Draws which activations dropout drops, from a counter-based stream: what is dropped of an image
 * follows from the seed, the layer, the step and the image's place in the batch, whatever thread
 * asks.
 *
 * <p>Few are dropped, so the gaps between them are drawn, not each activation: the number of those
 * kept before the next dropped one has a geometric distribution, which is inverted by a table
 * (Devroye, <i>Non-Uniform Random Variate Generation</i>, 1986, chapters III.2 and X.2). Random
 * bits are those of SplitMix64 (Steele, Lea, Flood 2014). Probabilities are met to within 2^-30.
 */
final class DropoutMask {
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;
  private static final int DIGITS = 30;
  private static final int GUIDE_DIGITS = 10;

  /** A gap of as many or more is drawn in parts; a geometric distribution has no memory. */
  private static final int LONGEST = 4096;

  private final int[] dropped;
  private final int[] limits = new int[LONGEST];
  private final int[] guide = new int[1 << GUIDE_DIGITS];
  private int longest;
  private double tabulated = Double.NaN;

  /** Makes room for images with so many activations. */
  DropoutMask(int activations) {
    dropped = new int[activations];
  }

  /**
   * Draws what is dropped of an image.
   *
   * @param retain the share that is kept, above 0, at most 1
   * @param seed the network's
   * @param layer the number of the layer
   * @param step the number of the training step
   * @param microBatch the number of the batch among those whose gradients make one step
   * @param image the number of the image in the batch
   * @return how many are dropped: so many of {@link #dropped} are valid
   */
  int draw(double retain, long seed, int layer, int step, int microBatch, int image) {
    tabulate(retain);
    if (retain == 1) {
      return 0;
    }
    long state =
        mix(
            mix(mix(seed + layer * GOLDEN) + ((long) microBatch << 32 | step) * GOLDEN)
                + image * GOLDEN);
    int count = 0;
    int at = 0;
    while (true) {
      state += GOLDEN;
      int u = (int) (mix(state) >>> Long.SIZE - DIGITS);
      int gap = guide[u >>> DIGITS - GUIDE_DIGITS];
      while (gap < longest && u >= limits[gap]) {
        gap++;
      }
      at += gap;
      if (at >= dropped.length) {
        return count;
      }
      if (gap < longest) {
        dropped[count++] = at++;
      }
    }
  }

  /** The numbers of the activations that are dropped, in ascending order; overwritten by draws. */
  int[] dropped() {
    return dropped;
  }

  /** Makes the table of the probabilities that a gap is at most so long. */
  private void tabulate(double retain) {
    if (retain == tabulated) {
      return;
    }
    tabulated = retain;
    double longer = 1;
    longest = 0;
    while (longest < LONGEST && Math.round(longer * (1 << DIGITS)) > 0) {
      longer *= retain;
      limits[longest++] = (1 << DIGITS) - (int) Math.round(longer * (1 << DIGITS));
    }
    int gap = 0;
    for (int i = 0; i < guide.length; i++) {
      while (gap < longest && limits[gap] <= i << DIGITS - GUIDE_DIGITS) {
        gap++;
      }
      guide[i] = gap;
    }
  }

  /** The finisher of SplitMix64. */
  private static long mix(long z) {
    z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }
}
