package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls by the same factor at every step: {@code lr * gamma^step}.
 *
 * <p>PyTorch's {@code ExponentialLR(gamma)}.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param gamma the factor, greater than 0
 * @param by whether a step is an epoch or an iteration
 */
public record ExponentialLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("gamma") double gamma,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public ExponentialLR {
    Check.positive("ExponentialLR's lr", lr);
    Check.positive("ExponentialLR's gamma", gamma);
  }

  /** Counts epochs. */
  public ExponentialLR(double lr, double gamma) {
    this(lr, gamma, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    return lr * StrictMath.pow(gamma, step);
  }

  @Override
  public ExponentialLR clone() {
    return this;
  }
}
