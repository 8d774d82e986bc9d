package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls to 0 along a power: {@code lr * (1 - min(step, steps) / steps)^power}.
 *
 * <p>PyTorch's {@code PolynomialLR(total_iters, power)}.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param steps the step from which on the rate is 0, at least 1
 * @param power the power, greater than 0; with 1 the way is a straight line
 * @param by whether a step is an epoch or an iteration
 */
public record PolynomialLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("steps") int steps,
    @JsonProperty("power") double power,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public PolynomialLR {
    Check.positive("PolynomialLR's lr", lr);
    Check.atLeast("PolynomialLR's steps", steps, 1);
    Check.positive("PolynomialLR's power", power);
  }

  /** Counts epochs. */
  public PolynomialLR(double lr, int steps, double power) {
    this(lr, steps, power, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    return lr * StrictMath.pow(1 - Math.min(step, steps) / (double) steps, power);
  }

  @Override
  public PolynomialLR clone() {
    return this;
  }
}
