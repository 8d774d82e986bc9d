package kilonet.augment;

import java.util.random.RandomGenerator;

/**
 * A stream of random numbers that is told by its keys alone: the same seed and keys give the same
 * numbers, on whatever thread and in whatever order streams are used.
 *
 * <p>The generator is SplitMix64 (Steele, Lea, Flood: <i>Fast splittable pseudorandom number
 * generators</i>, OOPSLA 2014). It can be set to another stream without allocation.
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

  /** A number drawn evenly from {@code [low, high)}, or {@code low} where both are equal. */
  public float between(float low, float high) {
    float drawn = nextFloat();
    return low + drawn * (high - low);
  }

  /** A whole number drawn evenly from 0 to {@code bound - 1}, by one draw, whatever the JDK. */
  int below(int bound) {
    return (int) ((nextLong() >>> 32) * bound >>> 32);
  }

  private static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
