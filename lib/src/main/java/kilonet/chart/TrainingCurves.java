package kilonet.chart;

import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import kilonet.text.Text;
import kilonet.train.EpochResult;
import kilonet.train.History;

/**
 * Loss and accuracy of training and test by epoch. Those of training are measured on what was
 * trained on, augmented and with dropout, while the net was changing: they may well be worse than
 * those of the test.
 */
public final class TrainingCurves {

  private TrainingCurves() {}

  /**
   * Accuracy above loss.
   *
   * @param history one epoch or more
   * @throws IllegalArgumentException if there is no epoch
   */
  public static Figure of(History history) {
    return Figure.column(accuracy(history), loss(history));
  }

  /**
   * Accuracy in percent, with the line of the goal at 99.4%. The axis is one of ratios of errors,
   * so that 99.0 to 99.6 is as readable as the first epochs; above 99.98% all is one.
   *
   * @throws IllegalArgumentException if there is no epoch
   */
  public static Figure accuracy(History history) {
    double[] epochs = epochs(history);
    double[] train = each(history, EpochResult::trainAccuracy);
    double[] test = each(history, EpochResult::testAccuracy);
    return new Plot(
            440, "Accuracy by epoch", Axis.epochs(epochs.length), Axis.accuracy(both(train, test)))
        .goal()
        .line(last("train", "%.2f%%", train), epochs, train, Palette.TRAIN, true)
        .line(last("test", "%.2f%%", test), epochs, test, Palette.TEST, true)
        .figure();
  }

  private static String last(String name, String format, double[] values) {
    return Text.of("%s, last ", name) + Text.of(format, values[values.length - 1]);
  }

  /**
   * Mean cross-entropy in nats, on a logarithmic axis.
   *
   * @throws IllegalArgumentException if there is no epoch
   */
  public static Figure loss(History history) {
    double[] epochs = epochs(history);
    double[] train = positive(each(history, EpochResult::trainLoss));
    double[] test = positive(each(history, EpochResult::testLoss));
    double least = DoubleStream.of(both(train, test)).min().orElseThrow();
    double most = DoubleStream.of(both(train, test)).max().orElseThrow();
    return new Plot(
            340,
            "Loss by epoch",
            Axis.epochs(epochs.length),
            Axis.logarithmic("cross-entropy, nats", 0.8 * least, 1.25 * most))
        .line(last("train", "%.4f", train), epochs, train, Palette.TRAIN, true)
        .line(last("test", "%.4f", test), epochs, test, Palette.TEST, true)
        .figure();
  }

  /** A logarithmic axis has no 0. */
  private static double[] positive(double[] losses) {
    return DoubleStream.of(losses).map(loss -> Math.max(1e-6, loss)).toArray();
  }

  private static double[] both(double[] train, double[] test) {
    return DoubleStream.concat(DoubleStream.of(train), DoubleStream.of(test)).toArray();
  }

  private static double[] epochs(History history) {
    if (history.epochs().isEmpty()) {
      throw new IllegalArgumentException(
          "There is no epoch to draw: train at least one before asking for its curves.");
    }
    return each(history, EpochResult::epoch);
  }

  private static double[] each(History history, ToDoubleFunction<EpochResult> figure) {
    return history.epochs().stream().mapToDouble(figure).toArray();
  }
}
