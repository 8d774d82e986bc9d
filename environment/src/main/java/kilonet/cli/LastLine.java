package kilonet.cli;

import java.io.PrintWriter;
import kilonet.text.Terminal;
import kilonet.train.Json;

/** A command's last line. */
final class LastLine {

  private LastLine() {}

  /**
   * Prints a result as one line of JSON for the program that reads it; a person at a terminal has
   * just read the same in words, which so much JSON would push out of sight.
   */
  static void print(PrintWriter out, Object result) {
    if (!Terminal.isThere()) {
      out.println(Json.line(result));
    }
  }
}
