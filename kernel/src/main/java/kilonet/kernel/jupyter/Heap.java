package kilonet.kernel.jupyter;

/** Decides when garbage is collected, and whether there is room for another cell. */
final class Heap {
  /** Cells whose classes are let go of when nobody asks for anything. */
  private static final int CELLS_WORTH_A_COLLECTION = 200;

  /** Cells whose classes are let go of although there is more to do. */
  private static final int CELLS_BETWEEN_COLLECTIONS = 1000;

  /** Bytes that the next cell needs to be compiled and run. */
  private static final long NEEDED = 24L << 20;

  private int cells;

  /** Notes that a cell runs, whose classes will be garbage. */
  void cellRuns() {
    cells++;
  }

  /** Whether it is worth the while to collect where there is nothing else to do. */
  boolean isWorthCollecting() {
    return cells >= CELLS_WORTH_A_COLLECTION;
  }

  /** Whether it is to be collected even though there is. */
  boolean mustBeCollected() {
    return cells >= CELLS_BETWEEN_COLLECTIONS;
  }

  /**
   * Collects. The serial collector unloads the classes of past cells in full collections only, and
   * by itself it waits until there are thousands.
   */
  void collect() {
    cells = 0;
    System.gc();
  }

  /** Whether there is room for another cell once all garbage is gone. */
  boolean hasRoom() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory() >= NEEDED;
  }

  /** What the user is told where there is none. */
  static String fullSentence() {
    return "The notebook's variables fill the memory of "
        + (Runtime.getRuntime().maxMemory() >> 20)
        + " MB, so that no cell can run any more. The kernel ends here and Jupyter starts a"
        + " new one; install it with --jvm-arg -Xmx and a larger size, or keep less.";
  }
}
