package kilonet.report;

import java.util.Collection;
import kilonet.text.Text;

/**
 * A figure over several seeds.
 *
 * @param mean the mean
 * @param deviation standard deviation of a sample, with n - 1; not a number for a single seed
 * @param seeds how many there are, at least 1
 */
record Spread(double mean, double deviation, int seeds) {

  static Spread of(Collection<Double> values) {
    double mean = values.stream().mapToDouble(v -> v).average().orElseThrow();
    double squares = values.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
    return new Spread(mean, Math.sqrt(squares / (values.size() - 1)), values.size());
  }

  /** With two decimals, such as {@code 99.41 ± 0.03}, or {@code 99.41} for a single seed. */
  @Override
  public String toString() {
    return seeds == 1 ? Text.of("%.2f", mean) : Text.of("%.2f ± %.2f", mean, deviation);
  }
}
