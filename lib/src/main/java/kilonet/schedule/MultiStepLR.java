package kilonet.schedule;

import java.util.List;
import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls by a factor at each milestone: {@code lr * gamma^(milestones up to step)}.
 *
 * <p>PyTorch's {@code MultiStepLR(milestones, gamma)}. A milestone that is named twice counts
 * twice.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param milestones the steps from which on the rate is lower, at least one, in rising order
 * @param gamma the factor, greater than 0
 * @param by whether a step is an epoch or an iteration
 */
public record MultiStepLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("milestones") List<Integer> milestones,
    @JsonProperty("gamma") double gamma,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public MultiStepLR {
    Check.positive("MultiStepLR's lr", lr);
    milestones = Milestones.checked("MultiStepLR", milestones);
    Check.positive("MultiStepLR's gamma", gamma);
  }

  /** Counts epochs. */
  public MultiStepLR(double lr, List<Integer> milestones, double gamma) {
    this(lr, milestones, gamma, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    return lr * StrictMath.pow(gamma, Milestones.reached(milestones, step));
  }

  @Override
  public MultiStepLR clone() {
    return this;
  }
}
