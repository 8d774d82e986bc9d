package kilonet.kernel.magic;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.kernel.CellGuard;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.repl.Analysis;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Interrupter;
import kilonet.kernel.repl.JavaText;
import kilonet.kernel.repl.Repl;

/**
 * Runs cells in which lines may be magics. A line is one where it begins with a percent sign and
 * the name of a magic, outside of comments, texts and brackets. Inside brackets, and behind an
 * equals sign, it stands for a call that gives the magic's value.
 */
public final class Magics {
  private static final Pattern LINE =
      Pattern.compile("\\s*(?<mark>%%?)(?<name>[A-Za-z]\\w*)(?<rest>[ \\t].*)?\\s*");

  /** A magic's value that Java goes on with. */
  private static final Pattern INLINE =
      Pattern.compile("(?<before>.*=\\s*|\\s*)%(?<name>[A-Za-z]\\w*)(?<rest>[ \\t].*|;?\\s*)");

  /** Runs cells. */
  interface Evaluator {
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
  private final Repl repl;
  private final BiConsumer<String, String> sources;
  private final Interrupter interrupter;

  /**
   * The magics of a session.
   *
   * @param repl the session
   * @param sources told the label and source of each cell that is run
   * @param rendering shows values
   * @param interrupter stops magics that wait
   */
  public Magics(
      Repl repl, BiConsumer<String, String> sources, Rendering rendering, Interrupter interrupter) {
    this.repl = repl;
    this.sources = sources;
    this.interrupter = interrupter;
    Map<String, String> environment = CellGuard.environment();
    Jars jars = new Jars(repl, rendering);
    Repositories repositories = new Repositories();
    MavenMagic maven = new MavenMagic(jars, repositories);
    VarsMagic vars = new VarsMagic(repl, rendering);
    for (Magic magic :
        List.of(
            new HelpMagic(magics.values()),
            maven,
            new MavenRepoMagic(repositories),
            new PomMagic(jars, repositories),
            new DependencyMagic(maven, repositories),
            new JarsMagic(jars),
            new ClasspathMagic(repl, jars),
            new LoadMagic(this::run),
            new TimeMagic(),
            new TimeitMagic(),
            new BashMagic(environment),
            new EnvMagic(environment),
            new ImageMagic(),
            vars,
            new JshellMagic(repl, vars),
            new ResetMagic(repl))) {
      magic.names().forEach(name -> magics.put(name, magic));
    }
  }

  /** A magic by its name, whose capitals do not matter; null for none. */
  private Magic find(String name) {
    Magic exact = magics.get(name);
    return exact != null || name == null
        ? exact
        : magics.entrySet().stream()
            .filter(entry -> entry.getKey().equalsIgnoreCase(name))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse(null);
  }

  private Object run(Magic magic, Call call) throws Throwable {
    return magic.waits() ? interrupter.runOwn(() -> magic.run(call)) : magic.run(call);
  }

  /**
   * Runs a magic for the code of a cell.
   *
   * @param name its name
   * @param arguments the words behind it
   * @param body what stands below it; null for a magic of one line
   * @return its value; null for none
   * @throws Throwable what it throws
   */
  public Object call(String name, List<String> arguments, String body) throws Throwable {
    Magic magic = find(name);
    boolean takesJava = magic != null && magic.takesJava();
    return call(name, takesJava ? String.join(" ", arguments) : Words.join(arguments), body);
  }

  /**
   * Runs a magic for the code of a cell.
   *
   * @param name its name
   * @param argument what stands behind it
   * @param body what stands below it; null for a magic of one line
   * @return its value; null for none
   * @throws Throwable what it throws
   */
  public Object call(String name, String argument, String body) throws Throwable {
    Magic magic = find(name);
    if (magic == null) {
      throw unknown(name);
    }
    String code = body == null ? argument : body;
    sources.accept(name, code);
    Object value = run(magic, new Call(argument, body, java(code, 0, code.length(), name)));
    return value instanceof Added added ? added.paths() : value == Repl.NOTHING ? null : value;
  }

  private static MagicFailure unknown(String name) {
    return new MagicFailure("There is no magic %" + name + "; %help lists them.");
  }

  /** Java that begins somewhere in a cell: blanks stand for what is before it. */
  private Call.Java java(String cell, int start, int end, String label) {
    String code = Words.blank(cell.substring(0, start)) + cell.substring(start, end);
    return new Call.Java() {
      @Override
      public Optional<Repl.Ending> ending() throws CompileFailure {
        try {
          return repl.ending(code);
        } catch (CompileFailure e) {
          throw e.moved(0, cell, label);
        }
      }

      @Override
      public Object evaluate(String before, int at, String within, String after) throws Throwable {
        try {
          return repl.run(
              before + code.substring(0, at) + within + code.substring(at) + after, label);
        } catch (CompileFailure e) {
          int behind = before.length() + at;
          throw e.moved(
              offset ->
                  offset <= behind
                      ? offset - before.length()
                      : Math.max(at, offset - before.length() - within.length()),
              cell,
              label);
        }
      }
    };
  }

  /** The words of a line that is a magic where code of Java could begin; null for no magic. */
  private Matcher magic(String line) {
    Matcher matcher = LINE.matcher(line);
    return line.indexOf('%') >= 0 && matcher.matches() && find(matcher.group("name")) != null
        ? matcher
        : null;
  }

  /** Whether a line that could be a magic has Java between braces, which comes first. */
  private boolean hasBraces(String line, Matcher magic) {
    return Braces.areTheNameIn(line)
        || magic != null && Braces.areIn(line) && !find(magic.group("name")).takesJava();
  }

  /** Whether a line below some Java may be a magic: nothing is open there. */
  private static boolean mayBegin(CharSequence java) {
    if (java.toString().isBlank()) {
      return true;
    }
    JavaText text = new JavaText(java.toString());
    return text.at(java.length()) == JavaText.Kind.CODE && text.depth(java.length()) <= 0;
  }

  /** The words of a line whose magic stands for a value; null for none. */
  private Matcher inline(CharSequence java, String line) {
    Matcher matcher = INLINE.matcher(line);
    if (line.indexOf('%') < 0 || !matcher.matches()) {
      return null;
    }
    Magic magic = find(matcher.group("name"));
    String before = matcher.group("before");
    int at = java.length() + before.length();
    return magic == null
            || new JavaText(java + before).at(at) != JavaText.Kind.CODE
            || before.isBlank() && mayBegin(java)
        ? null
        : matcher;
  }

  /** The Java that a line is in whose magic stands for a value; the line itself for none. */
  private String inlined(CharSequence java, String line) {
    Matcher matcher = inline(java, line);
    if (matcher == null) {
      return line;
    }
    String rest = matcher.group("rest").strip();
    boolean closed = rest.endsWith(";");
    String argument = closed ? rest.substring(0, rest.length() - 1).strip() : rest;
    boolean takesJava = find(matcher.group("name")).takesJava();
    return matcher.group("before")
        + "$lineMagic("
        + Words.quoted(matcher.group("name"))
        + ", "
        + (takesJava ? Words.quoted(argument) : Braces.joined(argument))
        + ");";
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
    sources.accept(label, cell);
    return cell.indexOf('%') < 0 ? repl.run(cell, label) : runLines(JavaText.visible(cell), label);
  }

  private Object runLines(String cell, String label) throws Throwable {
    Object value = Repl.NOTHING;
    // Blanks keep the places of what follows.
    StringBuilder java = new StringBuilder();
    for (int start = 0, end; start <= cell.length(); start = end + 1) {
      int newline = cell.indexOf('\n', start);
      end = newline < 0 ? cell.length() : newline;
      String line = cell.substring(start, end);
      Matcher magic = magic(line);
      boolean filled = hasBraces(line, magic);
      if ((filled || magic != null) && !mayBegin(java)) {
        magic = null;
        filled = false;
      }
      if (filled) {
        if (!java.toString().isBlank()) {
          evaluate(java.toString(), cell, label);
        }
        java.setLength(0);
        java.append(Words.blank(cell.substring(0, start)));
        int from = start;
        line = Braces.filled(line, (f, t) -> java(cell, from + f, from + t, label).evaluate());
        magic = magic(line);
      }
      if (magic == null) {
        needMagic(java, line);
        java.append(inlined(java, line)).append('\n');
        continue;
      }
      if (!java.toString().isBlank()) {
        evaluate(java.toString(), cell, label);
      }
      Magic command = find(magic.group("name"));
      String argument = magic.group("rest") == null ? "" : magic.group("rest").strip();
      if (magic.group("mark").equals("%%")) {
        int body = Math.min(end + 1, cell.length());
        Call.Java below = java(cell, body, cell.length(), label);
        return shown(run(command, new Call(argument, cell.substring(body), below)));
      }
      Call.Java behind =
          filled
              ? java(line, magic.end("name"), line.length(), label)
              : java(cell, start + magic.end("name"), end, label);
      value = shown(run(command, new Call(argument, null, behind)));
      java.setLength(0);
      java.append(Words.blank(cell.substring(0, end))).append('\n');
    }
    return java.toString().isBlank() ? value : evaluate(java.toString(), cell, label);
  }

  /** What was put on the class path has been printed. */
  private static Object shown(Object value) {
    return value instanceof Added ? Repl.NOTHING : value;
  }

  /** A line that looks like a magic where one could stand is a mistyped one. */
  private static void needMagic(CharSequence java, String line) {
    Matcher matcher = LINE.matcher(line);
    if (!line.startsWith("%") || !matcher.matches()) {
      return;
    }
    String above = java.toString().strip();
    if ((above.isEmpty() || above.endsWith(";") || above.endsWith("}")) && mayBegin(java)) {
      throw unknown(matcher.group("name"));
    }
  }

  private Object evaluate(String java, String cell, String label) throws Throwable {
    try {
      return repl.run(java, label);
    } catch (CompileFailure e) {
      throw e.moved(offset -> place(java, offset, cell), cell, label);
    }
  }

  /** Where an offset in the Java of a cell lies in that; a magic's place is where it begins. */
  private static int place(String java, int offset, String cell) {
    int line = java.lastIndexOf('\n', offset - 1) + 1;
    int at = 0;
    for (int i = java.indexOf('\n'); i >= 0 && i < line; i = java.indexOf('\n', i + 1)) {
      at = cell.indexOf('\n', at) + 1;
      if (at == 0) {
        return cell.length();
      }
    }
    for (int i = line; i < offset && cell.startsWith(java.substring(i, i + 1), at); i++) {
      at++;
    }
    return at;
  }

  /**
   * The Java of a cell at its place, blanks for magics.
   *
   * @param cell its source
   * @return as long as the cell
   */
  public String java(String cell) {
    if (cell.indexOf('%') < 0) {
      return cell;
    }
    StringBuilder java = new StringBuilder(cell);
    for (int start = 0, end; start <= cell.length(); start = end + 1) {
      int newline = cell.indexOf('\n', start);
      end = newline < 0 ? cell.length() : newline;
      String line = cell.substring(start, end);
      Matcher magic = magic(line);
      if (Braces.areTheNameIn(line) && mayBegin(java.substring(0, start))) {
        java.replace(start, end, Words.blank(line));
      } else if (magic != null && mayBegin(java.substring(0, start))) {
        boolean code = find(magic.group("name")).takesJava();
        boolean whole = magic.group("mark").equals("%%") && !code;
        int name = cell.indexOf(magic.group("name"), start) + magic.group("name").length();
        int to = whole ? cell.length() : code ? name : end;
        java.replace(start, to, Words.blank(cell.substring(start, to)));
        end = Math.max(end, whole ? to : end);
      } else if (inline(java.substring(0, start), line) != null) {
        int percent = start + INLINE.matcher(line).replaceFirst("${before}").length();
        String nothing = "null;" + " ".repeat(Math.max(0, end - percent));
        java.replace(percent, end, nothing.substring(0, end - percent));
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
            || cell.lines()
                .allMatch(
                    line -> line.isBlank() || Braces.areTheNameIn(line) || magic(line) != null))
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
              && !find(first.group("name")).takesJava();
      return foreign ? new Analysis.Completion(cursor, cursor, List.of()) : null;
    }
    List<Analysis.Match> matches = new ArrayList<>();
    int space = line.indexOf(' ');
    if (space < 0) {
      String mark = line.startsWith("%%") ? "%%" : "%";
      for (String name : magics.keySet()) {
        if ((mark + name).toLowerCase(Locale.ROOT).startsWith(line.toLowerCase(Locale.ROOT))) {
          matches.add(new Analysis.Match(mark + name, "magic", ""));
        }
      }
      return new Analysis.Completion(start, cursor, matches);
    }
    Magic magic = find(line.substring(0, space).replace("%", ""));
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
    Magic command = find(magic.group("name"));
    int name = cell.indexOf(magic.group("name"), start) + magic.group("name").length();
    return command.takesJava() && cursor > name
        ? null
        : MimeBundle.of("text/plain", command.help());
  }
}
