package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The factor of the rate goes in a straight line from {@code start} to {@code end}, and stays
 * there.
 *
 * <p>PyTorch's {@code LinearLR(start_factor, end_factor, total_iters)}; unlike there, a start of 0
 * is allowed.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param start the factor of step 0, from 0 to 1
 * @param end the factor from step {@code steps} on, from 0 to 1
 * @param steps how many steps the way takes, at least 1
 * @param by whether a step is an epoch or an iteration
 */
public record LinearLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("start") double start,
    @JsonProperty("end") double end,
    @JsonProperty("steps") int steps,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public LinearLR {
    Check.positive("LinearLR's lr", lr);
    Check.between("LinearLR's start", start, 0, 1);
    Check.between("LinearLR's end", end, 0, 1);
    Check.atLeast("LinearLR's steps", steps, 1);
  }

  /** Counts epochs. */
  public LinearLR(double lr, double start, double end, int steps) {
    this(lr, start, end, steps, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    return lr * (start + (end - start) * Math.min(step, steps) / steps);
  }

  @Override
  public LinearLR clone() {
    return this;
  }
}
