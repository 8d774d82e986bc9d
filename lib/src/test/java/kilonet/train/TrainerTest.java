package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import kilonet.data.Batches;
import kilonet.data.DataIdentity;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Models;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerTest {

  private static TrainTest digits;

  @TempDir private Path folder;

  @BeforeAll
  static void draw() {
    digits = PenDigits.generate(320, 200, 1);
  }

  private static Recipe recipe() {
    return Recipe.of(
            "tiny",
            Stack.of("conv-bn-relu-dropout")
                .dropout(0.1)
                .maxPool(2)
                .conv(4)
                .maxPool(2)
                .conv(6)
                .globalAveragePool()
                .plain(10, 1),
            Optimizer.nesterov(0.1, 0.9))
        .data(Recipe.DIGITS)
        .schedule("onecycle(max=0.1, cycle_momentum=false)")
        .augmentation("rotation(5)")
        .averaging("ema(decay=0.9)")
        .epochs(3)
        .batch(64);
  }

  /** The columns that hold no times. */
  private static String numbers(Path csv) throws Exception {
    return Files.readAllLines(csv).stream()
        .map(line -> line.substring(0, line.lastIndexOf(',', line.lastIndexOf(',') - 1)))
        .collect(Collectors.joining("\n"));
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void theSameRecipeGivesTheSameHistoryAndAnotherSeedAnother(Engine engine) throws Exception {
    new Trainer(recipe(), digits).engine(engine).folder(folder.resolve("a")).run();
    new Trainer(recipe(), digits).engine(engine).folder(folder.resolve("b")).run();
    new Trainer(recipe().seed(2), digits).engine(engine).folder(folder.resolve("c")).run();
    String first = numbers(folder.resolve("a/history.csv"));
    assertThat(first.lines()).hasSize(4);
    assertThat(numbers(folder.resolve("b/history.csv"))).isEqualTo(first);
    assertThat(numbers(folder.resolve("c/history.csv"))).isNotEqualTo(first);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void aRunStoppedAnywhereGoesOnAsIfItHadNot(Engine engine) throws Exception {
    new Trainer(recipe(), digits).engine(engine).folder(folder.resolve("whole")).run();
    // 5 batches an epoch: stop inside the second epoch, then at its end, then to the end.
    for (int stopAfter : new int[] {7, 3, Integer.MAX_VALUE}) {
      Trainer trainer = new Trainer(recipe(), digits).engine(engine).resume();
      trainer.folder(folder.resolve("parts")).progress(stopper(trainer, stopAfter)).run();
    }
    assertThat(numbers(folder.resolve("parts/history.csv")))
        .isEqualTo(numbers(folder.resolve("whole/history.csv")));
    assertThat(folder.resolve("parts/checkpoint.zip")).doesNotExist();
  }

  @Test
  void aRunThatIsBegunInTheFolderOfAFinishedOneGoesOn() throws Exception {
    Recipe taught = recipe().teacher(new Teacher(recipe().epochs(2).seed(9), 0.5, 1));
    new Trainer(recipe().epochs(1), digits).folder(folder).run();
    byte[] old = Files.readAllBytes(folder.resolve("result.json"));
    // 5 batches an epoch: stop in the teacher's second epoch, in the net's first one twice.
    int[] stops = {7, 5, 2};
    for (int i = 0; i < stops.length; i++) {
      Trainer trainer = new Trainer(taught, digits).folder(folder);
      trainer.progress(stopper(trainer, stops[i]));
      assertThatThrownBy((i == 0 ? trainer : trainer.resume())::run)
          .isInstanceOf(TrainingException.class)
          .hasMessageStartingWith("The run was stopped");
      assertThat(folder.resolve("result.json")).as("until there is another").hasBinaryContent(old);
    }
    List<Integer> batches = new ArrayList<>();
    Progress noting =
        new Progress() {
          @Override
          public void batch(int batch, double loss, double accuracy, double rate, double speed) {
            batches.add(batch);
          }
        };
    Result result = new Trainer(taught, digits).folder(folder).progress(noting).resume().run();
    assertThat(batches).startsWith(5, 1, 2, 3, 4, 5);
    assertThat(result.trainLoss()).isEqualTo(new Trainer(taught, digits).run().trainLoss());
  }

  private static Progress stopper(Trainer trainer, int batches) {
    return new Progress() {
      private int left = batches;

      @Override
      public void batch(int batch, double loss, double accuracy, double rate, double speed) {
        if (--left == 0) {
          trainer.stop();
        }
      }
    };
  }

  @Test
  void theSavedModelIsPlainDl4jAndAsAccurateThere() throws Exception {
    Result result = new Trainer(recipe(), digits).folder(folder).run();
    File file = folder.resolve("model.zip").toFile();
    MultiLayerNetwork plain = ModelSerializer.restoreMultiLayerNetwork(file);
    assertThat(plain.getLayerWiseConfigurations().toJson()).doesNotContain("kilonet");
    try (Batches batches = Batches.inOrder(digits.test(), 50).build()) {
      Predictions predictions = Predictions.of(plain, batches);
      assertThat(predictions.accuracy()).isEqualTo(result.history().last().testAccuracy());
      assertThat(predictions.loss())
          .isCloseTo(result.history().last().testLoss(), org.assertj.core.data.Offset.offset(1e-4));
    }
    Result read = Json.read(folder.resolve("result.json"), Result.class);
    assertThat(read).isEqualTo(result);
    assertThat(read.definition()).isEqualTo(recipe());
  }

  @Test
  void aNetLearns() {
    Recipe recipe =
        Recipe.of("model_2", Models.Model_2(), Optimizer.sgd(0.1, 0.9))
            .data(Recipe.DIGITS)
            .epochs(4)
            .batch(32);
    Result result = new Trainer(recipe, PenDigits.generate(2_000, 200, 1)).run();
    assertThat(result.testAccuracy().get(3)).isGreaterThan(80);
    assertThat(result.trainLoss().get(3)).isLessThan(result.trainLoss().get(0));
    assertThat(result.contract().met()).isFalse();
    assertThat(result.contract().misses())
        .contains("It was tested on generated digits, not on MNIST.");
  }

  @Test
  void aLossThatIsNoNumberStopsTheRunWithASentence() {
    Recipe hot =
        Recipe.of(
                "hot",
                Stack.of("conv-relu").conv(8).conv(8).globalAveragePool().plain(10, 1),
                Optimizer.sgd(1e30, 0.9))
            .data(Recipe.DIGITS)
            .batch(32);
    assertThatThrownBy(() -> new Trainer(hot, digits).run())
        .isInstanceOf(TrainingException.class)
        .hasMessageMatching(
            "The loss became (NaN|Infinity) in epoch 1, batch \\d+, at a learning rate of 1.0E30:"
                + " try a lower learning rate, a warm-up, or batch norm.");
  }

  @Test
  void aRecipeIsWrittenAsItIsRead() {
    assertThat(Json.read(Json.line(recipe()), Recipe.class)).isEqualTo(recipe());
    for (String name : Recipes.names()) {
      Recipe recipe = Recipes.named(name);
      assertThat(Json.read(Json.pretty(recipe), Recipe.class)).isEqualTo(recipe);
    }
  }

  @Test
  void aCheckpointOfAnotherRunOrADamagedOneIsRefused() throws Exception {
    Trainer trainer = new Trainer(recipe(), digits).folder(folder);
    trainer.progress(stopper(trainer, 6)).run();
    assertThatThrownBy(() -> new Trainer(recipe().seed(9), digits).folder(folder).resume().run())
        .hasMessageContaining("belongs to another run (recipe tiny, seed 1, 3 epochs");
    byte[] bytes = Files.readAllBytes(folder.resolve("checkpoint.zip"));
    Files.write(folder.resolve("checkpoint.zip"), java.util.Arrays.copyOf(bytes, 2_000));
    assertThatThrownBy(() -> new Trainer(recipe(), digits).folder(folder).resume().run())
        .hasMessageContaining("is damaged and cannot be resumed from");
  }

  @Test
  void validationKeepsImagesOutOfTraining() {
    Result result = new Trainer(recipe().validation(100).epochs(1), digits).run();
    assertThat(result.trainImages()).isEqualTo(220);
    assertThat(result.testImages()).isEqualTo(100);
  }

  @Test
  void theContractIsJudgedToTheLetter() {
    History history = new History(java.util.List.of());
    double[] accuracies = {99.1, 99.4, 99.4, 99.45, 99.5, 99.41};
    for (int i = 0; i < accuracies.length; i++) {
      history = history.plus(new EpochResult(i + 1, 0, 0, 0, accuracies[i], 0, 0, 1, 1));
    }
    Recipe mnist = recipe().data(Recipe.MNIST);
    assertThat(Contract.of(mnist, DataIdentity.MNIST, 7_999, history).met()).isTrue();
    assertThat(Contract.of(mnist, DataIdentity.MNIST, 8_000, history).misses())
        .containsExactly("It has 8000 parameters, not fewer than 8000.");
    assertThat(
            Contract.of(
                    mnist,
                    DataIdentity.MNIST,
                    1,
                    history.plus(new EpochResult(7, 0, 0, 0, 99.39, 0, 0, 1, 1)))
                .misses())
        .containsExactly("1 of its last 5 epochs is below 99.4%.");
    assertThat(Contract.of(mnist.validation(5_000), DataIdentity.MNIST, 1, history).met())
        .isFalse();
    assertThat(
            Contract.of(mnist, DataIdentity.MNIST, 1, new History(history.epochs().subList(1, 4)))
                .met())
        .isFalse();
  }
}
