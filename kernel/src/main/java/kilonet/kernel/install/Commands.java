package kilonet.kernel.install;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import kilonet.kernel.jupyter.Connection;
import kilonet.kernel.jupyter.Kernel;
import kilonet.kernel.jupyter.Log;

/** The commands of the kernel's jar. */
public final class Commands {
  private Commands() {}

  /**
   * Runs a command.
   *
   * @param args the command line
   * @return the exit status: 0, 1 for a failure, 2 for bad usage
   */
  public static int run(String[] args) {
    // A kernel that starts has no use for a command line parser and its time.
    if (args.length == 2 && args[0].equals("run")) {
      return kernel(Path.of(args[1]));
    }
    PrintWriter err = new PrintWriter(System.err, true);
    err.println("usage: run CONNECTION_FILE");
    return 2;
  }

  private static int kernel(Path connectionFile) {
    Kernel kernel;
    try {
      kernel =
          new Kernel(
              Connection.read(connectionFile), classPath(), dataFolder().resolve("history.jsonl"));
    } catch (IOException e) {
      Log.warn(e.getMessage());
      return 1;
    }
    onInterrupt(kernel);
    endWithParent(kernel);
    kernel.run();
    // Threads that cells left behind shall not keep the process.
    Runtime.getRuntime().halt(0);
    return 0;
  }

  /** What cells see: a list in the property kilonet.classpath, else this program's own. */
  static List<Path> classPath() {
    String text = System.getProperty("kilonet.classpath", System.getProperty("java.class.path"));
    return Arrays.stream(text.split(File.pathSeparator))
        .filter(entry -> !entry.isBlank())
        .map(Path::of)
        .toList();
  }

  private static Path dataFolder() {
    String folder = System.getenv("KILONET_HOME");
    return folder != null && !folder.isBlank()
        ? Path.of(folder)
        : Path.of(System.getProperty("user.home"), ".local", "share", "kilonet");
  }

  /** Signals are no public API of the JDK; where they are missing, messages interrupt. */
  private static void onInterrupt(Kernel kernel) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object listener =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                kernel.interrupt();
                return null;
              });
      Method handle = signal.getMethod("handle", signal, handler);
      handle.invoke(null, signal.getConstructor(String.class).newInstance("INT"), listener);
    } catch (ReflectiveOperationException | RuntimeException e) {
      Log.warn("Signals cannot interrupt cells on this JVM: " + e);
    }
  }

  /** A kernel whose client has crashed would run for ever. */
  private static void endWithParent(Kernel kernel) {
    String pid = System.getenv("JPY_PARENT_PID");
    if (pid != null && pid.matches("\\d+") && !pid.equals("1")) {
      ProcessHandle.of(Long.parseLong(pid))
          .ifPresent(parent -> parent.onExit().thenRun(kernel::end));
    }
  }
}
