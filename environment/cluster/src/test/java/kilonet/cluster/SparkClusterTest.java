package kilonet.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.train.Cluster;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFiles;
import kilonet.train.RunFolder;
import kilonet.train.Runs;
import kilonet.train.Sweep;
import kilonet.train.TrainingException;
import org.apache.spark.SparkContext;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SparkClusterTest {

  private static final String TIMES = "\"(seconds|images_per_second)\" : [-0-9.E]+";
  private static final String MASTER = "local[2]";

  private static TrainTest digits;

  @TempDir private Path folder;

  @BeforeAll
  static void draw() {
    digits = PenDigits.generate(256, 100, 1);
  }

  private static Recipe recipe() {
    return Recipe.of(
            "a",
            Stack.of("conv-bn-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1),
            Optimizer.sgd(0.1, 0.9))
        .data(Recipe.DIGITS)
        .epochs(2)
        .batch(64);
  }

  /** A recipe whose loss is soon no number. */
  private static Recipe hot() {
    return recipe()
        .name("hot")
        .model(Stack.of("conv-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1))
        .optimizer(Optimizer.sgd(1e30, 0.9));
  }

  private static List<Long> seeds(int count) {
    return LongStream.rangeClosed(1, count).boxed().toList();
  }

  private static final class Nobody implements Cluster.Watcher {

    @Override
    public void changed(Cluster.Standing standing) {}

    @Override
    public void pause() {}
  }

  private Runs sweep(Cluster cluster, int seeds) {
    return Sweep.runs(recipe(), digits, seeds(seeds), folder).cluster(cluster, new Nobody());
  }

  private static String withoutTimes(Path file) throws Exception {
    return Files.readString(file).replaceAll(TIMES, "");
  }

  @Test
  void resultsAreThoseOfRunsHereByteForByteAndFailuresStopNobody() throws Exception {
    List<Runs.Run> planned = new ArrayList<>();
    planned.add(new Runs.Run(hot(), folder.resolve("hot")));
    seeds(4).forEach(seed -> planned.add(Runs.Run.in(folder, recipe().seed(seed))));
    List<String> told = new ArrayList<>();
    Runs runs = new Runs(planned, digits);
    try (Cluster cluster = new Spark().open(MASTER, Map.of(), told::add)) {
      assertThat(runs.cluster(cluster, new Nobody()).run())
          .extracting(Result::seed)
          .containsExactlyElementsOf(seeds(4));
    }
    assertThat(runs.failures())
        .singleElement()
        .asString()
        .startsWith("hot, seed 1: The loss became ")
        .endsWith("or batch norm.");
    assertThat(told).isEmpty();
    Path here = folder.resolve("here");
    Sweep.runs(recipe(), digits, seeds(4), here).jobs(2).runAll();
    for (long seed : seeds(4)) {
      Path result = new RunFolder(folder.resolve("seed-" + seed)).result();
      assertThat(withoutTimes(result))
          .isEqualTo(withoutTimes(new RunFolder(here.resolve("seed-" + seed)).result()));
    }
  }

  private static final AtomicInteger STARTED = new AtomicInteger();
  private static final AtomicInteger ENDED = new AtomicInteger();
  private static final CountDownLatch TWO_STARTED = new CountDownLatch(2);

  @Test
  void whoStopsItWaitsForTheTasksAndTheSameRunsGoOn() throws Exception {
    Work endless =
        (recipe, data, task) -> {
          STARTED.incrementAndGet();
          TWO_STARTED.countDown();
          while (!task.isInterrupted()) {
            Thread.onSpinWait();
          }
          ENDED.incrementAndGet();
          return new RunFiles(new byte[0], new byte[0], new byte[0]);
        };
    try (Cluster cluster = Spark.open(MASTER, Map.of(), sentence -> {}, endless)) {
      Runs runs = sweep(cluster, 6);
      Thread stops =
          new Thread(
              () -> {
                try {
                  TWO_STARTED.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                runs.stop();
              });
      stops.start();
      assertThat(runs.run()).isEmpty();
      assertThat(runs.failures()).isEmpty();
      stops.join();
    }
    assertThat(ENDED.get()).isEqualTo(STARTED.get());
    try (Cluster cluster = new Spark().open(MASTER, Map.of(), sentence -> {})) {
      assertThat(sweep(cluster, 2).runAll()).hasSize(2);
      // What is finished is not done again, by the same cluster neither.
      List<Boolean> earlier = new ArrayList<>();
      Runs more =
          sweep(cluster, 3)
              .watcher(
                  new Runs.Watcher() {
                    @Override
                    public void finished(Result result, boolean before, Duration left) {
                      earlier.add(before);
                    }
                  });
      assertThat(more.runAll()).hasSize(3);
      assertThat(earlier).containsExactly(true, true, false);
    }
  }

  private static final AtomicInteger TRIED = new AtomicInteger();

  @Test
  void whatBreaksTheTaskIsToldOfThatRunAlone() {
    Work work =
        (recipe, data, task) -> {
          if (recipe.seed() == 2) {
            TRIED.incrementAndGet();
            throw new IllegalStateException("the disk of this worker is full\nand more");
          }
          return Work.train(recipe, data, task);
        };
    // Locally Spark tries once; a cluster's worker gets three more chances.
    try (Cluster cluster = Spark.open(MASTER, Map.of(), sentence -> {}, work)) {
      Runs runs = sweep(cluster, 3);
      assertThat(runs.run()).extracting(Result::seed).containsExactly(1L, 3L);
      assertThat(runs.failures())
          .singleElement()
          .asString()
          .startsWith("a, seed 2: Nobody could do it (")
          .contains("the disk of this worker is full")
          .doesNotContain("\n");
    }
    assertThat(TRIED.get()).isEqualTo(1);
  }

  @Test
  void littleMemoryIsToldWithWhatToDo() {
    Work work =
        (recipe, data, task) -> {
          throw new OutOfMemoryError("Java heap space");
        };
    try (Cluster cluster = Spark.open(MASTER, Map.of(), sentence -> {}, work)) {
      Runs runs = sweep(cluster, 1);
      assertThat(runs.run()).isEmpty();
      assertThat(runs.failures())
          .singleElement()
          .asString()
          .contains("did not suffice (Java heap space): give each more with --conf spark.executor");
    }
  }

  private static final List<Integer> CPUS = new ArrayList<>();

  @Test
  void aTaskHasAsManyThreadsAsProcessors() {
    Work work =
        (recipe, data, task) -> {
          CPUS.add(task.cpus());
          return Work.train(recipe, data, task);
        };
    try (Cluster cluster =
        Spark.open(MASTER, Map.of("spark.task.cpus", "2"), sentence -> {}, work)) {
      sweep(cluster, 1).runAll();
    }
    assertThat(CPUS).containsExactly(2);
  }

  @Test
  void aClusterThatWasClosedSaysSo() {
    Cluster cluster = new Spark().open(MASTER, Map.of(), sentence -> {});
    cluster.close();
    assertThat(cluster.train(recipe(), digits)).isCancelled();
  }

  private static final CountDownLatch AT_WORK = new CountDownLatch(1);
  private static final CountDownLatch CLUSTER_GONE = new CountDownLatch(1);

  @Test
  void aClusterThatIsGoneEndsTheCommandWithASentence() throws Exception {
    Work work =
        (recipe, data, task) -> {
          AT_WORK.countDown();
          try {
            CLUSTER_GONE.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          throw new TrainingException("It is too late.");
        };
    try (Cluster cluster = Spark.open(MASTER, Map.of(), sentence -> {}, work)) {
      SparkContext context = SparkContext.getOrCreate();
      Thread ending =
          new Thread(
              () -> {
                try {
                  AT_WORK.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
                context.stop();
              });
      ending.start();
      Runs runs = sweep(cluster, 3);
      assertThatThrownBy(runs::run)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("The cluster local[2] is there no more");
      assertThatThrownBy(() -> cluster.train(recipe(), digits))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("The cluster local[2] is there no more");
      assertThatThrownBy(cluster::room)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith("The cluster local[2] is there no more");
      CLUSTER_GONE.countDown(); // closing waits for the tasks
      ending.join();
    }
  }

  @Test
  void whatIsNoClusterIsRefused() {
    for (String master : List.of("", "local[0]", "local[x]", "localhost:7077", "http://host:1")) {
      assertThatThrownBy(() -> Spark.conf(master, Map.of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "'" + master + "' is no cluster: use local[2], spark://host:7077, or spark-submit.");
    }
    assertThatThrownBy(() -> Spark.conf(MASTER, Map.of("executor.memory", "1g")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'executor.memory' is no setting of Spark");
    assertThatThrownBy(() -> Spark.conf(Spark.SUBMITTED, Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("Nothing says where the cluster is");
    assertThat(Spark.conf(Spark.SUBMITTED, Map.of("spark.master", "yarn")).get("spark.master"))
        .isEqualTo("yarn");
  }

  @Test
  void whereNobodyAnswersItIsToldAtOnce() throws Exception {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    String master = "spark://127.0.0.1:" + free;
    assertThatThrownBy(() -> new Spark().open(master, Map.of(), sentence -> {}))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("No master answers at " + master + " (");
  }

  @Test
  void theJvmIsStartedAsSparkStartsItsOwn() throws Exception {
    assertThat(Files.readAllLines(Path.of("jvm.options")))
        .containsExactly(JavaModuleOptions.defaultModuleOptionArray());
  }
}
