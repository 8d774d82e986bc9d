package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The momentum beside a {@link CyclicLR}: lowest where the rate is highest.
 *
 * <p>PyTorch's {@code CyclicLR} with {@code cycle_momentum}.
 *
 * @param base the lowest momentum of the first cycle, 0 to 1
 * @param max the highest momentum, and that of step 0, 0 to 1
 * @param up the steps of a fall, at least 1
 * @param down the steps of a rise, at least 1
 * @param mode how the depth of a cycle changes
 * @param gamma the base of {@link CyclicLR.Mode#EXP_RANGE}, greater than 0; above 1, as PyTorch has
 *     it, later cycles fall below {@code base}, and in the end below 0
 * @param by whether a step is an epoch or an iteration
 */
public record CyclicMomentum(
    @JsonProperty("base") double base,
    @JsonProperty("max") double max,
    @JsonProperty("up") int up,
    @JsonProperty("down") int down,
    @JsonProperty("mode") CyclicLR.Mode mode,
    @JsonProperty("gamma") double gamma,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CyclicMomentum {
    Check.between("CyclicMomentum's base", base, 0, 1);
    Check.between("CyclicMomentum's max", max, 0, 1);
    CyclicLR.checkCycle("CyclicMomentum", up, down, gamma);
  }

  @Override
  public double at(int step) {
    return max - (max - base) * CyclicLR.height(step, up, down, mode, gamma);
  }

  @Override
  public CyclicMomentum clone() {
    return this;
  }
}
