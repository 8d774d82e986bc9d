package kilonet.text;

/** Numbers as people write them. */
public final class Numbers {

  private Numbers() {}

  /**
   * The shortest text that reads back as the same number: {@code 7}, {@code 0.25}, {@code 1e-5}.
   */
  public static String text(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e7) {
      return Long.toString((long) value);
    }
    return Double.toString(value).replace(".0E", "e").replace('E', 'e');
  }
}
