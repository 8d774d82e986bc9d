package kilonet.text;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Checks of arguments whose failure is one sentence: what was wrong, and what is right.
 *
 * <p>Every method returns the value it was given, and throws an {@link IllegalArgumentException}
 * where that value is out of range or not a number.
 */
public final class Check {

  private static final Pattern FILE_NAME =
      Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_+=.,() -]{0,98}[A-Za-z0-9_+=,()-])?");

  /** Devices of Windows, whatever their ending. */
  private static final Pattern DEVICE =
      Pattern.compile("(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9]) *(\\..*)?");

  /** Less than a file's name may have, so that it may be added to. */
  private static final int LONGEST = 80;

  private Check() {}

  /**
   * A file that can be read.
   *
   * @param advice what to do where it cannot, the end of a sentence
   */
  public static Path file(Path file, String advice) {
    if (!Files.exists(file)) {
      throw new IllegalArgumentException(Text.of("There is no file %s: %s.", file, advice));
    }
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is no file%s: %s.",
              file, Files.isDirectory(file) ? " but a folder" : "", advice));
    }
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          Text.of("%s cannot be read (no permission): ask for it, or %s.", file, advice));
    }
    return file;
  }

  /** A whole number from {@code least} on. */
  public static int atLeast(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(
          Text.of("%s is %d: give a whole number of at least %d.", what, value, least));
    }
    return value;
  }

  /** A whole number from {@code least} to {@code most}, both allowed. */
  public static int between(String what, int value, int least, int most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          Text.of("%s is %d: give a whole number from %d to %d.", what, value, least, most));
    }
    return value;
  }

  /** A finite number greater than 0. */
  public static double positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          Text.of("%s is %s: give a finite number greater than 0.", what, Numbers.text(value)));
    }
    return value;
  }

  /** A finite number, 0 or greater. */
  public static double notNegative(String what, double value) {
    if (!(value >= 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          Text.of("%s is %s: give a finite number, 0 or greater.", what, Numbers.text(value)));
    }
    return value;
  }

  /** A number from {@code low} to {@code high}, both allowed. */
  public static double between(String what, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is %s: give a number from %s to %s.",
              what, Numbers.text(value), Numbers.text(low), Numbers.text(high)));
    }
    return value;
  }

  /**
   * A name that may become a file's or a folder's on any system: 1 to 100 letters, digits, spaces
   * and signs of {@code _ - + = . , ( )}, which begins with a letter, a digit or {@code _} and does
   * not end in a space or a full stop, and none that Windows keeps for devices. Nothing that it
   * names lies outside the folder it is put in.
   */
  public static String fileName(String what, String value) {
    if (value == null || !FILE_NAME.matcher(value).matches() || DEVICE.matcher(value).matches()) {
      throw new IllegalArgumentException(
          Text.of(
                  "%s is '%s', which can be no file's: use up to 100 letters, digits, spaces and signs of",
                  what, value)
              + " _ - + = . , ( ), with a letter or digit first.");
    }
    return value;
  }

  /** The name for {@link #fileName} that is nearest to a file's or a folder's own. */
  public static String toFileName(String own) {
    String plain = own.replaceAll("[^A-Za-z0-9_+=.,() -]", "_");
    plain = plain.matches("[A-Za-z0-9_].*") ? plain : "_" + plain;
    plain = plain.substring(0, Math.min(plain.length(), LONGEST)).replaceAll("[ .]+$", "");
    return DEVICE.matcher(plain).matches() ? "_" + plain : plain;
  }

  /** A finite number. */
  public static double finite(String what, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(
          Text.of("%s is %s: give a finite number.", what, Numbers.text(value)));
    }
    return value;
  }
}
