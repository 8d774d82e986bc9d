package kilonet.chart;

import java.awt.Color;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import kilonet.text.Numbers;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Spread;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Several runs beside each other, each over one or more seeds. */
public final class RunComparison {

  private RunComparison() {}

  /**
   * Test accuracy by epoch: for each name the mean over its seeds as a line, and a band from the
   * worst to the best of them. An epoch that some seeds did not reach is drawn from the others.
   *
   * @param runs the histories of each name's seeds, in the order of the legend
   * @throws IllegalArgumentException if there is no run, or one without epochs
   */
  public static Figure of(Map<String, List<History>> runs) {
    check(runs);
    int epochs =
        runs.values().stream()
            .flatMap(List::stream)
            .mapToInt(h -> h.epochs().size())
            .max()
            .orElseThrow();
    double[] all =
        runs.values().stream()
            .flatMap(List::stream)
            .flatMap(h -> h.epochs().stream())
            .mapToDouble(EpochResult::testAccuracy)
            .toArray();
    Plot plot =
        new Plot(
                480,
                "Test accuracy by epoch: mean over seeds, band from worst to best",
                Axis.epochs(epochs),
                Axis.accuracy(all))
            .goal();
    int number = 0;
    for (Map.Entry<String, List<History>> run : runs.entrySet()) {
      Color color = Palette.SERIES.get(number++ % Palette.SERIES.size());
      List<double[]> byEpoch =
          IntStream.range(0, epochs)
              .mapToObj(e -> accuracies(run.getValue(), e))
              .takeWhile(values -> values.length > 0)
              .toList();
      double[] at = IntStream.rangeClosed(1, byEpoch.size()).asDoubleStream().toArray();
      if (run.getValue().size() > 1 && at.length > 1) {
        plot.band(
            at,
            byEpoch.stream().mapToDouble(v -> DoubleStream.of(v).min().orElseThrow()).toArray(),
            byEpoch.stream().mapToDouble(v -> DoubleStream.of(v).max().orElseThrow()).toArray(),
            color);
      }
      int seeds = run.getValue().size();
      plot.line(
          Text.of("%s (%d seed%s)", run.getKey(), seeds, seeds == 1 ? "" : "s"),
          at,
          byEpoch.stream().mapToDouble(v -> DoubleStream.of(v).average().orElseThrow()).toArray(),
          color,
          at.length == 1);
    }
    return plot.figure();
  }

  /**
   * Of each name: seeds, mean and standard deviation over seeds of the last epoch's test accuracy,
   * and the lowest accuracy of the last five epochs of any seed. The deviation is that of a sample
   * (divided by one less than the seeds), not a number for a single seed.
   *
   * @throws IllegalArgumentException if there is no run, or one without epochs
   */
  public static Table table(Map<String, List<History>> runs) {
    check(runs);
    Table table =
        Numbers.plain(
            Table.create(
                "runs",
                StringColumn.create("run"),
                IntColumn.create("seeds"),
                DoubleColumn.create("mean"),
                DoubleColumn.create("standard deviation"),
                DoubleColumn.create("min of last " + Contract.LAST)));
    runs.forEach(
        (name, histories) -> {
          Spread last = Spread.of(histories.stream().map(h -> h.last().testAccuracy()).toList());
          double least =
              histories.stream()
                  .flatMap(h -> Contract.last(h.epochs()).stream())
                  .mapToDouble(EpochResult::testAccuracy)
                  .min()
                  .orElseThrow();
          table.stringColumn(0).append(name);
          table.intColumn(1).append(last.seeds());
          table.doubleColumn(2).append(last.mean());
          table.doubleColumn(3).append(last.deviation());
          table.doubleColumn(4).append(least);
        });
    return table;
  }

  private static double[] accuracies(List<History> histories, int epoch) {
    return histories.stream()
        .filter(h -> h.epochs().size() > epoch)
        .mapToDouble(h -> h.epochs().get(epoch).testAccuracy())
        .toArray();
  }

  private static void check(Map<String, List<History>> runs) {
    boolean hollow =
        runs.values().stream().anyMatch(List::isEmpty)
            || runs.values().stream().flatMap(List::stream).anyMatch(h -> h.epochs().isEmpty());
    if (runs.isEmpty() || hollow) {
      throw new IllegalArgumentException(
          "There is nothing to compare: give one run or more, each with an epoch or more.");
    }
  }
}
