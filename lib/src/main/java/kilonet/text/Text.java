package kilonet.text;

import java.util.Locale;

/** Text with values in it that reads the same whatever the locale of the machine. */
public final class Text {

  private Text() {}

  /**
   * What {@link String#format} makes of a pattern in no language's own way: Western digits, a point
   * before decimals, commas between thousands. A file that is written in Cairo can be read in Rome.
   *
   * @param pattern as {@link java.util.Formatter} has it
   * @param values what it asks for
   */
  public static String of(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
