package kilonet.kernel.repl;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jshell.JShell;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;

/** A JShell that knows declarations but runs nothing. */
final class Shadow {
  private Shadow() {}

  /** A shell with a class path. */
  static JShell shell(List<Path> classPath) {
    List<String> options = JvmOptions.forCompiler();
    JShell shell =
        JShell.builder()
            .executionEngine(new Nothing(), new HashMap<>())
            // JShell has its own way to previews.
            .compilerOptions(
                options.contains("--enable-preview")
                    ? new String[0]
                    : options.toArray(new String[0]))
            .build();
    if (!classPath.isEmpty()) {
      shell.addToClasspath(
          String.join(java.io.File.pathSeparator, classPath.stream().map(Path::toString).toList()));
    }
    return shell;
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
