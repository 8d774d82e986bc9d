package kilonet.schedule;

import java.util.List;
import kilonet.text.Text;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Schedules one after the other, each of which starts anew, from its step 0, at its milestone.
 *
 * <p>PyTorch's {@code SequentialLR(schedulers, milestones)}. All parts count what this one counts;
 * {@link WarmUp} joins a warm-up by iterations to a schedule by epochs.
 *
 * @param schedules the parts, at least one, all by epochs or all by iterations
 * @param milestones the step at which each part but the first starts, in rising order
 */
public record SequentialLR(
    @JsonProperty("schedules") List<Schedule> schedules,
    @JsonProperty("milestones") List<Integer> milestones)
    implements Schedule {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if the milestones are not one fewer than the parts or not in
   *     order, if parts count different things, or if one of them has a state
   */
  public SequentialLR {
    if (schedules.isEmpty()) {
      throw new IllegalArgumentException("SequentialLR has no schedules: give at least one.");
    }
    schedules = List.copyOf(schedules);
    if (milestones.size() != schedules.size() - 1) {
      throw new IllegalArgumentException(
          Text.of(
              "SequentialLR has %d schedules and %d milestones: give one milestone fewer than schedules.",
              schedules.size(), milestones.size()));
    }
    if (!milestones.isEmpty()) {
      milestones = Milestones.checked("SequentialLR", milestones);
    }
    for (Schedule schedule : schedules) {
      if (schedule instanceof ReduceLROnPlateau) {
        throw new IllegalArgumentException(
            "SequentialLR cannot hold a ReduceLROnPlateau, which has no steps: use it alone.");
      }
      if (schedule.by() != schedules.get(0).by()) {
        throw new IllegalArgumentException(
            "SequentialLR mixes schedules by epoch and by iteration: let all count the same.");
      }
    }
  }

  @Override
  public ScheduleType by() {
    return schedules.get(0).by();
  }

  @Override
  public double at(int step) {
    int part = Milestones.reached(milestones, step);
    return schedules.get(part).at(part == 0 ? step : step - milestones.get(part - 1));
  }

  @Override
  public SequentialLR clone() {
    return this;
  }
}
