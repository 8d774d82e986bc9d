package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls along half a cosine again and again, each time {@code mult} times as long.
 *
 * <p>PyTorch's {@code CosineAnnealingWarmRestarts(T_0, T_mult, eta_min)}. Loshchilov, Hutter:
 * <i>SGDR: Stochastic gradient descent with warm restarts</i>, ICLR 2017.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param first the steps of the first fall, at least 1
 * @param mult how many times as long each fall is as the one before, at least 1
 * @param min the rate that a fall leads to, 0 or greater
 * @param by whether a step is an epoch or an iteration
 */
public record CosineAnnealingWarmRestarts(
    @JsonProperty("lr") double lr,
    @JsonProperty("first") int first,
    @JsonProperty("mult") int mult,
    @JsonProperty("min") double min,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CosineAnnealingWarmRestarts {
    Check.positive("CosineAnnealingWarmRestarts's lr", lr);
    Check.atLeast("CosineAnnealingWarmRestarts's first", first, 1);
    Check.atLeast("CosineAnnealingWarmRestarts's mult", mult, 1);
    Check.notNegative("CosineAnnealingWarmRestarts's min", min);
  }

  /** Counts epochs. */
  public CosineAnnealingWarmRestarts(double lr, int first, int mult, double min) {
    this(lr, first, mult, min, ScheduleType.EPOCH);
  }

  @Override
  public double at(int step) {
    long start = 0;
    long length = first;
    if (mult == 1) {
      start = step - step % first;
    }
    while (step >= start + length) {
      start += length;
      length *= mult;
    }
    return min + (lr - min) * (1 + StrictMath.cos(Math.PI * (step - start) / length)) / 2;
  }

  @Override
  public CosineAnnealingWarmRestarts clone() {
    return this;
  }
}
