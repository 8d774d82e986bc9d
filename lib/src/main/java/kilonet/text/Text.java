package kilonet.text;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.NoSuchFileException;
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

  /**
   * Whether Java could read all letters of a file's name: it puts U+FFFD in the place of those that
   * the locale does not have.
   */
  public static boolean isLegible(String name) {
    return name.indexOf('\uFFFD') < 0;
  }

  /**
   * Why a file could not be read or written, in words: Java has names of classes for some of it.
   *
   * @param thrown what reading or writing came to
   */
  public static String reason(IOException thrown) {
    String message = thrown.getMessage();
    if (thrown instanceof AccessDeniedException) {
      return of("no permission for %s", message);
    }
    if (thrown instanceof NoSuchFileException) {
      return of("there is no %s", message);
    }
    if (thrown instanceof FileAlreadyExistsException) {
      return of("%s is no folder", message);
    }
    if (thrown instanceof FileSystemLoopException) {
      return of("%s leads back to a folder that it is in", message);
    }
    if (thrown instanceof ClosedByInterruptException) {
      return "the thread was interrupted";
    }
    return message == null ? thrown.getClass().getSimpleName() : message;
  }
}
