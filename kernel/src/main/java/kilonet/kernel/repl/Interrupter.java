package kilonet.kernel.repl;

import java.lang.reflect.InvocationTargetException;
import java.util.function.Consumer;
import kilonet.kernel.CellGuard;

/**
 * Stops the cell that runs: interrupts its thread, makes its loops throw at their next turn, and,
 * up to JDK 19, stops the thread if that has not helped. From JDK 20 on code that neither waits nor
 * passes a loop that the kernel has fitted (see {@link CellBytecode}) cannot be stopped; the user
 * is told so after four seconds.
 */
public final class Interrupter {
  /** Milliseconds that a cell is given to end by itself before its thread is stopped. */
  private static final long PATIENCE = 80;

  /** Thread.stop works up to JDK 19. */
  private static final boolean CAN_STOP = Runtime.version().feature() < 20;

  /** How many times its patience is repeated before the user is told that nothing helps. */
  private static final int ATTEMPTS = 50;

  private final Object outputLock;
  private final Consumer<String> stuck;
  private Thread running;
  private long run;
  private boolean requested;
  private boolean stoppable;
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
    synchronized (this) {
      if (requested) {
        throw new kilonet.kernel.CellInterruptedError();
      }
      running = Thread.currentThread();
      stoppable = mayBeStopped;
      run++;
    }
    try {
      return body.run();
    } finally {
      leave();
    }
  }

  private void leave() {
    while (true) {
      try {
        synchronized (this) {
          running = null;
          CellGuard.stop(null);
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

  /** To be called when a cell begins; forgets interrupts of before. */
  public synchronized void begin() {
    requested = false;
  }

  /**
   * To be called when a cell has ended.
   *
   * @return whether it was asked to stop
   */
  public synchronized boolean end() {
    boolean was = requested;
    requested = false;
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
    requested = true;
    if (running == null) {
      return;
    }
    stoppedAt = running.getStackTrace();
    CellGuard.stop(running);
    running.interrupt();
    long asked = run;
    Thread insisting = new Thread(() -> insist(asked), "kernel-interrupt");
    insisting.setDaemon(true);
    insisting.start();
  }

  private void insist(long asked) {
    try {
      for (int i = 0; i < ATTEMPTS; i++) {
        Thread.sleep(PATIENCE);
        synchronized (outputLock) {
          synchronized (this) {
            if (running == null || run != asked) {
              return;
            }
            running.interrupt();
            if (stoppable && CAN_STOP && i > 0) {
              Thread.class.getMethod("stop").invoke(running);
            }
          }
        }
      }
      tellThatItIsStuck(asked);
    } catch (InterruptedException
        | NoSuchMethodException
        | IllegalAccessException
        | InvocationTargetException e) {
      // This JDK cannot stop threads; the loops have been told.
    }
  }

  private void tellThatItIsStuck(long asked) {
    StackTraceElement[] frames;
    synchronized (this) {
      if (running == null || run != asked) {
        return;
      }
      frames = running.getStackTrace();
    }
    stuck.accept(
        "The cell has not stopped"
            + (frames.length == 0 ? "" : " (it is in " + frames[0] + ")")
            + ": Java "
            + Runtime.version().feature()
            + " cannot stop code that neither waits nor looks whether it shall stop. Wait, or"
            + " restart the kernel.");
  }
}
