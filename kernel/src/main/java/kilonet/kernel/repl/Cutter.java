package kilonet.kernel.repl;

import java.util.regex.Pattern;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/** Finds where one top-level piece of a cell ends and the next begins. */
final class Cutter {
  /** Bytes of source looked at first; more only where a piece is longer. */
  private static final int WINDOW = 4096;

  /** Modifiers that JShell takes for a difference and for a statement. */
  private static final Pattern MISTAKEN =
      Pattern.compile(
          "\\bsynchronized(?=\\s+[^\\s({])|\\bnon-sealed(?=\\s+(?:(?:abstract|static|strictfp|public|protected|private)\\s+)*"
              + "(?:class|interface)\\b)");

  /** JShell, which knows; made when the first cell needs it, since it takes its time. */
  private JShell splitter;

  /** A piece: where it starts and ends in the cell, and how complete it is. */
  record Cut(int start, int end, Completeness completeness) {}

  /** Where the piece that holds an offset begins. */
  int start(String cell, int offset) {
    int at = 0;
    while (true) {
      at += blank(cell, at);
      if (at >= offset) {
        return Math.min(at, offset);
      }
      int end = cut(cell, at).end();
      if (end >= offset || end <= at) {
        return at;
      }
      at = end;
    }
  }

  /** Length of the white space and comments at an offset. */
  static int blank(String cell, int at) {
    int i = at;
    while (i < cell.length()) {
      if (Character.isWhitespace(cell.charAt(i))) {
        i++;
      } else if (cell.startsWith("//", i)) {
        int end = cell.indexOf('\n', i);
        i = end < 0 ? cell.length() : end;
      } else if (cell.startsWith("/*", i) && cell.indexOf("*/", i + 2) > 0) {
        i = cell.indexOf("*/", i + 2) + 2;
      } else {
        break;
      }
    }
    return i - at;
  }

  /** The piece that begins at an offset. */
  Cut cut(String cell, int at) {
    if (splitter == null) {
      splitter = Shadow.shell(new ClassPathIndex());
    }
    SourceCodeAnalysis analysis = splitter.sourceCodeAnalysis();
    for (int window = WINDOW; ; window *= 4) {
      int limit = Math.min(cell.length(), at + window);
      String text = cell.substring(at, limit);
      CompletionInfo info = analyze(analysis, text);
      String rest = info.remaining() == null ? "" : info.remaining();
      boolean whole = limit == cell.length();
      // Where nothing but blanks follows in the window, an else may follow behind it.
      if (whole || !rest.isBlank() && info.completeness() == Completeness.COMPLETE) {
        int end =
            info.completeness() == Completeness.COMPLETE ? limit - rest.length() : cell.length();
        return new Cut(at, end, info.completeness());
      }
    }
  }

  private CompletionInfo analyze(SourceCodeAnalysis analysis, String text) {
    try {
      return analysis.analyzeCompletion(
          MISTAKEN.matcher(text).replaceAll(found -> " ".repeat(found.group().length())));
    } catch (RuntimeException | Error e) {
      splitter = null;
      if (Compiler.isOf(StackOverflowError.class, e)) {
        throw new Compiler.TooDeep();
      }
      throw e;
    }
  }
}
