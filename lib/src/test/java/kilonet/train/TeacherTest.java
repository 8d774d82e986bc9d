package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import kilonet.data.Batches;
import kilonet.data.Normalization;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Sgd;

class TeacherTest {

  private static final Recipe LARGER =
      Recipe.of("larger", net(8), Optimizer.nesterov(0.1, 0.9))
          .data(Recipe.DIGITS)
          .epochs(2)
          .batch(64)
          .seed(7);

  private static final Recipe ALONE =
      Recipe.of("smaller", net(4), Optimizer.nesterov(0.1, 0.9))
          .data(Recipe.DIGITS)
          .augmentation("rotation(5)")
          .epochs(2)
          .batch(64);

  private static final Recipe TAUGHT = ALONE.teacher(new Teacher(LARGER, 0.75, 2));

  private static TrainTest digits;

  @TempDir private Path folder;

  private static Stack net(int channels) {
    return Stack.of("conv-bn-relu").maxPool(2).conv(channels).globalAveragePool().plain(10, 1);
  }

  @BeforeAll
  static void draw() {
    digits = PenDigits.generate(256, 100, 1);
  }

  /** Each batch, epoch and teacher that a run tells of; stops it where it is to. */
  private static final class Notes implements Progress {

    private final List<String> lines = new ArrayList<>();
    private int left;
    private Trainer trainer;

    Notes(int stopAfter) {
      left = stopAfter;
    }

    @Override
    public void started(Recipe recipe, int batches, int finished) {
      lines.add(recipe.name() + " from " + finished);
    }

    @Override
    public void teacher(Recipe teacher) {
      lines.add("teacher " + teacher.name());
    }

    @Override
    public void batch(int batch, double loss, double accuracy, double rate, double speed) {
      if (--left == 0) {
        trainer.stop();
      }
    }

    @Override
    public void epoch(EpochResult result) {
      lines.add("epoch " + result.epoch());
    }
  }

  private static Notes noting(Trainer trainer, int stopAfter) {
    Notes notes = new Notes(stopAfter);
    notes.trainer = trainer;
    trainer.progress(notes);
    return notes;
  }

  @Test
  void theLabelsByHand() {
    float[][] says = {{0.81f, 0.01f, 0.18f}, {0, 1, 0}};
    Predictions answers = new Predictions(says, new int[] {0, 2});
    // The roots are 0.9, 0.1 and 0.42426, their sum 1.42426.
    assertThat(new Teacher(LARGER, 0.5, 2).labels(answers)[0])
        .containsExactly(
            new float[] {0.5f + 0.9f / 2.84853f, 0.1f / 2.84853f, 0.42426f / 2.84853f},
            within(1e-5f));
    assertThat(new Teacher(LARGER, 0.25, 1).labels(answers))
        .isDeepEqualTo(new float[][] {{0.9525f, 0.0025f, 0.045f}, {0, 0.25f, 0.75f}});
    assertThat(new Teacher(LARGER, 1, 3).labels(answers)[1]).containsExactly(0, 1, 0);
  }

  @Test
  void aBatchHasTheLabelsOfItsImages() {
    float[][] labels = new float[256][10];
    for (int image = 0; image < labels.length; image++) {
      labels[image][image % 10] = image;
    }
    try (Batches batches = Batches.inOrder(digits.train(), 100).labels(labels).build()) {
      batches.next();
      assertThat(batches.next().getLabels().getFloat(23, 3)).isEqualTo(123);
    }
    try (Batches batches =
        Batches.inOrder(digits.train(), 4).labels(labels).labelSmoothing(0.5).build()) {
      assertThat(batches.next().getLabels().getRow(3).toFloatVector())
          .containsExactly(.05f, .05f, .05f, 1.55f, .05f, .05f, .05f, .05f, .05f, .05f);
    }
    assertThatThrownBy(() -> Batches.inOrder(digits.test(), 4).labels(labels))
        .hasMessage("256 labels do not fit 100 images: give one for each.");
    assertThatThrownBy(() -> Batches.inOrder(digits.train(), 4).labels(new float[256][9]).build())
        .hasMessage(
            "The label of image 0 has 9 numbers, but there are 10 outputs: give one for each.");
  }

  @ParameterizedTest
  @EnumSource(Engine.class)
  void whatATeacherSaysIsLearnt(Engine engine) {
    Trainer larger = new Trainer(LARGER, digits).engine(engine);
    larger.run();
    // The loss of a first and only update is that of the fresh net.
    Recipe still = TAUGHT.epochs(1).batch(256).optimizer(Optimizer.sgd(1e-9, 0));
    double taught = new Trainer(still, digits).engine(engine).run().trainLoss().get(0);
    double alone = new Trainer(still.teacher(null), digits).engine(engine).run().trainLoss().get(0);
    float[][] labels;
    try (Batches images = Batches.inOrder(digits.train(), 50).build()) {
      labels = new Teacher(LARGER, 0.75, 2).labels(Predictions.of(larger.network(), images));
    }
    try (Batches augmented = still.batches(digits.train(), labels);
        Batches usual = still.batches(digits.train(), null)) {
      DataSet batch = augmented.next();
      float[][] fresh = fresh(still, batch.getFeatures());
      assertThat(taught).isCloseTo(loss(batch.getLabels(), fresh), within(1e-4));
      assertThat(alone).isCloseTo(loss(usual.next().getLabels(), fresh), within(1e-4));
    }
    assertThat(Math.abs(taught - alone)).isGreaterThan(1e-3);
  }

  private static double loss(INDArray labels, float[][] says) {
    double loss = 0;
    for (int image = 0; image < says.length; image++) {
      for (int c = 0; c < 10; c++) {
        loss -= labels.getFloat(image, c) * Math.log(says[image][c]) / says.length;
      }
    }
    return loss;
  }

  /** What the fresh net says while it is trained: its batch norm by the batch. */
  private static float[][] fresh(Recipe recipe, INDArray images) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(recipe.model().configuration(new Sgd(1e-9), recipe.seed()));
    network.init();
    Stack.initialize(network, recipe.seed());
    return network.output(images, true).toFloatMatrix();
  }

  @Test
  void aRunTrainsItsTeacherFirstAndTellsSo() throws Exception {
    Trainer trainer = new Trainer(TAUGHT, digits).folder(folder);
    Notes notes = noting(trainer, 0);
    Result result = trainer.run();
    assertThat(notes.lines)
        .containsExactly(
            "teacher larger",
            "larger from 0",
            "epoch 1",
            "epoch 2",
            "smaller from 0",
            "epoch 1",
            "epoch 2");
    assertThat(result.parameters()).isLessThan(200);
    assertThat(Json.read(folder.resolve("result.json"), Result.class)).isEqualTo(result);
    assertThat(Json.read(folder.resolve("teacher/result.json"), Result.class).definition())
        .isEqualTo(LARGER);
    Result again = new Trainer(TAUGHT, digits).run();
    assertThat(again.trainLoss()).isEqualTo(result.trainLoss());
    assertThat(again.testLoss()).isEqualTo(result.testLoss());
    assertThat(new Trainer(ALONE, digits).run().testLoss()).isNotEqualTo(result.testLoss());
  }

  @Test
  void aRunStoppedAnywhereGoesOnAsIfItHadNot() {
    Result whole = new Trainer(TAUGHT, digits).run();
    // 4 batches an epoch, 2 epochs of the teacher and 2 of its own.
    for (int stopAfter : new int[] {1, 3, 8, 3}) {
      Trainer trainer = new Trainer(TAUGHT, digits).folder(folder).resume();
      noting(trainer, stopAfter);
      try {
        assertThat(trainer.run().isFinished()).isFalse();
      } catch (TrainingException e) {
        assertThat(e).hasMessageContaining("stopped").hasMessageEndingWith("resume it to go on.");
      }
    }
    Trainer last = new Trainer(TAUGHT, digits).folder(folder).resume();
    Notes notes = noting(last, 0);
    Result result = last.run();
    assertThat(notes.lines).doesNotContain("teacher larger").contains("epoch 2");
    assertThat(result.trainLoss()).isEqualTo(whole.trainLoss());
    assertThat(result.testLoss()).isEqualTo(whole.testLoss());
  }

  @Test
  void runsOfAllSeedsHaveOneTeacher() throws Exception {
    List<String> told = new ArrayList<>();
    Runs.Watcher watcher =
        new Runs.Watcher() {
          @Override
          public void taught(Result teacher) {
            told.add("teacher " + teacher.recipe());
          }

          @Override
          public void epoch(Recipe recipe, EpochResult epoch, Duration left) {
            told.add(recipe.name() + " " + epoch.epoch());
          }
        };
    Path results = folder.resolve("results");
    List<Result> both =
        Sweep.runs(TAUGHT, digits, List.of(1L, 2L), folder.resolve("runs"))
            .jobs(2)
            .results(results)
            .watcher(watcher)
            .runAll();
    assertThat(told).startsWith("larger 1", "larger 2", "teacher larger").hasSize(7);
    assertThat(both).extracting(Result::recipe).containsOnly("smaller");
    assertThat(both.get(0).testLoss()).isEqualTo(new Trainer(TAUGHT, digits).run().testLoss());
    try (var files = Files.list(results)) {
      assertThat(files.map(file -> file.getFileName().toString()).collect(Collectors.toList()))
          .containsExactly("smaller");
    }
    told.clear();
    Sweep.runs(TAUGHT, digits, List.of(1L, 3L), folder.resolve("runs")).watcher(watcher).runAll();
    assertThat(told).containsExactly("teacher larger", "smaller 1", "smaller 2");
    // Another teacher has another folder.
    told.clear();
    Recipe other = TAUGHT.teacher(new Teacher(LARGER.seed(8), 0.75, 2));
    Sweep.runs(other, digits, List.of(4L), folder.resolve("runs")).watcher(watcher).runAll();
    assertThat(told).startsWith("larger 1", "larger 2", "teacher larger").hasSize(5);
  }

  @Test
  void aTeacherThatFailsIsToldAndTheOthersAreTrained() {
    Recipe hot =
        LARGER
            .model(Stack.of("conv-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1))
            .optimizer(Optimizer.sgd(1e30, 0.9));
    Runs runs =
        new Runs(
                List.of(
                    Runs.Run.in(folder.resolve("a"), TAUGHT.teacher(new Teacher(hot, 0.5, 1))),
                    Runs.Run.in(folder.resolve("b"), ALONE.name("alone"))),
                digits)
            .teachers(folder);
    assertThat(runs.run()).extracting(Result::recipe).containsExactly("alone");
    assertThat(runs.failures()).hasSize(2);
    assertThat(runs.failures().get(0)).startsWith("larger, seed 7: The loss became");
    assertThat(runs.failures().get(1))
        .isEqualTo("smaller, seed 1: Its teacher could not be trained.");
  }

  @Test
  void aTeacherFollowsToOtherImages() {
    Recipe moved = TAUGHT.data("mine").limit(100).validation(20).normalization(Normalization.MNIST);
    Recipe teacher = moved.teacher().recipe();
    assertThat(teacher.data()).isEqualTo("mine");
    assertThat(teacher.limit()).isEqualTo(100);
    assertThat(teacher.validation()).isEqualTo(moved.validation());
    assertThat(teacher.normalization()).isEqualTo(Normalization.MNIST);
    assertThat(teacher.seed()).isEqualTo(7);
    assertThat(Json.read(Json.line(moved), Recipe.class)).isEqualTo(moved);
    assertThat(Json.line(ALONE)).doesNotContain("teacher");
    assertThat(Ablations.of(TAUGHT))
        .contains(ALONE.name("smaller-without-teacher"))
        .allMatch(recipe -> recipe.name("smaller").differences(TAUGHT) == 1);
  }

  @Test
  void whatCannotTeachIsRefused() {
    assertThatThrownBy(() -> new Teacher(TAUGHT, 0.5, 1))
        .hasMessage(
            "The teacher smaller has a teacher itself: leave that one out, or let it teach.");
    assertThatThrownBy(() -> new Teacher(LARGER, 0, 1))
        .hasMessage(
            "A teacher's weight of 0.0 cannot be: give its part of the labels, above 0 to 1.");
    assertThatThrownBy(() -> new Teacher(LARGER, 1.5, 1)).hasMessageContaining("above 0 to 1");
    assertThatThrownBy(() -> new Teacher(LARGER, Double.NaN, 1)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> new Teacher(LARGER, 1, 0.5))
        .hasMessage("A teacher's temperature is 0.5: give a number from 1 to 100.");
    Stack twelve = Stack.of("conv-bn-relu").maxPool(2).globalAveragePool().plain(12, 1);
    assertThatThrownBy(() -> ALONE.teacher(new Teacher(LARGER.model(twelve), 1, 1)))
        .hasMessage(
            "The teacher larger has 12 outputs and the net that it teaches 10: give both as many.");
    String text = Json.line(TAUGHT);
    int end = text.lastIndexOf("\"limit\":0");
    String other = text.substring(0, end) + "\"limit\":9" + text.substring(end + 9);
    assertThatThrownBy(() -> Json.read(other, Recipe.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "The teacher larger is for other images than the net that it teaches: give both the"
                + " same data, limit, validation and normalization.");
  }

  @Test
  void theLinesOfARunNameTheTeacher() {
    StringWriter text = new StringWriter();
    new Trainer(TAUGHT, digits).progress(Progress.lines(new PrintWriter(text, true))).run();
    assertThat(text.toString())
        .containsSubsequence(
            "first the teacher, larger:", "epoch  2/2", "now smaller:", "epoch  2/2");
  }
}
