package kilonet.kernel.repl;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a cell and of the language. */
final class CellWords {
  private CellWords() {}

  private static final Pattern NAME =
      Pattern.compile("(?<![.\\p{L}\\p{N}_$])[\\p{L}_$][\\p{L}\\p{N}_$]*");

  private static final List<String> KEYWORDS =
      List.of(
          ("abstract assert boolean break byte case catch char class continue default double else"
                  + " enum extends false final finally float for if implements import instanceof"
                  + " int interface long new null private protected public record return sealed"
                  + " short static super switch synchronized this throw throws true try var void"
                  + " while yield")
              .split(" "));

  /** Names in the cell, such as those of local variables, and keywords that begin so. */
  static Set<String> beginning(String code, int start, int end) {
    String prefix = code.substring(start, end);
    Set<String> names = new TreeSet<>();
    if (prefix.isEmpty()) {
      return names;
    }
    Matcher matcher = NAME.matcher(code);
    while (matcher.find()) {
      if (matcher.start() != start && matcher.group().startsWith(prefix)) {
        names.add(matcher.group());
      }
    }
    KEYWORDS.stream().filter(word -> word.startsWith(prefix)).forEach(names::add);
    return names;
  }

  /** What a proposal is, as front ends name it. */
  static String kind(String text) {
    if (KEYWORDS.contains(text)) {
      return "keyword";
    }
    if (text.endsWith("(") || text.endsWith(")")) {
      return "function";
    }
    if (text.endsWith(".")) {
      return "module";
    }
    return Character.isUpperCase(text.charAt(0)) ? "class" : "instance";
  }
}
