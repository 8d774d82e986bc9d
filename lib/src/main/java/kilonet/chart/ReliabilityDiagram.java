package kilonet.chart;

import java.util.List;
import kilonet.evaluate.Calibration;
import kilonet.text.Text;

/** Accuracy against confidence, and how many images there are of which confidence. */
public final class ReliabilityDiagram {

  private ReliabilityDiagram() {}

  /**
   * The diagram: a dot for each bin with images, with the standard error of its accuracy. On the
   * dashed line a net is right as often as it says; below it, the net is too sure of itself.
   */
  public static Figure of(Calibration calibration) {
    List<Calibration.Bin> bins =
        calibration.bins().stream().filter(bin -> bin.images() > 0).toList();
    Plot dots =
        new Plot(
            400,
            Text.of(
                "Reliability: expected calibration error %.2f%%",
                100 * calibration.expectedError()),
            Axis.linear("confidence, %", 0, 100),
            Axis.linear("accuracy, %", -4, 104));
    dots.mark(
            "right as often as it says", new double[] {0, 100}, new double[] {0, 100}, Palette.MARK)
        .dots(
            "accuracy of a bin ± standard error",
            bins.stream().mapToDouble(bin -> 100 * bin.confidence()).toArray(),
            bins.stream().mapToDouble(bin -> 100 * bin.accuracy()).toArray(),
            bins.stream().mapToDouble(bin -> 100 * bin.standardError()).toArray(),
            Palette.TEST);
    int most = bins.stream().mapToInt(Calibration.Bin::images).max().orElse(1);
    Plot bars =
        new Plot(
            280,
            "Images by confidence",
            Axis.linear("confidence, %", 0, 100),
            Axis.logarithmic("images (logarithmic)", 0.7, 1.5 * most));
    for (Calibration.Bin bin : bins) {
      double from = 100 * bin.above() + 0.4;
      double to = 100 * bin.upTo() - 0.4;
      bars.band(
          new double[] {from, to},
          new double[] {0.7, 0.7},
          new double[] {bin.images(), bin.images()},
          Palette.TEST);
    }
    return Figure.column(dots.figure(), bars.figure());
  }
}
