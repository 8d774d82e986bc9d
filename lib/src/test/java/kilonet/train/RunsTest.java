package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsTest {

  private static TrainTest digits;

  @TempDir private Path folder;

  @BeforeAll
  static void draw() {
    digits = PenDigits.generate(256, 100, 1);
  }

  private static Recipe recipe(String name) {
    return Recipe.of(
            name,
            Stack.of("conv-bn-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1),
            Optimizer.sgd(0.1, 0.9))
        .data(Recipe.DIGITS)
        .epochs(3)
        .batch(64);
  }

  private Runs.Run run(Recipe recipe) {
    return new Runs.Run(recipe, folder.resolve("work").resolve(recipe.name() + recipe.seed()));
  }

  private Runs runs(Recipe... recipes) {
    return new Runs(List.of(recipes).stream().map(this::run).toList(), digits);
  }

  /** Writes down what it is told, and stops the runs after an epoch. */
  private static final class Notes implements Runs.Watcher {

    private final List<String> lines = new ArrayList<>();
    private final List<Duration> left = new ArrayList<>();
    private final int stopAfter;
    private Runs runs;

    Notes(int stopAfter) {
      this.stopAfter = stopAfter;
    }

    @Override
    public void epoch(Recipe recipe, EpochResult epoch, Duration left) {
      lines.add(recipe.name() + " " + epoch.epoch());
      this.left.add(left);
      if (lines.size() == stopAfter) {
        runs.stop();
      }
    }

    @Override
    public void finished(Result result, boolean earlier, Duration left) {
      lines.add(result.recipe() + (earlier ? " earlier" : " finished"));
      this.left.add(left);
    }

    @Override
    public void failed(Recipe recipe, TrainingException failure) {
      lines.add(recipe.name() + " failed");
    }
  }

  private static Notes noting(Runs runs, int stopAfter) {
    Notes notes = new Notes(stopAfter);
    notes.runs = runs;
    runs.watcher(notes);
    return notes;
  }

  @Test
  void aResultThatIsDamagedIsToldWithWhatToDo() throws Exception {
    RunFolder own = new RunFolder(run(recipe("a")).folder());
    RunFolder.replace(own.result(), "{\"recipe\": \"a\"");
    Runs runs = runs(recipe("a"));
    assertThatThrownBy(runs::run)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(own.result().toString())
        .hasMessageEndingWith("Delete the file, to have the run made anew.");
  }

  @Test
  void stoppedRunsGoOnWhereTheyWereWithTheSameResults() {
    Runs stopped = runs(recipe("a"), recipe("b"));
    Notes first = noting(stopped, 2);
    assertThat(stopped.run()).isEmpty();
    assertThat(stopped.failures()).isEmpty();
    assertThat(first.lines).containsExactly("a 1", "a 2");

    Runs resumed = runs(recipe("a"), recipe("b"));
    Notes second = noting(resumed, 0);
    List<Result> results = resumed.runAll();
    assertThat(second.lines)
        .containsExactly("a 3", "a finished", "b 1", "b 2", "b 3", "b finished");
    assertThat(second.left.get(5)).isZero();
    assertThat(second.left.get(0)).isPositive();

    Result unbroken = new Trainer(recipe("a"), digits).run();
    assertThat(results.get(0).testLoss()).isEqualTo(unbroken.testLoss());
    assertThat(results.get(0).trainLoss()).isEqualTo(unbroken.trainLoss());

    Runs again = runs(recipe("b"), recipe("a"));
    Notes third = noting(again, 0);
    assertThat(again.run()).extracting(Result::recipe).containsExactly("b", "a");
    assertThat(third.lines).containsExactly("b earlier", "a earlier");
  }

  @Test
  void theTimeLeftIsThatOfTheArithmeticLeft() {
    Recipe half = recipe("a").limit(128);
    Runs runs = runs(recipe("whole"), half);
    List<Duration> left = new ArrayList<>();
    List<Long> elapsed = new ArrayList<>();
    long start = System.nanoTime();
    runs.watcher(
        new Runs.Watcher() {
          @Override
          public void epoch(Recipe recipe, EpochResult epoch, Duration duration) {
            left.add(duration);
            elapsed.add(System.nanoTime() - start);
          }
        });
    runs.run();
    // An epoch of 256 images is 2 units of work, one of 128 is 1; in all 9.
    double[] rest = {7, 5, 3, 2, 1, 0};
    for (int i = 0; i < rest.length; i++) {
      double atMost = elapsed.get(i) / (9 - rest[i]) * rest[i];
      assertThat((double) left.get(i).toNanos()).isBetween(0.0, atMost + 1);
      assertThat(left.get(i).isZero()).isEqualTo(rest[i] == 0);
    }
  }

  @Test
  void aRunThatFailsIsToldAndTheOthersAreTrained() throws Exception {
    Recipe hot =
        recipe("hot")
            .model(Stack.of("conv-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1))
            .optimizer(Optimizer.sgd(1e30, 0.9));
    Runs runs = runs(hot, recipe("b")).results(folder.resolve("results"));
    Notes notes = noting(runs, 0);
    assertThat(runs.run()).extracting(Result::recipe).containsExactly("b");
    assertThat(notes.lines).startsWith("hot failed").endsWith("b finished");
    assertThat(runs.failures()).singleElement().asString().startsWith("hot, seed 1: The loss");
    assertThat(folder.resolve("results/hot")).doesNotExist();
    assertThat(folder.resolve("results/b/seed-1.json"))
        .hasSameBinaryContentAs(run(recipe("b")).folder().resolve("result.json"));
    assertThat(runs(hot, recipe("b")).runAllThatConverge())
        .extracting(Result::recipe)
        .containsExactly("b");
    assertThatThrownBy(() -> runs(hot, recipe("b")).runAll())
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("hot, seed 1: ");
  }

  @Test
  void severalAtATimeGiveTheSameResults() throws Exception {
    Recipe[] recipes = {recipe("a"), recipe("a").seed(2), recipe("a").seed(3)};
    List<Result> results = runs(recipes).jobs(2).results(folder.resolve("results")).runAll();
    assertThat(results).extracting(Result::seed).containsExactly(1L, 2L, 3L);
    for (Recipe recipe : recipes) {
      Result alone = new Trainer(recipe, digits).run();
      Result together = Json.read(ResultFile.of(folder.resolve("results"), recipe), Result.class);
      assertThat(together.trainLoss()).isEqualTo(alone.trainLoss());
    }
    assertThat(Files.list(folder.resolve("results/a"))).hasSize(3);
  }

  @Test
  void runsThatWouldShareFilesAreRefused() {
    Runs.Run run = run(recipe("a"));
    assertThatThrownBy(() -> new Runs(List.of(run, run(recipe("b")), run), digits))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Two runs have the folder ");
    assertThatThrownBy(() -> Sweep.runs(recipe("a"), digits, List.of(1L, 2L, 1L), folder))
        .hasMessageContaining("seed-1: give each its own.");
    Runs.Run longer = new Runs.Run(recipe("a").epochs(4), folder.resolve("longer"));
    assertThatThrownBy(() -> new Runs(List.of(run, longer), digits).results(folder))
        .hasMessageContaining("Two runs have the file of results ");
  }

  @Test
  void runsAreTrainedOnce() {
    Runs runs = runs(recipe("a").epochs(1));
    runs.run();
    assertThatThrownBy(runs::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("These runs were trained: make others to train again.");
  }

  /** Who gets an exception may delete the folders: nobody writes there any more. */
  @Test
  void whenOneThrowsTheOthersHaveEnded() {
    Runs runs = runs(recipe("a"), recipe("b"), recipe("c")).jobs(2);
    runs.watcher(
        new Runs.Watcher() {
          @Override
          public void epoch(Recipe recipe, EpochResult epoch, Duration left) {
            if (epoch.epoch() == 1) {
              throw new UncheckedIOException(new IOException("the disk is full"));
            }
          }
        });
    assertThatThrownBy(runs::run)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("the disk is full");
    for (Recipe recipe : List.of(recipe("a"), recipe("b"), recipe("c"))) {
      // A run that were still at work would hold its folder.
      new RunFolder(run(recipe).folder()).lock().release();
    }
  }

  @Test
  void aFolderOfResultsThatCannotBeWrittenIsNoticedBeforeTraining() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Runs runs = runs(recipe("a")).results(file.resolve("results"));
    Notes notes = noting(runs, 0);
    assertThatThrownBy(runs::run)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("results cannot be written");
    assertThat(notes.lines).isEmpty();
  }

  @Test
  void aFolderInUseFailsItsRunAndNotTheOthers() {
    RunFolder.Lock lock = new RunFolder(run(recipe("a")).folder()).lock();
    try {
      Runs runs = runs(recipe("a"), recipe("b"));
      assertThat(runs.run()).extracting(Result::recipe).containsExactly("b");
      assertThat(runs.failures())
          .singleElement()
          .asString()
          .startsWith("a, seed 1: ")
          .contains("is in use by another run");
    } finally {
      lock.release();
    }
  }

  @Test
  void whatWasTrainedOnOtherImagesOfThatNameIsTrainedAgain() {
    runs(recipe("a")).runAll();
    Runs again =
        new Runs(List.of(run(recipe("a"))), PenDigits.generate(256, 100, 2))
            .results(folder.resolve("results"));
    Notes notes = noting(again, 0);
    again.runAll();
    assertThat(notes.lines).containsExactly("a 1", "a 2", "a 3", "a finished");
  }

  @Test
  void aResultThatSaysMoreIsNeverReplaced() throws Exception {
    Path results = folder.resolve("results");
    Recipe filed = recipe("a").limit(128).epochs(2);
    runs(filed).results(results).runAll();
    Path file = ResultFile.of(results, filed);
    byte[] before = Files.readAllBytes(file);
    Runs.Run elsewhere = new Runs.Run(filed, folder.resolve("elsewhere"));
    List<Runs> less =
        List.of(
            runs(filed.limit(64)),
            runs(filed.epochs(1)),
            runs(filed.limit(0).validation(64)),
            new Runs(List.of(elsewhere), PenDigits.generate(256, 100, 2)));
    for (Runs runs : less) {
      Notes notes = noting(runs.results(results), 0);
      assertThatThrownBy(runs::run)
          .isInstanceOf(TrainingException.class)
          .hasMessageStartingWith(file + " is of other images than this run, or of more images or")
          .hasMessageEndingWith("name another place for results, or move the file away.");
      assertThat(notes.lines).isEmpty();
      assertThat(file).hasBinaryContent(before);
    }
    Runs finished = runs(filed.epochs(1));
    finished.runAll();
    assertThatThrownBy(() -> runs(filed.epochs(1)).results(results).run())
        .as("one that is finished is not filed either")
        .hasMessageContaining("(data digits, validation none, limit 128, epochs 2; this run: ")
        .hasMessageContaining("limit 128, epochs 1), and is not replaced");
    assertThat(file).hasBinaryContent(before);

    runs(filed.batch(32), filed.seed(2)).results(results).runAll();
    runs(filed.batch(32).limit(0).epochs(3)).results(results).runAll();
    assertThat(Json.read(file, Result.class).epochs()).as("a recipe that was changed").isEqualTo(3);
  }

  @Test
  void aFinishedRunGivesWayToAnotherOnceAndNotEachTimeThatIsStopped() {
    runs(recipe("a").epochs(1)).runAll();
    Runs.Run longer = run(recipe("a"));
    Filing filing = new Filing(Engine.FUSED, digits.identity(), null);
    assertThat(filing.isOutdated(longer)).isTrue();
    Trainer trainer = new Trainer(longer.recipe(), digits).folder(longer.folder());
    trainer.progress(
        new Progress() {
          @Override
          public void batch(int batch, double loss, double accuracy, double rate, double speed) {
            trainer.stop();
          }
        });
    assertThatThrownBy(trainer::run).hasMessageContaining("stopped in its first epoch");
    assertThat(filing.isOutdated(longer)).isFalse();
    assertThat(filing.isOutdated(run(recipe("a").epochs(2)))).isTrue();
    assertThat(runs(recipe("a")).runAll().get(0).epochs()).isEqualTo(3);
  }

  @Test
  void aSweepOfOneSeedKnowsNoDeviation() {
    Sweep one = Sweep.of(runs(recipe("a").epochs(1)).runAll());
    assertThat(one.standardDeviation()).isNull();
    assertThat(Json.line(one)).doesNotContain("standard_deviation");
    assertThat(Json.read(Json.line(one), Sweep.class)).isEqualTo(one);
  }
}
