package kilonet.kernel.magic;

import java.util.regex.Pattern;
import kilonet.kernel.repl.JavaText;
import kilonet.kernel.repl.Repl;

/**
 * Java in the line of a magic: <code>&#92;{expression}</code> stands for its value, as in rapaio's
 * notebooks, and two backslashes for one.
 */
final class Braces {
  private static final String OPEN = "\\{";

  /** A line whose magic's name itself is such a value. */
  private static final Pattern NAME = Pattern.compile("\\s*%%?\\\\\\{.*");

  /** The value of an expression. */
  interface Java {
    /**
     * Evaluates a part of the line.
     *
     * @param from its first character's offset
     * @param to the offset behind its last
     */
    Object value(int from, int to) throws Throwable;
  }

  private Braces() {}

  static boolean areIn(String line) {
    return line.contains(OPEN);
  }

  static boolean areTheNameIn(String line) {
    return NAME.matcher(line).matches();
  }

  /** The line with values in place of the expressions. */
  static String filled(String line, Java java) throws Throwable {
    StringBuilder filled = new StringBuilder();
    int at = 0;
    for (int open; (open = line.indexOf(OPEN, at)) >= 0; ) {
      filled.append(line, at, open);
      if (open > at && line.charAt(open - 1) == '\\') {
        filled.append('{');
        at = open + OPEN.length();
        continue;
      }
      int from = open + OPEN.length();
      int to = close(line, from);
      Object value = java.value(from, to);
      if (value == Repl.NOTHING) {
        throw new MagicFailure(
            line.substring(open, to + 1)
                + " has no value; write an expression between the braces.");
      }
      filled.append(value);
      at = to + 1;
    }
    return filled.append(line, at, line.length()).toString();
  }

  private static int close(String line, int from) {
    JavaText text = new JavaText(line.substring(from));
    for (int to = line.indexOf('}', from); to >= 0; to = line.indexOf('}', to + 1)) {
      if (text.at(to - from) == JavaText.Kind.CODE && text.depth(to - from) == 0) {
        return to;
      }
    }
    throw new MagicFailure("A brace is missing behind " + line.substring(from - 2) + " .");
  }
}
