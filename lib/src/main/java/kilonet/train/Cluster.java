package kilonet.train;

import java.time.Duration;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import kilonet.data.TrainTest;

/**
 * Other processes, on this machine or on others, that train for this one, with the fused engine.
 * Whatever they are, a run comes to the same there as here, bit for bit.
 */
public interface Cluster extends AutoCloseable {

  /**
   * Hands a run over; it begins after those that were handed over before.
   *
   * @param recipe what to do
   * @param data the images, which travel once to each process
   * @return the run's files; or a {@link TrainingException} where the run cannot go on, a {@link
   *     CancellationException} where the runs were {@linkplain #stop stopped}, an {@link
   *     IllegalStateException} where the cluster is there no more
   * @throws IllegalStateException if the cluster is there no more
   */
  CompletableFuture<RunFiles> train(Recipe recipe, TrainTest data);

  /** How many runs to hand over at a time, those in work and some that wait; at least 1. */
  int room();

  /** How many runs are in work now. */
  int running();

  /** Ends the runs that were handed over and are not finished; may be called by any thread. */
  void stop();

  /** Stops, and gives the processes back. */
  @Override
  void close();

  /**
   * How the runs stand.
   *
   * @param finished runs that are finished or failed
   * @param running runs in work
   * @param waiting runs that nobody works at
   * @param left time until all are finished, at the speed so far; zero where nothing is known
   */
  record Standing(int finished, int running, int waiting, Duration left) {}

  /** Who wants to know how the runs stand; called by the thread that asked for the runs. */
  interface Watcher {

    /** The runs stand otherwise than before. */
    void changed(Standing standing);

    /** Something else is about to be told. */
    void pause();
  }

  /** What knows how to reach clusters of a kind; found by {@link ServiceLoader}. */
  interface Kind {

    /**
     * Reaches a cluster.
     *
     * @param master where it is, such as {@code spark://host:7077}
     * @param settings its own settings, by name
     * @param notice is told what somebody should know, a sentence at a time, by any thread
     * @throws IllegalArgumentException if the master or a setting is not understood
     * @throws TrainingException if nobody answers there
     */
    Cluster open(String master, Map<String, String> settings, Consumer<String> notice);
  }
}
