package kilonet.train;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
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
import kilonet.text.Text;

/**
 * Runs of any recipes and seeds, in order, a folder each. What is finished is not trained again,
 * what was stopped goes on, and a run that fails does not end the others. A teacher that several
 * recipes have in common is trained once, before them; on a cluster each run trains its own.
 *
 * <p>Runs are trained once; {@link #stop} may be called by any thread.
 */
public final class Runs {

  /** What the file of a result takes, in bytes, at most. */
  private static final long RESULT = 100_000;

  private final List<Run> runs;
  private final TrainTest data;
  private Engine engine = Engine.FUSED;
  private int jobs = 1;
  private Path results;
  private Path teacherFolder;
  private Cluster cluster;
  private Cluster.Watcher clusterWatcher;
  private Watcher watcher = new Watcher() {};

  private Filing filing;
  private final Map<Run, Result> finished = new LinkedHashMap<>();
  private final Set<Run> teachers = new LinkedHashSet<>();
  private final Map<Run, TrainingException> failedTeachers = new HashMap<>();
  private final WorkLeft work = new WorkLeft();
  private final Set<Trainer> active = new HashSet<>();
  private final List<String> failures = new ArrayList<>();
  private final Set<Run> diverged = new HashSet<>();
  private boolean begun;
  private boolean stopped;

  /**
   * One run.
   *
   * @param recipe what to do, with its seed
   * @param folder where its files go
   */
  public record Run(Recipe recipe, Path folder) {

    boolean isTaught() {
      return recipe.teacher() != null;
    }

    /** A run in the folder {@code seed-S} of a folder of runs. */
    public static Run in(Path runs, Recipe recipe) {
      return new Run(recipe, runs.resolve(ResultFile.SEED + recipe.seed()));
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

    /** The teacher of some of the runs is trained. */
    default void taught(Result teacher) {}

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
   * result is there is finished. What is there of other data, of another validation, or of more
   * images or epochs than a run is never replaced by it.
   *
   * @throws IllegalArgumentException if two runs have one such file
   */
  public Runs results(Path results) {
    this.results = results;
    if (results != null) {
      apart("file of results", run -> ResultFile.of(results, run.recipe()));
    }
    return this;
  }

  /**
   * Keeps the runs of teachers in a folder, {@code teacher-…} for each; unless said, beside the
   * folder of the run that is taught.
   */
  public Runs teachers(Path folder) {
    this.teacherFolder = folder;
    return this;
  }

  /**
   * Has the runs done by a cluster, which is not closed, instead of by this process.
   *
   * @param cluster null for this process
   * @param watcher is told how they stand; a cluster tells of no epochs
   */
  public Runs cluster(Cluster cluster, Cluster.Watcher watcher) {
    this.cluster = cluster;
    this.clusterWatcher = watcher;
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
    if (cluster != null) {
      cluster.stop();
    }
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
   * @throws TrainingException before anything is trained, if the folder of results holds what a run
   *     is not to replace
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
    if (cluster != null && engine == Engine.DL4J) {
      throw new IllegalArgumentException(
          "A cluster trains with the fused engine: leave the other engine, or the cluster, out.");
    }
    filing = new Filing(engine, data.identity(), results);
    for (Run run : runs) {
      Optional<Result> earlier = filing.earlier(run);
      if (earlier.isPresent()) {
        finished.put(run, earlier.get());
      } else {
        filing.requirePlace(run);
        work.put(run, data.train().size(), run.recipe().epochs());
      }
    }
    List<Run> waiting = work.runs();
    if (results != null && !waiting.isEmpty()) {
      new RunFolder(results).provide(RESULT * waiting.size());
    }
    work.begin();
    finished.forEach((run, result) -> watcher.finished(result, true, Duration.ZERO));
    try {
      if (cluster == null) {
        here(waiting);
      } else {
        new ClusterRuns(cluster, clusterWatcher, data, filing, new Elsewhere(), waiting)
            .run(finished.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("The runs were interrupted: start them again to go on.");
    }
    return runs.stream().filter(finished::containsKey).map(finished::get).toList();
  }

  private void here(List<Run> waiting) throws InterruptedException {
    int processors = Runtime.getRuntime().availableProcessors();
    int threads = Math.max(1, processors / jobs);
    waiting.stream().filter(Run::isTaught).map(this::teacher).forEach(teachers::add);
    for (Run teacher : teachers) {
      work.put(teacher, data.train().size(), teacher.recipe().epochs());
    }
    for (Run teacher : teachers) {
      train(teacher, processors);
    }
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (Run run : waiting) {
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
    } finally {
      stop();
      end(pool);
    }
  }

  /** The run of a run's teacher. */
  private Run teacher(Run run) {
    Teacher teacher = run.recipe().teacher();
    Path place = teacherFolder == null ? run.folder().toAbsolutePath().getParent() : teacherFolder;
    return new Run(teacher.recipe(), place.resolve(teacher.folder()));
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
    return runAll(Set.of());
  }

  /**
   * The same, where a run that diverges has said enough by that.
   *
   * @return the results of the others, in the order of the runs
   * @throws TrainingException if one of them failed otherwise, or they were stopped
   */
  public List<Result> runAllThatConverge() {
    return runAll(diverged);
  }

  private List<Result> runAll(Set<Run> borne) {
    List<Result> all = run();
    if (failures().size() > borne.size()) {
      throw new TrainingException(String.join(" ", failures()));
    }
    if (!runs.stream().allMatch(run -> finished.containsKey(run) || borne.contains(run))) {
      throw new TrainingException(
          Text.of(
              "Stopped with %d of %d runs finished: give the same command again to go on.",
              all.size(), runs.size()));
    }
    return all;
  }

  private void train(Run run, int threads) {
    Trainer trainer =
        new Trainer(run.recipe(), data)
            .engine(engine)
            .threads(threads)
            .folder(run.folder())
            .progress(new Worker(run));
    if (!filing.isOutdated(run)) {
      trainer.resume();
    }
    if (run.isTaught()) {
      Run teacher = teacher(run);
      TrainingException failure = failedTeachers.get(teacher);
      if (failure != null) {
        String said = "Its teacher could not be trained.";
        boolean same = failure instanceof TrainingException.Diverged;
        failed(run, same ? new TrainingException.Diverged(said) : new TrainingException(said));
        return;
      }
      trainer.teacher(teacher.folder());
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

  private synchronized void ended(Run run, Result result) {
    if (result.isFinished() && teachers.contains(run)) {
      work.remove(run);
      watcher.taught(result);
    } else if (result.isFinished()) {
      filing.publish(run);
      finished.put(run, result);
      work.remove(run);
      watcher.finished(result, false, work.left());
    }
  }

  private synchronized void failed(Run run, TrainingException failure) {
    if (!stopped) {
      work.remove(run);
      if (teachers.contains(run)) {
        failedTeachers.put(run, failure);
      }
      if (failure instanceof TrainingException.Diverged) {
        diverged.add(run);
      }
      failures.add(
          Text.of(
              "%s, seed %d: %s", run.recipe().name(), run.recipe().seed(), failure.getMessage()));
      watcher.failed(run.recipe(), failure);
    }
  }

  /** Keeps count of what is left of a run. */
  private final class Worker implements Progress {

    private final Run run;

    Worker(Run run) {
      this.run = run;
    }

    @Override
    public void started(Recipe recipe, int batches, int epochs) {
      synchronized (Runs.this) {
        work.put(run, data.train().size(), recipe.epochs() - epochs);
      }
    }

    @Override
    public void epoch(EpochResult result) {
      synchronized (Runs.this) {
        work.done(run, 1);
        watcher.epoch(run.recipe(), result, work.left());
      }
    }
  }

  /** Keeps count of what a cluster does. */
  private final class Elsewhere implements ClusterRuns.Book {

    @Override
    public boolean isStopped() {
      synchronized (Runs.this) {
        return stopped;
      }
    }

    @Override
    public Duration left() {
      return work.left();
    }

    @Override
    public void finished(Run run, Result result) {
      synchronized (Runs.this) {
        work.done(run, run.recipe().epochs());
        ended(run, result);
      }
    }

    @Override
    public void failed(Run run, TrainingException failure) {
      Runs.this.failed(run, failure);
    }
  }
}
