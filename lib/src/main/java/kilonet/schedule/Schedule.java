package kilonet.schedule;

import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * A value that changes in the course of a training run: a learning rate or a momentum.
 *
 * <p>Steps are epochs or iterations, as {@link #by} says, counted from 0: the first batch gets the
 * value of step 0. Except for {@link ReduceLROnPlateau}, a schedule is a value without state, and
 * what it gives depends on the step alone; a resumed run therefore continues exactly. All of them
 * are written into and read from the JSON of a DL4J configuration.
 */
public interface Schedule extends ISchedule {

  /** What a step is: an epoch, or an iteration, which is one batch. */
  ScheduleType by();

  /** The value at a step, counted from 0. */
  double at(int step);

  /** The value at the epoch or the iteration, whichever this schedule counts. */
  @Override
  default double valueAt(int iteration, int epoch) {
    return at(by() == ScheduleType.EPOCH ? epoch : iteration);
  }

  @Override
  Schedule clone();
}
