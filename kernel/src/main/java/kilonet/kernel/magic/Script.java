package kilonet.kernel.magic;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.kernel.repl.JavaText;

/**
 * A file of Java, or a script of JShell's, as a cell. JShell's commands are the magics that do the
 * same; those that only concern its prompt, and the line that says which package a file is of, are
 * left out. Lines stay where they are.
 */
public final class Script {
  private static final Pattern COMMAND =
      Pattern.compile("\\s*/(?<name>[a-z]+|[!?-])(?<rest>(\\s.*)?)");

  private static final Pattern PACKAGE =
      Pattern.compile("package\\s+[\\p{L}_$][\\p{L}\\p{N}_$.\\s]*;");

  /** What JShell knows by name and every notebook finds imported. */
  private static final Pattern PREDEFINED = Pattern.compile("\\s*(DEFAULT|JAVASE|PRINTING)\\s*");

  private Script() {}

  /**
   * The cell that a file is.
   *
   * @param source what stands in the file
   * @return Java and magics
   */
  public static String cell(String source) {
    StringBuilder cell = new StringBuilder();
    for (String line : withoutPackage(JavaText.visible(source)).split("\n", -1)) {
      Matcher command = COMMAND.matcher(line);
      if (command.matches() && mayBegin(cell)) {
        String name = command.group("name");
        if (name.equals("exit")) {
          break;
        }
        cell.append(magic(name, command.group("rest")));
      } else {
        cell.append(line);
      }
      cell.append('\n');
    }
    return cell.substring(0, Math.max(0, cell.length() - 1));
  }

  private static String magic(String name, String rest) {
    return switch (name) {
      case "open" -> PREDEFINED.matcher(rest).matches() ? "" : "%load" + rest;
      case "vars", "methods", "types", "imports", "reset" -> "%jshell /" + name;
      default -> "";
    };
  }

  /**
   * Whether what stands above is ended, so that a line that begins with a slash divides nothing.
   */
  private static boolean mayBegin(CharSequence above) {
    JavaText text = new JavaText(above.toString());
    if (text.at(above.length()) != JavaText.Kind.CODE || text.depth(above.length()) > 0) {
      return false;
    }
    int end = text.end();
    int line = end;
    while (line > 0 && above.charAt(line - 1) != '\n') {
      line--;
    }
    return end == 0
        || ";}".indexOf(above.charAt(end - 1)) >= 0
        || above.charAt(line) == '%'
        || above.subSequence(line, end).toString().startsWith("import ");
  }

  private static String withoutPackage(String source) {
    Matcher line = PACKAGE.matcher(source);
    int code = 0;
    JavaText text = new JavaText(source);
    while (code < source.length()
        && (text.at(code) == JavaText.Kind.COMMENT
            || Character.isWhitespace(source.charAt(code)))) {
      code++;
    }
    if (!line.find(code) || line.start() != code) {
      return source;
    }
    String blank = Words.blank(line.group());
    return source.substring(0, code) + blank + source.substring(line.end());
  }
}
