package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The momentum beside a {@link OneCycleLR}: down from {@code max} to {@code base} while the rate
 * rises, and up again to {@code max} while it falls.
 *
 * <p>PyTorch's {@code OneCycleLR} with {@code cycle_momentum}. In three phases the momentum stays
 * at {@code max} in the last.
 *
 * @param base the lowest momentum, 0 to 1
 * @param max the highest momentum, 0 to 1
 * @param steps the steps of the cycle, at least 1
 * @param pctStart the part of the cycle, 0 to 1, in which the momentum falls
 * @param anneal along which line the momentum falls and rises
 * @param threePhase whether the cycle has three phases
 * @param by whether a step is an epoch or an iteration
 */
public record OneCycleMomentum(
    @JsonProperty("base") double base,
    @JsonProperty("max") double max,
    @JsonProperty("steps") int steps,
    @JsonProperty("pctStart") double pctStart,
    @JsonProperty("anneal") Anneal anneal,
    @JsonProperty("threePhase") boolean threePhase,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public OneCycleMomentum {
    Check.between("OneCycleMomentum's base", base, 0, 1);
    Check.between("OneCycleMomentum's max", max, 0, 1);
    OneCycle.check("OneCycleMomentum", steps, pctStart);
  }

  @Override
  public double at(int step) {
    return OneCycle.at(step, steps, pctStart, anneal, threePhase, max, base, max);
  }

  @Override
  public OneCycleMomentum clone() {
    return this;
  }
}
