package kilonet.train;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import kilonet.data.TrainTest;
import kilonet.text.Text;

/**
 * Hands runs over to a cluster and files what comes back, as it comes back. One thread does all of
 * it, the one that asks for the runs.
 */
final class ClusterRuns {

  private final Cluster cluster;
  private final Cluster.Watcher watcher;
  private final TrainTest data;
  private final Filing filing;
  private final Book book;
  private final Deque<Runs.Run> waiting;
  private final Map<Runs.Run, RunFolder.Lock> handedOver = new HashMap<>();
  private final BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
  private int gone;
  private Cluster.Standing told;

  /** Who keeps count of the runs. */
  interface Book {

    /** Whether no further run is to begin. */
    boolean isStopped();

    /** How long the rest will take. */
    Duration left();

    /** A run is finished and its files are written. */
    void finished(Runs.Run run, Result result);

    /** A run cannot go on. */
    void failed(Runs.Run run, TrainingException failure);
  }

  /** A run that came back: its files, or why there are none. */
  private record Ended(Runs.Run run, RunFiles files, Throwable failure) {}

  ClusterRuns(
      Cluster cluster,
      Cluster.Watcher watcher,
      TrainTest data,
      Filing filing,
      Book book,
      List<Runs.Run> runs) {
    this.cluster = cluster;
    this.watcher = watcher;
    this.data = data;
    this.filing = filing;
    this.book = book;
    this.waiting = new ArrayDeque<>(runs);
  }

  /**
   * Ends when all runs have ended, or all that were handed over when the runs are stopped.
   *
   * @param earlier how many others were finished before
   */
  void run(int earlier) throws InterruptedException {
    gone = earlier;
    try {
      while (true) {
        if (book.isStopped()) {
          cluster.stop();
        }
        while (!book.isStopped() && !waiting.isEmpty() && handedOver.size() < cluster.room()) {
          handOver(waiting.remove());
        }
        tell();
        if (handedOver.isEmpty()) {
          return;
        }
        Ended next = ended.poll(1, TimeUnit.SECONDS);
        if (next != null) {
          file(next);
        }
      }
    } finally {
      cluster.stop();
      handedOver.values().forEach(RunFolder.Lock::release);
    }
  }

  private void tell() {
    int running = Math.min(cluster.running(), handedOver.size());
    int idle = waiting.size() + handedOver.size() - running;
    if (told == null || told.finished() != gone || told.running() != running) {
      told = new Cluster.Standing(gone, running, idle, book.left());
      watcher.changed(told);
    }
  }

  private void handOver(Runs.Run run) {
    RunFolder folder = new RunFolder(run.folder());
    RunFolder.Lock lock = null;
    try {
      lock = folder.lock();
      // It is made anew, which would lose what another run has come to.
      if (Files.exists(folder.checkpoint()) && !filing.isOutdated(run)) {
        Checkpoint.requireOwn(folder.checkpoint(), run.recipe(), Engine.FUSED, data.identity());
      }
    } catch (TrainingException e) {
      if (lock != null) {
        lock.release();
      }
      failed(run, e);
      return;
    }
    handedOver.put(run, lock);
    cluster
        .train(run.recipe(), data)
        .whenComplete((files, failure) -> ended.add(new Ended(run, files, failure)));
  }

  private void file(Ended end) {
    RunFolder.Lock lock = handedOver.remove(end.run);
    try {
      if (end.failure instanceof CancellationException) {
        return;
      }
      if (end.failure instanceof RuntimeException e && !(e instanceof TrainingException)) {
        throw e;
      }
      RunFolder folder = new RunFolder(end.run.folder());
      Result result = checked(end);
      end.files.write(folder);
      folder.delete(folder.checkpoint());
      gone++;
      watcher.pause();
      book.finished(end.run, result);
    } catch (TrainingException e) {
      failed(end.run, e);
    } finally {
      lock.release();
    }
  }

  private void failed(Runs.Run run, TrainingException failure) {
    gone++;
    watcher.pause();
    book.failed(run, failure);
  }

  /** The result, if it is that of the run: the machines may not all have the same program. */
  private Result checked(Ended end) {
    if (end.failure instanceof TrainingException.Diverged e) {
      throw e;
    } else if (end.failure != null) {
      throw new TrainingException(end.failure.getMessage());
    }
    Recipe recipe = end.run.recipe();
    Result result;
    try {
      result = Json.read(new String(end.files.result(), StandardCharsets.UTF_8), Result.class);
    } catch (IllegalArgumentException e) {
      throw new TrainingException(
          "What came back is no result (" + e.getMessage() + "): give all machines one Kilonet.");
    }
    if (!result.isOf(recipe, Engine.FUSED, data.identity()) || !result.isFinished()) {
      throw new TrainingException(
          Text.of(
              "What came back is the result of another run (recipe %s, seed %d, engine %s instead of"
                  + " %s): give all machines the same Kilonet.",
              result.recipe(),
              result.seed(),
              result.engine(),
              Engine.FUSED.version(recipe.model())));
    }
    return result;
  }
}
