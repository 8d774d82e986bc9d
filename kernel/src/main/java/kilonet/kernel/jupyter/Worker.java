package kilonet.kernel.jupyter;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import kilonet.kernel.CellInterruptedError;

/**
 * One thread for what may never end. Whoever gives it something to do waits; where the thread is
 * left behind he goes on, and the next task gets a new one.
 */
final class Worker {
  private static final long STACK = 16L << 20;
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** The thread that worked on the task does not come back. */
  static final class LeftBehind extends Exception {
    private static final long serialVersionUID = 1L;

    LeftBehind() {
      super("the thread was left behind", null, false, false);
    }
  }

  /** Something to do. */
  interface Body {
    /** Does it, on the worker's thread. */
    Object run() throws Throwable;
  }

  private static final class Task {
    private final Body body;
    private final Thread caller = Thread.currentThread();
    private Object value;
    private Throwable thrown;
    private volatile boolean done;

    Task(Body body) {
      this.body = body;
    }
  }

  private static final class Runner extends Thread {
    private volatile Task task;
    private volatile boolean left;

    Runner(String name) {
      super(null, null, name, STACK);
      setDaemon(true);
    }

    @Override
    public void run() {
      while (!left) {
        Task next = task;
        if (next == null) {
          LockSupport.park(this);
          // An interrupt that came too late for its cell.
          Thread.interrupted();
          continue;
        }
        try {
          next.value = next.body.run();
        } catch (Throwable e) {
          next.thrown = e;
        }
        task = null;
        next.done = true;
        LockSupport.unpark(next.caller);
      }
    }
  }

  private final String name;
  private volatile Runner runner;

  Worker(String name) {
    this.name = name;
  }

  /** Whether this thread was left behind; what it finds out interests nobody any more. */
  static boolean isLeft() {
    return Thread.currentThread() instanceof Runner runner && runner.left;
  }

  /**
   * Runs something and waits for its end.
   *
   * @return its value
   * @throws LeftBehind if its thread was left behind
   * @throws Throwable what it throws
   */
  Object run(Body body) throws Throwable {
    return run(body, Long.MAX_VALUE);
  }

  /** As above, but leaves the thread behind after some time. */
  Object run(Body body, long seconds) throws Throwable {
    Runner current = runner;
    if (current == null || current.left || !current.isAlive()) {
      current = new Runner(name);
      runner = current;
      current.start();
    }
    Task task = new Task(body);
    current.task = task;
    LockSupport.unpark(current);
    long start = System.nanoTime();
    while (!task.done) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      Thread.interrupted();
      if (!task.done && !current.isAlive()) {
        // Stopped between the end of the body and its own.
        throw task.thrown == null ? new CellInterruptedError() : task.thrown;
      }
      if (!task.done && System.nanoTime() - start >= nanos(seconds)) {
        leave(current);
      }
      if (!task.done && current.left) {
        throw new LeftBehind();
      }
    }
    if (task.thrown != null) {
      throw task.thrown;
    }
    return task.value;
  }

  private static long nanos(long seconds) {
    return seconds == Long.MAX_VALUE ? seconds : TimeUnit.SECONDS.toNanos(seconds);
  }

  /** Goes on without a thread, if it is this worker's. */
  void leave(Thread thread) {
    Runner current = runner;
    if (current == thread) {
      Task task = current.task;
      current.left = true;
      if (task != null) {
        LockSupport.unpark(task.caller);
      }
    }
  }
}
