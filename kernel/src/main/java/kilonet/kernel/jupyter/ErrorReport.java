package kilonet.kernel.jupyter;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.kernel.magic.MagicFailure;
import kilonet.kernel.repl.CompileFailure;

/** Errors as a reader of a notebook wants them: where in which cell, and why. */
final class ErrorReport {
  /** As far from white as from the grey of dark front ends, whose own reds are for one of them. */
  private static final String RED = "\u001B[38;2;226;68;68m";

  private static final String BOLD = "\u001B[1m";
  private static final String PLAIN = "\u001B[0m";

  /** Frames shown of one exception; a stack overflow has a thousand. */
  private static final int FRAMES = 20;

  /** Sources kept to quote lines from. */
  private static final int SOURCES = 500;

  private static final Pattern CELL_CLASS = Pattern.compile("cells\\.Cell\\d+(\\$.*)?");

  /** The number before the name of a class that a method has. */
  private static final Pattern LOCAL = Pattern.compile("(?<=^|\\$)\\d+(?=\\p{L})");

  private static final Pattern CELL_NAME = Pattern.compile("^cells\\.Cell\\d+\\$");

  /** What the JVM's messages say of a variable or method of a cell. */
  private static final Pattern IN_CELL = Pattern.compile("\\bcells\\.Cell\\d+[.$]");

  private final Map<String, String> sources = new ConcurrentHashMap<>();
  private final List<String> labels = Collections.synchronizedList(new ArrayList<>());

  /** Remembers the source of a cell, to quote it. */
  void remember(String label, String source) {
    if (sources.put(label, source) == null) {
      labels.add(label);
      if (labels.size() > SOURCES) {
        sources.remove(labels.remove(0));
      }
    }
  }

  /** The content of an error message. */
  record Report(String name, String value, List<String> traceback) {}

  /** Reports why a cell did not compile. */
  Report of(CompileFailure failure) {
    List<String> lines = new ArrayList<>();
    int shown = 0;
    for (CompileFailure.Problem problem : failure.problems()) {
      if (shown++ == 10) {
        lines.add("… and " + (failure.problems().size() - 10) + " more");
        break;
      }
      lines.addAll(quote(problem, failure.source(), failure.label()));
    }
    return new Report("CompileError", failure.getMessage(), lines);
  }

  private static List<String> quote(CompileFailure.Problem problem, String cell, String label) {
    List<String> lines = new ArrayList<>();
    int start = Math.min(problem.start(), cell.length());
    // An error at the very end is shown behind the last character that was typed.
    while (start > 0 && start == cell.length() && Character.isWhitespace(cell.charAt(start - 1))) {
      start--;
    }
    int lineStart = cell.lastIndexOf('\n', start - 1) + 1;
    int lineEnd = cell.indexOf('\n', start);
    String line = cell.substring(lineStart, lineEnd < 0 ? cell.length() : lineEnd);
    long number = cell.substring(0, lineStart).chars().filter(c -> c == '\n').count() + 1;
    List<String> message = problem.message().lines().toList();
    lines.add(
        BOLD
            + label
            + ", line "
            + number
            + ": "
            + RED
            + (message.isEmpty() ? "" : message.get(0))
            + PLAIN);
    lines.add("    " + line);
    int width = Math.max(1, Math.min(problem.end() - start, line.length() - (start - lineStart)));
    String indent =
        line.substring(0, Math.min(line.length(), start - lineStart)).replaceAll("[^\\t]", " ");
    lines.add("    " + indent + RED + "^".repeat(width) + PLAIN);
    for (int i = 1; i < message.size(); i++) {
      lines.add("  " + message.get(i));
    }
    return lines;
  }

  /** Reports an interrupt. */
  Report interrupted(Throwable thrown) {
    List<String> lines = new ArrayList<>();
    lines.add(BOLD + RED + "KeyboardInterrupt" + PLAIN + ": the cell was interrupted");
    frames(thrown, null, lines);
    return new Report("KeyboardInterrupt", "the cell was interrupted", lines);
  }

  /** Reports what a cell has thrown. */
  Report of(Throwable thrown) {
    if (thrown instanceof MagicFailure) {
      String sentence = BOLD + RED + "MagicFailure" + PLAIN + ": " + thrown.getMessage();
      return new Report("MagicFailure", thrown.getMessage(), List.of(sentence));
    }
    List<String> lines = new ArrayList<>();
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    String before = "";
    Throwable above = null;
    for (Throwable t = thrown; t != null && seen.add(t); t = t.getCause()) {
      String message = message(t);
      lines.add(before + BOLD + RED + name(t) + PLAIN + (message == null ? "" : ": " + message));
      frames(t, above, lines);
      above = t;
      for (Throwable suppressed : t.getSuppressed()) {
        lines.add("  suppressed: " + name(suppressed) + ": " + message(suppressed));
      }
      before = "caused by ";
    }
    String message = message(thrown);
    return new Report(name(thrown), message == null ? "" : message, lines);
  }

  /** The class; of the kernel's own errors without the package, which means nothing to users. */
  private static String name(Throwable thrown) {
    Class<?> type = thrown.getClass();
    while (type.isAnonymousClass()) {
      type = type.getSuperclass();
    }
    return type.getName().startsWith("kilonet.kernel.")
        ? type.getSimpleName()
        : LOCAL
            .matcher(CELL_NAME.matcher(type.getName()).replaceFirst(""))
            .replaceAll("")
            .replace('$', '.');
  }

  private static String message(Throwable thrown) {
    try {
      String message = thrown.getLocalizedMessage();
      return message == null ? null : IN_CELL.matcher(message).replaceAll("");
    } catch (RuntimeException e) {
      return "(its message cannot be read: " + e + ")";
    }
  }

  /** Adds the frames; of a cause only those that it does not share with the error above it. */
  private void frames(Throwable thrown, Throwable above, List<String> lines) {
    List<StackTraceElement> frames = shown(thrown);
    int shared = 0;
    if (above != null) {
      List<StackTraceElement> others = shown(above);
      while (shared < Math.min(frames.size(), others.size())
          && frames
              .get(frames.size() - 1 - shared)
              .equals(others.get(others.size() - 1 - shared))) {
        shared++;
      }
      frames = frames.subList(0, frames.size() - shared);
    }
    int written = 0;
    int i = 0;
    while (i < frames.size() && written < FRAMES) {
      int same = 1;
      while (i + same < frames.size() && frames.get(i + same).equals(frames.get(i))) {
        same++;
      }
      lines.add(line(frames.get(i)));
      written++;
      if (same > 1) {
        lines.add("    … the same " + (same - 1) + " times more");
      }
      i += same;
    }
    if (i < frames.size()) {
      lines.add("    … " + (frames.size() - i) + " more frames");
    }
    if (shared > 0) {
      lines.add("    … and " + shared + " as above");
    }
  }

  /** The frames that the user's code and the libraries have made. */
  private static List<StackTraceElement> shown(Throwable thrown) {
    List<StackTraceElement> frames = new ArrayList<>();
    for (StackTraceElement frame : thrown.getStackTrace()) {
      if (frame.getClassName().startsWith("kilonet.kernel.repl.")) {
        break;
      }
      // The JVM's classes for lambdas; the lambda's body has a frame of its own.
      boolean hidden = frame.getClassName().contains("$$Lambda");
      if (!hidden && !frame.getClassName().startsWith("kilonet.kernel.")) {
        frames.add(frame);
      }
    }
    // Below the cell's own code there is only reflection.
    while (!frames.isEmpty() && !isCell(frames.get(frames.size() - 1))) {
      if (frames.stream().noneMatch(ErrorReport::isCell)) {
        break;
      }
      frames.remove(frames.size() - 1);
    }
    return frames;
  }

  private static boolean isCell(StackTraceElement frame) {
    return CELL_CLASS.matcher(frame.getClassName()).matches();
  }

  /** A frame without the names of its module and class loader. */
  private static StackTraceElement withoutModule(StackTraceElement frame) {
    return new StackTraceElement(
        frame.getClassName(), frame.getMethodName(), frame.getFileName(), frame.getLineNumber());
  }

  private String line(StackTraceElement frame) {
    Matcher cell = CELL_CLASS.matcher(frame.getClassName());
    if (!cell.matches()) {
      return "    at " + withoutModule(frame);
    }
    String inner =
        cell.group(1) == null
            ? ""
            : cell.group(1).substring(1).replaceAll("\\b\\d+\\b", "anonymous").replace('$', '.')
                + ".";
    String method = frame.getMethodName().startsWith("lambda$") ? "lambda" : frame.getMethodName();
    String where =
        frame.getFileName() + (frame.getLineNumber() > 0 ? ", line " + frame.getLineNumber() : "");
    String who = method.matches("\\$\\d+") ? "" : inner + method + " ";
    String source = sources.get(frame.getFileName());
    String quoted = "";
    if (source != null && frame.getLineNumber() > 0) {
      quoted =
          source.lines().skip(frame.getLineNumber() - 1L).findFirst().map(String::strip).orElse("");
    }
    return "    at "
        + who
        + (who.isEmpty() ? where : "(" + where + ")")
        + (quoted.isEmpty() ? "" : "    " + quoted);
  }
}
