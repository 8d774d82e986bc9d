package kilonet.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What happens on Ctrl-C. */
final class Interruption {

  private static final long PATIENCE_SECONDS = 300;

  private static volatile boolean ending;

  private Interruption() {}

  /** Whether the process was told to end: what takes long is left to another time. */
  static boolean isEnding() {
    return ending;
  }

  /**
   * Does work that leaves its files whole when the process is told to end.
   *
   * @param stop asks the work to end soon; called by another thread
   * @param work is waited for, up to five minutes: testing a large net may take that long
   */
  static void finishing(Runnable stop, Runnable work) {
    CountDownLatch written = new CountDownLatch(1);
    Thread hook = new Thread(() -> end(stop, written), "finish the files");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      work.run();
    } finally {
      written.countDown();
      forget(hook);
    }
  }

  private static void end(Runnable stop, CountDownLatch written) {
    ending = true;
    stop.run();
    try {
      written.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The hook is at work: the process is ending already.
    }
  }
}
