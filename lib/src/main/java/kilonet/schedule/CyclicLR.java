package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate goes up and down between two bounds in straight lines, again and again.
 *
 * <p>PyTorch's {@code CyclicLR(base_lr, max_lr, step_size_up, step_size_down, mode, gamma)}. {@link
 * #momentum} is the momentum that goes with it. Smith: <i>Cyclical learning rates for training
 * neural networks</i>, WACV 2017.
 *
 * @param baseLr the lower bound, and the rate of step 0, 0 or greater
 * @param maxLr the upper bound of the first cycle, greater than 0
 * @param up the steps of a rise, at least 1
 * @param down the steps of a fall, at least 1
 * @param mode how the height of a cycle changes
 * @param gamma the base of {@link Mode#EXP_RANGE}, greater than 0; of no meaning in other modes
 * @param by whether a step is an epoch or an iteration
 */
public record CyclicLR(
    @JsonProperty("baseLr") double baseLr,
    @JsonProperty("maxLr") double maxLr,
    @JsonProperty("up") int up,
    @JsonProperty("down") int down,
    @JsonProperty("mode") Mode mode,
    @JsonProperty("gamma") double gamma,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /** How the height of the cycles changes. */
  public enum Mode {
    /** All cycles are equally high. */
    TRIANGULAR,
    /** Each cycle is half as high as the one before. */
    TRIANGULAR2,
    /** The height is multiplied by {@code gamma} at every step. */
    EXP_RANGE
  }

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CyclicLR {
    Check.notNegative("CyclicLR's baseLr", baseLr);
    Check.positive("CyclicLR's maxLr", maxLr);
    checkCycle("CyclicLR", up, down, gamma);
  }

  /** Equally high cycles that rise and fall in as many iterations each. */
  public CyclicLR(double baseLr, double maxLr, int iterationsUp) {
    this(baseLr, maxLr, iterationsUp, iterationsUp, Mode.TRIANGULAR, 1, ScheduleType.ITERATION);
  }

  @Override
  public double at(int step) {
    return baseLr + (maxLr - baseLr) * height(step, up, down, mode, gamma);
  }

  /** The momentum that PyTorch cycles beside this rate: from 0.9 down to 0.8 and up again. */
  public CyclicMomentum momentum() {
    return momentum(0.8, 0.9);
  }

  /**
   * The momentum that goes with this rate, lowest where the rate is highest.
   *
   * @param base the lowest momentum, PyTorch's {@code base_momentum}
   * @param max the highest momentum, PyTorch's {@code max_momentum}
   */
  public CyclicMomentum momentum(double base, double max) {
    return new CyclicMomentum(base, max, up, down, mode, gamma, by);
  }

  @Override
  public CyclicLR clone() {
    return this;
  }

  static void checkCycle(String schedule, int up, int down, double gamma) {
    Check.atLeast(schedule + "'s up", up, 1);
    Check.atLeast(schedule + "'s down", down, 1);
    Check.positive(schedule + "'s gamma", gamma);
  }

  /** Where between the bounds, 0 to 1, a step is. */
  static double height(int step, int up, int down, Mode mode, double gamma) {
    long length = (long) up + down;
    long cycle = step / length;
    long within = step % length;
    double part = within <= up ? within / (double) up : (length - within) / (double) down;
    return part
        * switch (mode) {
          case TRIANGULAR -> 1;
          case TRIANGULAR2 -> StrictMath.pow(0.5, cycle);
          case EXP_RANGE -> StrictMath.pow(gamma, step);
        };
  }
}
