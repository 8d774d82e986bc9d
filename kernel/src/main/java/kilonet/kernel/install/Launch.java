package kilonet.kernel.install;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kilonet.kernel.jupyter.Connection;
import kilonet.kernel.jupyter.Kernel;
import kilonet.kernel.jupyter.Log;
import kilonet.kernel.jupyter.Rehearsal;

/** Starts the kernel in this process. */
final class Launch {
  private Launch() {}

  /** Runs the kernel until a client ends it. */
  static int kernel(Path connectionFile) {
    Kernel kernel;
    List<String> notes = new ArrayList<>();
    try {
      kernel =
          new Kernel(
              Connection.read(connectionFile),
              Gpu.usable(classPath(), notes::add),
              dataFolder().resolve("history.jsonl"),
              notes);
      notes.forEach(Log::warn);
      kernel.open();
    } catch (IOException e) {
      Log.warn(e.getMessage());
      return 1;
    } catch (NoClassDefFoundError e) {
      Log.warn("This jar installs the kernel and does not run it; see install --help.");
      return 1;
    }
    onInterrupt(kernel);
    endWithParent(kernel);
    kernel.run();
    // Threads that cells left behind shall not keep the process.
    Runtime.getRuntime().halt(0);
    return 0;
  }

  /**
   * Starts a kernel, asks it something and ends it, for the JVM to record which classes that needs.
   */
  static int rehearse() {
    try {
      Path history = Files.createTempFile("history", ".jsonl");
      boolean ready = Rehearsal.run(classPath(), history);
      Files.deleteIfExists(history);
      return ready ? 0 : 1;
    } catch (IOException e) {
      Log.warn(e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  /** What cells see: a list in the property kilonet.classpath, else this program's own. */
  private static List<Path> classPath() {
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
