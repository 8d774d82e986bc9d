package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A place of an unfinished statement for which JShell has no proposals of its own, or all that it
 * knows: what fits there depends on the type of something that stands before.
 *
 * @param kind what is written there
 * @param asked the statement up to what has that type, and behind it {@link #MARK} as if it were a
 *     member
 * @param taken names that stand there already
 * @param element of an annotation, whose value is written; empty elsewhere
 */
record Place(Kind kind, String asked, Set<String> taken, String element) {
  /** What is written at a place. */
  enum Kind {
    /** A label of a switch. */
    LABEL,
    /** The name of a method behind {@code ::}. */
    REFERENCE,
    /** The same behind a type of arrays. */
    ARRAY,
    /** The name of an annotation's element, or the value of its only one. */
    ELEMENT,
    /** The value of an annotation's element. */
    VALUE;

    /** Whether JShell has to be asked for the value by itself. */
    boolean isOfAnnotation() {
      return this == ELEMENT || this == VALUE;
    }
  }

  /** A name that nobody declares. */
  static final String MARK = "kilonet$here";

  /** What is put behind it: of the name itself JShell sees nothing while it is being written. */
  private static final String MARKED = "." + MARK + ".";

  private static final String NAME = "[\\p{L}_$][\\p{L}\\p{N}_$]*";

  private static final Pattern LABELS =
      Pattern.compile("\\bcase\\s+(?:NAME\\s*,\\s*)*$".replace("NAME", NAME));

  private static final Pattern USED =
      Pattern.compile("\\bcase\\s+((?:NAME\\s*(?:,\\s*|(?=[:-])|$))+)".replace("NAME", NAME));

  private static final Pattern SWITCH = Pattern.compile("\\bswitch\\s*$");

  private static final Pattern ANNOTATION =
      Pattern.compile("@\\s*(?<name>NAME(?:\\s*\\.\\s*NAME)*)\\s*$".replace("NAME", NAME));

  private static final Pattern ELEMENT =
      Pattern.compile("(?:^|,)\\s*(?:(?<name>NAME)\\s*=\\s*\\{?)?\\s*$".replace("NAME", NAME));

  private static final Pattern GIVEN = Pattern.compile("(NAME)\\s*=".replace("NAME", NAME));

  /** What stands before the body of a class, in brackets that are blank. */
  private static final Pattern CLASS =
      Pattern.compile(
          "\\b(?:(?:class|interface|enum|record)\\s+(?<name>NAME)[^;{}]*|new\\s+[^;(){}]*\\(\\s*\\)\\s*)$"
              .replace("NAME", NAME));

  private static final Pattern ARRAY = Pattern.compile("\\[\\s*\\]$");

  /**
   * The place at the end of a text.
   *
   * @param before an unfinished statement, without the word that is being written
   * @return null where it is another
   */
  static Place at(String before) {
    JavaText text = new JavaText(before);
    String code = text.code();
    String trimmed = code.stripTrailing();
    if (trimmed.endsWith("::")) {
      return reference(trimmed.substring(0, trimmed.length() - 2).stripTrailing(), before);
    }
    List<Integer> open = text.open();
    if (open.isEmpty()) {
      return null;
    }
    int inner = open.get(0);
    if (code.charAt(inner) == '{' && LABELS.matcher(code.substring(inner + 1)).find()) {
      Place label = label(before, code, inner);
      if (label != null) {
        return label;
      }
    }
    for (int bracket : open.subList(0, Math.min(2, open.size()))) {
      Matcher annotation = ANNOTATION.matcher(code.substring(0, bracket));
      if (code.charAt(bracket) == '(' && annotation.find()) {
        return element(annotation.group("name"), shallow(code.substring(bracket + 1)));
      }
    }
    return null;
  }

  /**
   * What the members are members of that are known by their names at the end of a text.
   *
   * @param before an unfinished statement, without the word that is being written
   * @return {@code this}, and the name of the class if it has one; empty outside of a class's code
   */
  static List<String> owners(String before) {
    JavaText text = new JavaText(before);
    String code = text.code();
    List<Integer> open = text.open();
    for (int i = 0; i < open.size(); i++) {
      int outer = i + 1 < open.size() ? open.get(i + 1) + 1 : 0;
      Matcher head = CLASS.matcher(shallow(code.substring(outer, open.get(i))));
      if (code.charAt(open.get(i)) == '{' && head.find()) {
        boolean inBlock = i > 1 || i == 1 && code.charAt(open.get(0)) == '{';
        if (!inBlock && !code.substring(open.get(i)).matches("(?s).*=[^;{}]*")) {
          return List.of();
        }
        String name = head.group("name");
        return name == null ? List.of("this") : List.of("this", name);
      }
    }
    return List.of();
  }

  private static Place reference(String code, String before) {
    if (ARRAY.matcher(code).find()) {
      return new Place(Kind.ARRAY, "", Set.of(), "");
    }
    int end = code.length();
    int depth = 0;
    while (end > 0 && (depth > 0 || code.charAt(end - 1) == '>')) {
      end--;
      depth += code.charAt(end) == '>' ? 1 : code.charAt(end) == '<' ? -1 : 0;
    }
    return new Place(Kind.REFERENCE, before.substring(0, end) + MARKED, Set.of(), "");
  }

  private static Place label(String before, String code, int brace) {
    int close = code.substring(0, brace).stripTrailing().length() - 1;
    int at = close;
    int depth = 0;
    while (at >= 0 && (at == close || depth < 0)) {
      depth += JavaText.change(code.charAt(at));
      at--;
    }
    Matcher word = SWITCH.matcher(code.substring(0, at + 1));
    if (close < 0 || code.charAt(close) != ')' || !word.find()) {
      return null;
    }
    Set<String> taken = new TreeSet<>();
    Matcher used = USED.matcher(shallow(code.substring(brace + 1)));
    while (used.find()) {
      taken.addAll(List.of(used.group(1).strip().split("\\s*,\\s*")));
    }
    String selector = before.substring(at + 1, close + 1);
    return new Place(Kind.LABEL, before.substring(0, word.start()) + selector + MARKED, taken, "");
  }

  private static Place element(String annotation, String written) {
    Matcher element = ELEMENT.matcher(written);
    String asked = annotation + MARKED;
    if (!element.find()) {
      // Inside of a value, whose beginning is enough to know.
      return new Place(Kind.VALUE, asked, Set.of(), "");
    }
    String name = element.group("name");
    List<String> given = new ArrayList<>();
    GIVEN.matcher(written).results().forEach(result -> given.add(result.group(1)));
    return name == null
        ? new Place(Kind.ELEMENT, asked, Set.copyOf(given), "")
        : new Place(Kind.VALUE, asked, Set.of(), name);
  }

  /** A text in which what stands in closed brackets is blank. */
  private static String shallow(String code) {
    StringBuilder shallow = new StringBuilder();
    int depth = 0;
    for (char c : code.toCharArray()) {
      int change = JavaText.change(c);
      depth += Math.min(0, change);
      shallow.append(depth > 0 ? ' ' : c);
      depth += Math.max(0, change);
    }
    return shallow.toString();
  }
}
