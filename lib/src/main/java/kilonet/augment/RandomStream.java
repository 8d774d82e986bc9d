package kilonet.augment;

import java.util.random.RandomGenerator;
import kilonet.text.Text;

/**
 * A stream of random numbers that is told by its keys alone: the same seed and keys give the same
 * numbers, on whatever thread and in whatever order streams are used.
 *
 * <p>The generator is SplitMix64 (Steele, Lea, Flood: <i>Fast splittable pseudorandom number
 * generators</i>, OOPSLA 2014). It can be set to another stream without allocation.
 *
 * <p>How a number is made of the bits is said here and not left to the JDK, which may do it another
 * way in its next release or on another processor: every draw but {@link #nextGaussian} takes 64
 * bits, and the same numbers come on every machine.
 */
public final class RandomStream implements RandomGenerator {

  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private long state;

  /** A stream for a seed, and any number of keys that tell it from its siblings. */
  public RandomStream(long seed, long... keys) {
    state = mix(seed + GOLDEN_GAMMA);
    for (long key : keys) {
      state = mix(state ^ mix(key + GOLDEN_GAMMA));
    }
  }

  /** Moves to the start of the stream that {@code new RandomStream(seed, first, second)} is. */
  public void set(long seed, long first, long second) {
    state = mix(seed + GOLDEN_GAMMA);
    state = mix(state ^ mix(first + GOLDEN_GAMMA));
    state = mix(state ^ mix(second + GOLDEN_GAMMA));
  }

  @Override
  public long nextLong() {
    return mix(state += GOLDEN_GAMMA);
  }

  /** The upper half of the next 64 bits. */
  @Override
  public int nextInt() {
    return (int) (nextLong() >>> 32);
  }

  /**
   * A whole number from 0 to {@code bound - 1}: the upper half of the next 64 bits as a part of
   * 2^32, times the bound, rounded down. No number is likelier than another by more than a part of
   * {@code bound / 2^32}.
   *
   * @throws IllegalArgumentException if the bound is not positive
   */
  @Override
  public int nextInt(int bound) {
    if (bound <= 0) {
      throw new IllegalArgumentException(
          Text.of(
              "There is no whole number from 0 to below %d: give a bound of at least 1.", bound));
    }
    return (int) ((nextLong() >>> 32) * bound >>> 32);
  }

  /** A multiple of 2^-24 drawn evenly from {@code [0, 1)}. */
  @Override
  public float nextFloat() {
    return (nextLong() >>> 40) * 0x1p-24f;
  }

  /** A multiple of 2^-53 drawn evenly from {@code [0, 1)}. */
  @Override
  public double nextDouble() {
    return (nextLong() >>> 11) * 0x1p-53;
  }

  /** A number drawn evenly from {@code [low, high]}; {@code high} comes of rounding alone. */
  public float between(float low, float high) {
    float drawn = nextFloat();
    return low + drawn * (high - low);
  }

  /**
   * A number from the normal distribution of mean 0 and standard deviation 1, by the polar method
   * (Marsaglia, Bray: <i>A convenient method for generating normal variables</i>, 1964), of whose
   * two numbers the second is dropped, so that a stream has no state but its place.
   */
  @Override
  public double nextGaussian() {
    while (true) {
      double x = 2 * nextDouble() - 1;
      double y = 2 * nextDouble() - 1;
      double square = x * x + y * y;
      if (square < 1 && square > 0) {
        return x * Math.sqrt(-2 * StrictMath.log(square) / square);
      }
    }
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Puts values into a random order, each order as likely as any (Fisher and Yates's shuffle). */
  public void shuffle(int[] values) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }
}
