package kilonet.schedule;

import java.util.List;
import kilonet.text.Check;
import kilonet.text.Text;

/** Steps at which something changes, in rising order. */
final class Milestones {

  private Milestones() {}

  /** A copy of the milestones, where they are in order. */
  static List<Integer> checked(String schedule, List<Integer> milestones) {
    if (milestones.isEmpty()) {
      throw new IllegalArgumentException(
          schedule + " has no milestones: give at least one step, such as [6, 12].");
    }
    for (int i = 0; i < milestones.size(); i++) {
      Check.atLeast("A milestone of " + schedule, milestones.get(i), 0);
      if (i > 0 && milestones.get(i) < milestones.get(i - 1)) {
        throw new IllegalArgumentException(
            Text.of(
                "The milestones of %s are %s: give them in rising order.", schedule, milestones));
      }
    }
    return List.copyOf(milestones);
  }

  /** How many milestones are not after the step. */
  static int reached(List<Integer> milestones, int step) {
    int reached = 0;
    while (reached < milestones.size() && milestones.get(reached) <= step) {
      reached++;
    }
    return reached;
  }
}
