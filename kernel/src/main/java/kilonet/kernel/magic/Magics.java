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
            new LoadMagic(evaluator),
            new TimeMagic(evaluator),
            new TimeitMagic(evaluator),
            new BashMagic(environment),
            new EnvMagic(environment),
            new VarsMagic(repl, rendering),
            new ResetMagic(repl))) {
      magics.put(magic.name(), magic);
    }
  }

  private Object run(Magic magic, String argument, String body) throws Throwable {
    return magic.waits()
        ? interrupter.runOwn(() -> magic.run(argument, body))
        : magic.run(argument, body);
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
    String[] lines = cell.split("\n", -1);
    Object value = Repl.NOTHING;
    StringBuilder java = new StringBuilder();
    for (int i = 0; i < lines.length; i++) {
      Matcher magic = magic(lines[i]);
      if (magic == null) {
        if (lines[i].startsWith("%") && java.toString().isBlank()) {
          throw new IllegalArgumentException(
              "There is no magic " + lines[i].strip().split("\\s")[0] + "; %help lists them.");
        }
        java.append(lines[i]).append('\n');
        continue;
      }
      if (!java.toString().isBlank()) {
        evaluator.evaluate(java.toString(), label);
      }
      // Blank lines keep the numbers of those that follow.
      java.setLength(0);
      java.append("\n".repeat(i + 1));
      String argument = magic.group("rest") == null ? "" : magic.group("rest").strip();
      Magic command = magics.get(magic.group("name"));
      if (magic.group("mark").equals("%%")) {
        String body = String.join("\n", List.of(lines).subList(i + 1, lines.length));
        return run(command, argument, body);
      }
      value = run(command, argument, null);
    }
    return java.toString().isBlank() ? value : evaluator.evaluate(java.toString(), label);
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
            || cell.lines().allMatch(line -> line.isBlank() || magic(line) != null));
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
      return null;
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
    if (magic == null) {
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
    return magic == null
        ? null
        : MimeBundle.of("text/plain", magics.get(magic.group("name")).help());
  }
}
