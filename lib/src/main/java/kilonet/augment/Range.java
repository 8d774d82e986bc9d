package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Numbers;
import kilonet.text.Text;

/**
 * Two bounds between which something is drawn evenly.
 *
 * @param low the lower bound
 * @param high the upper bound, not less than {@code low}
 */
public record Range(double low, double high) {

  /** What is drawn is a float: bounds that are far larger would give no number. */
  private static final double LARGEST = 1e9;

  /** No change: 0 to 0. */
  public static final Range ZERO = new Range(0, 0);

  /** No change of size or brightness: 1 to 1. */
  public static final Range ONE = new Range(1, 1);

  /**
   * Checks the bounds.
   *
   * @throws IllegalArgumentException if a bound is not from -1e9 to 1e9, or if they are in the
   *     wrong order
   */
  public Range {
    Check.between("The lower bound of a range", low, -LARGEST, LARGEST);
    Check.between("The upper bound of a range", high, -LARGEST, LARGEST);
    if (low > high) {
      throw new IllegalArgumentException(
          Text.of(
              "The range %s..%s runs backwards: give the lower bound first.",
              Numbers.text(low), Numbers.text(high)));
    }
    // So that -0 and 0 are the same range.
    low += 0.0;
    high += 0.0;
  }

  /** From {@code -bound} to {@code bound}. */
  public static Range plusMinus(double bound) {
    return new Range(-bound, bound);
  }

  /** One value drawn from this range; it always takes one number from the stream. */
  double draw(RandomStream random) {
    return random.between((float) low, (float) high);
  }

  /**
   * The bound, where this range is even about 0, else both bounds, as {@link Augmentations} reads
   * them.
   */
  String either() {
    return low == -high ? Numbers.text(high) : Numbers.text(low) + ".." + Numbers.text(high);
  }

  /** The value, where both bounds are equal, else both bounds. */
  String bounds() {
    return low == high ? Numbers.text(low) : Numbers.text(low) + ".." + Numbers.text(high);
  }
}
