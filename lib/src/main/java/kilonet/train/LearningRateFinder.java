package kilonet.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kilonet.data.Batches;
import kilonet.data.TrainTest;
import kilonet.schedule.ExponentialLR;
import kilonet.schedule.SchedulePlan;
import kilonet.text.Text;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * The learning rate range test: trains a fresh net for some batches while the rate grows by the
 * same factor from batch to batch, and looks where the loss falls fastest. Smith: <i>Cyclical
 * learning rates for training neural networks</i>, 2017; smoothing and the stop as in fastai.
 */
public final class LearningRateFinder {

  private static final double SMOOTHING = 0.95;

  /** The test ends when the smoothed loss is so many times the smallest one. */
  private static final double DIVERGED = 4;

  /** Batches at either end of which the smoothed loss says little. */
  private static final int MARGIN = 5;

  private LearningRateFinder() {}

  /**
   * What a range test found.
   *
   * @param rates learning rate of each batch
   * @param losses smoothed loss of each batch
   * @param suggestion the rate at which the smoothed loss falls fastest over the logarithm of the
   *     rate; a good highest rate for one-cycle lies up to ten times above
   */
  public record RangeTest(List<Double> rates, List<Double> losses, double suggestion) {}

  /**
   * Runs the test.
   *
   * @param recipe what is trained as it will be: all of it but its schedule, average, epochs and
   *     teacher
   * @param data the images; those that the recipe trains on are read again when they run out
   * @param engine what computes
   * @param low the first rate, above 0
   * @param high the last rate, above {@code low}
   * @param updates how many updates, at least 20; each of one batch, or of as many as the recipe
   *     accumulates
   * @throws IllegalArgumentException if an argument is out of its range
   * @throws TrainingException if the loss diverges before there is anything to see
   */
  public static RangeTest find(
      Recipe recipe, TrainTest data, Engine engine, double low, double high, int updates) {
    if (!(low > 0 && high > low && high < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.of(
              "Rates from %s to %s cannot be tested: start above 0 and end higher.", low, high));
    }
    if (updates < 4 * MARGIN) {
      throw new IllegalArgumentException(
          Text.of(
              "%d batches are too few to see a loss fall: use %d or more.", updates, 4 * MARGIN));
    }
    double factor = StrictMath.pow(high / low, 1.0 / (updates - 1));
    ExponentialLR schedule = new ExponentialLR(low, factor, ScheduleType.ITERATION);
    List<Double> rates = new ArrayList<>();
    List<Double> losses = new ArrayList<>();
    SchedulePlan plan = new SchedulePlan("range test", schedule, Optional.empty());
    int threads = Runtime.getRuntime().availableProcessors();
    // The test is of the start of a training, however often it goes through few images.
    Recipe start = recipe.unaugmented(0);
    try (Batches images = start.batches(recipe.images(data).train(), null);
        Learner learner = new Learner(recipe, plan, engine, threads)) {
      double average = 0;
      double best = Double.POSITIVE_INFINITY;
      for (int i = 0; i < updates; i++) {
        average = SMOOTHING * average + (1 - SMOOTHING) * update(learner, images);
        double smoothed = average / (1 - StrictMath.pow(SMOOTHING, i + 1));
        best = Math.min(best, smoothed);
        if (!(smoothed <= DIVERGED * best)) {
          break;
        }
        rates.add(schedule.valueAt(i, 0));
        losses.add(smoothed);
      }
    }
    return new RangeTest(List.copyOf(rates), List.copyOf(losses), suggestion(rates, losses));
  }

  /** The mean loss of an update's images; not a number where the net has diverged. */
  private static double update(Learner learner, Batches images) {
    double loss = 0;
    int seen = 0;
    boolean updated = false;
    while (!updated) {
      if (!images.hasNext()) {
        images.reset();
      }
      int number = images.position();
      DataSet batch = images.next();
      updated = learner.learn(batch, images.epoch(), number, !images.hasNext());
      if (!learner.isFinite()) {
        return Double.NaN;
      }
      int size = (int) batch.getFeatures().size(0);
      loss += learner.loss() * size;
      seen += size;
    }
    return loss / seen;
  }

  /** Where the loss falls fastest: batches are evenly spaced in the logarithm of the rate. */
  static double suggestion(List<Double> rates, List<Double> losses) {
    if (rates.size() < 2 * MARGIN + 2) {
      throw new TrainingException(
          Text.of("The loss diverged after %d batches: start from a lower rate.", rates.size()));
    }
    int steepest = MARGIN;
    for (int i = MARGIN; i < rates.size() - MARGIN; i++) {
      if (fall(losses, i) > fall(losses, steepest)) {
        steepest = i;
      }
    }
    return rates.get(steepest);
  }

  private static double fall(List<Double> losses, int i) {
    return losses.get(i - 1) - losses.get(i + 1);
  }
}
