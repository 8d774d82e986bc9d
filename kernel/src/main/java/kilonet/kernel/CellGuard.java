package kilonet.kernel;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ForkJoinWorkerThread;

/**
 * Called by the code of cells at places that the kernel chose while it loaded them: loops and
 * methods ask here whether they shall stop, {@code System.exit} arrives here, and {@code
 * System.getenv} reads here. Nobody else needs it.
 */
public final class CellGuard {
  private static final Map<String, String> ENVIRONMENT =
      new ConcurrentSkipListMap<>(System.getenv());

  /** Threads that are to stop, among them those left behind; null for none. */
  private static volatile Thread[] stopping;

  private static volatile boolean poolsToo;

  private CellGuard() {}

  /** Throws {@link CellInterruptedError} if the user has interrupted the cell of this thread. */
  public static void check() {
    Thread[] threads = stopping;
    if (threads != null && shallStop(threads)) {
      throw new CellInterruptedError();
    }
  }

  private static boolean shallStop(Thread[] threads) {
    Thread current = Thread.currentThread();
    for (Thread thread : threads) {
      if (thread == current) {
        return true;
      }
    }
    return poolsToo && current instanceof ForkJoinWorkerThread;
  }

  /**
   * Called where code catches whatever there is: lets an interrupt pass.
   *
   * @param caught what was caught
   */
  public static void caught(Throwable caught) {
    Thread[] threads = stopping;
    if (caught instanceof CellInterruptedError interrupt && threads != null && shallStop(threads)) {
      throw interrupt;
    }
  }

  /**
   * Makes {@link #check} throw on one thread, and on those of parallel streams.
   *
   * @param thread the thread that is to stop
   */
  public static synchronized void stop(Thread thread) {
    Thread[] threads = alive();
    threads = Arrays.copyOf(threads, threads.length + 1);
    threads[threads.length - 1] = thread;
    poolsToo = true;
    stopping = threads;
  }

  /**
   * Lets a thread go on.
   *
   * @param thread a thread that was to stop
   */
  public static synchronized void goOn(Thread thread) {
    if (stopping != null) {
      Thread[] threads =
          Arrays.stream(alive()).filter(each -> each != thread).toArray(Thread[]::new);
      stopping = threads.length == 0 && !poolsToo ? null : threads;
    }
  }

  /** Lets the threads of parallel streams go on. */
  public static synchronized void poolsGoOn() {
    poolsToo = false;
    goOn(null);
  }

  private static Thread[] alive() {
    return stopping == null
        ? new Thread[0]
        : Arrays.stream(stopping)
            .filter(Objects::nonNull)
            .filter(Thread::isAlive)
            .toArray(Thread[]::new);
  }

  /**
   * The environment as {@code %env} has left it.
   *
   * @return variables by name; changes hold for the code of cells and for {@code %%bash}
   */
  public static Map<String, String> environment() {
    return ENVIRONMENT;
  }

  /**
   * Stands in for {@code System.getenv}.
   *
   * @param name a variable
   * @return its value; null for none
   */
  public static String getenv(String name) {
    return ENVIRONMENT.get(name);
  }

  /**
   * Stands in for {@code System.getenv}.
   *
   * @return all variables, read only
   */
  public static Map<String, String> getenv() {
    return Collections.unmodifiableMap(ENVIRONMENT);
  }

  /**
   * Stands in for {@code System.exit}, which would end the kernel and lose the notebook's state.
   *
   * @param status the exit status asked for
   */
  public static void exit(int status) {
    throw new ExitError("System.exit", status);
  }

  /**
   * Stands in for {@code Runtime.exit}.
   *
   * @param runtime ignored
   * @param status the exit status asked for
   */
  public static void exit(Runtime runtime, int status) {
    throw new ExitError("Runtime.exit", status);
  }

  /**
   * Stands in for {@code Runtime.halt}.
   *
   * @param runtime ignored
   * @param status the exit status asked for
   */
  public static void halt(Runtime runtime, int status) {
    throw new ExitError("Runtime.halt", status);
  }

  /** Ends a cell that called {@code System.exit} or its like; the kernel goes on. */
  public static final class ExitError extends Error {
    private static final long serialVersionUID = 1L;

    ExitError(String call, int status) {
      super(
          call
              + "("
              + status
              + ") ends the cell, not the kernel; to end the kernel, use Jupyter's menu");
    }
  }
}
