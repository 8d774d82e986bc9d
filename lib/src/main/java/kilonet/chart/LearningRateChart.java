package kilonet.chart;

import java.util.Arrays;
import java.util.Locale;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.schedule.SchedulePlan;
import kilonet.schedule.Schedules;
import kilonet.text.Text;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Recipe;
import org.nd4j.linalg.schedule.ISchedule;

/** Learning rates: as a schedule plans them, and as a range test tries them. */
public final class LearningRateChart {

  private static final int POINTS = 700;

  private LearningRateChart() {}

  /**
   * The rate of each batch of a run, and the momentum below it where the schedule moves that too.
   * Where gradients are accumulated over batches, a batch here is one update.
   *
   * @param recipe what is run
   * @param batchesPerEpoch batches of an epoch, at least 1
   * @throws IllegalArgumentException if the rate is reduced on a plateau: nobody knows when before
   *     the run; see {@link #of(History)}
   */
  public static Figure of(Recipe recipe, int batchesPerEpoch) {
    SchedulePlan plan =
        Schedules.parse(
            recipe.schedule(), recipe.optimizer().learningRate(), recipe.epochs(), batchesPerEpoch);
    if (plan.learningRate() instanceof ReduceLROnPlateau) {
      throw new IllegalArgumentException(
          Text.of(
              "The rates of '%s' are only known after the run: draw its history instead.",
              recipe.schedule()));
    }
    Figure rates =
        byBatch("learning rate", plan.learningRate(), true, recipe.epochs(), batchesPerEpoch);
    return plan.momentum()
        .map(
            momentum ->
                Figure.column(
                    rates, byBatch("momentum", momentum, false, recipe.epochs(), batchesPerEpoch)))
        .orElse(rates);
  }

  /**
   * The rate of each epoch's last batch.
   *
   * @param history one epoch or more
   * @throws IllegalArgumentException if there is no epoch
   */
  public static Figure of(History history) {
    if (history.epochs().isEmpty()) {
      throw new IllegalArgumentException(
          "There is no epoch to draw: train at least one before asking for its learning rate.");
    }
    double[] rates = history.epochs().stream().mapToDouble(EpochResult::learningRate).toArray();
    return new Plot(
            320,
            "Learning rate by epoch",
            Axis.epochs(rates.length),
            Axis.linear("learning rate", 0, 1.06 * Arrays.stream(rates).max().orElseThrow()))
        .line(
            "rate of the last batch",
            history.epochs().stream().mapToDouble(EpochResult::epoch).toArray(),
            rates,
            Palette.TEST,
            true)
        .figure();
  }

  private static Figure byBatch(
      String what, ISchedule schedule, boolean fromZero, int epochs, int batchesPerEpoch) {
    int batches = Math.multiplyExact(epochs, batchesPerEpoch);
    int points = Math.min(POINTS, batches);
    double[] at = new double[points];
    double[] values = new double[points];
    for (int i = 0; i < points; i++) {
      int batch = points == 1 ? 0 : (int) ((long) i * (batches - 1) / (points - 1));
      at[i] = batch;
      values[i] = schedule.valueAt(batch, batch / batchesPerEpoch);
    }
    double most = Arrays.stream(values).max().orElseThrow();
    double least = fromZero ? 0 : Arrays.stream(values).min().orElseThrow();
    double margin = most > least ? 0.06 * (most - least) : 0.06 * most;
    return new Plot(
            320,
            Text.of(
                "%s%s by batch", what.substring(0, 1).toUpperCase(Locale.ROOT), what.substring(1)),
            Axis.linear(Text.of("batch (%,d an epoch)", batchesPerEpoch), 0, batches),
            Axis.linear(what, fromZero ? 0 : least - margin, most + margin))
        .line(what, at, values, Palette.TEST, points == 1)
        .figure();
  }

  /**
   * A learning rate range test: loss against rate, and the rate that is suggested. (Smith,
   * <i>Cyclical learning rates for training neural networks</i>, WACV 2017.) Where the loss has
   * risen far above where it began, the chart ends.
   *
   * @param rates learning rates in rising order, above 0
   * @param losses smoothed loss at each, in nats
   * @param suggestion the rate to mark, above 0
   * @throws IllegalArgumentException if there are not two or more rates above 0, with a loss for
   *     each
   */
  public static Figure rangeTest(double[] rates, double[] losses, double suggestion) {
    if (rates.length < 2 || rates.length != losses.length || !(rates[0] > 0) || !(suggestion > 0)) {
      throw new IllegalArgumentException(
          Text.of(
              "%d rates, %d losses and the suggestion %s make no chart: give two or more rates above 0,"
                  + " one loss for each rate, and a suggestion above 0.",
              rates.length, losses.length, suggestion));
    }
    int lowest = 0;
    for (int i = 1; i < losses.length; i++) {
      lowest = losses[i] < losses[lowest] ? i : lowest;
    }
    // What comes after the loss has exploded would press everything else flat.
    double top = losses[0] + 0.5 * (losses[0] - losses[lowest]) + 1e-9;
    int shown = lowest + 1;
    while (shown < losses.length && losses[shown] <= top) {
      shown++;
    }
    shown = Math.max(2, shown);
    double most = Arrays.stream(losses, 0, shown).max().orElseThrow();
    double margin = 0.06 * (most - losses[lowest]) + 1e-9;
    double low = losses[lowest] - margin;
    double high = most + margin;
    return new Plot(
            400,
            "Learning rate range test",
            Axis.logarithmic(
                "learning rate (logarithmic)",
                Math.min(rates[0], suggestion),
                Math.max(rates[shown - 1], suggestion)),
            Axis.linear("smoothed loss, nats", low, high))
        .line(
            "loss", Arrays.copyOf(rates, shown), Arrays.copyOf(losses, shown), Palette.TEST, false)
        .mark(
            "suggestion " + Axis.number(suggestion),
            new double[] {suggestion, suggestion},
            new double[] {low, high},
            Palette.MARK)
        .figure();
  }
}
