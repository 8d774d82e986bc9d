package kilonet.kernel.repl;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.tools.javac.api.BasicJavacTask;
import com.sun.tools.javac.api.ClientCodeWrapper;
import com.sun.tools.javac.api.JavacTaskPool;
import com.sun.tools.javac.code.ClassFinder;
import com.sun.tools.javac.code.Kinds.KindName;
import com.sun.tools.javac.code.Symbol.ClassSymbol;
import com.sun.tools.javac.code.Symbol.PackageSymbol;
import com.sun.tools.javac.code.Symtab;
import com.sun.tools.javac.util.Context;
import com.sun.tools.javac.util.Name;
import com.sun.tools.javac.util.Names;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Writer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticListener;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import kilonet.kernel.repl.PlainArguments.Patience;

/**
 * The JDK's compiler with contexts that are kept: what it knows about {@code java.lang} and the
 * imported packages stays in memory, which makes a small cell ten times faster to compile than with
 * a fresh task. JShell does the same, but compiles three times for each snippet.
 */
final class Compiler {
  /**
   * An error; positions are offsets in the source that was given.
   *
   * @param message what the compiler says
   * @param start where it is
   * @param end where that ends
   * @param code the compiler's own name of what it says
   * @param missing name of the method, type or variable that was looked for and not found; empty
   *     for other errors, and for members of something that was found
   */
  record Finding(String message, long start, long end, String code, String missing) {}

  /** What came out: the findings that are errors, and the class files by binary name. */
  record Result(List<Finding> errors, Map<String, byte[]> classes) {}

  /** Looks at a parsed or analyzed source. */
  interface Look<T> {
    T at(JavacTask task, CompilationUnitTree unit, List<Finding> errors) throws IOException;
  }

  /** A call that has no value stands where one is needed. */
  private static final String VOID = "compiler.err.void.not.allowed.here";

  /** A member of what has a name. */
  private static final Pattern MEMBER =
      Pattern.compile(
          "(?<of>[\\p{L}_$][\\p{L}\\p{N}_$]*)(\\s*\\.\\s*[\\p{L}_$][\\p{L}\\p{N}_$]*)+");

  private static final String NO_PROCESSORS = "-proc:none";

  private static final List<String> OPTIONS =
      List.of(NO_PROCESSORS, "-Xlint:none", "-nowarn", "-parameters", "-g:lines,vars,source");

  private final Files files;
  private final ClassFiles classFiles;
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
    files =
        new Files(
            ToolProvider.getSystemJavaCompiler()
                .getStandardFileManager(null, null, StandardCharsets.UTF_8));
    files.index.add(classPath);
    classFiles = new ClassFiles(files.index);
    try {
      // The index lists the class path; the standard manager would list the current folder.
      files.standard().setLocation(StandardLocation.CLASS_PATH, List.of());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Adds to the class path; the contexts start afresh. */
  void add(List<Path> paths) {
    classPath.addAll(paths);
    paths.stream().filter(ClassPathIndex::hasProcessors).forEach(processors::add);
    files.index.add(paths);
    classFiles.lookAgain();
    renew();
  }

  /** Takes something off the class path. */
  void remove(Path path) {
    classPath.remove(path);
    processors.remove(path);
    files.index.remove(path);
    classFiles.lookAgain();
    renew();
  }

  /** Starts with a fresh context; one that failed halfway, or is still at it, is left alone. */
  void renew() {
    pool = new JavacTaskPool(1);
    files.output = new LinkedHashMap<>();
  }

  /** What the class path and the JDK hold. */
  ClassFiles classFiles() {
    return classFiles;
  }

  /** Which classes the class path holds. */
  ClassPathIndex index() {
    return files.index;
  }

  List<Path> classPath() {
    return List.copyOf(classPath);
  }

  /** Makes the classes of a cell known to later ones; home is the name of the outermost. */
  void keep(String home, Map<String, byte[]> classes) {
    files.kept.put(home, classes);
  }

  /** Forgets the classes of a cell. */
  void forget(String home) {
    files.kept.remove(home);
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
    files.output.clear();
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
          Map<String, byte[]> classes = new LinkedHashMap<>();
          files.output.forEach((name, file) -> classes.put(name, file.bytes.toByteArray()));
          return new Result(List.copyOf(errors), classes);
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
    if (errors.stream().anyMatch(error -> isCertain(error, source))) {
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

  /** Whether an error has nothing to do with what a lambda is taken for. */
  private static boolean isCertain(Finding error, String source) {
    if (!source.contains("->") || !error.missing().isEmpty() || error.code().equals(VOID)) {
      return true;
    }
    Matcher member =
        error.start() < 0
            ? null
            : MEMBER.matcher(source.substring((int) error.start(), (int) error.end()));
    return member != null
        && member.matches()
        && !source.matches("(?s).*\\bvar\\s+" + Pattern.quote(member.group("of")) + "\\b.*");
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
            errors.add(
                new Finding(
                    // English is the root of the JDK's words; what is asked for as English, where
                    // there is
                    // no file of that name, is given in the language of the machine.
                    diagnostic.getMessage(Locale.ROOT),
                    diagnostic.getStartPosition(),
                    diagnostic.getEndPosition(),
                    diagnostic.getCode(),
                    missing(diagnostic, source)));
          }
        };
    if (!packageName.isEmpty() && !processors.isEmpty() && source.indexOf('@') >= 0) {
      return processed(
          listener, new Source(name, source), patience, task -> work.with(task, errors, right));
    }
    return pool.getTask(
        Writer.nullWriter(),
        files,
        listener,
        options,
        null,
        List.of(new Source(name, source)),
        task -> {
          // The task forgets its context once all classes are generated.
          Context context = ((BasicJavacTask) task).getContext();
          PlainArguments.begin(context, patience, source.length());
          try {
            return work.with(task, errors, right);
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          } finally {
            if (!packageName.isEmpty()) {
              relist(context, packageName, packageName + "." + name);
              files.output.clear();
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
      Source source,
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
      files.standard().setLocationFromPaths(StandardLocation.ANNOTATION_PROCESSOR_PATH, path);
      JavacTask task =
          (JavacTask)
              ToolProvider.getSystemJavaCompiler()
                  .getTask(Writer.nullWriter(), files, listener, processing, null, List.of(source));
      PlainArguments.begin(((BasicJavacTask) task).getContext(), patience, source.text.length());
      return work.with(task);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } finally {
      files.output.clear();
    }
  }

  private static String missing(Diagnostic<? extends JavaFileObject> diagnostic, String source) {
    if (!(diagnostic instanceof ClientCodeWrapper.DiagnosticSourceUnwrapper unwrapper)
        || !diagnostic.getCode().startsWith("compiler.err.cant.resolve")) {
      return "";
    }
    Object[] arguments = unwrapper.d.getArgs();
    if (arguments.length < 2
        || arguments[0] != KindName.METHOD
            && arguments[0] != KindName.CLASS
            && arguments[0] != KindName.VAR
        || diagnostic.getStartPosition() < 0) {
      return "";
    }
    String name = String.valueOf(arguments[1]);
    // The error of a member begins with what it should be a member of.
    return source.startsWith(name, (int) diagnostic.getStartPosition())
            && diagnostic.getEndPosition() == diagnostic.getStartPosition() + name.length()
        ? name
        : "";
  }

  /**
   * Makes the kept context forget a cell's classes, which another cell of that name may follow, and
   * list the package again when a later cell imports from it: it was listed before they existed.
   */
  private static void relist(Context context, String packageName, String home) {
    Symtab symbols = Symtab.instance(context);
    PackageSymbol symbol =
        symbols.getPackage(symbols.unnamedModule, Names.instance(context).fromString(packageName));
    if (symbol == null) {
      return;
    }
    // Nested classes too: they would be remembered with an owner that is no more.
    List<Name> names = new ArrayList<>();
    for (ClassSymbol known : symbols.getAllClasses()) {
      String name = known.packge() == symbol ? known.flatname.toString() : "";
      if (name.equals(home) || name.startsWith(home + "$")) {
        names.add(known.flatname);
      }
    }
    names.forEach(name -> symbols.removeClass(symbols.unnamedModule, name));
    symbol.members_field = null;
    symbol.completer = ClassFinder.instance(context).getCompleter();
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("cell:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Output extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output(String name, Kind kind) {
      super(URI.create("cell:///" + name.replace('.', '/') + kind.extension), kind);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  private static final class Input extends ClassPathIndex.Named {
    private final byte[] bytes;

    Input(String binaryName, byte[] bytes) {
      super(binaryName, URI.create("cell:///" + binaryName.replace('.', '/') + ".class"));
      this.bytes = bytes;
    }

    @Override
    public InputStream openInputStream() {
      return new ByteArrayInputStream(bytes);
    }
  }

  private static final class Files extends ForwardingJavaFileManager<StandardJavaFileManager> {
    private final Map<String, Map<String, byte[]>> kept = new ConcurrentHashMap<>();
    private final ClassPathIndex index = new ClassPathIndex();
    private volatile Map<String, Output> output = new LinkedHashMap<>();

    Files(StandardJavaFileManager standard) {
      super(standard);
    }

    StandardJavaFileManager standard() {
      return fileManager;
    }

    @Override
    public Iterable<JavaFileObject> list(
        Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
        throws IOException {
      if (location == StandardLocation.CLASS_PATH && !packageName.equals(Repl.PACKAGE)) {
        return kinds.contains(JavaFileObject.Kind.CLASS) ? index.list(packageName) : List.of();
      }
      if (!packageName.equals(Repl.PACKAGE)) {
        return super.list(location, packageName, kinds, recurse);
      }
      if (location != StandardLocation.CLASS_PATH || !kinds.contains(JavaFileObject.Kind.CLASS)) {
        return List.of();
      }
      List<JavaFileObject> found = new ArrayList<>();
      kept.values()
          .forEach(cell -> cell.forEach((name, bytes) -> found.add(new Input(name, bytes))));
      return found;
    }

    @Override
    public String inferBinaryName(Location location, JavaFileObject file) {
      return file instanceof ClassPathIndex.Named named
          ? named.binaryName()
          : super.inferBinaryName(location, file);
    }

    @Override
    public boolean isSameFile(FileObject a, FileObject b) {
      return a instanceof SimpleJavaFileObject || b instanceof SimpleJavaFileObject
          ? a.toUri().equals(b.toUri())
          : super.isSameFile(a, b);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      Output file = new Output(className, kind);
      if (kind == JavaFileObject.Kind.CLASS) {
        output.put(className, file);
      }
      return file;
    }

    @Override
    public FileObject getFileForOutput(
        Location location, String packageName, String relativeName, FileObject sibling) {
      // What processors write beside classes; nobody reads it.
      return new Output(relativeName, JavaFileObject.Kind.OTHER);
    }
  }
}
