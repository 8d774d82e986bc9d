package kilonet.train;

/** Whether numbers are numbers: neither infinite nor NaN. */
final class Finite {

  private Finite() {}

  /** Whether all of them are. */
  static boolean all(float[] numbers) {
    // 0 times a finite number is 0; times anything else it is NaN, which no sum loses.
    float sum = 0;
    for (float number : numbers) {
      sum += 0 * number;
    }
    return sum == 0;
  }
}
