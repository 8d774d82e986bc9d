package kilonet.kernel.magic;

import java.util.ArrayList;
import java.util.List;
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
    for (Part part : parts(line)) {
      Object value = part.isJava() ? java.value(part.from(), part.to()) : part.text();
      if (value == Repl.NOTHING) {
        throw new MagicFailure(
            "\\{" + part.text() + "} has no value; write an expression between the braces.");
      }
      filled.append(value);
    }
    return filled.toString();
  }

  /** The Java whose value is the line with values in place of the expressions. */
  static String joined(String line) {
    StringBuilder joined = new StringBuilder("\"\"");
    for (Part part : parts(line)) {
      joined
          .append(" + ")
          .append(part.isJava() ? "(" + part.text() + ")" : Words.quoted(part.text()));
    }
    return joined.toString();
  }

  /** A part of a line from one offset to another: text, or the Java between two braces. */
  private record Part(boolean isJava, int from, int to, String text) {}

  private static List<Part> parts(String line) {
    List<Part> parts = new ArrayList<>();
    int at = 0;
    for (int open; (open = line.indexOf(OPEN, at)) >= 0; ) {
      parts.add(new Part(false, at, open, line.substring(at, open)));
      int from = open + OPEN.length();
      if (open > at && line.charAt(open - 1) == '\\') {
        parts.add(new Part(false, from - 1, from, "{"));
        at = from;
        continue;
      }
      int to = close(line, from);
      parts.add(new Part(true, from, to, line.substring(from, to)));
      at = to + 1;
    }
    parts.add(new Part(false, at, line.length(), line.substring(at)));
    return parts;
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
