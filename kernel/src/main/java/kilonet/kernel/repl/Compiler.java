package kilonet.kernel.repl;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.tools.javac.api.BasicJavacTask;
import com.sun.tools.javac.api.JavacTaskPool;
import com.sun.tools.javac.code.ClassFinder;
import com.sun.tools.javac.code.Symbol.ClassSymbol;
import com.sun.tools.javac.code.Symbol.PackageSymbol;
import com.sun.tools.javac.code.Symtab;
import com.sun.tools.javac.util.Context;
import com.sun.tools.javac.util.Name;
import com.sun.tools.javac.util.Names;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticListener;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;
import kilonet.kernel.repl.PlainArguments.Patience;

/**
 * The JDK's compiler with contexts that are kept: what it knows about {@code java.lang} and the
 * imported packages stays in memory, which makes a small cell ten times faster to compile than with
 * a fresh task. JShell does the same, but compiles three times for each snippet.
 */
final class Compiler {
  /** What came out: the findings that are errors, and the class files by binary name. */
  record Result(List<Finding> errors, Map<String, byte[]> classes) {}

  /** Looks at a parsed or analyzed source. */
  interface Look<T> {
    T at(JavacTask task, CompilationUnitTree unit, List<Finding> errors) throws IOException;
  }

  private static final String NO_PROCESSORS = "-proc:none";

  private static final List<String> OPTIONS =
      List.of(NO_PROCESSORS, "-Xlint:none", "-nowarn", "-parameters", "-g:lines,vars,source");

  /** What more classes than the first come with. */
  private static final Pattern CLASSES =
      Pattern.compile("\\b(?:class|interface|enum|record|new)\\b");

  private final SourceFiles files = new SourceFiles();
  private final ClassFiles classFiles = new ClassFiles(files.index());
  private final List<Path> classPath = new ArrayList<>();
  private final List<String> options = new ArrayList<>(OPTIONS);

  /** What was added and has annotation processors. */
  private final Set<Path> processors = new LinkedHashSet<>();

  private JavacTaskPool pool = new JavacTaskPool(1);

  /** Whether the last source took too long; the next is most often another writing of it. */
  private boolean isTooLong;

  /**
   * A compiler.
   *
   * @param classPath jars and folders
   * @param more options besides the kernel's own
   */
  Compiler(List<Path> classPath, List<String> more) {
    options.addAll(more);
    this.classPath.addAll(classPath);
    files.index().add(classPath);
  }

  /** Adds to the class path; the contexts start afresh. */
  void add(List<Path> paths) {
    classPath.addAll(paths);
    paths.stream().filter(ClassPathIndex::hasProcessors).forEach(processors::add);
    files.index().add(paths);
    classFiles.lookAgain();
    renew();
  }

  /** Takes something off the class path. */
  void remove(Path path) {
    classPath.remove(path);
    processors.remove(path);
    files.index().remove(path);
    classFiles.lookAgain();
    renew();
  }

  /** Starts with a fresh context; one that failed halfway, or is still at it, is left alone. */
  void renew() {
    pool = new JavacTaskPool(1);
    files.renew();
  }

  /** What the class path and the JDK hold. */
  ClassFiles classFiles() {
    return classFiles;
  }

  /** Which classes the class path holds. */
  ClassPathIndex index() {
    return files.index();
  }

  List<Path> classPath() {
    return List.copyOf(classPath);
  }

  /** Makes the classes of a cell known to later ones; home is the name of the outermost. */
  void keep(String home, Map<String, byte[]> classes) {
    files.keep(home, classes);
  }

  /** Forgets the classes of a cell. */
  void forget(String home) {
    files.forget(home);
  }

  /** Parses only. */
  <T> T parse(String source, Look<T> look) {
    return task(
        "",
        "Parsed",
        source,
        (task, errors, right) -> look.at(task, task.parse().iterator().next(), errors));
  }

  /** Parses and attributes. */
  <T> T analyze(String packageName, String name, String source, Look<T> look) {
    return task(
        packageName,
        name,
        source,
        (task, errors, right) -> {
          CompilationUnitTree unit = task.parse().iterator().next();
          task.analyze();
          return look.at(task, unit, errors);
        });
  }

  /** Compiles. */
  Result compile(String packageName, String home, String source) {
    files.clear();
    return task(
        packageName,
        home,
        source,
        (task, errors, right) -> {
          // Not call(), which would dispose of the context that is to be kept.
          task.analyze();
          if (errors.isEmpty() && right) {
            task.generate();
            if (!errors.isEmpty()) {
              // Too large for a class file; the context keeps half of it.
              renew();
            }
          }
          return new Result(List.copyOf(errors), files.written());
        });
  }

  /** What is done with a task; it may generate classes only where that is right. */
  private interface Work<T> {
    T with(JavacTask task, List<Finding> errors, boolean right) throws IOException;
  }

  private <T> T task(String packageName, String name, String source, Work<T> work) {
    try {
      return patiently(packageName, name, source, work);
    } catch (Throwable e) {
      // Whatever has gone wrong, the next source meets a compiler that is in order.
      renew();
      if (isOf(StackOverflowError.class, e)) {
        throw new TooDeep();
      }
      throw e;
    }
  }

  /**
   * Where the compiler takes too long with a source, it is asked first what is wrong with its
   * arguments by themselves, which is the reason nearly always. What it says then is right, but for
   * members of what depends on lambdas: if it says nothing else, it is given more time, and most
   * where it says nothing.
   */
  private <T> T patiently(String packageName, String name, String source, Work<T> work) {
    boolean again = isTooLong;
    isTooLong = false;
    if (!again) {
      try {
        return pooled(packageName, name, source, work, Patience.LITTLE, new ArrayList<>());
      } catch (RuntimeException e) {
        passUnless(PlainArguments.Exhausted.class, e);
      }
    }
    List<Finding> errors = new ArrayList<>();
    T plain = pooled(packageName, name, source, work, Patience.NONE, errors);
    if (errors.stream().anyMatch(error -> error.isCertain(source))) {
      isTooLong = true;
      return plain;
    }
    if (again) {
      return patiently(packageName, name, source, work);
    }
    renew();
    try {
      Patience more = errors.isEmpty() ? Patience.MUCH : Patience.MORE;
      return pooled(packageName, name, source, work, more, new ArrayList<>());
    } catch (RuntimeException e) {
      passUnless(PlainArguments.Exhausted.class, e);
      if (errors.isEmpty()) {
        throw new TooDeep();
      }
      return plain;
    }
  }

  /** Takes a fresh context where a task has ended for a reason, and throws on what is another. */
  private void passUnless(Class<? extends Throwable> reason, RuntimeException thrown) {
    if (!isOf(reason, thrown)) {
      throw thrown;
    }
    renew();
  }

  /** Whether something is the reason of an error; the compiler wraps them in errors of its own. */
  static boolean isOf(Class<? extends Throwable> reason, Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (reason.isInstance(t)) {
        return true;
      }
    }
    return false;
  }

  /** A source whose brackets the compiler cannot follow. */
  static final class TooDeep extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TooDeep() {
      super("this is too deeply nested for the compiler; cut it in pieces", null, false, false);
    }

    /** The same for the user, who has written it between two offsets of a cell. */
    CompileFailure failure(int start, int end) {
      return new CompileFailure(List.of(new CompileFailure.Problem(start, end, getMessage())));
    }
  }

  private <T> T pooled(
      String packageName,
      String name,
      String source,
      Work<T> work,
      Patience patience,
      List<Finding> errors) {
    boolean right = patience != Patience.NONE;
    DiagnosticListener<JavaFileObject> listener =
        diagnostic -> {
          if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
            errors.add(Finding.of(diagnostic, source));
          }
        };
    if (!packageName.isEmpty() && !processors.isEmpty() && source.indexOf('@') >= 0) {
      return processed(
          listener,
          new SourceFiles.Source(name, source),
          patience,
          task -> work.with(task, errors, right));
    }
    return pool.getTask(
        Writer.nullWriter(),
        files,
        listener,
        options,
        null,
        List.of(new SourceFiles.Source(name, source)),
        task -> {
          // The task forgets its context once all classes are generated.
          Context context = ((BasicJavacTask) task).getContext();
          PlainArguments.begin(context, patience, source.length());
          try {
            return work.with(task, errors, right);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          } finally {
            if (!packageName.isEmpty()) {
              boolean alone =
                  files.written().size() <= 1
                      && CLASSES.matcher(source).results().limit(2).count() <= 1;
              relist(context, packageName, packageName + "." + name, alone);
              files.clear();
            }
          }
        });
  }

  private interface Processing<T> {
    T with(JavacTask task) throws IOException;
  }

  /**
   * With the annotation processors of what was added, in a context of its own: processors keep
   * things in it that hold for one compilation only.
   */
  private <T> T processed(
      DiagnosticListener<JavaFileObject> listener,
      SourceFiles.Source source,
      Patience patience,
      Processing<T> work) {
    List<String> processing = new ArrayList<>(options);
    processing.remove(NO_PROCESSORS);
    if (Runtime.version().feature() >= 21) {
      processing.add("-proc:full");
    }
    try {
      // A processor may need what came with it.
      List<Path> path = new ArrayList<>(processors);
      classPath.stream().filter(each -> !path.contains(each)).forEach(path::add);
      files.processorPath(path);
      JavacTask task =
          (JavacTask)
              ToolProvider.getSystemJavaCompiler()
                  .getTask(Writer.nullWriter(), files, listener, processing, null, List.of(source));
      PlainArguments.begin(((BasicJavacTask) task).getContext(), patience, source.length());
      return work.with(task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      files.clear();
    }
  }

  /**
   * Makes the kept context forget a cell's classes, which another cell of that name may follow, and
   * list the package again when a later cell imports from it: it was listed before they existed.
   *
   * @param alone whether it has one class only, and no other has to be looked for among all
   */
  private static void relist(Context context, String packageName, String home, boolean alone) {
    Symtab symbols = Symtab.instance(context);
    PackageSymbol symbol =
        symbols.getPackage(symbols.unnamedModule, Names.instance(context).fromString(packageName));
    if (symbol == null) {
      return;
    }
    // Nested classes too: they would be remembered with an owner that is no more.
    List<Name> names = new ArrayList<>();
    if (alone) {
      names.add(Names.instance(context).fromString(home));
    }
    for (ClassSymbol known : alone ? List.<ClassSymbol>of() : symbols.getAllClasses()) {
      String name = known.packge() == symbol ? known.flatname.toString() : "";
      if (name.equals(home) || name.startsWith(home + "$")) {
        names.add(known.flatname);
      }
    }
    names.forEach(name -> symbols.removeClass(symbols.unnamedModule, name));
    symbol.members_field = null;
    symbol.completer = ClassFinder.instance(context).getCompleter();
  }
}
