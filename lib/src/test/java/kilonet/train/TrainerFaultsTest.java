package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import kilonet.data.DataException;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.schedule.ConstantLR;
import kilonet.schedule.SchedulePlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What goes wrong with a run is told, and nothing that was trained is lost. */
class TrainerFaultsTest {

  private static final TrainTest DIGITS = PenDigits.generate(96, 40, 1);

  @TempDir private Path folder;

  private static Stack net() {
    return Stack.of("conv-bn-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1);
  }

  private static Recipe recipe() {
    return Recipe.of("tiny", net(), Optimizer.sgd(0.1, 0.9)).epochs(2).batch(32);
  }

  private Trainer trainer(Recipe recipe) {
    return new Trainer(recipe, DIGITS).folder(folder);
  }

  /** Three kinds of pictures of 20 x 20 pixels, as a user's own. */
  private static TrainTest shapes() {
    ImageSet[] sets = new ImageSet[2];
    for (int part = 0; part < 2; part++) {
      byte[] pixels = new byte[30 * 400];
      byte[] labels = new byte[30];
      for (int i = 0; i < 30; i++) {
        labels[i] = (byte) (i % 3);
        java.util.Arrays.fill(
            pixels, i * 400 + 100 * labels[i], i * 400 + 100 * labels[i] + 50, (byte) 200);
      }
      sets[part] = new ImageSet("shapes", 20, 20, 3, pixels, labels);
    }
    return new TrainTest(sets[0], sets[1]);
  }

  @Test
  void ownDataNeverCountAsMnist() {
    Recipe recipe = recipe().model(net().input(20, 20)).epochs(6);
    Result result = new Trainer(recipe, shapes()).folder(folder).run();
    assertThat(result.data()).isEqualTo("shapes");
    assertThat(result.dataset()).isEqualTo(shapes().identity());
    assertThat(result.definition().data()).isEqualTo("shapes");
    assertThat(result.contract().met()).isFalse();
    assertThat(result.contract().misses()).contains("It was tested on 'shapes', not on MNIST.");
    assertThat(Json.read(new RunFolder(folder).result(), Result.class)).isEqualTo(result);
  }

  @Test
  void aNetOfAnotherSizeOrWithTooFewClassesIsRefused() {
    assertThatThrownBy(() -> new Trainer(recipe(), shapes()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "The net of tiny is for pictures of 28 x 28 pixels, but those of shapes have 20 x 20:"
                + " give the model their height and width.");
    Recipe tall = recipe().model(net().input(32, 28));
    assertThatThrownBy(() -> new Trainer(tall, DIGITS))
        .hasMessageContaining(
            "is for pictures of 32 x 28 pixels, but those of digits have 28 x 28");
    assertThatThrownBy(
            () ->
                LearningRateFinder.find(
                    recipe().model(net().input(28, 32)), DIGITS, Engine.FUSED, 1e-3, 1, 20))
        .hasMessageContaining("is for pictures of 28 x 32 pixels");
    Stack nine = Stack.of("conv-bn-relu").conv(4).globalAveragePool().plain(9, 1);
    assertThatThrownBy(() -> new Trainer(recipe().model(nine), DIGITS))
        .hasMessageContaining("tells 9 classes apart, but digits has 10");
    assertThatThrownBy(() -> new Trainer(recipe().limit(97), DIGITS))
        .isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Trainer(recipe().validation(96), DIGITS))
        .isInstanceOf(DataException.class);
  }

  @Test
  void aTrainerRunsOnce() {
    Trainer trainer = new Trainer(recipe(), DIGITS);
    Result result = trainer.run();
    assertThatThrownBy(trainer::run)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "This trainer has run: make another for another run, with resume() to go on with this.");
    assertThat(trainer.predictions().accuracy()).isEqualTo(result.testAccuracy().get(1));
    assertThatThrownBy(() -> trainer.threads(0)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void aParameterThatIsNoNumberIsNoticedWhateverTheLossSays(Engine engine) {
    SchedulePlan plan = new SchedulePlan("", new ConstantLR(0.1), java.util.Optional.empty());
    try (Learner learner = new Learner(recipe(), plan, engine, 1)) {
      INDArray parameters = learner.network().params();
      assertThat(learner.isFinite()).isTrue();
      for (float none : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
        for (long i = 0; i < parameters.length(); i += parameters.length() - 1) {
          double was = parameters.getDouble(i);
          parameters.putScalar(i, none);
          assertThat(learner.isFinite()).isFalse();
          parameters.putScalar(i, was);
        }
      }
      assertThat(learner.isFinite()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void aRunThatDivergesEndsAndSaysSoAgainWhenItIsTriedAgain(Engine engine) throws Exception {
    Recipe hot =
        recipe()
            .model(Stack.of("conv-relu").conv(8).conv(8).globalAveragePool().plain(10, 1))
            .schedule("multistep(milestones=[1], gamma=1e31)");
    List<String> told = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      Trainer trainer = trainer(hot).engine(engine).resume();
      assertThatThrownBy(trainer::run)
          .isInstanceOf(TrainingException.class)
          .satisfies(e -> told.add(e.getMessage()));
    }
    assertThat(told.get(0))
        .matches(
            "(The loss became (NaN|Infinity)|A parameter is no number any more) in epoch 2, batch"
                + " \\d+, at a learning rate of 1.0E30: try a lower learning rate, a warm-up, or"
                + " batch norm.");
    assertThat(told.get(1)).isEqualTo(told.get(0));
    assertThat(Json.read(new RunFolder(folder).result(), Result.class).epochs()).isEqualTo(1);
  }

  @Test
  void aFinishedRunIsNotTrainedAgain() throws Exception {
    Trainer first = trainer(recipe());
    Result result = first.run();
    RunFolder files = new RunFolder(folder);
    FileTime written = FileTime.fromMillis(12_345_000);
    Files.setLastModifiedTime(files.result(), written);
    Files.setLastModifiedTime(files.model(), written);
    Files.writeString(files.checkpoint(), "left by a process that was killed at the very end");

    List<Result> told = new ArrayList<>();
    Trainer again =
        trainer(recipe())
            .resume()
            .progress(
                new Progress() {
                  @Override
                  public void finishedBefore(Result result) {
                    told.add(result);
                  }

                  @Override
                  public void batch(int batch, double loss, double right, double rate, double s) {
                    throw new AssertionError("trained again");
                  }
                });
    assertThat(again.run()).isEqualTo(result);
    assertThat(told).containsExactly(result);
    assertThat(again.network().params()).isEqualTo(first.network().params());
    assertThat(again.predictions().accuracy()).isEqualTo(first.predictions().accuracy());
    assertThat(Files.getLastModifiedTime(files.result())).isEqualTo(written);
    assertThat(Files.getLastModifiedTime(files.model())).isEqualTo(written);
    assertThat(files.checkpoint()).doesNotExist();
  }

  @Test
  void anotherFinishedRunIsNotOverwrittenByOneThatGoesOn() throws Exception {
    trainer(recipe()).run();
    byte[] result = Files.readAllBytes(new RunFolder(folder).result());
    TrainTest others = PenDigits.generate(96, 40, 2);
    for (Trainer other :
        List.of(
            trainer(recipe().seed(2)),
            trainer(recipe()).engine(Engine.DL4J),
            new Trainer(recipe(), others).folder(folder))) {
      assertThatThrownBy(() -> other.resume().run())
          .isInstanceOf(TrainingException.class)
          .hasMessageContaining(
              "is of another run, which is finished (recipe tiny, seed 1, 2 epochs, engine "
                  + Engine.FUSED.version(recipe().model())
                  + ", data digits): train into another folder, or delete this one.");
    }
    assertThat(new RunFolder(folder).result()).hasBinaryContent(result);
  }

  @Test
  void damagedFilesOfAFinishedRunAreToldNotUsed() throws Exception {
    trainer(recipe()).run();
    RunFolder files = new RunFolder(folder);
    byte[] model = Files.readAllBytes(files.model());
    Files.write(files.model(), java.util.Arrays.copyOf(model, 900));
    assertThatThrownBy(() -> trainer(recipe()).resume().run())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("model.zip")
        .hasMessageEndingWith("do not resume but train anew, to have it made again.");
    Files.writeString(files.result(), "{}");
    assertThatThrownBy(() -> trainer(recipe()).resume().run())
        .isInstanceOf(TrainingException.class)
        .hasMessageContaining("result.json");
    assertThat(trainer(recipe()).run().isFinished()).isTrue();
  }

  @Test
  void oneFolderIsUsedByOneRunAtATime() {
    List<Throwable> second = new ArrayList<>();
    Trainer first = trainer(recipe().epochs(1));
    first.progress(
        new Progress() {
          @Override
          public void epoch(EpochResult result) {
            try {
              trainer(recipe().seed(2)).run();
            } catch (TrainingException e) {
              second.add(e);
            }
          }
        });
    Result result = first.run();
    assertThat(second).hasSize(1);
    assertThat(second.get(0)).hasMessageContaining("is in use by another run");
    assertThat(Json.read(new RunFolder(folder).result(), Result.class)).isEqualTo(result);
    assertThat(trainer(recipe()).run().isFinished()).isTrue();
  }

  @Test
  void aFolderThatCannotBeWrittenIsNoticedBeforeTraining() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Trainer trainer =
        new Trainer(recipe(), DIGITS)
            .folder(file.resolve("run"))
            .progress(
                new Progress() {
                  @Override
                  public void started(Recipe recipe, int batches, int finished) {
                    throw new AssertionError("began to train");
                  }
                });
    assertThatThrownBy(trainer::run)
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot be written");
  }
}
