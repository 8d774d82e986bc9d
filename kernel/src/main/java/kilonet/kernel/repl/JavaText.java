package kilonet.kernel.repl;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Tells code from comments and from texts in quotes, also where a text is unfinished. */
public final class JavaText {
  /** What a character belongs to. */
  public enum Kind {
    /** Neither of the others. */
    CODE,
    /** A comment, from its slash to its end. */
    COMMENT,
    /** A string, text block or character, with its quotes. */
    TEXT
  }

  private static final String BLOCK = "\"\"\"";

  /** Signs that are the same with and without blanks beside them. */
  private static final String ALONE = " (){}[];,@\"'";

  private final String source;
  private final byte[] kinds;

  /**
   * Reads a source.
   *
   * @param source any text
   */
  public JavaText(String source) {
    this.source = source;
    kinds = new byte[source.length() + 1];
    int i = 0;
    while (i < source.length()) {
      Kind kind = Kind.CODE;
      int to = i + 1;
      if (source.startsWith("//", i)) {
        kind = Kind.COMMENT;
        to = orEnd(source.indexOf('\n', i));
      } else if (source.startsWith("/*", i)) {
        kind = Kind.COMMENT;
        int close = source.indexOf("*/", i + 2);
        to = close < 0 ? source.length() + 1 : close + 2;
      } else if (source.startsWith(BLOCK, i)) {
        kind = Kind.TEXT;
        to = i + BLOCK.length();
        while (to < source.length() && !source.startsWith(BLOCK, to)) {
          to += source.charAt(to) == '\\' ? 2 : 1;
        }
        to = to < source.length() ? to + BLOCK.length() : source.length() + 1;
      } else if (source.charAt(i) == '"' || source.charAt(i) == '\'') {
        kind = Kind.TEXT;
        to = endOfText(i);
      }
      // The place behind the last character belongs to what is still open there.
      to = Math.min(to, kinds.length);
      java.util.Arrays.fill(kinds, i, to, (byte) kind.ordinal());
      i = to;
    }
  }

  /**
   * A source in which characters that nobody sees, and the compiler refuses, are plain blanks: such
   * as come with what is copied from pages and documents. Texts and comments keep theirs.
   *
   * @param source any text
   * @return as long as the source
   */
  public static String visible(String source) {
    if (source.chars().noneMatch(c -> isInvisible((char) c))) {
      return source;
    }
    JavaText text = new JavaText(source);
    StringBuilder visible = new StringBuilder(source);
    for (int i = 0; i < source.length(); i++) {
      // Inside of a name it may be part of that.
      boolean named = i > 0 && Character.isJavaIdentifierPart(visible.charAt(i - 1));
      char c = source.charAt(i);
      if (isInvisible(c)
          && text.at(i) == Kind.CODE
          && !(named && Character.isIdentifierIgnorable(c))) {
        visible.setCharAt(i, ' ');
      }
    }
    return visible.toString();
  }

  private static boolean isInvisible(char c) {
    return c > 127 && (Character.isSpaceChar(c) || Character.getType(c) == Character.FORMAT);
  }

  private int orEnd(int offset) {
    return offset < 0 ? source.length() + 1 : offset;
  }

  /** Behind the closing quote, or at the end of the line. */
  private int endOfText(int open) {
    int to = open + 1;
    while (to < source.length() && source.charAt(to) != '\n') {
      if (source.charAt(to) == source.charAt(open)) {
        return to + 1;
      }
      to += source.charAt(to) == '\\' ? 2 : 1;
    }
    return to < source.length() ? to : source.length() + 1;
  }

  /**
   * What stands at a place.
   *
   * @param offset from 0 to the length of the source, where what is still open counts
   * @return its kind
   */
  public Kind at(int offset) {
    return Kind.values()[kinds[offset]];
  }

  /**
   * How many brackets of any kind are open before a place.
   *
   * @param offset from 0 to the length of the source
   * @return the number, negative where more were closed than opened
   */
  public int depth(int offset) {
    int depth = 0;
    for (int i = 0; i < offset; i++) {
      if (kinds[i] == 0) {
        depth += change(source.charAt(i));
      }
    }
    return depth;
  }

  /** The opening brackets that nothing closes, the innermost first. */
  List<Integer> open() {
    Deque<Integer> open = new ArrayDeque<>();
    for (int i = 0; i < source.length(); i++) {
      int change = at(i) == Kind.CODE ? change(source.charAt(i)) : 0;
      if (change > 0) {
        open.push(i);
      } else if (change < 0) {
        open.poll();
      }
    }
    return List.copyOf(open);
  }

  /**
   * Offset behind the last of some opening brackets that nothing closes; 0 if there is none.
   *
   * @param kinds the brackets that count
   */
  int behindOpen(String kinds) {
    return open().stream()
        .filter(i -> kinds.indexOf(source.charAt(i)) >= 0)
        .findFirst()
        .map(i -> i + 1)
        .orElse(0);
  }

  /** The source with blanks in place of comments and texts. */
  String code() {
    StringBuilder code = new StringBuilder(source);
    for (int i = 0; i < source.length(); i++) {
      if (at(i) != Kind.CODE) {
        code.setCharAt(i, ' ');
      }
    }
    return code.toString();
  }

  /**
   * The source without comments, and with blanks only where they part two words or two signs.
   * Sources of which this is the same mean the same.
   */
  String bare() {
    StringBuilder bare = new StringBuilder();
    boolean parted = false;
    for (int i = 0; i < source.length(); i++) {
      char c = source.charAt(i);
      if (at(i) == Kind.COMMENT || at(i) == Kind.CODE && Character.isWhitespace(c)) {
        parted = true;
        continue;
      }
      char before = bare.length() == 0 ? ' ' : bare.charAt(bare.length() - 1);
      if (parted
          && ALONE.indexOf(before) < 0
          && ALONE.indexOf(c) < 0
          && Character.isJavaIdentifierPart(before) == Character.isJavaIdentifierPart(c)) {
        bare.append(' ');
      }
      bare.append(c);
      parted = false;
    }
    return bare.toString();
  }

  /** Whether somewhere more brackets were closed than opened. */
  boolean overclosed() {
    int depth = 0;
    for (int i = 0; i < source.length() && depth >= 0; i++) {
      depth += kinds[i] == 0 ? change(source.charAt(i)) : 0;
    }
    return depth < 0;
  }

  /** What a character adds to the depth of brackets. */
  static int change(char c) {
    return c == '(' || c == '[' || c == '{' ? 1 : c == ')' || c == ']' || c == '}' ? -1 : 0;
  }

  /**
   * Where all is said.
   *
   * @return the offset behind the last character that is neither blank nor comment
   */
  public int end() {
    int end = source.length();
    while (end > 0
        && (at(end - 1) == Kind.COMMENT || Character.isWhitespace(source.charAt(end - 1)))) {
      end--;
    }
    return end;
  }
}
