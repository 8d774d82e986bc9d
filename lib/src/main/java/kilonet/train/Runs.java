package kilonet.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import kilonet.data.TrainTest;
import kilonet.model.Summary;
import kilonet.text.Text;

/**
 * Runs of any recipes and seeds, in order, a folder each. What is finished is not trained again,
 * what was stopped goes on, and a run that fails does not end the others.
 *
 * <p>Runs are trained once; {@link #stop} may be called by any thread.
 */
public final class Runs {

  /**
   * What an image costs beside its multiply-adds, in multiply-adds of a large net: small nets do
   * few of them a second. From the published experiments' speeds, of 0.9 to 171 million.
   */
  private static final long IMAGE_WORK = 4_000_000;

  /** What the file of a result takes, in bytes, at most. */
  private static final long RESULT = 100_000;

  /** What the names of a seed's folder and of its file begin with. */
  private static final String SEED = "seed-";

  private final List<Run> runs;
  private final TrainTest data;
  private Engine engine = Engine.FUSED;
  private int jobs = 1;
  private Path results;
  private Watcher watcher = new Watcher() {};

  private final Map<Run, Result> finished = new LinkedHashMap<>();
  private final Map<Run, Double> work = new LinkedHashMap<>();
  private final Set<Trainer> active = new HashSet<>();
  private final List<String> failures = new ArrayList<>();
  private boolean begun;
  private boolean stopped;
  private double done;
  private long start;

  /**
   * One run.
   *
   * @param recipe what to do, with its seed
   * @param folder where its files go
   */
  public record Run(Recipe recipe, Path folder) {

    /** A run in the folder {@code seed-S} of a folder of runs. */
    public static Run in(Path runs, Recipe recipe) {
      return new Run(recipe, runs.resolve(SEED + recipe.seed()));
    }
  }

  /** Who wants to know how the runs go on; called by one thread at a time. */
  public interface Watcher {

    /**
     * An epoch was trained.
     *
     * @param left time until all runs are finished, at the speed so far
     */
    default void epoch(Recipe recipe, EpochResult epoch, Duration left) {}

    /**
     * A run is finished.
     *
     * @param earlier whether it was finished before
     * @param left time until all runs are finished, at the speed so far
     */
    default void finished(Result result, boolean earlier, Duration left) {}

    /** A run cannot go on. */
    default void failed(Recipe recipe, TrainingException failure) {}
  }

  /**
   * Runs to be done.
   *
   * @param runs in the order in which they start, at least one; no two in one folder
   * @param data the images of all of them, to whose name those of the recipes give way
   * @throws IllegalArgumentException if two runs have one folder
   */
  public Runs(List<Run> runs, TrainTest data) {
    this.runs = runs.stream().map(run -> new Run(run.recipe.on(data), run.folder)).toList();
    this.data = data;
    apart("folder", run -> run.folder().toAbsolutePath().normalize());
  }

  private void apart(String what, Function<Run, Path> place) {
    Set<Path> places = new HashSet<>();
    for (Run run : runs) {
      if (!places.add(place.apply(run))) {
        throw new IllegalArgumentException(
            Text.of("Two runs have the %s %s: give each its own.", what, place.apply(run)));
      }
    }
  }

  /** Chooses what computes; the fused engine unless said otherwise. */
  public Runs engine(Engine engine) {
    this.engine = engine;
    return this;
  }

  /** Trains so many runs at a time, at least 1, which share the processors; 1 unless said. */
  public Runs jobs(int jobs) {
    this.jobs = jobs;
    return this;
  }

  /**
   * Keeps the results of finished runs in a folder too, as {@code RECIPE/seed-S.json}; a run whose
   * result is there is finished.
   *
   * @throws IllegalArgumentException if two runs have one such file
   */
  public Runs results(Path results) {
    this.results = results;
    if (results != null) {
      apart("file of results", run -> file(results, run.recipe()));
    }
    return this;
  }

  /** Tells somebody how the runs go on. */
  public Runs watcher(Watcher watcher) {
    this.watcher = watcher;
    return this;
  }

  /** Ends after the batches in work; what was trained so far is kept. */
  public synchronized void stop() {
    stopped = true;
    active.forEach(Trainer::stop);
  }

  /** What could not go on, a sentence each; after {@link #run}. */
  public synchronized List<String> failures() {
    return List.copyOf(failures);
  }

  /**
   * Trains what is not finished.
   *
   * @return the results of those runs that are finished now, in the order of the runs
   * @throws IllegalArgumentException if there is nothing to do, or more jobs than the engine takes
   * @throws UncheckedIOException if a file cannot be written; the other runs have ended then
   * @throws IllegalStateException if these runs were trained before
   */
  public List<Result> run() {
    if (begun) {
      throw new IllegalStateException("These runs were trained: make others to train again.");
    }
    begun = true;
    if (runs.isEmpty() || jobs < 1) {
      throw new IllegalArgumentException(
          Text.of("%d runs and %d jobs: use at least one of each.", runs.size(), jobs));
    }
    if (jobs > 1 && engine == Engine.DL4J) {
      throw new IllegalArgumentException(
          "Deeplearning4j draws dropout from one stream for the whole process: use one job, or the"
              + " fused engine.");
    }
    for (Run run : runs) {
      Optional<Result> earlier = earlier(run);
      if (earlier.isPresent()) {
        finished.put(run, earlier.get());
      } else {
        work.put(run, epochWork(run.recipe()) * run.recipe().epochs());
      }
    }
    if (results != null && !work.isEmpty()) {
      new RunFolder(results).provide(RESULT * work.size());
    }
    start = System.nanoTime();
    finished.forEach((run, result) -> watcher.finished(result, true, left()));
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / jobs);
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Run run : List.copyOf(work.keySet())) {
        futures.add(
            pool.submit(
                () -> {
                  try {
                    train(run, threads);
                  } catch (RuntimeException | Error e) {
                    stop(); // for all: the others keep what they have trained
                    throw e;
                  }
                }));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("The runs were interrupted: start them again to go on.");
    } finally {
      stop();
      end(pool);
    }
    return runs.stream().filter(finished::containsKey).map(finished::get).toList();
  }

  /** Waits for the runs that are at work: who gets an exception may delete or move their files. */
  private static void end(ExecutorService pool) {
    pool.shutdown();
    boolean interrupted = false;
    for (boolean ended = false; !ended; ) {
      try {
        ended = pool.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The same, where all are needed.
   *
   * @return the results in the order of the runs
   * @throws TrainingException if one of them failed, or they were stopped
   */
  public List<Result> runAll() {
    List<Result> all = run();
    if (!failures().isEmpty()) {
      throw new TrainingException(String.join(" ", failures()));
    }
    if (all.size() < runs.size()) {
      throw new TrainingException(
          Text.of(
              "Stopped with %d of %d runs finished: give the same command again to go on.",
              all.size(), runs.size()));
    }
    return all;
  }

  private Optional<Result> earlier(Run run) {
    Path own = new RunFolder(run.folder()).result();
    if (results != null) {
      Optional<Result> committed = finished(run.recipe(), engine, file(results, run.recipe()));
      if (committed.isPresent()) {
        return committed;
      }
    }
    Optional<Result> result = finished(run.recipe(), engine, own);
    result.ifPresent(r -> publish(run));
    return result;
  }

  /** Where the result of a recipe with its seed lies in a folder of results. */
  public static Path file(Path results, Recipe recipe) {
    return file(results, recipe.name(), recipe.seed());
  }

  /** Where the result of the recipe of a name with a seed lies in a folder of results. */
  public static Path file(Path results, String recipe, long seed) {
    return results.resolve(recipe).resolve(SEED + seed + ".json");
  }

  /** Whether a file has the name of a result with some seed. */
  public static boolean isFile(Path file) {
    return file.getFileName().toString().matches(SEED + "\\d+\\.json");
  }

  private Optional<Result> finished(Recipe recipe, Engine engine, Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Result result = read(file);
    return result.isOf(recipe, engine, data.identity()) && result.isFinished()
        ? Optional.of(result)
        : Optional.empty();
  }

  private static Result read(Path file) {
    try {
      return Json.read(file, Result.class);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          e.getMessage() + " Delete the file, to have the run made anew.", e);
    }
  }

  private void train(Run run, int threads) {
    Trainer trainer =
        new Trainer(run.recipe(), data)
            .engine(engine)
            .threads(threads)
            .folder(run.folder())
            .progress(new Worker(run));
    if (!isOutdated(run)) {
      trainer.resume();
    }
    synchronized (this) {
      if (stopped) {
        return;
      }
      active.add(trainer);
    }
    try {
      ended(run, trainer.run());
    } catch (TrainingException e) {
      failed(run, e);
    } finally {
      synchronized (this) {
        active.remove(trainer);
      }
    }
  }

  /** Whether the folder holds a finished run of something else, which gives way to this one. */
  private boolean isOutdated(Run run) {
    Path file = new RunFolder(run.folder()).result();
    return Files.exists(file)
        && read(file).isFinished()
        && finished(run.recipe(), engine, file).isEmpty();
  }

  private synchronized void ended(Run run, Result result) {
    if (result.isFinished()) {
      publish(run);
      finished.put(run, result);
      work.remove(run);
      watcher.finished(result, false, left());
    }
  }

  private synchronized void failed(Run run, TrainingException failure) {
    if (!stopped) {
      work.remove(run);
      failures.add(
          Text.of(
              "%s, seed %d: %s", run.recipe().name(), run.recipe().seed(), failure.getMessage()));
      watcher.failed(run.recipe(), failure);
    }
  }

  private void publish(Run run) {
    if (results == null) {
      return;
    }
    try {
      RunFolder.replace(
          file(results, run.recipe()), Files.readAllBytes(new RunFolder(run.folder()).result()));
    } catch (IOException e) {
      throw new UncheckedIOException(
          Text.of("The result in %s cannot be read (%s): train again.", run.folder(), e), e);
    }
  }

  /** The time of an epoch, in that of a multiply-add of a large net. */
  private double epochWork(Recipe recipe) {
    int images = data.train().size() - recipe.validation();
    return (double) (IMAGE_WORK + Summary.of(recipe.model()).multiplyAdds())
        * (recipe.limit() > 0 ? Math.min(recipe.limit(), images) : images);
  }

  private Duration left() {
    double all = work.values().stream().mapToDouble(w -> w).sum();
    double elapsed = System.nanoTime() - start;
    return done == 0 ? Duration.ZERO : Duration.ofNanos((long) (elapsed / done * all));
  }

  /** Keeps count of what is left of a run. */
  private final class Worker implements Progress {

    private final Run run;
    private final double epochWork;

    Worker(Run run) {
      this.run = run;
      this.epochWork = epochWork(run.recipe());
    }

    @Override
    public void started(Recipe recipe, int batches, int epochs) {
      synchronized (Runs.this) {
        work.put(run, epochWork * (recipe.epochs() - epochs));
      }
    }

    @Override
    public void epoch(EpochResult result) {
      synchronized (Runs.this) {
        done += epochWork;
        work.merge(run, -epochWork, Double::sum);
        watcher.epoch(run.recipe(), result, left());
      }
    }
  }
}
