package kilonet.schedule;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate is {@code lr} times the factor that a table names for the step.
 *
 * <p>PyTorch's {@code LambdaLR(lr_lambda)}. A function cannot be written into the JSON of a
 * configuration, so its values are: {@link #of} asks it once for every step of the run. After the
 * table's end its last factor holds.
 *
 * @param lr the rate of the optimizer, greater than 0
 * @param factors the factor of each step, at least one, 0 or greater
 * @param by whether a step is an epoch or an iteration
 */
public record LambdaLR(
    @JsonProperty("lr") double lr,
    @JsonProperty("factors") List<Double> factors,
    @JsonProperty("by") ScheduleType by)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public LambdaLR {
    Check.positive("LambdaLR's lr", lr);
    if (factors.isEmpty()) {
      throw new IllegalArgumentException("LambdaLR has no factors: give at least one.");
    }
    factors = List.copyOf(factors);
    factors.forEach(factor -> Check.notNegative("A factor of LambdaLR", factor));
  }

  /** Counts epochs. */
  public LambdaLR(double lr, List<Double> factors) {
    this(lr, factors, ScheduleType.EPOCH);
  }

  /**
   * The rate {@code lr * lambda(step)}.
   *
   * @param steps how many steps the run has, at least 1
   */
  public static LambdaLR of(double lr, IntToDoubleFunction lambda, int steps, ScheduleType by) {
    Check.atLeast("LambdaLR's steps", steps, 1);
    return new LambdaLR(lr, IntStream.range(0, steps).mapToDouble(lambda).boxed().toList(), by);
  }

  @Override
  public double at(int step) {
    return lr * factors.get(Math.min(step, factors.size() - 1));
  }

  @Override
  public LambdaLR clone() {
    return this;
  }
}
