package kilonet.cli;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Standard error past a filter. The JVM announces the module of vectors there before the program
 * begins, no option silences it, and so the launcher reads what the JVM says and leaves that line
 * out. The program's own words go where they would have gone without it: in time and, where that is
 * a terminal, as to a terminal.
 */
final class StandardError {

  /** Names the file that leads there, such as {@code /dev/fd/3}. */
  private static final String PROPERTY = "kilonet.stderr";

  private StandardError() {}

  static void connect() {
    String file = System.getProperty(PROPERTY);
    if (file == null) {
      return;
    }
    try {
      // Appended: where it is a file, others write into it, too.
      FileOutputStream out = new FileOutputStream(file, true);
      System.setErr(new PrintStream(out, true, StandardCharsets.UTF_8));
    } catch (IOException e) {
      // A socket, or somebody else's terminal, cannot be opened: then through the filter.
    }
  }
}
