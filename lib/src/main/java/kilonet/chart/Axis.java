package kilonet.chart;

import java.util.Arrays;
import java.util.function.DoubleFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import kilonet.text.Text;
import kilonet.train.Contract;

/**
 * An axis of a {@link Plot}.
 *
 * @param title what it shows, with its unit
 * @param at where a value lies, in units of the axis
 * @param low the value at its start
 * @param high the value at its end
 * @param ticks values with a line and a label
 * @param label how a value is written
 */
public record Axis(
    String title,
    DoubleUnaryOperator at,
    double low,
    double high,
    double[] ticks,
    DoubleFunction<String> label) {

  /** Errors below this, in percent, are drawn as this: an axis of ratios has no 0. */
  private static final double LEAST_ERROR = 0.02;

  private static final double[] ACCURACIES = {
    10, 50, 80, 90, 95, 98, 99, 99.2, 99.4, 99.6, 99.8, 99.9, 99.95
  };

  public double start() {
    return at.applyAsDouble(low);
  }

  public double end() {
    return at.applyAsDouble(high);
  }

  public double[] at(double[] values) {
    return Arrays.stream(values).map(at).toArray();
  }

  /** Epochs, counted from 1. */
  public static Axis epochs(int epochs) {
    int step = (int) Math.ceil(epochs / 20.0);
    return new Axis(
        "epoch",
        x -> x,
        0.5,
        epochs + 0.5,
        IntStream.rangeClosed(1, epochs)
            .filter(e -> e % step == 0 || step == 1)
            .asDoubleStream()
            .toArray(),
        Axis::number);
  }

  /** Even steps from low to high. */
  public static Axis linear(String title, double low, double high) {
    double step = step((high - low) / 5);
    return new Axis(
        title,
        x -> x,
        low,
        high,
        IntStream.rangeClosed(
                (int) Math.ceil(low / step - 1e-9), (int) Math.floor(high / step + 1e-9))
            .mapToDouble(i -> i * step)
            .toArray(),
        x -> even(x, step));
  }

  /** Equal steps are equal ratios; both ends above 0. */
  public static Axis logarithmic(String title, double low, double high) {
    double decades = Math.log10(high / low);
    double[] parts = decades <= 3.5 ? new double[] {1, 2, 5} : new double[] {1};
    double[] ticks =
        IntStream.rangeClosed((int) Math.floor(Math.log10(low)), (int) Math.ceil(Math.log10(high)))
            .boxed()
            .flatMapToDouble(
                e -> DoubleStream.of(parts).map(part -> Double.parseDouble(part + "e" + e)))
            .filter(tick -> tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9))
            .toArray();
    return new Axis(title, Math::log10, low, high, ticks, Axis::number);
  }

  /**
   * Accuracy in percent, so that what matters can be read: equal steps are equal ratios of the
   * share of errors. The way from 98% to 99% takes as much room as that from 99% to 99.5%, and a
   * first epoch at 90% is on the chart all the same.
   */
  public static Axis accuracy(double... shown) {
    double least = Math.min(98, Arrays.stream(shown).min().orElse(98));
    double most = Math.max(99.6, Arrays.stream(shown).max().orElse(99.6));
    double low = 100 - Math.min(100, (100 - least) * 1.15);
    double high = 100 - Math.max(LEAST_ERROR, (100 - most) / 1.15);
    return new Axis(
        "accuracy, %",
        x -> -Math.log10(Math.max(LEAST_ERROR, 100 - x)),
        low,
        high,
        Arrays.stream(ACCURACIES)
            .filter(tick -> tick >= low && tick <= high)
            // From afar, the goal's neighbours would be written over each other.
            .filter(tick -> low > 60 || tick != 99.2)
            .toArray(),
        Axis::number);
  }

  /** Whether a tick of an accuracy axis is the goal. */
  public static boolean isGoal(double tick) {
    return tick == Contract.ACCURACY;
  }

  private static double step(double about) {
    double decade = Math.pow(10, Math.floor(Math.log10(about)));
    double rest = about / decade;
    return decade * (rest < 1.5 ? 1 : rest < 3.5 ? 2 : rest < 7.5 ? 5 : 10);
  }

  /** A multiple of a step with as many decimals as the step has. */
  private static String even(double value, double step) {
    int decimals = (int) Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
    boolean zero = Math.abs(value) < step / 2;
    return zero ? "0" : decimals > 4 ? number(value) : Text.of("%,." + decimals + "f", value);
  }

  /** A number in as few digits as it takes, such as 12,000, 0.1, 0.0035 or 4e-6. */
  public static String number(double value) {
    if (value == 0) {
      return "0";
    }
    if (Math.abs(value) < 0.99e-3) {
      return Text.of("%.2e", value).replaceAll("\\.?0*e", "e").replace("e-0", "e-");
    }
    if (value == Math.rint(value)) {
      return Text.of("%,.0f", value);
    }
    return Text.of("%.6f", value).replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
