package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls along half a cosine: {@code min + (lr - min) * (1 + cos(pi * step / steps)) / 2}.
 *
 * <p>PyTorch's {@code CosineAnnealingLR(T_max, eta_min)}; as there, the rate rises again after
 * {@code steps}. Loshchilov, Hutter: <i>SGDR: Stochastic gradient descent with warm restarts</i>,
 * ICLR 2017, without the restarts.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param steps the step at which the rate is lowest, at least 1
 * @param min the lowest rate, 0 or greater
 * @param by whether a step is an epoch or an iteration
 */
public record CosineAnnealingLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("steps") int steps,
    @JsonProperty("min") double min,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CosineAnnealingLR {
    Check.positive("CosineAnnealingLR's lr", lr);
    Check.atLeast("CosineAnnealingLR's steps", steps, 1);
    Check.notNegative("CosineAnnealingLR's min", min);
  }

  /** Counts epochs. */
  public CosineAnnealingLR(double lr, int steps, double min) {
    this(lr, steps, min, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    return min + (lr - min) * (1 + StrictMath.cos(Math.PI * step / steps)) / 2;
  }

  @Override
  public CosineAnnealingLR clone() {
    return this;
  }
}
