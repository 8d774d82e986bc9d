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
}
