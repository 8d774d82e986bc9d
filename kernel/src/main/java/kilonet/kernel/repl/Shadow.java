package kilonet.kernel.repl;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TaskEvent;
import com.sun.source.util.TaskListener;
import com.sun.tools.javac.api.BasicJavacTask;
import com.sun.tools.javac.api.JavacTaskPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import javax.tools.DiagnosticListener;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import jdk.jshell.JShell;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import kilonet.kernel.repl.PlainArguments.Patience;

/** A JShell that knows declarations but runs nothing. */
final class Shadow {
  private Shadow() {}

  /** Sees what the shell's compiler has made of a source. */
  interface Witness {
    void saw(JavacTask task, CompilationUnitTree unit);
  }

  /** A shell with a class path. */
  static JShell shell(ClassPathIndex classPath) {
    return shell(classPath, (task, unit) -> {});
  }

  /** A shell with a class path, and with a witness of all that it compiles. */
  static JShell shell(ClassPathIndex classPath, Witness witness) {
    List<String> options = JvmOptions.forCompiler();
    JShell shell =
        JShell.builder()
            .executionEngine(new Nothing(), new HashMap<>())
            .fileManager(standard -> listed(standard, classPath))
            // JShell has its own way to previews.
            .compilerOptions(
                options.contains("--enable-preview")
                    ? new String[0]
                    : options.toArray(new String[0]))
            .build();
    limit(shell, witness);
    return shell;
  }

  /** Makes the shell use compilers that come to an end whatever the source. */
  private static void limit(JShell shell, Witness witness) {
    try {
      Field factory = JShell.class.getDeclaredField("taskFactory");
      factory.setAccessible(true);
      Field pool = factory.getType().getDeclaredField("javacTaskPool");
      pool.setAccessible(true);
      pool.set(factory.get(shell), new Limited(witness));
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Tasks with little patience for what is only looked at, and nothing to say of the rest. */
  private static final class Limited extends JavacTaskPool {
    /** As many contexts as JShell keeps by itself. */
    private static final int CONTEXTS = 5;

    private final Witness witness;

    Limited(Witness witness) {
      super(CONTEXTS);
      this.witness = witness;
    }

    @Override
    public <Z> Z getTask(
        Writer out,
        JavaFileManager files,
        DiagnosticListener<? super JavaFileObject> listener,
        Iterable<String> options,
        Iterable<String> classes,
        Iterable<? extends JavaFileObject> sources,
        Worker<Z> worker) {
      boolean looking = false;
      for (String option : options) {
        looking |= option.startsWith("--should-stop");
      }
      Patience patience = looking ? Patience.SOME : Patience.MORE;
      return super.getTask(
          Writer.nullWriter(),
          files,
          listener,
          options,
          classes,
          sources,
          task -> {
            PlainArguments.begin(((BasicJavacTask) task).getContext(), patience, 0);
            List<CompilationUnitTree> units = new ArrayList<>();
            task.addTaskListener(parsed(units::add));
            Z result = worker.withTask(task);
            units.forEach(unit -> witness.saw(task, unit));
            return result;
          });
    }
  }

  private static TaskListener parsed(Consumer<CompilationUnitTree> taker) {
    return new TaskListener() {
      @Override
      public void finished(TaskEvent event) {
        if (event.getKind() == TaskEvent.Kind.PARSE) {
          taker.accept(event.getCompilationUnit());
        }
      }
    };
  }

  /** A file manager whose class path is listed by the index: it need not open every jar first. */
  private static StandardJavaFileManager listed(
      StandardJavaFileManager standard, ClassPathIndex classPath) {
    try {
      standard.setLocation(StandardLocation.CLASS_PATH, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return (StandardJavaFileManager)
        Proxy.newProxyInstance(
            Shadow.class.getClassLoader(),
            new Class<?>[] {StandardJavaFileManager.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("list") && arguments[0] == StandardLocation.CLASS_PATH) {
                return ((Set<?>) arguments[2]).contains(JavaFileObject.Kind.CLASS)
                    ? classPath.list((String) arguments[1])
                    : List.of();
              }
              if (method.getName().equals("inferBinaryName")
                  && arguments[1] instanceof ClassPathIndex.Named named) {
                return named.binaryName();
              }
              try {
                return method.invoke(standard, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static final class Nothing implements ExecutionControlProvider {
    @Override
    public String name() {
      return "nothing";
    }

    @Override
    public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
      return new Idle();
    }
  }

  private static final class Idle implements ExecutionControl {
    @Override
    public void load(ClassBytecodes[] classes) {}

    @Override
    public void redefine(ClassBytecodes[] classes) {}

    @Override
    public String invoke(String className, String methodName) {
      return "";
    }

    @Override
    public String varValue(String className, String varName) {
      return "";
    }

    @Override
    public void addToClasspath(String path) {}

    @Override
    public void stop() {}

    @Override
    public Object extensionCommand(String command, Object argument) {
      return null;
    }

    @Override
    public void close() {}
  }
}
