package kilonet.train;

import java.util.Collection;
import kilonet.text.Text;

/**
 * A figure over several seeds: its mean and how far it scatters, which a single seed cannot tell.
 *
 * @param mean the mean
 * @param deviation standard deviation of a sample, with n - 1; not a number for a single seed
 * @param seeds how many there are, at least 1
 */
public record Spread(double mean, double deviation, int seeds) {

  /**
   * Of one value for each seed.
   *
   * @throws IllegalArgumentException if there are none
   */
  public static Spread of(Collection<Double> values) {
    int n = values.size();
    if (n == 0) {
      throw new IllegalArgumentException("No values have no mean: give at least one.");
    }
    double mean = values.stream().mapToDouble(v -> v).sum() / n;
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, n == 1 ? Double.NaN : Math.sqrt(squares / (n - 1)), n);
  }

  /** Standard error of the mean; not a number for a single seed. */
  public double standardError() {
    return deviation / Math.sqrt(seeds);
  }

  /** Standard error of the difference from another mean; not a number where either has one seed. */
  public double standardErrorTo(Spread other) {
    return StrictMath.hypot(standardError(), other.standardError());
  }

  /**
   * How far this mean lies above another, with the standard error of the difference, such as {@code
   * +0.12 ± 0.05}.
   *
   * @param decimals of both numbers
   */
  public String changeFrom(Spread before, int decimals) {
    return signed(mean - before.mean, decimals) + plusMinus(standardErrorTo(before), decimals);
  }

  /** A difference with its sign; what rounds to nothing has none. */
  public static String signed(double difference, int decimals) {
    String text = Text.of("%+." + decimals + "f", difference);
    return text.matches(".[0.]+") ? text.substring(1) : text;
  }

  /** With two decimals, such as {@code 99.41 ± 0.03}, or {@code 99.41} for a single seed. */
  @Override
  public String toString() {
    return text("", 2);
  }

  /**
   * Such as {@code 99.413% ± 0.031}, or {@code 99.413%} for a single seed.
   *
   * @param unit what stands behind the mean
   * @param decimals of both numbers
   */
  public String text(String unit, int decimals) {
    return Text.of("%." + decimals + "f", mean) + unit + plusMinus(deviation, decimals);
  }

  /** Such as {@code ± 0.03} with a space before it; nothing where the error is not known. */
  public static String plusMinus(double error, int decimals) {
    return Double.isNaN(error) ? "" : Text.of(" ± %." + decimals + "f", error);
  }
}
