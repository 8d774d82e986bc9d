package kilonet.schedule;

import java.util.Optional;

/**
 * What a line of text says about the rate of a run.
 *
 * @param text the line in its canonical spelling, which {@link Schedules#parse} reads back
 * @param learningRate the learning rate
 * @param momentum the momentum, where the schedule cycles it; else the optimizer's own holds
 */
public record SchedulePlan(String text, Schedule learningRate, Optional<Schedule> momentum) {}
