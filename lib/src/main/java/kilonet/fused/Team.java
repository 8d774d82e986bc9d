package kilonet.fused;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;

/** A few threads that work through a job in step. The caller is one of them. */
final class Team implements AutoCloseable {
  private static final int SPINS = 2_000;
  private static final int YIELDS = 2_000;

  private final int size;
  private final Thread[] threads;
  private final Semaphore[] start;
  private final Semaphore done = new Semaphore(0);
  private final AtomicInteger arrived = new AtomicInteger();
  private volatile int round;
  private volatile IntConsumer job;
  private volatile Throwable failure;
  private volatile boolean closed;

  /** Makes a team of so many, at least one; the first is whoever calls. */
  Team(int size) {
    this.size = size;
    threads = new Thread[size - 1];
    start = new Semaphore[size - 1];
    for (int i = 0; i < threads.length; i++) {
      int helper = i;
      start[i] = new Semaphore(0);
      threads[i] = new Thread(() -> live(helper), "kilonet-fused-" + (i + 1));
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  int size() {
    return size;
  }

  /** Has every member do the job, which is given the member's number, and waits for all. */
  void run(IntConsumer work) {
    if (closed) {
      throw new IllegalStateException("This network is closed; make a new one to go on.");
    }
    failure = null;
    arrived.set(0);
    job = work;
    for (Semaphore s : start) {
      s.release();
    }
    take(0);
    waitForOthers();
    job = null;
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure != null) {
      throw new IllegalStateException("The fused plan failed: " + failure.getMessage(), failure);
    }
  }

  /**
   * A caller that is stopped, as a notebook stops a cell, still waits: the others use its memory.
   */
  private void waitForOthers() {
    while (true) {
      try {
        done.acquireUninterruptibly(threads.length);
        return;
      } catch (Error e) {
        failure = e;
      }
    }
  }

  private void take(int member) {
    try {
      job.accept(member);
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  /**
   * Waits, in a job, until all members have come here; the last one acts, if there is something to
   * do, before they go on. After a failure nobody waits: the one that failed may never come.
   */
  void meet(Runnable action) {
    if (failure != null) {
      return;
    }
    int current = round;
    if (arrived.incrementAndGet() == size) {
      try {
        if (action != null) {
          action.run();
        }
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      arrived.set(0);
      round = current + 1;
      return;
    }
    for (int i = 0; round == current && failure == null; i++) {
      if (!pause(i)) {
        LockSupport.parkNanos(20_000);
      }
    }
  }

  /**
   * Lets a moment pass, awake: who sleeps comes late to what begins soon.
   *
   * @param times how often one has paused already
   * @return whether it did; false where one has waited long enough to go to sleep
   */
  private static boolean pause(int times) {
    if (times < SPINS) {
      Thread.onSpinWait();
    } else if (times < SPINS + YIELDS) {
      Thread.yield();
    }
    return times < SPINS + YIELDS;
  }

  /** Whether a member has failed, so that the others need not go on. */
  boolean failed() {
    return failure != null;
  }

  /** Notes a failure, which {@link #run} will throw. */
  void fail(Throwable problem) {
    failure = problem;
  }

  private void live(int helper) {
    while (true) {
      awaitStart(start[helper]);
      if (closed) {
        return;
      }
      take(helper + 1);
      done.release();
    }
  }

  /** The next step of a training comes at once, and what comes after the last one never. */
  private static void awaitStart(Semaphore start) {
    for (int i = 0; !start.tryAcquire(); i++) {
      if (!pause(i)) {
        start.acquireUninterruptibly();
        return;
      }
    }
  }

  /** Ends the threads and waits for their end. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (Semaphore s : start) {
      s.release();
    }
    for (Thread t : threads) {
      try {
        t.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
