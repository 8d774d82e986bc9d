package kilonet.kernel;

import java.util.Locale;
import java.util.concurrent.Callable;

/**
 * How long a piece of code takes; made by {@code %timeit}.
 *
 * @param mean seconds a run, the mean of the rounds
 * @param deviation standard deviation of the rounds' means, in seconds
 * @param rounds how many rounds were measured
 * @param runs how often the code ran in each round
 */
public record Timing(double mean, double deviation, int rounds, long runs) {
  private static final int ROUNDS = 7;
  private static final double ROUND_SECONDS = 0.15;

  /** Keeps results of measured code from being optimized away. */
  private static volatile Object sink;

  /** Code without a value. */
  public interface Code {
    /**
     * Runs.
     *
     * @throws Exception whatever the code throws
     */
    void run() throws Exception;
  }

  /**
   * Measures code with a value.
   *
   * @param code what is measured
   * @return its timing
   * @throws Exception what the code throws
   */
  public static Timing measure(Callable<?> code) throws Exception {
    return measure((Code) () -> sink = code.call());
  }

  /**
   * Measures code.
   *
   * @param code what is measured
   * @return its timing
   * @throws Exception what the code throws
   */
  public static Timing measure(Code code) throws Exception {
    long runs = 1;
    // Doubling until a round is long enough warms the code up for about as long as it is measured.
    for (double seconds = round(code, runs); seconds < ROUND_SECONDS; seconds = round(code, runs)) {
      runs *= 2;
    }
    double[] means = new double[ROUNDS];
    double sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      means[i] = round(code, runs) / runs;
      sum += means[i];
    }
    double mean = sum / ROUNDS;
    double squares = 0;
    for (double m : means) {
      squares += (m - mean) * (m - mean);
    }
    return new Timing(mean, Math.sqrt(squares / (ROUNDS - 1)), ROUNDS, runs);
  }

  private static double round(Code code, long runs) throws Exception {
    long start = System.nanoTime();
    for (long i = 0; i < runs; i++) {
      CellGuard.check();
      code.run();
    }
    return (System.nanoTime() - start) / 1e9;
  }

  /**
   * A time for people.
   *
   * @param seconds at least 0
   * @return three digits and a unit from ns to s
   */
  public static String text(double seconds) {
    double value = seconds;
    for (String unit : new String[] {"s", "ms", "µs"}) {
      if (value >= 1 || value == 0) {
        return String.format(Locale.ROOT, "%.3g %s", value, unit);
      }
      value *= 1000;
    }
    return String.format(Locale.ROOT, "%.3g ns", value);
  }

  @Override
  public String toString() {
    return text(mean) + " ± " + text(deviation) + " (" + rounds + " rounds of " + runs + ")";
  }
}
