package kilonet.train;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import kilonet.data.TrainTest;

/**
 * One recipe over several seeds, one folder each. What is finished is not run again, and what was
 * stopped goes on.
 *
 * @param recipe the recipe's name
 * @param parameters trainable parameters
 * @param engine {@code fused} or {@code dl4j}
 * @param data {@code mnist} or {@code digits}
 * @param seeds the seeds
 * @param finals test accuracy of each seed's last epoch, percent
 * @param mean their mean
 * @param standardDeviation their standard deviation, with n - 1
 * @param minLastFive for each seed the lowest test accuracy of its last five epochs, percent
 * @param lowest the lowest of those
 * @param met how many seeds meet the assignment
 */
public record Sweep(
    String recipe,
    long parameters,
    String engine,
    String data,
    List<Long> seeds,
    List<Double> finals,
    double mean,
    double standardDeviation,
    List<Double> minLastFive,
    double lowest,
    int met) {

  /**
   * Runs what is not finished.
   *
   * @param recipe what to run; its seed does not matter
   * @param data the images
   * @param engine what computes
   * @param seeds the seeds, at least one
   * @param folder where each seed gets a folder {@code seed-S}
   * @param jobs runs at a time, at least 1
   * @param finished is told of each seed's result, those of earlier sweeps included
   * @throws TrainingException if a run cannot go on
   */
  public static Sweep run(
      Recipe recipe,
      TrainTest data,
      Engine engine,
      List<Long> seeds,
      Path folder,
      int jobs,
      Consumer<Result> finished) {
    if (seeds.isEmpty() || jobs < 1) {
      throw new IllegalArgumentException(
          "%d seeds and %d jobs: use at least one of each.".formatted(seeds.size(), jobs));
    }
    if (jobs > 1 && engine == Engine.DL4J) {
      throw new IllegalArgumentException(
          "Deeplearning4j draws dropout from one stream for the whole process: use one job, or the"
              + " fused engine.");
    }
    int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / jobs);
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    try {
      List<Future<Result>> futures = new ArrayList<>();
      for (long seed : seeds) {
        Path own = folder.resolve("seed-" + seed);
        futures.add(pool.submit(() -> one(recipe.seed(seed), data, engine, own, threads)));
      }
      List<Result> results = new ArrayList<>();
      for (Future<Result> future : futures) {
        Result result = future.get();
        finished.accept(result);
        results.add(result);
      }
      return of(results);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TrainingException("The sweep was interrupted: run it again to go on.");
    } finally {
      pool.shutdownNow();
    }
  }

  private static Result one(
      Recipe recipe, TrainTest data, Engine engine, Path folder, int threads) {
    Optional<Result> earlier = finished(recipe, engine, new RunFolder(folder).result());
    return earlier.isPresent()
        ? earlier.get()
        : new Trainer(recipe, data).engine(engine).threads(threads).folder(folder).resume().run();
  }

  private static Optional<Result> finished(Recipe recipe, Engine engine, Path file) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Result result = Json.read(file, Result.class);
    boolean same = result.definition().equals(recipe) && result.engine().equals(engine.toString());
    return same && result.isFinished() ? Optional.of(result) : Optional.empty();
  }

  /** The figures of results of one recipe. */
  static Sweep of(List<Result> results) {
    Result first = results.get(0);
    List<Double> finals = results.stream().map(r -> r.history().last().testAccuracy()).toList();
    double mean = finals.stream().mapToDouble(a -> a).average().orElseThrow();
    double squares = finals.stream().mapToDouble(a -> (a - mean) * (a - mean)).sum();
    List<Double> lows =
        results.stream()
            .map(r -> r.contract().lastFive().stream().mapToDouble(a -> a).min().orElseThrow())
            .toList();
    return new Sweep(
        first.recipe(),
        first.parameters(),
        first.engine(),
        first.data(),
        results.stream().map(Result::seed).toList(),
        finals,
        mean,
        finals.size() < 2 ? 0 : Math.sqrt(squares / (finals.size() - 1)),
        lows,
        lows.stream().mapToDouble(a -> a).min().orElseThrow(),
        (int) results.stream().filter(r -> r.contract().met()).count());
  }
}
