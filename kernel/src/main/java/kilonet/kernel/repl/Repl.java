package kilonet.kernel.repl;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.kernel.CellInterruptedError;

/**
 * Runs cells of Java and keeps what they declare.
 *
 * <p>A cell becomes one class, compiled once: its variables are static fields, its methods static
 * methods, its types nested classes, and its statements the bodies of methods that are called in
 * turn. Later cells import statically those names that they use. Where a cell declares a name anew,
 * the methods and types of earlier cells that use it are compiled again with it, so that they see
 * the new one; variables keep their values. A type or method that is declared again just as it is,
 * as where a cell is run twice, stays the same. A method or type that uses names which no cell has
 * declared yet waits, and is compiled with the cell that declares the last of them.
 *
 * <p>Where a cell declares a name twice it becomes two classes, which run one after the other.
 * Where a part of it does not compile, what stands above that part runs.
 */
public final class Repl {
  /** Value of a cell that shows nothing. */
  public static final Object NOTHING = new Object();

  private final Interrupter interrupter;
  private final Compiler compiler;
  private final LibraryLoader loader;
  private final Names names = new Names();
  private final Imports imports;
  private final CellCompiler cells;
  private final SourceComments comments;
  private final Consumer<String> warnings;
  private volatile PieceParser parser;

  /** Held while the compiler is at work; replaced where its holder is left behind. */
  private volatile ReentrantLock lock = new ReentrantLock();

  /** Path of the cell that a thread runs for the debugger. */
  private final ThreadLocal<String> debugged = new ThreadLocal<>();

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
    cells = new CellCompiler(compiler, names, new CellWriter(names, imports), warnings);
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
      return alone(() -> parser.completeness(JavaText.visible(cell)));
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
   * The last piece of a cell.
   *
   * @param start its offset
   * @param isValue whether it is an expression, whose value the cell has
   * @param maybeVoid whether that is a call, which may turn out to return nothing
   * @param isOpen whether it lacks a semicolon
   */
  public record Ending(int start, boolean isValue, boolean maybeVoid, boolean isOpen) {}

  /**
   * How a cell ends.
   *
   * @param cell the source
   * @return its last piece; empty where it has none
   * @throws CompileFailure if its pieces cannot be told
   */
  public Optional<Ending> ending(String cell) throws CompileFailure {
    PieceParser.Cell parsed = parsed(JavaText.visible(cell));
    if (parsed.failure() != null) {
      throw parsed.failure();
    }
    if (parsed.pieces().isEmpty()) {
      return Optional.empty();
    }
    Piece last = parsed.pieces().get(parsed.pieces().size() - 1);
    char end = cell.charAt(PieceParser.end(cell) - 1);
    boolean isValue = last instanceof Piece.Expression;
    return Optional.of(
        new Ending(
            last.start(),
            isValue,
            last instanceof Piece.Expression expression && expression.maybeVoid(),
            end != ';' && (end != '}' || isValue)));
  }

  private PieceParser.Cell parsed(String cell) throws CompileFailure {
    try {
      return alone(() -> parser.parse(cell));
    } catch (Compiler.TooDeep e) {
      throw e.failure(0, cell.length());
    }
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
    return runVisible(JavaText.visible(cell), label);
  }

  private Object runVisible(String cell, String label) throws Throwable {
    PieceParser.Cell parsed;
    try {
      parsed = parsed(cell);
    } catch (CompileFailure e) {
      throw e.moved(0, cell, label);
    }
    Object value = NOTHING;
    for (List<Piece> pieces : parsed.segments()) {
      CompileFailure failure = null;
      ReadyCell ready = null;
      for (List<Piece> above = pieces; ready == null && !above.isEmpty(); ) {
        List<Piece> tried = above;
        try {
          ready = alone(() -> prepare(cell, tried, label));
        } catch (CompileFailure e) {
          failure = failure == null ? e.moved(0, cell, label) : failure;
          above = e.above(tried);
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

  private void tellWhatRuns(CompileFailure failure, ReadyCell ready) {
    if (ready.unit().runs() > 0) {
      warnings.accept(
          "Line "
              + failure.line()
              + " does not compile (see below); what stands above it runs first.");
    }
  }

  private ReadyCell prepare(String cell, List<Piece> pieces, String label) throws CompileFailure {
    ReentrantLock held = lock;
    for (Piece piece : pieces) {
      if (piece instanceof Piece.Import line) {
        names.otherwise(name -> imports.bringsAnew(line.line(), name));
      }
    }
    // A breakpoint may have been set in what is declared again just as it is.
    boolean debugs = debugged.get() != null;
    Unit unit = cells.compile(cell, debugs ? pieces : names.changed(pieces));
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
    CellLoader cellLoader = CellLoader.of(unit, label, debugged.get(), loader);
    declare(unit, cellLoader);
    Piece last = pieces.isEmpty() ? null : pieces.get(pieces.size() - 1);
    try {
      return new ReadyCell(unit, cellLoader.loadClass(Homes.PACKAGE + "." + unit.home()), last);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }

  private void declare(Unit unit, CellLoader cellLoader) {
    if (unit.home().equals(Homes.PASSING)) {
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
    return TypeSource.withoutPackages(names.variables().get(variable).shown());
  }

  private Object value(Names.Declaration declaration) {
    try {
      return loader
          .loadClass(Homes.PACKAGE + "." + declaration.home())
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
          Stream<String> lines =
              Stream.concat(imports.summary().stream(), names.summary().stream());
          return lines.map(Homes::hidden).distinct().collect(Collectors.toList());
        });
  }
}
