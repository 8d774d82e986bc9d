package kilonet.cluster;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Summary;
import kilonet.text.Text;
import kilonet.train.Cluster;
import kilonet.train.Engine;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import kilonet.train.RunFiles;
import kilonet.train.Runs;
import kilonet.train.Sweep;
import kilonet.train.TrainingException;

/**
 * How a cluster grows: runs that only wait, whose answers are as long as real ones, to see what the
 * rest costs. For maintainers, see {@code check.sh}.
 */
final class EmptyRuns {

  /** What {@code model.zip} of a net of 8,000 parameters takes, in bytes. */
  private static final int MODEL = 36_000;

  private static final int USAGE = 2;

  private EmptyRuns() {}

  /**
   * What it came to.
   *
   * @param processors of all workers: tasks at a time
   * @param tasks empty runs
   * @param length of each, in milliseconds
   * @param seconds for all of them, without the start
   * @param ideal seconds if nothing else took time
   * @param driver milliseconds of processor time that this process spent on each
   */
  private record Outcome(
      int processors, int tasks, int length, double seconds, double ideal, double driver) {}

  /**
   * Runs {@code MASTER PROCESSORS TASKS MILLISECONDS}; waits until so many processors are there.
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 4) {
      System.err.println("Give a master, its processors, how many runs, and their milliseconds.");
      System.exit(USAGE);
    }
    int processors = Integer.parseInt(arguments[1]);
    int tasks = Integer.parseInt(arguments[2]);
    int millis = Integer.parseInt(arguments[3]);
    Work wait = (recipe, data, task) -> files(recipe, data, millis);
    try (SparkCluster cluster = Spark.open(arguments[0], Map.of(), System.err::println, wait)) {
      while (cluster.processors() < processors) {
        Thread.sleep(100);
      }
      run(cluster, processors, millis); // what is done once: classes, images
      long cpu = cpu();
      long start = System.nanoTime();
      run(cluster, tasks, millis);
      double seconds = (System.nanoTime() - start) / 1e9;
      double driver = (cpu() - cpu) / 1e6 / tasks;
      double ideal = (tasks + processors - 1) / processors * (millis / 1e3);
      System.out.println(Json.line(new Outcome(processors, tasks, millis, seconds, ideal, driver)));
    }
  }

  private static void run(Cluster cluster, int tasks, int millis) throws IOException {
    Path folder = Files.createTempDirectory("kilonet");
    TrainTest data = PenDigits.generate(100, 100, 1);
    List<Long> seeds = LongStream.rangeClosed(1, tasks).boxed().toList();
    List<Result> results =
        Sweep.runs(Recipes.named("model_3"), data, seeds, folder)
            .cluster(cluster, new Nobody())
            .runAll();
    if (results.size() != tasks) {
      throw new IllegalStateException(Text.of("%d of %d are there.", results.size(), tasks));
    }
    for (long seed : seeds) {
      Path run = Runs.Run.in(folder, Recipes.named("model_3").seed(seed)).folder();
      try (var files = Files.newDirectoryStream(run)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
      Files.delete(run);
    }
    Files.delete(folder);
  }

  /** Nobody looks on. */
  private static final class Nobody implements Cluster.Watcher {

    @Override
    public void changed(Cluster.Standing standing) {}

    @Override
    public void pause() {}
  }

  private static RunFiles files(Recipe recipe, TrainTest data, int millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new TrainingException("The run was interrupted.");
    }
    List<EpochResult> epochs =
        IntStream.rangeClosed(1, recipe.epochs())
            .mapToObj(epoch -> new EpochResult(epoch, 1, 50, 1, 50, 50, 0.1, 1, 100))
            .toList();
    Result result =
        new Result(
            Summary.of(recipe.model()).parameters(),
            Engine.FUSED.version(recipe.model()),
            data.identity(),
            data.train().size(),
            data.test().size(),
            recipe,
            new History(epochs));
    return RunFiles.of(result, new byte[MODEL]);
  }

  private static long cpu() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
  }
}
