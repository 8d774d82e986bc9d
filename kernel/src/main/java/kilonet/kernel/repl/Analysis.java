package kilonet.kernel.repl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import kilonet.kernel.MimeBundle;

/**
 * Completion and documentation, by JShell's analysis. The shell behind it is made when it is first
 * asked, and told before each answer what cells have declared since. Only one at a time documents
 * the JDK: its sources are opened once in a process.
 */
public final class Analysis implements AutoCloseable {
  private static final Pattern WORD_BEFORE = Pattern.compile("[\\p{L}\\p{N}_$]*$");

  /** What may be a package, with its dot. */
  private static final Pattern PACKAGE =
      Pattern.compile("(?<![.\\p{L}\\p{N}_$])(\\p{Ll}[\\p{Ll}\\p{N}_]*\\.)+$");

  /** A name at the end where a value may stand, and so no name that is being declared. */
  private static final Pattern OPERAND =
      Pattern.compile(
          "(?:[-+*/%&|^!~?:=(,{;)]|->|\\b(?:return|yield|throw|case|else|do|assert))\\s*"
              + "(?<name>[\\p{L}_$][\\p{L}\\p{N}_$.]*)$");

  /** The end of a member's name that has not begun, or not ended. */
  private static final Pattern MEMBER = Pattern.compile("[^\\p{N}.]\\s*\\.\\s*[\\p{L}\\p{N}_$]*$");

  /** A label that is a member, of which JShell says nothing where it stands. */
  private static final Pattern LABEL =
      Pattern.compile("\\bcase\\s[\\p{L}\\p{N}_$.,\\s]*\\.[\\p{L}\\p{N}_$]*$");

  /** A variable or field as JShell writes it. */
  private static final Pattern TYPED = Pattern.compile("([\\p{L}\\p{N}_$.]+):(.+)");

  /** More than this nobody reads. */
  private static final int MATCHES = 400;

  private final Repl repl;
  private final Fitting fitting = new Fitting();
  private JShell shell;
  private volatile List<Path> classPath;
  private Set<String> told = Set.of();

  /**
   * An analysis.
   *
   * @param repl whose declarations it knows
   */
  public Analysis(Repl repl) {
    this.repl = repl;
  }

  /**
   * A proposal.
   *
   * @param text what replaces the word
   * @param kind as front ends name it: function, class, instance, keyword, module
   * @param signature types, where they are known
   */
  public record Match(String text, String kind, String signature) {}

  /**
   * Proposals for a place.
   *
   * @param start offset of the word that is replaced
   * @param end offset of its end
   * @param matches the best first
   */
  public record Completion(int start, int end, List<Match> matches) {}

  private SourceCodeAnalysis analysis() {
    List<Path> now = repl.classPath();
    if (shell == null || !now.equals(classPath)) {
      close();
      shell = Shadow.shell(repl.index(), fitting);
      classPath = now;
      told = Set.of();
    }
    List<String> lines = repl.summary();
    for (String line : lines) {
      if (!told.contains(line)) {
        answer(() -> shell.eval(line));
      }
    }
    told = Set.copyOf(lines);
    return shell.sourceCodeAnalysis();
  }

  /** Asks while the shell knows what the cell declares before an offset. */
  private <T> T asking(String code, int offset, Function<SourceCodeAnalysis, T> question) {
    SourceCodeAnalysis analysis = analysis();
    List<Snippet> declared = new ArrayList<>();
    for (String text : repl.declarationsBefore(code, offset)) {
      for (SnippetEvent event : answer(() -> shell.eval(text))) {
        if (event.causeSnippet() == null) {
          declared.add(event.snippet());
        } else {
          // It stood for something that an earlier cell declared, which has to be told again.
          told = Set.of();
        }
      }
    }
    try {
      return question.apply(analysis);
    } finally {
      declared.forEach(shell::drop);
    }
  }

  /**
   * Proposals.
   *
   * @param code a cell
   * @param cursor offset in it
   * @return possibly none
   */
  public Completion complete(String code, int cursor) {
    if (new JavaText(code).at(cursor) != JavaText.Kind.CODE) {
      return new Completion(cursor, cursor, List.of());
    }
    int from = statementStart(code, cursor);
    String text = code.substring(from, cursor);
    Matcher word = WORD_BEFORE.matcher(text);
    int wordStart = word.find() ? word.start() : text.length();
    int[] anchor = {wordStart};
    Map<String, Boolean> found = new LinkedHashMap<>();
    Place place = Place.at(text.substring(0, wordStart));
    boolean isAll =
        asking(
            code,
            from,
            analysis -> {
              if (place != null) {
                String begun = text.substring(wordStart);
                fitting(analysis, place).stream()
                    .filter(name -> name.startsWith(begun))
                    .forEach(name -> found.put(name, true));
              }
              boolean fits = !found.isEmpty();
              if (!fits) {
                suggested(analysis, text, place, anchor, found);
              }
              return fits;
            });
    String prefix = text.substring(Math.min(anchor[0], text.length()));
    List<Match> matches = new ArrayList<>();
    found.entrySet().stream()
        .filter(entry -> !entry.getKey().startsWith("$"))
        .sorted(
            Comparator.comparing((Map.Entry<String, Boolean> entry) -> !entry.getValue())
                .thenComparing(entry -> !entry.getKey().startsWith(prefix))
                .thenComparing(Map.Entry::getKey, String.CASE_INSENSITIVE_ORDER))
        .limit(MATCHES)
        .forEach(
            entry -> matches.add(new Match(entry.getKey(), CellWords.kind(entry.getKey()), "")));
    for (String name : packages(text.substring(0, wordStart), text.substring(wordStart))) {
      if (!found.containsKey(name) && !found.containsKey(name + ".")) {
        matches.add(new Match(name + ".", "module", ""));
      }
    }
    if (!isAll && (from + wordStart == 0 || code.charAt(from + wordStart - 1) != '.')) {
      for (String name : CellWords.beginning(code, from + wordStart, cursor)) {
        if (found.keySet().stream().noneMatch(known -> known.matches(name + "\\W*"))) {
          matches.add(new Match(name, CellWords.kind(name), ""));
        }
      }
    }
    return new Completion(from + anchor[0], cursor, matches);
  }

  /** What JShell proposes; it leaves out what the class around inherits. */
  private void suggested(
      SourceCodeAnalysis analysis,
      String text,
      Place place,
      int[] anchor,
      Map<String, Boolean> found) {
    int word = anchor[0];
    if (!MEMBER.matcher(text).find()) {
      for (String owner : Place.owners(text.substring(0, word))) {
        String member = text.substring(0, word) + owner + "." + text.substring(word);
        proposed(analysis, member, place, new int[1], found);
      }
    }
    proposed(analysis, text, place, anchor, found);
  }

  private void proposed(
      SourceCodeAnalysis analysis,
      String text,
      Place place,
      int[] anchor,
      Map<String, Boolean> found) {
    boolean member = MEMBER.matcher(text).find();
    for (int start : starts(text, place)) {
      String part = text.substring(start);
      int[] at = {part.length()};
      List<SourceCodeAnalysis.Suggestion> suggestions =
          answer(() -> analysis.completionSuggestions(part, part.length(), at));
      // Behind a dot it may have lost its way, and tells all types and packages then.
      boolean lost = member && suggestions.stream().anyMatch(s -> s.continuation().equals("java."));
      if (!suggestions.isEmpty() && !lost) {
        suggestions.forEach(
            each -> found.merge(each.continuation(), each.matchesType(), Boolean::logicalOr));
        anchor[0] = at[0] + start;
        return;
      }
    }
  }

  /** What fits at a place. */
  private Set<String> fitting(SourceCodeAnalysis analysis, Place place) {
    if (place.kind() == Place.Kind.ARRAY) {
      return Set.of("new");
    }
    fitting.at(place);
    Set<String> names = Set.of();
    for (int start : starts(place.asked(), null)) {
      if (names.isEmpty()) {
        String part = place.asked().substring(start);
        answer(() -> analysis.completionSuggestions(part, part.length(), new int[1]));
        names = fitting.found();
      }
    }
    fitting.at(null);
    return names;
  }

  /**
   * Where to begin reading an unfinished statement: JShell says nothing of what is nested in calls
   * that it does not know, but may of what stands in the innermost block or brackets by itself, or
   * of the name at the end.
   */
  private static Set<Integer> starts(String statement, Place place) {
    JavaText text = new JavaText(statement);
    Set<Integer> starts = new LinkedHashSet<>();
    boolean byItself = place != null && place.kind().isOfAnnotation();
    if (!byItself && !LABEL.matcher(statement).find()) {
      starts.add(0);
      starts.add(text.behindOpen("{"));
      starts.add(text.behindOpen("{[("));
    }
    Matcher operand = OPERAND.matcher(statement);
    if (operand.find()) {
      starts.add(operand.start("name"));
    } else if (starts.isEmpty()) {
      starts.add(statement.length());
    }
    return starts;
  }

  /** What JShell answers; nothing where it stumbles, as it does over what cannot be resolved. */
  private <T> List<T> answer(Supplier<List<T>> question) {
    try {
      return question.get();
    } catch (RuntimeException | InternalError | AssertionError e) {
      return List.of();
    }
  }

  /** The packages of the class path whose names go on as a text does. */
  private List<String> packages(String before, String prefix) {
    Matcher above = PACKAGE.matcher(before);
    if (!above.find() || above.group().isEmpty()) {
      return List.of();
    }
    String name = above.group();
    return repl.index().packagesBelow(name.substring(0, name.length() - 1)).stream()
        .filter(each -> each.startsWith(prefix))
        .toList();
  }

  /**
   * Whether the class path is another than that of the last answer.
   *
   * @return true if the next answer will take its time
   */
  public boolean isOutdated() {
    return !repl.classPath().equals(classPath);
  }

  /** Takes a new shell for the next question, since a question does not come back. */
  public void renew() {
    shell = null;
  }

  /** Lets the sources of the JDK go. */
  @Override
  public void close() {
    if (shell != null) {
      shell.close();
      shell = null;
    }
  }

  /** Where the top-level statement that holds the cursor begins. */
  private int statementStart(String code, int cursor) {
    return repl.statementStart(code, cursor);
  }

  /**
   * What is known about the name at a place.
   *
   * @param code a cell
   * @param cursor offset in it
   * @return null if nothing
   */
  public MimeBundle inspect(String code, int cursor) {
    int end = cursor;
    while (end < code.length() && Character.isJavaIdentifierPart(code.charAt(end))) {
      end++;
    }
    int statement = statementStart(code, end);
    String text = code.substring(statement, end);
    return asking(code, statement, analysis -> inspect(analysis, text));
  }

  private static String readable(String signature) {
    String text = Homes.hidden(signature);
    Matcher typed = TYPED.matcher(text);
    return typed.matches()
        ? TypeSource.withoutPackages(typed.group(2)) + " " + typed.group(1)
        : text;
  }

  private MimeBundle inspect(SourceCodeAnalysis analysis, String statement) {
    Set<String> shown = new LinkedHashSet<>();
    Set<Integer> starts = starts(statement, null);
    for (int start : starts) {
      String text = statement.substring(start);
      // The analysis documents a method inside its brackets, a type or variable at its end.
      for (String attempt : List.of(text, text + "(", text.stripTrailing())) {
        if (shown.isEmpty()) {
          answer(() -> analysis.documentation(attempt, attempt.length(), true))
              .forEach(found -> shown.add(described(found)));
        }
      }
    }
    if (shown.isEmpty()) {
      starts.stream()
          .map(statement::substring)
          .flatMap(
              text ->
                  answer(
                          () ->
                              Stream.ofNullable(analysis.analyzeType(text, text.length())).toList())
                      .stream()
                      .map(type -> type + " " + text.strip()))
          .findFirst()
          .ifPresent(shown::add);
    }
    return shown.isEmpty() ? null : MimeBundle.of("text/plain", String.join("\n\n", shown));
  }

  private String described(SourceCodeAnalysis.Documentation found) {
    String javadoc = found.javadoc() == null ? repl.comment(found.signature()) : found.javadoc();
    return readable(found.signature()) + (javadoc == null ? "" : "\n\n" + Javadoc.text(javadoc));
  }
}
