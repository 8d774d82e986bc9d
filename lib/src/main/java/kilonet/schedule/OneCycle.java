package kilonet.schedule;

import kilonet.text.Check;

/** The course of a one-cycle policy, for the rate and for the momentum alike. */
final class OneCycle {

  private OneCycle() {}

  static void check(String schedule, int steps, double pctStart) {
    Check.atLeast(schedule + "'s steps", steps, 1);
    Check.between(schedule + "'s pctStart", pctStart, 0, 1);
  }

  /**
   * The value at a step: from {@code first} to {@code peak}, in two phases then to {@code last}, in
   * three phases back to {@code first} as fast as it came and then to {@code last}.
   *
   * <p>As in PyTorch the phases end at {@code pctStart * steps - 1}, {@code 2 * pctStart * steps -
   * 2} and {@code steps - 1}, of which the former need not be whole. A phase without length is left
   * out, where PyTorch divides by zero.
   */
  static double at(
      int at,
      int steps,
      double pctStart,
      Anneal anneal,
      boolean threePhase,
      double first,
      double peak,
      double last) {
    double end = steps - 1;
    // What the last step has, holds.
    int step = Math.min(at, steps - 1);
    double top = pctStart * steps - 1;
    if (step <= top && top > 0) {
      return anneal.between(first, peak, step / top);
    }
    double start = top;
    double from = peak;
    if (threePhase) {
      double back = 2 * pctStart * steps - 2;
      if (step <= back && back > top) {
        return anneal.between(peak, first, (step - top) / (back - top));
      }
      start = back;
      from = first;
    }
    return end > start
        ? anneal.between(from, last, Math.min(1, (step - start) / (end - start)))
        : last;
  }
}
