package kilonet.data;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kilonet.augment.RandomStream;
import kilonet.text.Text;
import org.nd4j.linalg.dataset.DataSet;

/**
 * A ring of batches that background threads make ahead of who takes them. Its threads end when
 * nothing was asked of them for a second, and begin anew with the next batch.
 */
final class BatchRing {

  /**
   * Tells the stream of an epoch's order from those of its images, whose third key is 0 or more.
   */
  private static final long ORDER = -1;

  private final BatchSettings settings;
  private final int batches;
  private final int ahead;
  private final Slot[] slots;
  private final ThreadPoolExecutor workers;
  private final int[] order;
  private int ordered = -1;

  // Batches are counted through all epochs, so that a buffer is never reused too early.
  private long handedOut;
  private long begun;

  /**
   * A ring.
   *
   * @param settings what the batches are like
   * @param batches batches of an epoch
   */
  BatchRing(BatchSettings settings, int batches) {
    this.settings = settings;
    this.batches = batches;
    this.ahead = Math.max(4, 2 * settings.workers());
    this.slots =
        IntStream.range(0, Batches.KEPT + ahead).mapToObj(i -> new Slot()).toArray(Slot[]::new);
    this.workers =
        new ThreadPoolExecutor(
            settings.workers(),
            settings.workers(),
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(ahead),
            BatchRing::worker);
    workers.allowCoreThreadTimeOut(true);
    this.order = IntStream.range(0, settings.set().size()).toArray();
  }

  private static Thread worker(Runnable work) {
    Thread thread = new Thread(work, "kilonet-batches");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * A batch, which follows the one taken last unless {@link #forget} was called between.
   *
   * @param epoch counted from 0
   * @param batch batch of the epoch, counted from 0
   * @throws IllegalStateException if it could not be made (the cause says why), the ring was
   *     closed, or this thread was interrupted while it waited
   */
  DataSet next(int epoch, int batch) {
    if (workers.isShutdown()) {
      throw new IllegalStateException("These batches were closed: build new ones.");
    }
    arrange(epoch);
    begin(epoch, batch);
    Slot slot = slots[(int) (handedOut % slots.length)];
    try {
      slot.ready.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a batch.", e);
    }
    if (slot.failure != null) {
      slot.ready.release();
      throw new IllegalStateException(
          Text.of(
              "Batch %,d of epoch %,d could not be made: %s",
              batch, epoch, slot.failure.getMessage()),
          slot.failure);
    }
    handedOut++;
    return slot.maker.made();
  }

  /** Puts the images into the epoch's order; no batch of another epoch is in work then. */
  private void arrange(int epoch) {
    if (settings.shuffled() && ordered != epoch) {
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      new RandomStream(settings.seed(), epoch, ORDER).shuffle(order);
      ordered = epoch;
    }
  }

  /** Has this batch and the next ones of the epoch made. */
  private void begin(int epoch, int batch) {
    long end = handedOut + Math.min(ahead, batches - batch);
    for (; begun < end; begun++) {
      Slot slot = slots[(int) (begun % slots.length)];
      slot.epoch = epoch;
      slot.batch = batch + (int) (begun - handedOut);
      workers.execute(slot);
    }
  }

  /** Takes back what was not begun, and waits for what was. */
  void forget() {
    for (; begun > handedOut; begun--) {
      Slot slot = slots[(int) ((begun - 1) % slots.length)];
      if (!workers.remove(slot)) {
        slot.ready.acquireUninterruptibly();
      }
    }
  }

  /** Ends the threads; the batches handed out last stay valid. */
  void close() {
    forget();
    workers.shutdown();
  }

  /** A place in the ring. */
  private final class Slot implements Runnable {

    private final Semaphore ready = new Semaphore(0);
    private final BatchMaker maker = new BatchMaker(settings);
    private int epoch;
    private int batch;
    private Throwable failure;

    @Override
    public void run() {
      failure = null;
      try {
        maker.make(epoch, batch, order);
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        ready.release();
      }
    }
  }
}
