package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls by a factor every so many steps: {@code lr * gamma^floor(step / size)}.
 *
 * <p>PyTorch's {@code StepLR(step_size, gamma)}.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param size steps between two falls, at least 1
 * @param gamma the factor, greater than 0
 * @param by whether a step is an epoch or an iteration
 */
public record StepLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("size") int size,
    @JsonProperty("gamma") double gamma,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public StepLR {
    Check.positive("StepLR's lr", lr);
    Check.atLeast("StepLR's size", size, 1);
    Check.positive("StepLR's gamma", gamma);
  }

  /** Counts epochs. */
  public StepLR(double lr, int size, double gamma) {
    this(lr, size, gamma, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    return lr * StrictMath.pow(gamma, step / size);
  }

  @Override
  public StepLR clone() {
    return this;
  }
}
