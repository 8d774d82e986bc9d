package kilonet.kernel;

/**
 * Thrown in a cell that the user interrupts. An error, so that {@code catch (Exception)} lets it
 * pass.
 */
public final class CellInterruptedError extends Error {
  private static final long serialVersionUID = 1L;

  /** An interrupt. */
  public CellInterruptedError() {
    super("the cell was interrupted");
  }

  /** Whether something was thrown by an interrupt, be it by {@code Thread.stop}, up to Java 19. */
  public static boolean isInterrupt(Throwable thrown) {
    return thrown instanceof CellInterruptedError
        || thrown.getClass().getName().equals("java.lang.ThreadDeath");
  }
}
