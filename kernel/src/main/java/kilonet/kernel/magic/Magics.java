package kilonet.kernel.magic;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.jupyter.Rendering;
import kilonet.kernel.repl.Analysis;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Interrupter;
import kilonet.kernel.repl.Repl;

/** Runs cells in which lines may be magics. */
public final class Magics {
  private static final Pattern LINE =
      Pattern.compile("(?<mark>%%?)(?<name>[a-z]+)(?<rest>[ \\t].*)?");

  /** Runs Java. */
  public interface Evaluator {
    /**
     * Runs a cell.
     *
     * @param cell its source
     * @param label shown as file name in stack traces
     * @return its value, or {@link Repl#NOTHING}
     * @throws Throwable what the cell throws
     */
    Object evaluate(String cell, String label) throws Throwable;
  }

  private final Map<String, Magic> magics = new LinkedHashMap<>();
  private final Evaluator evaluator;
  private final Interrupter interrupter;

  /**
   * The magics of a session.
   *
   * @param repl the session
   * @param evaluator runs Java
   * @param rendering shows values
   * @param interrupter stops magics that wait
   */
  public Magics(Repl repl, Evaluator evaluator, Rendering rendering, Interrupter interrupter) {
    this.evaluator = evaluator;
    this.interrupter = interrupter;
    Map<String, String> environment = new LinkedHashMap<>(System.getenv());
    Jars jars = new Jars(repl, rendering);
    for (Magic magic :
        List.of(
            new HelpMagic(magics.values()),
            new MavenMagic(jars),
            new PomMagic(jars),
            new JarsMagic(jars),
            new ClasspathMagic(repl, jars),
            new LoadMagic(this::run),
            new TimeMagic(),
            new TimeitMagic(),
            new BashMagic(environment),
            new EnvMagic(environment),
            new VarsMagic(repl, rendering),
            new ResetMagic(repl))) {
      magics.put(magic.name(), magic);
    }
  }

  private Object run(Magic magic, Call call) throws Throwable {
    return magic.waits() ? interrupter.runOwn(() -> magic.run(call)) : magic.run(call);
  }

  /** Java that begins somewhere in a cell: blanks stand for what is before it. */
  private Call.Java java(String cell, int start, int end, String label) {
    return (before, after) -> {
      String code = before + blank(cell.substring(0, start)) + cell.substring(start, end) + after;
      try {
        return evaluator.evaluate(code, label);
      } catch (CompileFailure e) {
        throw e.moved(-before.length(), cell, label);
      }
    };
  }

  private static String blank(String text) {
    return text.replaceAll("[^\n]", " ");
  }

  private Matcher magic(String line) {
    Matcher matcher = LINE.matcher(line.strip());
    return matcher.matches() && magics.containsKey(matcher.group("name")) ? matcher : null;
  }

  /**
   * Runs a cell.
   *
   * @param cell its source
   * @param label shown as file name in stack traces
   * @return its value, or {@link Repl#NOTHING}
   * @throws Throwable what the cell throws
   */
  public Object run(String cell, String label) throws Throwable {
    if (cell.indexOf('%') < 0) {
      return evaluator.evaluate(cell, label);
    }
    Object value = Repl.NOTHING;
    // Blanks keep the places of what follows.
    StringBuilder java = new StringBuilder();
    for (int start = 0, end; start <= cell.length(); start = end + 1) {
      int newline = cell.indexOf('\n', start);
      end = newline < 0 ? cell.length() : newline;
      String line = cell.substring(start, end);
      Matcher magic = magic(line);
      if (magic == null) {
        if (line.startsWith("%") && java.toString().isBlank()) {
          throw new MagicFailure(
              "There is no magic " + line.strip().split("\\s")[0] + "; %help lists them.");
        }
        java.append(line).append('\n');
        continue;
      }
      if (!java.toString().isBlank()) {
        evaluate(java.toString(), cell, label);
      }
      Magic command = magics.get(magic.group("name"));
      String argument = magic.group("rest") == null ? "" : magic.group("rest").strip();
      if (magic.group("mark").equals("%%")) {
        int body = Math.min(end + 1, cell.length());
        Call.Java below = java(cell, body, cell.length(), label);
        return run(command, new Call(argument, cell.substring(body), below));
      }
      int code = cell.indexOf(magic.group("name"), start) + magic.group("name").length();
      Call.Java behind = java(cell, code, end, label);
      value = run(command, new Call(argument, null, behind));
      java.setLength(0);
      java.append(blank(cell.substring(0, end))).append('\n');
    }
    return java.toString().isBlank() ? value : evaluate(java.toString(), cell, label);
  }

  private Object evaluate(String java, String cell, String label) throws Throwable {
    try {
      return evaluator.evaluate(java, label);
    } catch (CompileFailure e) {
      throw e.moved(0, cell, label);
    }
  }

  /**
   * The Java of a cell at its place, blanks for magics.
   *
   * @param cell its source
   * @return as long as the cell
   */
  public String java(String cell) {
    StringBuilder java = new StringBuilder(cell);
    for (int start = 0, end; start <= cell.length(); start = end + 1) {
      int newline = cell.indexOf('\n', start);
      end = newline < 0 ? cell.length() : newline;
      Matcher magic = magic(cell.substring(start, end));
      if (magic != null) {
        boolean code = magics.get(magic.group("name")).takesJava();
        boolean whole = magic.group("mark").equals("%%") && !code;
        int name = cell.indexOf(magic.group("name"), start) + magic.group("name").length();
        int to = whole ? cell.length() : code ? name : end;
        java.replace(start, to, blank(cell.substring(start, to)));
        end = Math.max(end, whole ? to : end);
      }
    }
    return java.toString();
  }

  /**
   * Whether a cell is nothing but magics, which are complete by themselves.
   *
   * @param cell its source
   * @return whether it is
   */
  public boolean isMagic(String cell) {
    return !cell.isBlank()
        && (cell.strip().startsWith("%%")
            || cell.lines().allMatch(line -> line.isBlank() || magic(line) != null))
        && java(cell).isBlank();
  }

  /**
   * Proposals for a magic.
   *
   * @param cell its source
   * @param cursor offset in it
   * @return null if the cursor is in no magic's line
   */
  public Analysis.Completion complete(String cell, int cursor) {
    int start = cell.lastIndexOf('\n', cursor - 1) + 1;
    String line = cell.substring(start, cursor);
    if (!line.startsWith("%")) {
      Matcher first = magic(cell.lines().findFirst().orElse(""));
      boolean foreign =
          first != null
              && first.group("mark").equals("%%")
              && !magics.get(first.group("name")).takesJava();
      return foreign ? new Analysis.Completion(cursor, cursor, List.of()) : null;
    }
    List<Analysis.Match> matches = new ArrayList<>();
    int space = line.indexOf(' ');
    if (space < 0) {
      String mark = line.startsWith("%%") ? "%%" : "%";
      for (String name : magics.keySet()) {
        if ((mark + name).startsWith(line)) {
          matches.add(new Analysis.Match(mark + name, "magic", ""));
        }
      }
      return new Analysis.Completion(start, cursor, matches);
    }
    Magic magic = magics.get(line.substring(0, space).replace("%", ""));
    if (magic == null || magic.takesJava()) {
      return null;
    }
    String argument = line.substring(space + 1);
    int word = argument.lastIndexOf(' ') + 1;
    for (String proposal : magic.complete(argument.substring(word))) {
      matches.add(new Analysis.Match(proposal, "path", ""));
    }
    return new Analysis.Completion(start + space + 1 + word, cursor, matches);
  }

  /**
   * Help for a magic.
   *
   * @param cell its source
   * @param cursor offset in it
   * @return null if the cursor is in no magic's line
   */
  public MimeBundle inspect(String cell, int cursor) {
    int start = cell.lastIndexOf('\n', cursor - 1) + 1;
    int end = cell.indexOf('\n', cursor);
    Matcher magic = magic(cell.substring(start, end < 0 ? cell.length() : end));
    if (magic == null) {
      return null;
    }
    Magic command = magics.get(magic.group("name"));
    int name = cell.indexOf(magic.group("name"), start) + magic.group("name").length();
    return command.takesJava() && cursor > name
        ? null
        : MimeBundle.of("text/plain", command.help());
  }
}
