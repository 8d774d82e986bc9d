package kilonet.kernel.repl;

import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/**
 * Runs cells of Java and keeps what they declare.
 *
 * <p>A cell becomes one class, compiled once: its variables are static fields, its methods static
 * methods, its types nested classes, and its statements the bodies of methods that are called in
 * turn. Later cells import statically those names that they use. Where a cell declares a name anew,
 * the methods and types of earlier cells that use it are compiled again with it, so that they see
 * the new one; variables keep their values. A method or type that uses methods or types which no
 * cell has declared yet waits, and is compiled with the cell that declares the last of them.
 */
public final class Repl {
  private static final Pattern WORD = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");

  /** A name that is not a member of something. */
  private static final Pattern OUTSIDE =
      Pattern.compile("(?<![\\p{L}\\p{N}_$.])[\\p{L}_$][\\p{L}\\p{N}_$]*");

  private static final Set<String> LANGUAGE =
      Set.of("System", "String", "Integer", "Math", "Object", "Thread", "StringBuilder");

  private static final Pattern IMPORT =
      Pattern.compile(
          "\\s*import\\s+(?<static>static\\s+)?(?<module>module\\s+)?(?<name>[\\w.$\\p{L}]+(\\s*\\.\\s*\\*)?)\\s*;\\s*");

  /** Statements in one method; its byte code is limited to 64 KB. */
  private static final int STATEMENTS_PER_METHOD = 50;

  /** Name of the classes that nothing refers to later. */
  private static final String PASSING_HOME = "Cell0";

  /** The package of all cells' classes. */
  static final String PACKAGE = "cells";

  /** Value of a cell that shows nothing. */
  public static final Object NOTHING = new Object();

  /**
   * A thing that a cell declared.
   *
   * @param kind variable, method or type
   * @param name its name
   * @param home the package of the cell's class
   * @param type type of a variable, as source
   * @param piece the piece that declared it
   */
  record Declaration(Piece.Kind kind, String name, String home, String type, Piece piece) {}

  /** A method or type that cannot be used before the missing names are declared. */
  private record Waiting(Piece piece, Set<String> missing) {
    String sentence() {
      return piece.names().get(0)
          + (piece.kind() == Piece.Kind.METHOD ? " can be called once " : " can be used once ")
          + String.join(" and ", missing)
          + (missing.size() == 1 ? " is" : " are")
          + " declared";
    }
  }

  private final Interrupter interrupter;
  private final Compiler compiler;
  private final LibraryLoader loader;
  private final PieceParser parser;
  private final SourceComments comments;
  private final Consumer<String> warnings;
  private final Map<String, String> imports = new LinkedHashMap<>();
  private final Map<String, Declaration> variables = new LinkedHashMap<>();
  private final Map<String, List<Declaration>> methods = new LinkedHashMap<>();
  private final Map<String, Declaration> types = new LinkedHashMap<>();
  private final Map<String, Waiting> waiting = new LinkedHashMap<>();
  private final Set<String> homes = new HashSet<>();

  /** Never forgotten: values of these types may live on when the names mean others. */
  private final Set<String> withTypes = new HashSet<>();

  private int sequence;

  /**
   * A session.
   *
   * @param classPath jars and folders that cells see
   * @param interrupter stops cells
   * @param warnings told, in a sentence, what the user should know but is no error
   */
  public Repl(List<Path> classPath, Interrupter interrupter, Consumer<String> warnings) {
    this.interrupter = interrupter;
    this.warnings = warnings;
    compiler = new Compiler(classPath);
    loader = new LibraryLoader(classPath);
    parser = new PieceParser(compiler);
    comments = new SourceComments(compiler);
  }

  /**
   * The class loader of what cells see.
   *
   * @return the loader, the same for the whole session
   */
  public LibraryLoader loader() {
    return loader;
  }

  /**
   * The class path of cells.
   *
   * @return jars and folders
   */
  public List<Path> classPath() {
    return compiler.classPath();
  }

  /**
   * Adds to the class path of cells.
   *
   * @param paths jars and folders
   */
  public void addToClassPath(List<Path> paths) {
    List<Path> known = compiler.classPath();
    List<Path> fresh = paths.stream().filter(path -> !known.contains(path)).distinct().toList();
    if (!fresh.isEmpty()) {
      compiler.add(fresh);
      fresh.forEach(loader::add);
    }
  }

  /**
   * Declares imports that need not exist; those that do not are left out. Nothing is compiled,
   * which would take a quarter of the time to start.
   *
   * @param wanted such as {@code java.util.*} or {@code static java.lang.Math.*}
   */
  public void importWherePresent(List<String> wanted) {
    for (String name : wanted) {
      String type = name.replaceFirst("^static (.*)\\.[^.]*$", "$1");
      boolean present =
          type.endsWith(".*")
              ? compiler.hasPackage(type.substring(0, type.length() - 2))
              : compiler.hasClass(type);
      if (present) {
        addImport("import " + name + ";");
      }
    }
  }

  /**
   * How complete a cell is.
   *
   * @param cell the source
   * @return {@code complete}, {@code incomplete} or {@code invalid}
   */
  public String completeness(String cell) {
    return parser.completeness(cell);
  }

  /** The documentation comment of a library's class or member; null if there is none. */
  String comment(String signature) {
    return comments.of(signature);
  }

  /** What the pieces before an offset declare, as source; pieces that are wrong are left out. */
  List<String> declarationsBefore(String cell, int offset) {
    return parser.declarationsBefore(cell, offset);
  }

  /** Where the top-level piece that holds an offset begins. */
  int statementStart(String cell, int offset) {
    return parser.pieceStart(cell, offset);
  }

  /**
   * Runs a cell.
   *
   * @param cell the source
   * @param label shown as file name in stack traces
   * @return the value of the last expression if it has no semicolon; else {@link #NOTHING}
   * @throws CompileFailure if it does not compile; then nothing of it has run
   * @throws Throwable what the cell throws
   */
  public Object run(String cell, String label) throws Throwable {
    List<Piece> pieces;
    Unit unit;
    try {
      pieces = parser.parse(cell);
      if (pieces.isEmpty()) {
        return NOTHING;
      }
      unit = compile(cell, pieces);
    } catch (CompileFailure e) {
      throw e.moved(0, cell, label);
    }
    if (pieces.stream().anyMatch(piece -> piece.kind() == Piece.Kind.IMPORT)) {
      for (Piece piece : pieces) {
        if (piece.kind() == Piece.Kind.IMPORT) {
          addImport(piece.text());
        }
      }
    }
    int[] lines = unit.source.lines();
    Map<String, byte[]> fitted = new HashMap<>(unit.classes);
    fitted.replaceAll((name, bytes) -> CellBytecode.ofCell(bytes, label, lines));
    CellLoader cellLoader = new CellLoader(loader, unit.earlier, PACKAGE + "." + unit.home, fitted);
    letWait(unit.waiting);
    declare(unit, cellLoader);
    if (unit.runs == 0) {
      return NOTHING;
    }
    Class<?> compiled = cellLoader.loadClass(PACKAGE + "." + unit.home);
    return interrupter.run(
        () -> {
          Object value = NOTHING;
          for (int i = 0; i < unit.runs; i++) {
            Method method = compiled.getMethod("$" + i);
            try {
              Object returned = method.invoke(null);
              if (method.getReturnType() != void.class) {
                value = returned;
              }
            } catch (InvocationTargetException e) {
              throw e.getCause();
            }
          }
          return value;
        });
  }

  /** A compiled cell. */
  private static final class Unit {
    final String home;
    final CellSource source;
    final List<Declaration> declarations = new ArrayList<>();
    final List<Member> members = new ArrayList<>();
    final Map<String, CellLoader> earlier = new HashMap<>();
    List<Waiting> waiting = List.of();
    Map<String, byte[]> classes;
    int runs;
    int valueAt = Integer.MAX_VALUE;

    Unit(String home, CellSource source) {
      this.home = home;
      this.source = source;
    }

    void use(LibraryLoader loader, String earlierHome) {
      earlier.put(earlierHome, loader.cell(earlierHome));
    }

    /** Adds a method or type; at is its offset in the cell, negative for an earlier cell's. */
    void member(Piece piece, int at) {
      source.add(access(piece));
      int start = source.length();
      source.add(piece.text(), at);
      members.add(new Member(piece, start, source.length()));
      source.add("\n");
      declarations.add(new Declaration(piece.kind(), piece.names().get(0), home, null, piece));
    }

    /** The method or type that an error lies in; null for none. */
    Piece memberAt(Compiler.Finding error) {
      for (Member member : members) {
        if (error.start() >= member.start() && error.start() < member.end()) {
          return member.piece();
        }
      }
      return null;
    }
  }

  /**
   * What a cell's class is made of.
   *
   * @param cell the source
   * @param pieces the cell's pieces that are compiled now
   * @param pulled pieces of earlier cells that are compiled again with them
   * @param postponed pieces of either kind that lack something
   */
  private record Parts(
      String cell, List<Piece> pieces, List<Piece> pulled, List<Waiting> postponed) {}

  /** Where in the generated source a method or type stands. */
  private record Member(Piece piece, int start, int end) {}

  private String nextHome() {
    return "Cell" + ++sequence;
  }

  /**
   * The name of the class: one of its own if later cells will refer to it. The compiler never
   * forgets a name, so a thousand cells that only compute share one.
   */
  private String home(Parts parts) {
    boolean declares =
        !parts.pulled().isEmpty()
            || parts.pieces().stream().anyMatch(piece -> !piece.names().isEmpty());
    return declares ? nextHome() : PASSING_HOME;
  }

  private Unit compile(String cell, List<Piece> written) throws CompileFailure {
    Parts parts = new Parts(cell, new ArrayList<>(written), dependents(written), new ArrayList<>());
    CompileFailure first = null;
    boolean asStatement = false;
    while (true) {
      Unit unit = generate(parts, asStatement);
      Compiler.Result result = compiler.compile(PACKAGE, unit.home, unit.source.toString());
      if (result.errors().isEmpty()) {
        unit.classes = result.classes();
        unit.waiting = parts.postponed();
        return unit;
      }
      List<Compiler.Finding> own =
          result.errors().stream().filter(e -> !unit.source.foreign(e.start())).toList();
      List<Waiting> incomplete = incomplete(unit, result.errors());
      if (!incomplete.isEmpty()) {
        if (first == null && !own.isEmpty()) {
          first = failure(own, unit.source);
        }
        for (Waiting wait : incomplete) {
          parts.pieces().remove(wait.piece());
          parts.pulled().remove(wait.piece());
        }
        parts.postponed().addAll(incomplete);
        continue;
      }
      if (own.isEmpty()) {
        // Only what earlier cells declared does not compile with the new declarations.
        dropFailing(unit, parts.pulled(), result.errors().get(0));
        continue;
      }
      Piece last = written.get(written.size() - 1);
      if (!asStatement
          && last.maybeVoid()
          && last.shown()
          && own.stream().allMatch(e -> e.start() >= unit.valueAt)) {
        asStatement = true;
        continue;
      }
      throw first != null ? first : failure(own, unit.source);
    }
  }

  /**
   * The methods and types that lack nothing but methods and types; none if there are other errors
   * in the cell.
   */
  private static List<Waiting> incomplete(Unit unit, List<Compiler.Finding> errors) {
    Map<Piece, Set<String>> missing = new LinkedHashMap<>();
    Set<Piece> wrong = new HashSet<>();
    for (Compiler.Finding error : errors) {
      Piece member = unit.memberAt(error);
      if (member != null && !error.missing().isEmpty()) {
        missing.computeIfAbsent(member, m -> new LinkedHashSet<>()).add(error.missing());
      } else if (unit.source.foreign(error.start())) {
        wrong.add(member);
      } else {
        return List.of();
      }
    }
    missing.keySet().removeAll(wrong);
    List<Waiting> incomplete = new ArrayList<>();
    missing.forEach((piece, names) -> incomplete.add(new Waiting(piece, names)));
    return incomplete;
  }

  private void dropFailing(Unit unit, List<Piece> pulled, Compiler.Finding error) {
    Piece piece = unit.memberAt(error);
    if (piece == null) {
      pulled.clear();
      return;
    }
    pulled.remove(piece);
    warnings.accept(
        piece.names().get(0)
            + " does not compile with what this cell declares and stays as it was: "
            + error.message().lines().findFirst().orElse(""));
  }

  private CompileFailure failure(List<Compiler.Finding> errors, CellSource source) {
    List<CompileFailure.Problem> problems = new ArrayList<>();
    for (Compiler.Finding error : errors) {
      int start = source.cellOffset(error.start());
      problems.add(
          new CompileFailure.Problem(
              start,
              Math.max(start, source.cellOffset(Math.max(error.start(), error.end()))),
              withoutHomes(error.message()) + whatItWaitsFor(error.missing())));
    }
    return new CompileFailure(problems);
  }

  private String whatItWaitsFor(String name) {
    for (Waiting wait : waiting.values()) {
      if (wait.piece().names().get(0).equals(name)) {
        return "\n" + wait.sentence();
      }
    }
    return "";
  }

  /** Names of cells' classes are the kernel's business. */
  static String withoutHomes(String text) {
    return text.replaceAll("\\n\\s*location: class cells\\.Cell\\d+(?![\\w.])", "")
        .replaceAll("\\bcells\\.Cell\\d+\\.", "")
        .replaceAll("\\b(class )?cells\\.Cell\\d+(?![\\w.$])", "the cell");
  }

  /** The methods and types of earlier cells that use a name which these pieces declare. */
  private List<Piece> dependents(List<Piece> pieces) {
    Set<String> changed = new HashSet<>();
    Set<String> redeclared = new HashSet<>();
    Set<String> methodNames = new HashSet<>();
    for (Piece piece : pieces) {
      changed.addAll(piece.names());
      if (piece.kind() == Piece.Kind.METHOD) {
        redeclared.add(key(piece));
        methodNames.add(piece.names().get(0));
      } else if (piece.kind() == Piece.Kind.TYPE) {
        redeclared.add(key(piece));
      } else if (piece.kind() == Piece.Kind.IMPORT) {
        // What it imports may be what somebody waits for.
        waiting.values().forEach(wait -> changed.addAll(wait.missing()));
      }
    }
    if (changed.isEmpty()) {
      return new ArrayList<>();
    }
    Set<Piece> pulled = new LinkedHashSet<>();
    List<Piece> candidates = new ArrayList<>();
    types.values().forEach(declaration -> candidates.add(declaration.piece()));
    methods.values().forEach(list -> list.forEach(each -> candidates.add(each.piece())));
    waiting.values().forEach(wait -> candidates.add(wait.piece()));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Piece piece : candidates) {
        String name = piece.names().get(0);
        boolean method = piece.kind() == Piece.Kind.METHOD;
        if (pulled.contains(piece) || redeclared.contains(key(piece))) {
          continue;
        }
        if (method && methodNames.contains(name)
            || piece.uses().stream().anyMatch(changed::contains)) {
          pulled.add(piece);
          changed.add(name);
          if (method) {
            methodNames.add(name);
          }
          grown = true;
        }
      }
    }
    return new ArrayList<>(pulled);
  }

  /** What a declaration replaces: methods with the same parameters, types of the same name. */
  private static String key(Piece piece) {
    String name = piece.names().get(0);
    return piece.kind() == Piece.Kind.METHOD ? name + "(" + piece.signature() : name;
  }

  private Unit generate(Parts parts, boolean asStatement) throws CompileFailure {
    List<Piece> pieces = parts.pieces();
    Unit unit = new Unit(home(parts), new CellSource(parts.cell()));
    Map<Piece.Variable, String> inferred = Map.of();
    if (pieces.stream()
        .flatMap(piece -> piece.variables().stream())
        .anyMatch(variable -> variable.type() == null)) {
      inferred = infer(parts);
    }
    head(unit, parts);
    for (Piece piece : pieces) {
      for (Piece.Variable variable : piece.variables()) {
        unit.source.add("public static ");
        String type = variable.type();
        if (type == null) {
          type = inferred.get(variable);
          unit.source.add(type);
        } else if (variable.typeStart() >= 0) {
          unit.source.add(type, piece.start() + variable.typeStart());
        } else {
          unit.source.add(type);
        }
        unit.source.add(" " + variable.name() + ";\n");
        unit.declarations.add(
            new Declaration(
                Piece.Kind.VARIABLE, variable.name(), unit.home, withoutHomes(type), piece));
      }
    }
    members(unit, parts);
    runs(unit, pieces, asStatement);
    unit.source.add("}\n");
    return unit;
  }

  /** A type keeps its own access: a record's constructor may not be less accessible than it. */
  private static String access(Piece piece) {
    return piece.kind() == Piece.Kind.TYPE ? "static " : "public static ";
  }

  private static void members(Unit unit, Parts parts) {
    for (Piece piece : parts.pieces()) {
      if (piece.kind() == Piece.Kind.METHOD || piece.kind() == Piece.Kind.TYPE) {
        unit.member(piece, piece.start());
      }
    }
    parts.pulled().forEach(piece -> unit.member(piece, -1));
  }

  private void runs(Unit unit, List<Piece> pieces, boolean asStatement) {
    CellSource source = unit.source;
    int inMethod = 0;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      boolean last = i == pieces.size() - 1;
      boolean value =
          last && piece.kind() == Piece.Kind.EXPRESSION && piece.shown() && !asStatement;
      boolean runs =
          piece.kind() == Piece.Kind.STATEMENT
              || piece.kind() == Piece.Kind.EXPRESSION
              || piece.variables().stream().anyMatch(variable -> variable.initStart() >= 0);
      if (!runs) {
        continue;
      }
      // What follows a loop without end or a throw would be an error in the same method.
      boolean alone = value || piece.kind() == Piece.Kind.STATEMENT;
      if (inMethod > 0 && (alone || inMethod >= STATEMENTS_PER_METHOD)) {
        source.add("}\n");
        inMethod = 0;
      }
      if (value) {
        unit.valueAt = source.length();
        source
            .add("public static Object $" + unit.runs++ + "() throws Throwable { return (\n")
            .add(piece.text(), piece.start())
            .add("\n);}\n");
        continue;
      }
      if (inMethod == 0) {
        source.add("public static void $" + unit.runs++ + "() throws Throwable {\n");
      }
      inMethod++;
      statement(source, piece);
      if (alone) {
        source.add("}\n");
        inMethod = 0;
      }
    }
    if (inMethod > 0) {
      source.add("}\n");
    }
  }

  private static void statement(CellSource source, Piece piece) {
    switch (piece.kind()) {
      case VARIABLE -> {
        for (Piece.Variable variable : piece.variables()) {
          if (variable.initStart() >= 0) {
            source.add(variable.name() + " = ");
            if (variable.arrayInit()) {
              source.add("new " + variable.type());
            }
            source
                .add(
                    piece.text().substring(variable.initStart(), variable.initEnd()),
                    piece.start() + variable.initStart())
                .add("\n;\n");
          }
        }
      }
      case EXPRESSION -> {
        if (piece.maybeVoid()) {
          source.add(piece.text(), piece.start()).add("\n;\n");
        } else {
          source.add("{ Object $v = (\n").add(piece.text(), piece.start()).add("\n); }\n");
        }
      }
      default -> source.add(piece.text(), piece.start()).add("\n");
    }
  }

  private void head(Unit unit, Parts parts) {
    CellSource source = unit.source;
    List<Piece> pieces = parts.pieces();
    List<Piece> pulled = parts.pulled();
    List<Piece> postponed = parts.postponed().stream().map(Waiting::piece).toList();
    Set<String> words = new HashSet<>();
    words(parts.cell(), words);
    pulled.forEach(piece -> words(piece.text(), words));
    Set<String> here = new HashSet<>();
    Set<String> methodsHere = new HashSet<>();
    for (Collection<Piece> declared : List.of(pieces, pulled, postponed)) {
      for (Piece piece : declared) {
        (piece.kind() == Piece.Kind.METHOD ? methodsHere : here).addAll(piece.names());
      }
    }
    source.add("package " + PACKAGE + ";\n");
    Set<String> importedHere = new HashSet<>();
    for (Piece piece : pieces) {
      if (piece.kind() == Piece.Kind.IMPORT) {
        Matcher matcher = IMPORT.matcher(piece.text());
        if (matcher.matches() && matcher.group("static") == null) {
          String name = matcher.group("name");
          importedHere.add(name.substring(name.lastIndexOf('.') + 1).strip());
        }
      }
    }
    boolean self =
        pieces.stream().noneMatch(piece -> piece.kind() == Piece.Kind.IMPORT)
            && pulled.isEmpty()
            && OUTSIDE
                .matcher(parts.cell())
                .results()
                .map(MatchResult::group)
                .allMatch(this::known);
    imports.forEach(
        (key, line) -> {
          boolean replaced =
              key.startsWith("type ") && importedHere.contains(key.substring("type ".length()));
          if (!self && !replaced) {
            source.add(line + "\n");
          }
        });
    for (String word : words) {
      Declaration variable = variables.get(word);
      if (variable != null && !here.contains(word)) {
        unit.use(loader, variable.home());
        source.add("import static " + PACKAGE + "." + variable.home() + "." + word + ";\n");
      }
      List<Declaration> overloads = methods.get(word);
      if (overloads != null && !methodsHere.contains(word)) {
        String from = overloads.get(0).home();
        unit.use(loader, from);
        if (variable == null || here.contains(word) || !variable.home().equals(from)) {
          source.add("import static " + PACKAGE + "." + from + "." + word + ";\n");
        }
      }
      Declaration type = types.get(word);
      if (type != null && !here.contains(word) && !importedHere.contains(word)) {
        unit.use(loader, type.home());
        source.add("import " + PACKAGE + "." + type.home() + "." + word + ";\n");
      }
    }
    for (Piece piece : pieces) {
      if (piece.kind() == Piece.Kind.IMPORT) {
        source.add(piece.text(), piece.start()).add("\n");
      }
    }
    source.add("public class " + unit.home + " {\n");
  }

  /** Whether a name means the same with and without the imports. */
  private boolean known(String name) {
    return SourceVersion.isKeyword(name)
        || (variables.containsKey(name) || methods.containsKey(name) || types.containsKey(name))
        || LANGUAGE.contains(name) && !imports.containsKey("type " + name);
  }

  private static void words(String text, Set<String> words) {
    Matcher matcher = WORD.matcher(text);
    while (matcher.find()) {
      words.add(matcher.group());
    }
  }

  /** The types of variables declared with {@code var}, as source. */
  private Map<Piece.Variable, String> infer(Parts parts) throws CompileFailure {
    List<Piece> pieces = parts.pieces();
    Unit unit = new Unit(PASSING_HOME, new CellSource(parts.cell()));
    CellSource source = unit.source;
    head(unit, parts);
    for (Piece piece : pieces) {
      for (Piece.Variable variable : piece.variables()) {
        if (variable.type() != null) {
          source.add("public static ");
          source.add(variable.type(), piece.start() + Math.max(0, variable.typeStart()));
          source.add(" " + variable.name() + ";\n");
        }
      }
    }
    members(unit, parts);
    source.add("static void $infer() throws Throwable {\n");
    List<Piece.Variable> wanted = new ArrayList<>();
    for (Piece piece : pieces) {
      for (Piece.Variable variable : piece.variables()) {
        if (variable.type() == null) {
          if (variable.initStart() < 0) {
            throw new CompileFailure(
                List.of(
                    new CompileFailure.Problem(
                        piece.start(),
                        piece.start() + PieceParser.end(piece.text()),
                        variable.name() + " is declared with var and so needs a value")));
          }
          wanted.add(variable);
          source
              .add("var " + variable.name() + " = ")
              .add(
                  piece.text().substring(variable.initStart(), variable.initEnd()),
                  piece.start() + variable.initStart())
              .add("\n;\n");
        }
      }
    }
    source.add("}\n}\n");
    Map<Piece.Variable, String> inferred = new HashMap<>();
    List<Compiler.Finding> errors =
        compiler.analyze(
            PACKAGE,
            unit.home,
            source.toString(),
            (task, tree, findings) -> {
              Map<String, String> byName = new HashMap<>();
              Trees trees = Trees.instance(task);
              TypeSource types = new TypeSource(task.getTypes());
              new TreePathScanner<Void, Void>() {
                @Override
                public Void visitMethod(com.sun.source.tree.MethodTree node, Void none) {
                  return node.getName().contentEquals("$infer")
                      ? super.visitMethod(node, none)
                      : null;
                }

                @Override
                public Void visitVariable(VariableTree node, Void none) {
                  TreePath path = getCurrentPath();
                  byName.putIfAbsent(
                      node.getName().toString(), types.of(trees.getElement(path).asType()));
                  return super.visitVariable(node, none);
                }
              }.scan(tree, null);
              for (Piece.Variable variable : wanted) {
                inferred.put(
                    variable,
                    byName
                        .getOrDefault(variable.name(), "")
                        .replace(PACKAGE + "." + unit.home + ".", ""));
              }
              return findings;
            });
    for (Piece.Variable variable : wanted) {
      if (inferred.get(variable).isEmpty()) {
        List<Compiler.Finding> own =
            errors.stream().filter(e -> !source.foreign(e.start())).toList();
        throw failure(
            own.isEmpty()
                ? List.of(
                    new Compiler.Finding(
                        "the type of " + variable.name() + " cannot be inferred; write it out",
                        0,
                        0,
                        ""))
                : own,
            source);
      }
    }
    return inferred;
  }

  private void addImport(String line) {
    Matcher matcher = IMPORT.matcher(line);
    if (!matcher.matches()) {
      return;
    }
    String name = matcher.group("name").replaceAll("\\s", "");
    String simple = name.substring(name.lastIndexOf('.') + 1);
    boolean isStatic = matcher.group("static") != null;
    String key =
        simple.equals("*") || matcher.group("module") != null || isStatic
            ? line.strip()
            : "type " + simple;
    imports.remove(key);
    imports.put(key, line.strip());
    if (!isStatic && types.containsKey(simple)) {
      types.remove(simple);
    }
  }

  /** Puts aside what cannot be compiled yet; an older version of it is no longer meant. */
  private void letWait(List<Waiting> postponed) {
    for (Waiting wait : postponed) {
      Piece piece = wait.piece();
      String name = piece.names().get(0);
      if (piece.kind() == Piece.Kind.TYPE) {
        types.remove(name);
      } else {
        // Its other overloads are compiled again with the cell that declared it.
        methods.remove(name);
      }
      Waiting before = waiting.put(key(piece), wait);
      if (before == null || !before.equals(wait)) {
        warnings.accept(wait.sentence() + ".");
      }
    }
  }

  private void declare(Unit unit, CellLoader cellLoader) {
    if (unit.declarations.isEmpty()) {
      return;
    }
    compiler.keep(unit.home, unit.classes);
    loader.register(unit.home, cellLoader);
    homes.add(unit.home);
    Map<String, List<Declaration>> newMethods = new LinkedHashMap<>();
    for (Declaration declaration : unit.declarations) {
      if (declaration.kind() != Piece.Kind.VARIABLE) {
        waiting.remove(key(declaration.piece()));
      }
      switch (declaration.kind()) {
        case VARIABLE -> variables.put(declaration.name(), declaration);
        case TYPE -> {
          types.put(declaration.name(), declaration);
          withTypes.add(unit.home);
          imports.remove("type " + declaration.name());
        }
        default ->
            newMethods.computeIfAbsent(declaration.name(), n -> new ArrayList<>()).add(declaration);
      }
    }
    methods.putAll(newMethods);
    release();
  }

  /** Forgets the classes of cells of which nothing is in use any more. */
  private void release() {
    Set<String> live = new HashSet<>();
    variables.values().forEach(declaration -> live.add(declaration.home()));
    types.values().forEach(declaration -> live.add(declaration.home()));
    methods.values().forEach(list -> list.forEach(declaration -> live.add(declaration.home())));
    for (Iterator<String> it = homes.iterator(); it.hasNext(); ) {
      String home = it.next();
      if (!live.contains(home) && !withTypes.contains(home)) {
        compiler.forget(home);
        loader.forget(home);
        it.remove();
      }
    }
  }

  /**
   * Names and values of the variables, in the order of their first declaration.
   *
   * @return values by name
   */
  public Map<String, Object> variables() {
    Map<String, Object> values = new LinkedHashMap<>();
    variables.forEach((name, declaration) -> values.put(name, value(declaration)));
    return values;
  }

  /**
   * The declared type of a variable, for people.
   *
   * @param variable its name
   * @return its type, without packages
   */
  public String typeOf(String variable) {
    return withoutPackages(variables.get(variable).type());
  }

  /** A type as people write it. */
  static String withoutPackages(String type) {
    return type.replaceAll("\\b(?:\\p{Ll}[\\p{L}\\p{N}_$]*\\.)+(?=\\p{Lu})", "");
  }

  private Object value(Declaration declaration) {
    try {
      return loader
          .loadClass(PACKAGE + "." + declaration.home())
          .getField(declaration.name())
          .get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many cells' classes are kept because a name refers to them. */
  int homes() {
    return homes.size();
  }

  /** Forgets everything that cells declared; imports and the class path stay. */
  public void reset() {
    variables.clear();
    methods.clear();
    types.clear();
    waiting.clear();
    release();
  }

  /**
   * What JShell has to be told so that it knows what cells have declared, in an order in which it
   * compiles.
   */
  List<String> summary() {
    List<String> lines = new ArrayList<>(imports.values());
    types.values().forEach(type -> lines.add(type.piece().text()));
    methods.values().forEach(list -> list.forEach(method -> lines.add(method.piece().text())));
    waiting.values().forEach(wait -> lines.add(wait.piece().text()));
    variables.values().forEach(v -> lines.add(v.type() + " " + v.name() + ";"));
    return lines.stream().map(Repl::withoutHomes).distinct().collect(Collectors.toList());
  }
}
