package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import kilonet.data.DataIdentity;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {

  @TempDir private Path temporary;

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  /** Its only file is a checkpoint. */
  @Test
  void aRunThatWasStoppedInItsFirstEpochIsThere() {
    TrainTest digits = PenDigits.generate(128, 20, 1);
    Stack net = Stack.of("conv-bn-relu").maxPool(4).globalAveragePool().plain(10, 1);
    Recipe recipe =
        Recipe.of("tiny", net, Optimizer.sgd(0.1, 0.9)).data(Recipe.DIGITS).batch(64).epochs(2);
    RunFolder folder = new RunFolder(temporary.resolve("run"));
    assertThat(folder.holdsAnother(recipe, Engine.FUSED, digits.identity())).isFalse();
    Trainer trainer = new Trainer(recipe, digits).folder(folder.path());
    trainer.stop();
    assertThatThrownBy(trainer::run).isInstanceOf(TrainingException.class);
    assertThat(folder.checkpoint()).exists();
    assertThat(folder.result()).doesNotExist();
    assertThat(folder.holdsAnother(recipe, Engine.FUSED, digits.identity())).isFalse();
    assertThat(folder.holdsAnother(recipe.limit(64), Engine.FUSED, digits.identity())).isTrue();
    assertThat(folder.holdsAnother(recipe, Engine.DL4J, digits.identity())).isTrue();
    assertThat(folder.holdsAnother(recipe, Engine.FUSED, DataIdentity.MNIST)).isTrue();
  }

  @Test
  void aFolderIsLockedByOneRunAtATimeInThisProcess() {
    RunFolder folder = new RunFolder(temporary.resolve("run"));
    RunFolder.Lock lock = folder.lock();
    RunFolder same = new RunFolder(temporary.resolve("./run"));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(same::lock)
          .isInstanceOf(TrainingException.class)
          .hasMessageEndingWith(
              " is in use by another run: wait for its end, or name another folder.");
    }
    lock.release();
    same.lock().release();
  }

  /** Another process holds the lock, told by what it prints. */
  @Test
  void aFolderIsLockedByOneRunAtATimeInAllProcesses() throws Exception {
    RunFolder folder = new RunFolder(temporary);
    Process other =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Holder.class.getName(),
                temporary.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(other.inputReader().readLine()).isEqualTo("locked");
    assertThatThrownBy(folder::lock)
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("is in use by another run");
    other.destroyForcibly().waitFor();
    folder.lock().release();
  }

  /** Locks a folder until it is killed. */
  static final class Holder {

    private Holder() {}

    public static void main(String[] arguments) throws Exception {
      new RunFolder(Path.of(arguments[0])).lock();
      System.out.println("locked");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  @Test
  void aLockClearsWhatAKilledProcessLeftAndNothingElse() throws IOException {
    Files.createFile(temporary.resolve("model.zip.3f2c.part"));
    Files.createFile(temporary.resolve("room.3f2c.part"));
    Files.createFile(temporary.resolve("mine.part"));
    Files.createFile(temporary.resolve("result.json"));
    new RunFolder(temporary).lock().release();
    assertThat(names(temporary)).containsExactly(".lock", "mine.part", "result.json");
  }

  @Test
  void roomIsAskedForBeforeItIsNeeded() throws IOException {
    RunFolder folder = new RunFolder(temporary.resolve("a/b"));
    folder.provide(3_000_000);
    assertThat(names(folder.path())).isEmpty();
    assertThatThrownBy(() -> folder.provide(Long.MAX_VALUE / 2))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("b cannot be written (")
        .hasMessageContaining("4,611,686,018,427,387,903 bytes are needed and ")
        .hasMessageEndingWith("name another folder, which can be.");
    assertThat(names(folder.path())).isEmpty();
    Path file = Files.createFile(temporary.resolve("file"));
    assertThatThrownBy(() -> new RunFolder(file.resolve("run")).provide(1))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be written");
    assertThatThrownBy(() -> new RunFolder(file.resolve("run")).lock())
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be written");
  }

  @Test
  void aFileThatCannotBeWrittenLeavesTheOldOneAndNoOther() throws IOException {
    RunFolder folder = new RunFolder(temporary);
    RunFolder.replace(folder.result(), "one");
    RunFolder.replace(folder.result(), "two");
    assertThat(folder.result()).hasContent("two");
    Files.createDirectories(folder.model().resolve("taken"));
    assertThatThrownBy(() -> RunFolder.replace(folder.model(), "x"))
        .isInstanceOf(UncheckedIOException.class);
    assertThat(names(temporary)).containsExactly("model.zip", "result.json");
  }

  @Test
  void severalWritersOfOneFileAreNotInEachOthersWay() throws Exception {
    RunFolder folder = new RunFolder(temporary);
    List<Thread> writers =
        Stream.generate(
                () ->
                    new Thread(
                        () -> {
                          for (int i = 0; i < 50; i++) {
                            RunFolder.replace(folder.result(), "whole");
                          }
                        }))
            .limit(4)
            .toList();
    List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
    for (Thread writer : writers) {
      writer.setUncaughtExceptionHandler((thread, failure) -> failures.add(failure));
      writer.start();
    }
    for (Thread writer : writers) {
      writer.join();
    }
    assertThat(failures).isEmpty();
    assertThat(folder.result()).hasContent("whole");
    assertThat(names(temporary)).containsExactly("result.json");
  }

  @Test
  void aLockThatAnotherProgramHoldsIsRespected() throws IOException {
    // A lock of this very process is told by an exception, not by null.
    try (FileChannel channel =
        FileChannel.open(
            temporary.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock();
      assertThatThrownBy(() -> new RunFolder(temporary).lock())
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("is in use by another run");
    }
  }

  @Test
  void whoIsInterruptedIsNotToldToNameAnotherFolder() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> new RunFolder(temporary).provide(10))
          .hasMessageEndingWith("cannot be written (the thread was interrupted): begin again.");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(temporary).isEmptyDirectory();
  }

  @Test
  void whatCannotBeClearedLeavesTheFolderToOthers() throws IOException {
    Path taken = Files.createDirectories(temporary.resolve("room.3f2c.part/taken"));
    RunFolder folder = new RunFolder(temporary);
    assertThatThrownBy(folder::lock).isInstanceOf(UncheckedIOException.class);
    Files.delete(taken);
    folder.lock().release();
  }

  @Test
  void resultsOfAllSeedsAreFound() {
    for (long seed : new long[] {0, 7, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertThat(ResultFile.isResult(ResultFile.of(temporary, "mine", seed))).isTrue();
    }
    assertThat(ResultFile.isResult(temporary.resolve("seed-.json"))).isFalse();
    assertThat(ResultFile.isResult(temporary.resolve("seed-1.csv"))).isFalse();
  }
}
