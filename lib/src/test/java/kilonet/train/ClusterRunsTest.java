package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that somebody else does. */
class ClusterRunsTest {

  private static final String TIMES = "\"(seconds|images_per_second)\" : [-0-9.E]+";

  private static TrainTest digits;

  @TempDir private Path folder;

  @BeforeAll
  static void draw() {
    digits = PenDigits.generate(128, 100, 1);
  }

  private static Recipe recipe(long seed) {
    return Recipe.of(
            "a",
            Stack.of("conv-bn-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1),
            Optimizer.sgd(0.1, 0.9))
        .data(Recipe.DIGITS)
        .epochs(2)
        .batch(64)
        .seed(seed);
  }

  private static RunFiles trained(Recipe recipe) {
    Trainer trainer = new Trainer(recipe, digits);
    trainer.run();
    return trainer.files();
  }

  /** Does what it is asked for when it has so many runs, the last first. */
  private static final class Machines implements Cluster {

    private final List<Long> asked = new ArrayList<>();
    private final Map<CompletableFuture<RunFiles>, Recipe> open = new LinkedHashMap<>();
    private final Function<Recipe, RunFiles> work;
    private final int room;
    private int most;
    private int stops;

    Machines(int room, Function<Recipe, RunFiles> work) {
      this.room = room;
      this.work = work;
    }

    @Override
    public CompletableFuture<RunFiles> train(Recipe recipe, TrainTest data) {
      CompletableFuture<RunFiles> files = new CompletableFuture<>();
      asked.add(recipe.seed());
      open.put(files, recipe);
      most = Math.max(most, open.size());
      return files;
    }

    @Override
    public int room() {
      return room;
    }

    @Override
    public int running() {
      List<CompletableFuture<RunFiles>> files = new ArrayList<>(open.keySet());
      for (int i = files.size() - 1; i >= 0; i--) {
        Recipe recipe = open.remove(files.get(i));
        try {
          files.get(i).complete(work.apply(recipe));
        } catch (RuntimeException e) {
          files.get(i).completeExceptionally(e);
        }
      }
      return files.size();
    }

    @Override
    public void stop() {
      stops++;
      open.keySet().forEach(files -> files.cancel(false));
      open.clear();
    }

    @Override
    public void close() {}
  }

  /** Writes down how the runs stand. */
  private static final class Notes implements Cluster.Watcher {

    private final List<String> lines = new ArrayList<>();

    @Override
    public void changed(Cluster.Standing now) {
      lines.add(now.finished() + " " + now.running() + " " + now.waiting());
    }

    @Override
    public void pause() {}
  }

  private Runs.Run run(Recipe recipe) {
    return Runs.Run.in(folder.resolve("work"), recipe);
  }

  private Runs runs(Cluster cluster, Cluster.Watcher watcher, long... seeds) {
    List<Runs.Run> runs = new ArrayList<>();
    for (long seed : seeds) {
      runs.add(run(recipe(seed)));
    }
    return new Runs(runs, digits).cluster(cluster, watcher).results(folder.resolve("results"));
  }

  private static String withoutTimes(Path file) throws Exception {
    return Files.readString(file).replaceAll(TIMES, "");
  }

  @Test
  void theFilesAreThoseOfRunsHere() throws Exception {
    Machines machines = new Machines(2, ClusterRunsTest::trained);
    Notes notes = new Notes();
    List<Result> results = runs(machines, notes, 1, 2, 3).runAll();
    assertThat(results).extracting(Result::seed).containsExactly(1L, 2L, 3L);
    assertThat(machines.asked).containsExactly(1L, 2L, 3L);
    assertThat(machines.most).isEqualTo(2);
    assertThat(notes.lines).startsWith("0 2 1").endsWith("3 0 0");

    Path here = folder.resolve("here");
    Sweep.runs(recipe(0), digits, List.of(1L, 2L, 3L), here).runAll();
    for (Result result : results) {
      RunFolder there = new RunFolder(run(result.definition()).folder());
      RunFolder own = new RunFolder(Runs.Run.in(here, result.definition()).folder());
      assertThat(withoutTimes(there.result())).isEqualTo(withoutTimes(own.result()));
      assertThat(Files.readString(there.history()).replaceAll(",[^,]*,[^,]*\n", "\n"))
          .isEqualTo(Files.readString(own.history()).replaceAll(",[^,]*,[^,]*\n", "\n"));
      assertThat(ModelFile.read(there.model()).params())
          .isEqualTo(ModelFile.read(own.model()).params());
      assertThat(folder.resolve("results/a/seed-" + result.seed() + ".json"))
          .hasSameBinaryContentAs(there.result());
    }
  }

  @Test
  void whatIsFinishedIsNotHandedOver() {
    runs(new Machines(9, ClusterRunsTest::trained), new Notes(), 2).runAll();
    Machines machines = new Machines(9, ClusterRunsTest::trained);
    Notes notes = new Notes();
    assertThat(runs(machines, notes, 1, 2, 3).runAll()).hasSize(3);
    assertThat(machines.asked).containsExactly(1L, 3L);
    assertThat(notes.lines).startsWith("1 2 0").endsWith("3 0 0");
  }

  @Test
  void aRunThatFailsIsToldAndTheOthersAreDone() {
    Machines machines =
        new Machines(
            9,
            recipe -> {
              if (recipe.seed() == 2) {
                throw new TrainingException("The loss became NaN.");
              }
              return trained(recipe);
            });
    Runs runs = runs(machines, new Notes(), 1, 2, 3);
    assertThat(runs.run()).extracting(Result::seed).containsExactly(1L, 3L);
    assertThat(runs.failures()).containsExactly("a, seed 2: The loss became NaN.");
    assertThat(folder.resolve("work/seed-2/result.json")).doesNotExist();
  }

  @Test
  void whatIsNotTheRunsResultIsNotFiled() {
    List<Function<Recipe, RunFiles>> wrong =
        List.of(
            recipe -> trained(recipe.seed(7)),
            recipe -> trained(recipe.epochs(1)),
            recipe -> new RunFiles("{}".getBytes(StandardCharsets.UTF_8), null, null));
    for (Function<Recipe, RunFiles> work : wrong) {
      Runs runs = runs(new Machines(9, work), new Notes(), 1);
      assertThat(runs.run()).isEmpty();
      assertThat(runs.failures())
          .singleElement()
          .asString()
          .startsWith("a, seed 1: What came back is ")
          .contains(": give all machines ");
      assertThat(folder.resolve("work/seed-1/result.json")).doesNotExist();
    }
  }

  @Test
  void aClusterThatIsGoneEndsAllAndLeavesTheFoldersFree() {
    Machines machines =
        new Machines(
            9,
            recipe -> {
              throw new IllegalStateException("The cluster is there no more.");
            });
    assertThatThrownBy(runs(machines, new Notes(), 1, 2)::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("The cluster is there no more.");
    assertThat(machines.stops).isPositive();
    for (long seed : new long[] {1, 2}) {
      new RunFolder(run(recipe(seed)).folder()).lock().release();
    }
  }

  @Test
  void stoppedRunsAreNeitherFinishedNorFailed() {
    Machines machines = new Machines(1, ClusterRunsTest::trained);
    Runs runs = runs(machines, new Notes(), 1, 2, 3);
    runs.watcher(
        new Runs.Watcher() {
          @Override
          public void finished(Result result, boolean earlier, java.time.Duration left) {
            runs.stop();
          }
        });
    assertThatThrownBy(runs::runAll)
        .isInstanceOf(TrainingException.class)
        .hasMessage("Stopped with 1 of 3 runs finished: give the same command again to go on.");
    assertThat(runs.failures()).isEmpty();
    assertThat(runs(machines, new Notes(), 1, 2, 3).runAll()).hasSize(3);
  }

  @Test
  void aFolderInUseFailsItsRunAndNotTheOthers() {
    RunFolder.Lock lock = new RunFolder(run(recipe(1)).folder()).lock();
    try {
      Runs runs = runs(new Machines(9, ClusterRunsTest::trained), new Notes(), 1, 2);
      assertThat(runs.run()).extracting(Result::seed).containsExactly(2L);
      assertThat(runs.failures()).singleElement().asString().contains("is in use by another run");
    } finally {
      lock.release();
    }
  }

  @Test
  void anUnfinishedRunIsMadeAnewAndThatOfAnotherRecipeKept() {
    stopInTheFirstEpoch(recipe(1));
    stopInTheFirstEpoch(recipe(2).batch(32));
    Runs runs = runs(new Machines(9, ClusterRunsTest::trained), new Notes(), 1, 2);
    assertThat(runs.run()).extracting(Result::seed).containsExactly(1L);
    assertThat(runs.failures())
        .singleElement()
        .asString()
        .contains("checkpoint.zip belongs to another run (recipe a, seed 2,");
    assertThat(new RunFolder(run(recipe(1)).folder()).checkpoint()).doesNotExist();
    assertThat(new RunFolder(run(recipe(2)).folder()).checkpoint()).exists();
  }

  private void stopInTheFirstEpoch(Recipe recipe) {
    Trainer trainer = new Trainer(recipe, digits).folder(run(recipe).folder());
    trainer.progress(
        new Progress() {
          @Override
          public void batch(int batch, double loss, double accuracy, double rate, double speed) {
            trainer.stop();
          }
        });
    assertThatThrownBy(trainer::run).hasMessageStartingWith("The run was stopped");
  }

  @Test
  void plainDeeplearning4jIsRefused() {
    Runs runs = runs(new Machines(9, ClusterRunsTest::trained), new Notes(), 1);
    assertThatThrownBy(runs.engine(Engine.DL4J)::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A cluster trains with the fused engine");
  }
}
