package kilonet.kernel.repl;

import java.lang.reflect.InvocationTargetException;
import java.util.function.Consumer;
import kilonet.kernel.CellGuard;
import kilonet.kernel.CellInterruptedError;

/**
 * Stops the cell that runs: interrupts its thread, makes its loops and methods throw (see {@link
 * CellBytecode}), and, up to JDK 19, stops the thread if that has not helped. What does not end
 * even then, since it waits for a lock, a socket or a process, or computes inside the JDK, is left
 * behind on its thread after some seconds; the user is told so.
 */
public final class Interrupter {
  /** Milliseconds that a cell is given to end by itself before its thread is stopped. */
  private static final long PATIENCE = 80;

  /** Thread.stop works up to JDK 19. */
  private static final boolean CAN_STOP = Runtime.version().feature() < 20;

  /** How many times its patience is repeated before the thread is left behind. */
  private static final int ATTEMPTS = 40;

  /** A cell from its beginning to its end. */
  private static final class Cell {
    private final Thread thread;

    /** How many bodies run inside each other. */
    private int depth;

    private boolean stoppable;
    private boolean requested;

    Cell(Thread thread) {
      this.thread = thread;
    }
  }

  private final Object outputLock;
  private final Consumer<String> stuck;
  private volatile Consumer<Thread> leaver = thread -> {};
  private Cell current;
  private StackTraceElement[] stoppedAt = {};

  /**
   * An interrupter.
   *
   * @param outputLock held by threads while they write output; no thread is stopped while it does
   * @param stuck told, in a sentence, that a cell cannot be stopped
   */
  public Interrupter(Object outputLock, Consumer<String> stuck) {
    this.outputLock = outputLock;
    this.stuck = stuck;
  }

  /**
   * Says who goes on without a thread that does not come back.
   *
   * @param leaver given the thread
   */
  public void whenStuck(Consumer<Thread> leaver) {
    this.leaver = leaver;
  }

  /** Code that may be interrupted. */
  public interface Body {
    /**
     * Runs.
     *
     * @return the value
     * @throws Throwable whatever the code throws
     */
    Object run() throws Throwable;
  }

  /**
   * Runs code of a cell so that it can be interrupted.
   *
   * @param body the code
   * @return its value
   * @throws Throwable what the code throws
   */
  public Object run(Body body) throws Throwable {
    return run(body, true);
  }

  /**
   * Runs the kernel's own code so that it can be interrupted, but is never stopped halfway.
   *
   * @param body the code
   * @return its value
   * @throws Throwable what the code throws
   */
  public Object runOwn(Body body) throws Throwable {
    return run(body, false);
  }

  private Object run(Body body, boolean mayBeStopped) throws Throwable {
    Cell cell;
    boolean before;
    int depth;
    synchronized (this) {
      if (current == null || current.thread != Thread.currentThread()) {
        // A thread of its own that evaluates something, or a session without a kernel.
        cell = new Cell(Thread.currentThread());
        current = current == null ? cell : current;
      } else {
        cell = current;
      }
      if (cell.requested) {
        throw new CellInterruptedError();
      }
      before = cell.stoppable;
      depth = cell.depth;
      cell.stoppable = mayBeStopped;
      cell.depth = depth + 1;
    }
    try {
      return body.run();
    } finally {
      leave(cell, before, depth);
    }
  }

  private void leave(Cell cell, boolean stoppableAgain, int depth) {
    while (true) {
      try {
        synchronized (this) {
          cell.stoppable = stoppableAgain;
          cell.depth = depth;
          if (depth == 0 && current == cell) {
            CellGuard.goOn(cell.thread);
          }
        }
        return;
      } catch (Error stopped) {
        // Stopped at the very end; the cell is over anyway, but this method has to finish.
        if (!stopped.getClass().getName().equals("java.lang.ThreadDeath")) {
          throw stopped;
        }
      }
    }
  }

  /** To be called when a cell begins, on its thread; forgets interrupts of before. */
  public synchronized void begin() {
    current = new Cell(Thread.currentThread());
    CellGuard.poolsGoOn();
  }

  /**
   * To be called when a cell has ended, on its thread.
   *
   * @return whether it was asked to stop
   */
  public synchronized boolean end() {
    if (current == null || current.thread != Thread.currentThread()) {
      return false;
    }
    boolean was = current.requested;
    CellGuard.goOn(current.thread);
    current = null;
    Thread.interrupted();
    return was;
  }

  /**
   * Where the cell was when it was last asked to stop.
   *
   * @return its frames, the innermost first
   */
  public synchronized StackTraceElement[] stoppedAt() {
    return stoppedAt.clone();
  }

  /** Asks the running cell to stop; returns at once. */
  public synchronized void interrupt() {
    if (current == null || current.requested) {
      return;
    }
    current.requested = true;
    stoppedAt = current.thread.getStackTrace();
    if (current.depth > 0) {
      CellGuard.stop(current.thread);
      current.thread.interrupt();
    }
    Cell asked = current;
    Thread insisting = new Thread(() -> insist(asked), "kernel-interrupt");
    insisting.setDaemon(true);
    insisting.start();
  }

  private void insist(Cell asked) {
    try {
      for (int i = 0; i < ATTEMPTS; i++) {
        Thread.sleep(PATIENCE);
        synchronized (outputLock) {
          synchronized (this) {
            if (current != asked) {
              return;
            }
            if (asked.depth > 0) {
              asked.thread.interrupt();
              if (asked.stoppable && CAN_STOP && i > 0) {
                stop(asked.thread);
              }
            }
          }
        }
      }
      leaveBehind(asked);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void stop(Thread thread) {
    try {
      Thread.class.getMethod("stop").invoke(thread);
    } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
      // This JDK cannot stop threads; the loops have been told.
    }
  }

  private void leaveBehind(Cell asked) {
    synchronized (this) {
      if (current != asked) {
        return;
      }
      stoppedAt = asked.thread.getStackTrace();
      CellGuard.stop(asked.thread);
      current = null;
    }
    stuck.accept(
        "The cell has not stopped"
            + (stoppedAt.length == 0 ? "" : " (it is in " + stoppedAt[0] + ")")
            + ": Java "
            + Runtime.version().feature()
            + " cannot stop code that neither ends its waiting nor looks whether it shall stop. Its"
            + " thread is left behind and may still do something; the next cell runs on a new one,"
            + " with all variables. To be rid of it, restart the kernel.");
    leaver.accept(asked.thread);
    if (CAN_STOP) {
      // It may be in the compiler, which is not stopped as long as its work is wanted.
      stop(asked.thread);
    }
  }
}
