package kilonet.kernel;

/**
 * Called by the code of cells at places that the kernel chose while it loaded them: loops ask here
 * whether they shall stop, and {@code System.exit} arrives here. Nobody else needs it.
 */
public final class CellGuard {
  private static volatile Thread stopping;

  private CellGuard() {}

  /** Throws {@link CellInterruptedError} if the user has interrupted the cell of this thread. */
  public static void check() {
    if (stopping != null && stopping == Thread.currentThread()) {
      throw new CellInterruptedError();
    }
  }

  /**
   * Makes {@link #check} throw on one thread.
   *
   * @param thread the thread that is to stop, or null for none
   */
  public static void stop(Thread thread) {
    stopping = thread;
  }

  /**
   * Stands in for {@code System.exit} and {@code Runtime.halt}, which would end the kernel and lose
   * the notebook's state.
   *
   * @param status the exit status asked for
   */
  public static void exit(int status) {
    throw new ExitError(status);
  }

  /**
   * Stands in for {@code Runtime.exit} and {@code Runtime.halt}.
   *
   * @param runtime ignored
   * @param status the exit status asked for
   */
  public static void exit(Runtime runtime, int status) {
    throw new ExitError(status);
  }

  /** Ends a cell that called {@code System.exit}; the kernel goes on. */
  public static final class ExitError extends Error {
    private static final long serialVersionUID = 1L;

    ExitError(int status) {
      super(
          "System.exit("
              + status
              + ") ends the cell, not the kernel; to end the kernel, use Jupyter's menu");
    }
  }
}
