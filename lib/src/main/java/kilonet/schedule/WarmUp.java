package kilonet.schedule;

import kilonet.text.Check;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A schedule after a gradual warm-up: over the first iterations the rate rises in a straight line
 * from a part of the schedule's first rate to all of it; then the schedule starts.
 *
 * <p>With a schedule by iterations this is PyTorch's {@code SequentialLR} of a {@code LinearLR} and
 * that schedule. A schedule by epochs counts epochs from the end of the warm-up. Goyal et al.:
 * <i>Accurate, large minibatch SGD: Training ImageNet in 1 hour</i>, 2017.
 *
 * @param schedule what follows the warm-up
 * @param start the part, 0 to 1, of the schedule's first rate that the first batch gets
 * @param iterations the length of the warm-up, at least 1
 * @param batchesPerEpoch iterations that make an epoch for the schedule, at least 1
 */
public record WarmUp(
    @JsonProperty("schedule") Schedule schedule,
    @JsonProperty("start") double start,
    @JsonProperty("iterations") int iterations,
    @JsonProperty("batchesPerEpoch") int batchesPerEpoch)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range, or if the schedule has a
   *     state
   */
  public WarmUp {
    if (schedule instanceof ReduceLROnPlateau) {
      throw new IllegalArgumentException(
          "WarmUp cannot hold a ReduceLROnPlateau, which has no steps: use it alone.");
    }
    Check.between("WarmUp's start", start, 0, 1);
    Check.atLeast("WarmUp's iterations", iterations, 1);
    Check.atLeast("WarmUp's batchesPerEpoch", batchesPerEpoch, 1);
  }

  @Override
  public ScheduleType by() {
    return ScheduleType.ITERATION;
  }

  @Override
  public double at(int step) {
    if (step < iterations) {
      return schedule.at(0) * (start + (1 - start) * step / iterations);
    }
    int after = step - iterations;
    return schedule.valueAt(after, after / batchesPerEpoch);
  }

  @Override
  public WarmUp clone() {
    return this;
  }
}
