package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rates of another schedule times a factor, for parameters that move at another rate than the
 * rest: what a parameter group with a rate of its own is in PyTorch.
 *
 * @param schedule whose rates
 * @param factor above 0
 */
public record ScaledLR(
    @JsonProperty("schedule") ISchedule schedule, @JsonProperty("factor") double factor)
    implements ISchedule {

  /**
   * Checks the factor.
   *
   * @throws IllegalArgumentException if it is not above 0
   */
  public ScaledLR {
    Check.positive("ScaledLR's factor", factor);
  }

  @Override
  public double valueAt(int iteration, int epoch) {
    return factor * schedule.valueAt(iteration, epoch);
  }

  @Override
  public ScaledLR clone() {
    return this;
  }
}
