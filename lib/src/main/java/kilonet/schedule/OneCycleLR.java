package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * One cycle of the rate: up from {@code maxLr / divFactor} to {@code maxLr}, then down to {@code
 * maxLr / divFactor / finalDivFactor} at the last step. It does not come that far where {@code
 * pctStart} is 1, or above a half in three phases.
 *
 * <p>PyTorch's {@code OneCycleLR(max_lr, total_steps, pct_start, anneal_strategy, div_factor,
 * final_div_factor, three_phase)}. After the last step the last rate holds, where PyTorch throws.
 * {@link OneCycleMomentum} is the momentum that goes with it. Smith, Topin: <i>Super-convergence:
 * Very fast training of neural networks using large learning rates</i>, 2018.
 *
 * @param maxLr the highest rate, greater than 0
 * @param steps the steps of the cycle, at least 1
 * @param pctStart the part of the cycle, 0 to 1, in which the rate rises
 * @param anneal along which line the rate rises and falls
 * @param divFactor the highest rate divided by the first, greater than 0
 * @param finalDivFactor the first rate divided by the last, greater than 0
 * @param threePhase whether the rate first falls back to the first one, as fast as it rose, and
 *     only then to the last one
 * @param by whether a step is an epoch or an iteration
 */
public record OneCycleLR(
    @JsonProperty("maxLr") double maxLr,
    @JsonProperty("steps") int steps,
    @JsonProperty("pctStart") double pctStart,
    @JsonProperty("anneal") Anneal anneal,
    @JsonProperty("divFactor") double divFactor,
    @JsonProperty("finalDivFactor") double finalDivFactor,
    @JsonProperty("threePhase") boolean threePhase,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public OneCycleLR {
    Check.positive("OneCycleLR's maxLr", maxLr);
    OneCycle.check("OneCycleLR", steps, pctStart);
    Check.positive("OneCycleLR's divFactor", divFactor);
    Check.positive("OneCycleLR's finalDivFactor", finalDivFactor);
  }

  /** One cycle over so many iterations, the rest as PyTorch has it. */
  public OneCycleLR(double maxLr, int iterations) {
    this(maxLr, iterations, 0.3, Anneal.COS, 25, 1e4, false, ScheduleType.ITERATION);
  }

  @Override
  public double at(int step) {
    double first = maxLr / divFactor;
    return OneCycle.at(
        step, steps, pctStart, anneal, threePhase, first, maxLr, first / finalDivFactor);
  }

  /** The momentum that PyTorch cycles beside this rate: from 0.95 down to 0.85 and up again. */
  public OneCycleMomentum momentum() {
    return momentum(0.85, 0.95);
  }

  /**
   * The momentum that goes with this rate, lowest where the rate is highest.
   *
   * @param base the lowest momentum, PyTorch's {@code base_momentum}
   * @param max the highest momentum, PyTorch's {@code max_momentum}
   */
  public OneCycleMomentum momentum(double base, double max) {
    return new OneCycleMomentum(base, max, steps, pctStart, anneal, threePhase, by);
  }

  @Override
  public OneCycleLR clone() {
    return this;
  }
}
