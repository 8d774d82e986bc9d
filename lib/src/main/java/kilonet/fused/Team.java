package kilonet.fused;

import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * A few threads that work through a job in step. The caller waits meanwhile.
 *
 * <p>Each thread tells OpenMP that it wants no helpers: the images of a batch are split between
 * these threads, so that oneDNN works on one core at a time, needs no barriers of its own, and sums
 * in an order that does not depend on the number of threads.
 */
final class Team implements AutoCloseable {
  private static final int SPINS = 2_000;
  private static final int YIELDS = 50;

  private final Thread[] threads;
  private final Semaphore[] start;
  private final Semaphore done = new Semaphore(0);
  private final AtomicInteger arrived = new AtomicInteger();
  private volatile int round;
  private volatile IntConsumer job;
  private volatile Throwable failure;
  private volatile boolean closed;

  /** Starts so many threads, at least one. */
  Team(int size) {
    threads = new Thread[size];
    start = new Semaphore[size];
    for (int i = 0; i < size; i++) {
      int member = i;
      start[i] = new Semaphore(0);
      threads[i] = new Thread(() -> live(member), "kilonet-fused-" + i);
      threads[i].setDaemon(true);
      threads[i].start();
    }
  }

  int size() {
    return threads.length;
  }

  /** Has every member do the job, which is given the member's number, and waits for all. */
  void run(IntConsumer work) {
    if (closed) {
      throw new IllegalStateException("This network is closed; make a new one to go on.");
    }
    failure = null;
    job = work;
    for (Semaphore s : start) {
      s.release();
    }
    done.acquireUninterruptibly(threads.length);
    job = null;
    if (failure != null) {
      throw new IllegalStateException("The fused plan failed: " + failure.getMessage(), failure);
    }
  }

  /** Has one member do something, on a thread that is set up as all of them are. */
  <T> T call(Supplier<T> work) {
    AtomicReference<T> result = new AtomicReference<>();
    run(
        member -> {
          if (member == 0) {
            result.set(work.get());
          }
        });
    return result.get();
  }

  /** Waits, in a job, until all members have come here; the last one acts before they go on. */
  void meet(Runnable action) {
    int current = round;
    if (arrived.incrementAndGet() == threads.length) {
      try {
        action.run();
      } catch (RuntimeException | Error e) {
        failure = e;
      }
      arrived.set(0);
      round = current + 1;
      return;
    }
    for (int i = 0; round == current; i++) {
      if (i < SPINS) {
        Thread.onSpinWait();
      } else if (i < SPINS + YIELDS) {
        Thread.yield();
      } else {
        LockSupport.parkNanos(20_000);
      }
    }
  }

  /** Whether a member has failed, so that the others need not go on. */
  boolean failed() {
    return failure != null;
  }

  /** Notes a failure, which {@link #run} will throw. */
  void fail(Throwable problem) {
    failure = problem;
  }

  private void live(int member) {
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    openMp.setOmpNumThreads(1);
    while (true) {
      start[member].acquireUninterruptibly();
      if (closed) {
        return;
      }
      try {
        job.accept(member);
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        done.release();
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
