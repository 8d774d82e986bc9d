package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate is {@code lr * factor} for the first steps, and {@code lr} from then on.
 *
 * <p>PyTorch's {@code ConstantLR(factor, total_iters)}.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param factor the factor of the first steps, from 0 to 1
 * @param steps how many steps the factor holds, 0 or more
 * @param by whether a step is an epoch or an iteration
 */
public record ConstantLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("factor") double factor,
    @JsonProperty("steps") int steps,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public ConstantLR {
    Check.positive("ConstantLR's lr", lr);
    Check.between("ConstantLR's factor", factor, 0, 1);
    Check.atLeast("ConstantLR's steps", steps, 0);
  }

  /** Counts epochs. */
  public ConstantLR(double lr, double factor, int steps) {
    this(lr, factor, steps, ScheduleType.EPOCH);
  }

  /** The same rate at every step. */
  public ConstantLR(double lr) {
    this(lr, 1, 0);
  }

  @Override
  public double at(int step) {
    return step < steps ? lr * factor : lr;
  }

  @Override
  public ConstantLR clone() {
    return this;
  }
}
