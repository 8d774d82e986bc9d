package kilonet.kernel;

import java.util.Locale;

/** JShell's functions for printing. All of them are imported in a notebook. */
public final class Printing {
  private Printing() {}

  /**
   * Prints a value.
   *
   * @param value any value
   */
  public static void print(Object value) {
    System.out.print(value);
  }

  /**
   * Prints characters.
   *
   * @param text the characters
   */
  public static void print(char[] text) {
    System.out.print(text);
  }

  /** Ends the line. */
  public static void println() {
    System.out.println();
  }

  /**
   * Prints a value and ends the line.
   *
   * @param value any value
   */
  public static void println(Object value) {
    System.out.println(value);
  }

  /**
   * Prints characters and ends the line.
   *
   * @param text the characters
   */
  public static void println(char[] text) {
    System.out.println(text);
  }

  /**
   * Prints values in a format.
   *
   * @param format as for {@link String#format(String, Object...)}
   * @param arguments the values
   */
  public static void printf(String format, Object... arguments) {
    System.out.printf(Locale.getDefault(Locale.Category.FORMAT), format, arguments);
  }

  /**
   * Prints values in a format.
   *
   * @param locale whose habits of writing numbers and dates are meant
   * @param format as for {@link String#format(String, Object...)}
   * @param arguments the values
   */
  public static void printf(Locale locale, String format, Object... arguments) {
    System.out.printf(locale, format, arguments);
  }
}
