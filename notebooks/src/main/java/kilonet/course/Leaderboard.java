package kilonet.course;

import kilonet.chart.Axis;
import kilonet.chart.Palette;
import kilonet.chart.Plot;
import kilonet.text.Text;
import kilonet.train.Contract;

/** Charts of accuracy against parameters, with the two limits of the assignment. */
final class Leaderboard {

  /** A little below the lowest accuracy and above the highest that such nets reach. */
  private static final double ROOM = 0.05;

  private static final double HIGHEST = 99.75;

  private Leaderboard() {}

  /**
   * An empty chart.
   *
   * @param title what accuracy is shown
   * @param least the lowest accuracy to be shown, in percent
   * @param parameters the axis across
   */
  static Plot chart(String title, double least, Axis parameters) {
    double low = Math.min(99.1, least - ROOM);
    return new Plot(
            520,
            title + " against parameters",
            parameters,
            Axis.linear("accuracy, %", low, HIGHEST))
        .mark(
            "goal " + Axis.number(Contract.ACCURACY) + "%",
            new double[] {parameters.low(), parameters.high()},
            new double[] {Contract.ACCURACY, Contract.ACCURACY},
            Palette.MARK)
        .mark(
            Text.of("%,d parameters", Contract.PARAMETERS_BELOW),
            new double[] {Contract.PARAMETERS_BELOW, Contract.PARAMETERS_BELOW},
            new double[] {low, HIGHEST},
            Palette.MUTED);
  }
}
