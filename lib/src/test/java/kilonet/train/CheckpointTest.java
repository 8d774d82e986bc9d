package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import kilonet.data.DataIdentity;
import kilonet.model.Stack;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.schedule.Schedules;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing of a checkpoint is used before all of it was checked. */
class CheckpointTest {

  private static final Recipe RECIPE =
      Recipe.of(
              "r",
              Stack.of("conv-relu").conv(2).globalAveragePool().plain(10, 1),
              Optimizer.sgd(0.1, 0.9))
          .schedule("plateau(metric=loss, patience=2)")
          .averaging("ema(decay=0.9)")
          .accumulation(2)
          .batch(10)
          .epochs(5);
  private static final DataIdentity DATA = new DataIdentity("mnist", "a", "b");

  /** 95 images: 10 batches, the last of 5, and 5 updates an epoch. */
  private static final Checkpoint.Plan PLAN =
      new Checkpoint.Plan(RECIPE, Engine.FUSED, DATA, 95, 3, 2, true, plateau());

  @TempDir private Path folder;

  private static ReduceLROnPlateau plateau() {
    return (ReduceLROnPlateau) Schedules.parse(RECIPE.schedule(), 0.1, 5, 5).learningRate();
  }

  private static EpochResult epoch(int number) {
    return new EpochResult(number, 1, 50, 1, 50, 50, 0.1, 1, 95);
  }

  private static final Checkpoint.State STATE =
      new Checkpoint.State(
          RECIPE,
          Engine.FUSED.version(RECIPE.model()),
          DATA,
          new History(List.of(epoch(1), epoch(2))),
          2 * 5 + 3,
          new Checkpoint.Tally(6, 60, 123.5, 7, 1_000),
          new ReduceLROnPlateau.State(0.01, 0.5, 1, 0, 2));

  private static Checkpoint checkpoint(Checkpoint.State state) {
    return new Checkpoint(
        state, new float[] {1, -2, 3.5f}, new float[] {0, 1e-30f}, new float[] {4, 5, 6});
  }

  private Path file(byte[] bytes) throws Exception {
    return Files.write(folder.resolve("checkpoint.zip"), bytes);
  }

  private Checkpoint read(Checkpoint checkpoint) throws Exception {
    return Checkpoint.read(file(checkpoint.bytes()), PLAN);
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    Checkpoint read = read(checkpoint(STATE));
    assertThat(read.state()).isEqualTo(STATE);
    assertThat(read.parameters()).containsExactly(1, -2, 3.5f);
    assertThat(read.updater()).containsExactly(0, 1e-30f);
    assertThat(read.average()).containsExactly(4, 5, 6);
  }

  @Test
  void everyByteCounts() throws Exception {
    byte[] whole = checkpoint(STATE).bytes();
    for (int i = 0; i < whole.length; i += 3) {
      byte[] bytes = whole.clone();
      bytes[i] ^= 0x10;
      try {
        // The times and other notes of a zip say nothing about its parts.
        assertThat(Checkpoint.read(file(bytes), PLAN).state()).isEqualTo(STATE);
      } catch (TrainingException e) {
        assertThat(e).hasMessageContaining("is damaged and cannot be resumed from (");
      }
    }
    for (int length = 0; length < whole.length - 500; length += 7) {
      Path cut = file(Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> Checkpoint.read(cut, PLAN))
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("is damaged");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "parameters.bin|8|its parameters.bin is too short",
        "parameters.bin|16|a part of it is longer than it can be",
        "parameters.bin|0|its parameters.bin is too short",
        "updater.bin|4|its updater.bin is too short",
        "updater.bin|4000|a part of it is longer than it can be",
        "average.bin|4|its average.bin is too short",
        "average.bin|100|a part of it is longer than it can be",
        "sha256.txt|3|its parts do not have the SHA-256 that it names",
        "state.json|0|This is no JSON of a State",
        "state.json|50000000|a part of it is longer than it can be",
      })
  void aPartOfAnotherLengthIsRefused(String part, int length, String sentence) throws Exception {
    byte[] changed = changed(part, bytes -> Arrays.copyOf(bytes, length));
    assertThatThrownBy(() -> Checkpoint.read(file(changed), PLAN))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining(sentence);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"state.json", "parameters.bin", "updater.bin", "average.bin", "sha256.txt"})
  void aPartThatIsMissingIsRefused(String part) throws Exception {
    byte[] changed = changed(part, bytes -> null);
    assertThatThrownBy(() -> Checkpoint.read(file(changed), PLAN))
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("its %s is missing".formatted(part));
  }

  private static byte[] changed(String part, Function<byte[], byte[]> change) throws Exception {
    ByteArrayOutputStream changed = new ByteArrayOutputStream();
    try (ZipInputStream in =
            new ZipInputStream(new ByteArrayInputStream(checkpoint(STATE).bytes()));
        ZipOutputStream out = new ZipOutputStream(changed)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        byte[] bytes = in.readAllBytes();
        bytes = entry.getName().equals(part) ? change.apply(bytes) : bytes;
        if (bytes != null) {
          out.putNextEntry(new ZipEntry(entry.getName()));
          out.write(bytes);
        }
      }
    }
    return changed.toByteArray();
  }

  @Test
  void anUpdaterOrAverageThatTheRunDoesNotHaveIsRefused() throws Exception {
    Path file = file(checkpoint(STATE).bytes());
    for (Checkpoint.Plan plan :
        new Checkpoint.Plan[] {
          new Checkpoint.Plan(RECIPE, Engine.FUSED, DATA, 95, 3, 0, true, plateau()),
          new Checkpoint.Plan(RECIPE, Engine.FUSED, DATA, 95, 3, 2, false, plateau()),
          new Checkpoint.Plan(RECIPE, Engine.FUSED, DATA, 95, 3, 2, true, null)
        }) {
      assertThatThrownBy(() -> Checkpoint.read(file, plan)).hasMessageContaining("is damaged");
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void numbersThatAreNoneAreRefused(float none) {
    float[] bad = {1, none, 2};
    for (Checkpoint each :
        new Checkpoint[] {
          new Checkpoint(STATE, bad, new float[2], new float[3]),
          new Checkpoint(STATE, new float[3], new float[] {none, 0}, new float[3]),
          new Checkpoint(STATE, new float[3], new float[2], bad)
        }) {
      assertThatThrownBy(() -> read(each)).hasMessageContaining("holds what is no number");
    }
  }

  @Test
  void aStateThatThisRunCannotHaveHadIsRefused() {
    Checkpoint.Tally tally = STATE.tally();
    ReduceLROnPlateau.State plateau = STATE.plateau();
    EpochResult infinite = new EpochResult(2, Double.NaN, 50, 1, 50, 50, 0.1, 1, 95);
    for (Checkpoint.State state :
        new Checkpoint.State[] {
          state(STATE.history(), 12, tally, plateau),
          state(STATE.history(), -1, tally, plateau),
          state(STATE.history(), 13, new Checkpoint.Tally(5, 50, 1, 0, 0), plateau),
          state(STATE.history(), 13, new Checkpoint.Tally(6, 61, 1, 0, 0), plateau),
          state(STATE.history(), 13, new Checkpoint.Tally(6, 60, 1, 61, 0), plateau),
          state(STATE.history(), 13, new Checkpoint.Tally(6, 60, Double.NaN, 0, 0), plateau),
          state(STATE.history(), 13, new Checkpoint.Tally(6, 60, -1, 0, 0), plateau),
          state(STATE.history(), 13, new Checkpoint.Tally(6, 60, 1, 0, -1), plateau),
          state(STATE.history(), 15, new Checkpoint.Tally(10, 95, 1, 0, 0), plateau),
          state(STATE.history(), 9, new Checkpoint.Tally(-2, -20, 1, 0, 0), plateau),
          state(new History(List.of(epoch(1), epoch(3))), 13, tally, plateau),
          state(new History(List.of(epoch(1), infinite)), 13, tally, plateau),
          state(new History(List.of(epoch(1))), 13, tally, plateau),
          state(
              new History(List.of(epoch(1), epoch(2), epoch(3), epoch(4), epoch(5))),
              25,
              Checkpoint.Tally.NOTHING,
              new ReduceLROnPlateau.State(0.01, 0.5, 1, 0, 5)),
          state(STATE.history(), 13, tally, null),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(1, 0.5, 1, 0, 2)),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(0, 0.5, 1, 0, 2)),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(Double.NaN, 1, 1, 0, 2)),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(0.1, Double.NaN, 1, 0, 2)),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(0.1, 0.5, 3, 0, 2)),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(0.1, 0.5, 1, 1, 2)),
          state(STATE.history(), 13, tally, new ReduceLROnPlateau.State(0.1, 0.5, 1, 0, 3)),
        }) {
      assertThatThrownBy(() -> read(checkpoint(state)))
          .as(state.toString())
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining("is damaged and cannot be resumed from (its state is none of this");
    }
  }

  private static Checkpoint.State state(
      History history, int iteration, Checkpoint.Tally tally, ReduceLROnPlateau.State plateau) {
    return new Checkpoint.State(
        RECIPE, Engine.FUSED.version(RECIPE.model()), DATA, history, iteration, tally, plateau);
  }

  @Test
  void anotherRunsCheckpointIsToldFromADamagedOne() throws Exception {
    Path file = file(checkpoint(STATE).bytes());
    DataIdentity others = new DataIdentity("mnist", "a", "c");
    for (Checkpoint.Plan plan :
        new Checkpoint.Plan[] {
          new Checkpoint.Plan(RECIPE.seed(2), Engine.FUSED, DATA, 95, 3, 2, true, plateau()),
          new Checkpoint.Plan(RECIPE, Engine.DL4J, DATA, 95, 7, 0, true, plateau()),
          new Checkpoint.Plan(RECIPE, Engine.FUSED, others, 95, 3, 2, true, plateau())
        }) {
      assertThatThrownBy(() -> Checkpoint.read(file, plan))
          .hasMessageContaining(
              "belongs to another run (recipe r, seed 1, 5 epochs, engine "
                  + Engine.FUSED.version(RECIPE.model())
                  + ", data mnist)");
    }
  }
}
