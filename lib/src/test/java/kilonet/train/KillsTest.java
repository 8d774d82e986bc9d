package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs whose process is killed at any moment, again and again, end with the bits of one that nobody
 * disturbed. See {@link Outcomes} for many of them.
 */
class KillsTest {

  private static final Stack NET =
      Stack.of("conv-bn-relu-dropout")
          .dropout(0.1)
          .maxPool(2)
          .conv(4)
          .globalAveragePool()
          .plain(10, 1);

  /** Between them they have all that a checkpoint keeps. */
  private static final List<Recipe> RECIPES =
      List.of(
          Recipe.of("averaged", NET, Optimizer.nesterov(0.1, 0.9))
              .schedule("onecycle(max=0.1)")
              .augmentation("rotation(5)")
              .averaging("ema(decay=0.9)")
              .epochs(4)
              .batch(32),
          Recipe.of("accumulated", NET, Optimizer.adamW(0.01, 0.05))
              .schedule("plateau(metric=loss, patience=0, factor=0.5)")
              .augmentation("rotation(7) + erasing(p=0.25)")
              .mixing("mixup(alpha=0.2)")
              .averaging("swa(from=2)")
              .unaugmented(0.4)
              .labelSmoothing(0.1)
              .clipping(0.5)
              .accumulation(2)
              .epochs(4)
              .batch(32));

  /** Longest wait between a batch and the kill, so that files are being written at some of them. */
  private static final int MILLISECONDS = 25;

  private final SplittableRandom random = new SplittableRandom(Outcomes.seed());

  @TempDir private Path folder;

  private static TrainTest digits() {
    return PenDigits.generate(256, 50, 1);
  }

  /** A process that trains one of the recipes and prints a line at its start and after a batch. */
  static final class Trained {

    private Trained() {}

    public static void main(String[] arguments) {
      Recipe recipe = RECIPES.get(Integer.parseInt(arguments[0]));
      Trainer trainer = new Trainer(recipe, digits()).folder(Path.of(arguments[1])).resume();
      trainer.progress(
          new Progress() {
            @Override
            public void started(Recipe recipe, int batches, int finished) {
              System.out.println("started");
            }

            @Override
            public void batch(int batch, double loss, double right, double rate, double speed) {
              System.out.println("batch");
            }
          });
      System.out.println("begun");
      trainer.run();
      System.out.println("finished");
    }
  }

  @Test
  void aKilledRunEndsWithTheBitsOfAnUnbrokenOne() throws Exception {
    int kills = Outcomes.count("kills", 4);
    int killed = 0;
    int finished = 0;
    for (int turn = 0; killed < kills; turn++) {
      int number = turn % RECIPES.size();
      Path run = folder.resolve("run");
      Path whole = folder.resolve("whole" + number);
      if (turn < RECIPES.size()) {
        new Trainer(RECIPES.get(number), digits()).folder(whole).run();
      }
      // At most so many kills of one run: it gets some batches further between two of them.
      int left = Math.min(kills - killed, kills <= RECIPES.size() ? 1 : 2 + random.nextInt(8));
      boolean done = false;
      while (!done) {
        done = trained(number, run, left > 0);
        killed += done ? 0 : 1;
        left--;
      }
      same(run, whole);
      finished++;
      delete(run);
    }
    System.out.printf(
        "kills: %d at random moments, %d runs finished with the bits of an unbroken one%n",
        killed, finished);
  }

  /** Trains in a process of its own; says whether it got to the end or was killed before. */
  private boolean trained(int recipe, Path run, boolean kill) throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
                "-cp",
                System.getProperty("java.class.path"),
                Trained.class.getName(),
                Integer.toString(recipe),
                run.toString())
            .redirectErrorStream(true)
            .start();
    int lines = kill ? random.nextInt(14) : Integer.MAX_VALUE;
    StringBuilder said = new StringBuilder();
    try (BufferedReader out = process.inputReader()) {
      String line = "";
      while (lines > 0 && !line.equals("finished")) {
        line = out.readLine();
        if (line == null) {
          break;
        }
        said.append(line).append('\n');
        lines -= List.of("begun", "started", "batch").contains(line) ? 1 : 0;
      }
      if (lines <= 0) {
        Thread.sleep(random.nextInt(MILLISECONDS + 1));
        process.destroyForcibly();
      }
      int status = process.waitFor();
      // A process may have come to its end in the time that was left to it.
      boolean ended = status == 0;
      assertThat(ended || lines <= 0).as(said.toString()).isTrue();
      return ended;
    }
  }

  private static void same(Path run, Path whole) throws IOException {
    RunFolder broken = new RunFolder(run);
    RunFolder unbroken = new RunFolder(whole);
    Result result = Json.read(broken.result(), Result.class);
    Result expected = Json.read(unbroken.result(), Result.class);
    assertThat(result.testLoss()).isEqualTo(expected.testLoss());
    assertThat(result.trainLoss()).isEqualTo(expected.trainLoss());
    assertThat(result.trainAccuracy()).isEqualTo(expected.trainAccuracy());
    assertThat(result.rawTestAccuracy()).isEqualTo(expected.rawTestAccuracy());
    assertThat(ModelFile.read(broken.model()).params())
        .isEqualTo(ModelFile.read(unbroken.model()).params());
    try (Stream<Path> files = Files.list(run)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(".lock", "history.csv", "model.zip", "result.json");
    }
  }

  private static void delete(Path run) throws IOException {
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
