package kilonet.kernel.repl;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kilonet.kernel.CellInterruptedError;

/**
 * Runs cells of Java and keeps what they declare.
 *
 * <p>A cell becomes one class, compiled once: its variables are static fields, its methods static
 * methods, its types nested classes, and its statements the bodies of methods that are called in
 * turn. Later cells import statically those names that they use. Where a cell declares a name anew,
 * the methods and types of earlier cells that use it are compiled again with it, so that they see
 * the new one; variables keep their values. A method or type that uses names which no cell has
 * declared yet waits, and is compiled with the cell that declares the last of them.
 *
 * <p>Where a cell declares a name twice it becomes two classes, which run one after the other.
 * Where a part of it does not compile, what stands above that part runs.
 */
public final class Repl {
  /** Whatever makes a class that somebody may look for by its name. */
  private static final Pattern INNER =
      Pattern.compile("->|::|\\b(new|class|interface|enum|record)\\b");

  /** Name of the classes that nothing refers to later. */
  static final String PASSING_HOME = "Cell0";

  /** The package of all cells' classes. */
  static final String PACKAGE = "cells";

  /** Value of a cell that shows nothing. */
  public static final Object NOTHING = new Object();

  private final Interrupter interrupter;
  private final Compiler compiler;
  private final LibraryLoader loader;
  private final Names names = new Names();
  private final Imports imports;
  private final CellWriter writer;
  private final VarTypes varTypes;
  private final SourceComments comments;
  private final Consumer<String> warnings;
  private volatile PieceParser parser;

  /** Held while the compiler is at work; replaced where its holder is left behind. */
  private volatile ReentrantLock lock = new ReentrantLock();

  private int sequence;

  /** Path of the cell that a thread runs for the debugger. */
  private final ThreadLocal<String> debugged = new ThreadLocal<>();

  /**
   * A session.
   *
   * @param classPath jars and folders that cells see
   * @param interrupter stops cells
   * @param warnings told, in a sentence, what the user should know but is no error
   */
  public Repl(List<Path> classPath, Interrupter interrupter, Consumer<String> warnings) {
    this(classPath, List.of(), interrupter, warnings);
  }

  /**
   * A session.
   *
   * @param classPath jars and folders that cells see
   * @param options for the compiler, besides those that follow from this JVM's own
   * @param interrupter stops cells
   * @param warnings told, in a sentence, what the user should know but is no error
   */
  public Repl(
      List<Path> classPath,
      List<String> options,
      Interrupter interrupter,
      Consumer<String> warnings) {
    this.interrupter = interrupter;
    this.warnings = warnings;
    List<String> all = new ArrayList<>(JvmOptions.forCompiler());
    all.addAll(options);
    compiler = new Compiler(classPath, all);
    loader = new LibraryLoader(classPath);
    parser = new PieceParser(compiler);
    comments = new SourceComments(compiler);
    imports = new Imports(compiler.classFiles());
    writer = new CellWriter(names, imports);
    varTypes = new VarTypes(compiler, writer);
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
      imports.lookAgain();
      fresh.forEach(loader::add);
    }
  }

  /**
   * Takes a jar off the class path of cells, so that another version can take its place.
   *
   * @param path a jar of the class path
   * @return whether it could be done: no class of it has been loaded yet
   */
  public boolean removeFromClassPath(Path path) {
    if (!loader.remove(path)) {
      return false;
    }
    compiler.remove(path);
    imports.lookAgain();
    return true;
  }

  /**
   * Says what cells find imported by themselves. Whatever a cell imports or declares comes before
   * it; what is not on the class path is left out.
   *
   * @param wanted such as {@code java.util.*} or {@code static java.lang.Math.*}, the first of a
   *     name first
   */
  public void standardImports(List<String> wanted) {
    imports.standard(wanted);
  }

  /** Something that only one thread at a time may do. */
  private interface Work<T, E extends Exception> {
    T run() throws E;
  }

  private <T, E extends Exception> T alone(Work<T, E> work) throws E {
    ReentrantLock held = lock;
    held.lock();
    try {
      T result = work.run();
      if (lock != held) {
        // Left behind meanwhile; what has been found out is nobody's any more.
        throw new CellInterruptedError();
      }
      return result;
    } finally {
      held.unlock();
    }
  }

  /**
   * Says under which path front ends know the cell that this thread is about to run.
   *
   * @param path null where nobody debugs
   */
  public void debugAs(String path) {
    debugged.set(path);
  }

  /** Lets a thread that is in the compiler and does not come back keep it, and takes a new one. */
  public void leaveCompiler() {
    if (lock.isLocked()) {
      lock = new ReentrantLock();
      compiler.renew();
      parser = new PieceParser(compiler);
    }
  }

  /**
   * How complete a cell is.
   *
   * @param cell the source
   * @return {@code complete}, {@code incomplete} or {@code invalid}
   */
  public String completeness(String cell) {
    try {
      return alone(() -> parser.completeness(cell));
    } catch (Compiler.TooDeep e) {
      return "invalid";
    }
  }

  /** What the class path holds. */
  ClassPathIndex index() {
    return compiler.index();
  }

  /** The documentation comment of a library's class or member; null if there is none. */
  String comment(String signature) {
    return alone(() -> comments.of(signature));
  }

  /** What the pieces before an offset declare, as source; pieces that are wrong are left out. */
  List<String> declarationsBefore(String cell, int offset) {
    return alone(() -> parser.declarationsBefore(cell, offset));
  }

  /** Where the top-level piece that holds an offset begins. */
  int statementStart(String cell, int offset) {
    return alone(() -> parser.pieceStart(cell, offset));
  }

  /**
   * Runs a cell.
   *
   * @param cell the source
   * @param label shown as file name in stack traces
   * @return the value of the last expression; {@link #NOTHING} if there is none, or if it has a
   *     semicolon and is null
   * @throws CompileFailure if part of it does not compile; then what stands above that has run
   * @throws Throwable what the cell throws
   */
  public Object run(String cell, String label) throws Throwable {
    PieceParser.Cell parsed;
    try {
      parsed = alone(() -> parser.parse(cell));
    } catch (Compiler.TooDeep e) {
      throw tooDeep(e, 0, cell.length()).moved(0, cell, label);
    }
    Object value = NOTHING;
    for (List<Piece> pieces : segments(parsed.pieces())) {
      CompileFailure failure = null;
      Ready ready = null;
      for (List<Piece> above = pieces; ready == null && !above.isEmpty(); ) {
        List<Piece> tried = above;
        try {
          ready = alone(() -> prepare(cell, tried, label));
        } catch (CompileFailure e) {
          failure = failure == null ? e.moved(0, cell, label) : failure;
          above = above(tried, e);
        }
      }
      if (failure != null && ready != null) {
        tellWhatRuns(failure, ready);
      }
      if (ready != null) {
        value = interrupter.run(ready::run);
      }
      if (failure != null) {
        throw failure;
      }
    }
    if (parsed.failure() != null) {
      throw parsed.failure().moved(0, cell, label);
    }
    return value;
  }

  private static CompileFailure tooDeep(Compiler.TooDeep e, int start, int end) {
    return new CompileFailure(List.of(new CompileFailure.Problem(start, end, e.getMessage())));
  }

  /** A cell's pieces, cut before each that declares what one before it has declared. */
  private static List<List<Piece>> segments(List<Piece> pieces) {
    List<List<Piece>> segments = new ArrayList<>();
    Set<String> declared = new HashSet<>();
    List<Piece> current = new ArrayList<>();
    for (Piece piece : pieces) {
      List<String> keys =
          piece instanceof Piece.Variables
              ? piece.names().stream().map(name -> "variable " + name).toList()
              : piece.names().isEmpty() ? List.of() : List.of(piece.key());
      if (keys.stream().anyMatch(declared::contains)) {
        segments.add(current);
        current = new ArrayList<>();
        declared.clear();
      }
      declared.addAll(keys);
      current.add(piece);
    }
    segments.add(current);
    return segments;
  }

  /** The pieces above the first that is wrong. */
  private static List<Piece> above(List<Piece> pieces, CompileFailure failure) {
    List<Piece> above = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.start() + piece.text().length() > failure.cut()
          || above.size() == pieces.size() - 1) {
        break;
      }
      above.add(piece);
    }
    return above;
  }

  private void tellWhatRuns(CompileFailure failure, Ready ready) {
    if (ready.unit().runs() > 0) {
      int at = failure.problems().get(0).start();
      long line = failure.source().substring(0, at).chars().filter(c -> c == '\n').count() + 1;
      warnings.accept(
          "Line " + line + " does not compile (see below); what stands above it runs first.");
    }
  }

  /** A cell that is compiled and known to later ones, and has not run yet. */
  private record Ready(Unit unit, Class<?> compiled, boolean hidesNull) {
    Object run() throws Throwable {
      Object value = NOTHING;
      for (int i = 0; i < unit.runs(); i++) {
        Method method = compiled.getMethod("$" + i);
        try {
          Object returned = method.invoke(null);
          if (method.getReturnType() != void.class) {
            value = returned == null && hidesNull ? NOTHING : returned;
          }
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
      return value;
    }
  }

  private Ready prepare(String cell, List<Piece> pieces, String label) throws CompileFailure {
    ReentrantLock held = lock;
    Unit unit = compile(cell, pieces);
    if (lock != held) {
      throw new CellInterruptedError();
    }
    for (Piece piece : pieces) {
      if (piece instanceof Piece.Import line) {
        String type = imports.add(line.line());
        if (type != null) {
          names.forgetType(type);
        }
      }
    }
    int[] lines = unit.source().lines();
    Map<String, byte[]> fitted = new HashMap<>(unit.classes());
    fitted.replaceAll((name, bytes) -> CellBytecode.ofCell(bytes, label, lines));
    String path = debugged.get();
    if (path != null) {
      fitted.replaceAll((name, bytes) -> DebugBytecode.of(bytes, path));
    }
    Map<String, CellLoader> earlier = new HashMap<>();
    unit.uses().forEach(home -> earlier.put(home, loader.cell(home)));
    CellLoader cellLoader = new CellLoader(loader, earlier, fitted);
    declare(unit, cellLoader);
    Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
    try {
      return new Ready(
          unit,
          cellLoader.loadClass(PACKAGE + "." + unit.home()),
          last instanceof Piece.Expression expression && expression.closed());
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private void declare(Unit unit, CellLoader cellLoader) {
    if (unit.home().equals(PASSING_HOME)) {
      return;
    }
    boolean kept = !unit.declarations().isEmpty();
    loader.register(unit.home(), cellLoader, kept);
    if (kept) {
      compiler.keep(unit.home(), unit.classes());
      names.declare(unit.home(), unit.declarations());
      for (Names.Declaration declaration : unit.declarations()) {
        if (declaration.piece() instanceof Piece.Type) {
          imports.forgetType(declaration.name());
        }
      }
      release();
    }
  }

  private void release() {
    for (String home : names.released()) {
      compiler.forget(home);
      loader.forget(home);
    }
  }

  /**
   * A class without anything in it: with a name of its own if later cells will refer to it. The
   * compiler never forgets a name, so a thousand cells that only compute share one.
   */
  private Unit unit(Unit.Parts parts) {
    boolean passing =
        parts.pulled().isEmpty()
            && parts.pieces().stream()
                .allMatch(piece -> piece.names().isEmpty() && !INNER.matcher(piece.text()).find());
    return passing
        ? new Unit(PASSING_HOME, 0, parts.cell())
        : new Unit("Cell" + ++sequence, sequence, parts.cell());
  }

  private Unit compile(String cell, List<Piece> written) throws CompileFailure {
    try {
      return compileKnown(cell, written);
    } catch (Compiler.TooDeep e) {
      Piece first = written.get(0);
      throw tooDeep(e, first.start(), first.start() + first.text().length());
    }
  }

  private Unit compileKnown(String cell, List<Piece> written) throws CompileFailure {
    Unit.Parts parts =
        new Unit.Parts(
            cell, new ArrayList<>(written), names.dependents(written), new ArrayList<>());
    CompileFailure first = null;
    boolean asStatement = false;
    boolean naming = true;
    List<Names.Declaration> renewed = null;
    while (true) {
      VarTypes.Found found = varTypes.infer(parts, naming);
      Unit.Parts now = new Unit.Parts(cell, found.pieces(), parts.pulled(), parts.postponed());
      Unit unit = unit(now);
      writer.write(unit, now, found.types(), asStatement);
      Compiler.Result result = compiler.compile(PACKAGE, unit.home(), unit.source().toString());
      if (result.errors().isEmpty()) {
        unit.compiled(result.classes());
        letWait(parts.postponed());
        tellOfRenewed(renewed);
        return unit;
      }
      if (!found.pieces().equals(parts.pieces())) {
        naming = false;
        continue;
      }
      List<Compiler.Finding> own =
          result.errors().stream().filter(e -> !unit.source().foreign(e.start())).toList();
      List<Names.Waiting> incomplete = incomplete(unit, result.errors());
      if (!incomplete.isEmpty()) {
        if (first == null && !own.isEmpty()) {
          first = failure(own, unit);
        }
        for (Names.Waiting wait : incomplete) {
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
          && last instanceof Piece.Expression expression
          && expression.maybeVoid()
          && own.stream().allMatch(unit::inValue)) {
        asStatement = true;
        continue;
      }
      CompileFailure latest = failure(own, unit);
      first = first == null ? latest : first.cutAs(latest);
      renewed = renewed == null ? renew(parts) : List.of();
      if (renewed.isEmpty()) {
        throw first;
      }
    }
  }

  /**
   * Takes variables anew whose type has been declared anew since; the old ones stay as they are.
   */
  private List<Names.Declaration> renew(Unit.Parts parts) {
    Set<String> words = new LinkedHashSet<>();
    parts.pieces().forEach(piece -> words.addAll(Words.of(piece.text())));
    parts.declared().forEach(piece -> words.removeAll(piece.names()));
    List<Names.Declaration> outdated = names.outdated(words);
    for (Names.Declaration variable : outdated) {
      parts
          .pulled()
          .add(
              new Piece.Variables(
                  variable.type() + " " + variable.name() + ";",
                  0,
                  List.of(new Piece.Variable(variable.name(), variable.type(), -1, -1, -1, false)),
                  Set.of()));
    }
    return outdated;
  }

  private void tellOfRenewed(Collection<Names.Declaration> renewed) {
    if (renewed != null) {
      for (Names.Declaration variable : renewed) {
        warnings.accept(
            variable.name()
                + " was of an earlier "
                + variable.shown()
                + "; it is of the new one now and has no value.");
      }
    }
  }

  /**
   * The declarations that lack nothing but names; none if there are other errors in the cell.
   * Variables wait only for their types, and if they have no value.
   */
  private static List<Names.Waiting> incomplete(Unit unit, List<Compiler.Finding> errors) {
    Map<Piece, Set<String>> missing = new LinkedHashMap<>();
    Set<Piece> wrong = new HashSet<>();
    for (Compiler.Finding error : errors) {
      Piece declaration = unit.declarationAt(error);
      boolean mayWait = declaration != null && !declaration.runs();
      if (mayWait && !error.missing().isEmpty()) {
        missing.computeIfAbsent(declaration, m -> new LinkedHashSet<>()).add(error.missing());
      } else if (unit.source().foreign(error.start())) {
        wrong.add(declaration);
      } else {
        return List.of();
      }
    }
    missing.keySet().removeAll(wrong);
    List<Names.Waiting> incomplete = new ArrayList<>();
    missing.forEach((piece, names) -> incomplete.add(new Names.Waiting(piece, names)));
    return incomplete;
  }

  private void letWait(List<Names.Waiting> postponed) {
    List<Names.Waiting> known = names.waiting();
    names.letWait(postponed);
    for (Names.Waiting wait : postponed) {
      if (!known.contains(wait)) {
        warnings.accept(wait.sentence() + ".");
      }
    }
  }

  private void dropFailing(Unit unit, List<Piece> pulled, Compiler.Finding error) {
    Piece piece = unit.declarationAt(error);
    if (piece == null || !pulled.remove(piece)) {
      pulled.clear();
      return;
    }
    warnings.accept(
        String.join(", ", piece.names())
            + " does not compile with what this cell declares and stays as it was: "
            + error.message().lines().findFirst().orElse(""));
  }

  private CompileFailure failure(List<Compiler.Finding> errors, Unit unit) {
    return CompileFailure.of(
        errors,
        unit.source(),
        name -> {
          Names.Waiting wait = names.waitingAs(name);
          return wait == null ? "" : "\n" + wait.sentence();
        });
  }

  /** Names of cells' classes are the kernel's business. */
  static String withoutHomes(String text) {
    return text.replaceAll("\\n\\s*location: class cells\\.Cell\\d+(?![\\w.])", "")
        .replaceAll("\\bcells\\.Cell\\d+\\.", "")
        .replaceAll("\\b(class )?cells\\.Cell\\d+(?![\\w.$])", "the cell");
  }

  /**
   * Names and values of the variables, in the order of their first declaration.
   *
   * @return values by name
   */
  public Map<String, Object> variables() {
    Map<String, Object> values = new LinkedHashMap<>();
    names.variables().forEach((name, declaration) -> values.put(name, value(declaration)));
    return values;
  }

  /**
   * The declared type of a variable, for people.
   *
   * @param variable its name
   * @return its type, without packages
   */
  public String typeOf(String variable) {
    return withoutPackages(names.variables().get(variable).shown());
  }

  /** A type as people write it. */
  static String withoutPackages(String type) {
    return type.replaceAll("\\b(?:\\p{Ll}[\\p{L}\\p{N}_$]*\\.)+(?=\\p{Lu})", "");
  }

  private Object value(Names.Declaration declaration) {
    try {
      return loader
          .loadClass(PACKAGE + "." + declaration.home())
          .getField(declaration.name())
          .get(null);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The methods, as people write their heads.
   *
   * @return one a line
   */
  public List<String> methods() {
    return names.heads(true);
  }

  /**
   * The types, as people write their heads.
   *
   * @return one a line
   */
  public List<String> types() {
    return names.heads(false);
  }

  /**
   * The imports, those that every notebook finds among them.
   *
   * @return one a line
   */
  public List<String> imports() {
    return imports.summary();
  }

  /** How many cells' classes are kept because a name refers to them. */
  int homes() {
    return names.homes();
  }

  /** Forgets everything that cells declared; imports and the class path stay. */
  public void reset() {
    names.clear();
    release();
  }

  /**
   * What JShell has to be told so that it knows what cells have declared, in an order in which it
   * compiles.
   */
  List<String> summary() {
    return alone(
        () -> {
          List<String> lines = new ArrayList<>(imports.summary());
          lines.addAll(names.summary());
          return lines.stream()
              .map(Repl::withoutHomes)
              .distinct()
              .collect(Collectors.toCollection(ArrayList::new));
        });
  }
}
