package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import kilonet.augment.RandomStream;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.data.PenDigits;
import kilonet.data.PictureForm;
import kilonet.data.TrainTest;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

/** Pictures of another size and with colours, from training to the file of the net. */
class OwnPicturesTest {

  private static final List<String> COLOURS = List.of("red", "green", "blue");
  private static final TrainTest PATCHES = new TrainTest(patches(240, 1), patches(60, 2));

  @TempDir private Path folder;

  /** Noise of 12 x 10 pixels, in which one colour is a little stronger: grey tells nothing. */
  static ImageSet patches(int size, long seed) {
    int plane = 12 * 10;
    byte[] pixels = new byte[size * 3 * plane];
    byte[] labels = new byte[size];
    RandomStream random = new RandomStream(seed);
    for (int i = 0; i < size; i++) {
      labels[i] = (byte) random.nextInt(3);
      for (int channel = 0; channel < 3; channel++) {
        int more = channel == labels[i] ? 40 : 0;
        for (int p = 0; p < plane; p++) {
          pixels[(i * 3 + channel) * plane + p] = (byte) (random.nextInt(200) + more);
        }
      }
    }
    return new ImageSet("patches", 3, 12, 10, COLOURS, pixels, labels);
  }

  private static Recipe recipe() {
    Stack net =
        Stack.of("conv-bn-relu")
            .input(3, 12, 10)
            .conv(6, 3, 2, 1, 1)
            .conv(6, 3, 1, 2, 2)
            .depthwise(3, 1)
            .globalAveragePool()
            .plain(3, 1);
    return Recipe.of("patches", net, Optimizer.sgd(0.1, 0.9)).epochs(4).batch(16);
  }

  @Test
  void aRunOnColoursLearnsAndWritesItsNormalizationDown() throws IOException {
    Recipe recipe =
        recipe().augmentation("hflip + jitter(hue=0.02) + coarse_dropout(max_holes=1, p=0.3)");
    Trainer trainer = new Trainer(recipe, PATCHES).folder(folder);
    Result result = trainer.run();
    assertThat(result.testAccuracy().get(3)).isGreaterThan(80);
    assertThat(result.definition().normalization()).isEqualTo(PATCHES.train().normalization());
    assertThat(Json.read(folder.resolve("result.json"), Result.class)).isEqualTo(result);
    assertThat(result.contract().misses().get(0)).contains("'patches'");

    // The same again, from the recipe as it was written down.
    Result again = new Trainer(result.definition(), PATCHES).run();
    assertThat(again.testLoss()).isEqualTo(result.testLoss());
    assertThat(trainer.predictions().className(1)).isEqualTo("green");
    Result resumed = new Trainer(recipe, PATCHES).folder(folder).resume().run();
    assertThat(resumed).isEqualTo(result);
  }

  @Test
  void theFileOfTheNetKnowsItsPictures() throws IOException {
    Trainer trainer = new Trainer(recipe().epochs(1), PATCHES).folder(folder);
    trainer.run();
    Path file = folder.resolve("model.zip");
    PictureForm form = ModelFile.form(file);
    assertThat(form).isEqualTo(PATCHES.test().form().of(PATCHES));
    assertThat(form.dataset()).isEqualTo(PATCHES.identity());
    assertThat(form.testShare()).isNull();
    assertThat(form.classes()).isEqualTo(COLOURS);
    assertThat(form.normalization()).isEqualTo(PATCHES.train().normalization());
    // Deeplearning4j reads the rest as ever.
    MultiLayerNetwork plain = ModelSerializer.restoreMultiLayerNetwork(file.toFile(), false);
    INDArray output = plain.output(PATCHES.test().input(0), false);
    INDArray ours = ModelFile.read(file).output(PATCHES.test().input(0), false);
    assertThat(output).isEqualTo(ours);
    assertThat(FusedNetwork.of(plain).engine()).isEqualTo("fused");
  }

  @Test
  void aFileThatDoesNotSayIsOfMnist() throws IOException {
    MultiLayerNetwork network =
        Engine.DL4J.network(Recipes.named("model_3").model().configuration(new Sgd(0.1), 1));
    Path file = Files.write(folder.resolve("old.zip"), ModelFile.bytes(network));
    assertThat(ModelFile.form(file)).isEqualTo(PictureForm.MNIST);
  }

  /** Such as were written before they said what they were tested on. */
  @Test
  void aFileThatDoesNotSayWhatItWasTestedOnIsRead() throws IOException {
    PictureForm old = PATCHES.test().form();
    assertThat(Json.line(old)).doesNotContain("dataset").doesNotContain("test_share");
    Path file = folder.resolve("model.zip");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("kilonet.json"));
      zip.write(Json.pretty(old).getBytes(StandardCharsets.UTF_8));
    }
    assertThat(ModelFile.form(file)).isEqualTo(old);
    assertThat(old.isTestedOnOthers(PATCHES.test())).isFalse();
    assertThat(old.of(PATCHES).isTestedOnOthers(PATCHES.test())).isFalse();
    assertThat(old.of(PATCHES).isTestedOnOthers(PATCHES.train())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "no json",
        "{\"data\":\"x\",\"channels\":2,\"height\":1,\"width\":1,\"fit\":\"pad\",\"normalization\":"
            + "{\"mean\":[0.1],\"std\":[1.0]},\"classes\":[\"a\",\"b\"]}",
        "{\"data\":\"x\",\"channels\":1,\"height\":1,\"width\":1,\"fit\":\"pad\",\"normalization\":"
            + "{\"mean\":[0.1],\"std\":[0.0]},\"classes\":[\"a\",\"b\"]}",
        "{\"data\":\"x\",\"channels\":1,\"height\":1,\"width\":1,\"fit\":\"pad\",\"normalization\":"
            + "{\"mean\":[0.1],\"std\":[1.0]},\"classes\":[\"a\"]}"
      })
  void aFileThatSaysWhatCannotBeIsRefused(String form) throws IOException {
    Path file = folder.resolve("model.zip");
    try (var zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("kilonet.json"));
      zip.write(form.getBytes(StandardCharsets.UTF_8));
    }
    assertThatThrownBy(() -> ModelFile.form(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not say what pictures its net takes (");
  }

  /** Whoever normalizes other data than those of the recipe starts anew. */
  @Test
  void aNormalizationBelongsToItsData() {
    Recipe on = recipe().on(PATCHES);
    assertThat(on.normalization()).isEqualTo(PATCHES.train().normalization());
    assertThat(on.data()).isEqualTo("patches");
    assertThat(on.data("patches")).isSameAs(on);
    assertThat(on.data("mnist").normalization()).isNull();
    assertThat(Json.read(Json.line(on), Recipe.class)).isEqualTo(on);
    assertThat(Json.line(recipe())).doesNotContain("normalization");
    Normalization said = new Normalization(List.of(0.5f, 0.5f, 0.5f), List.of(0.2f, 0.2f, 0.2f));
    Recipe otherwise = recipe().on(PATCHES).normalization(said);
    assertThat(otherwise.on(PATCHES)).isEqualTo(otherwise);
    assertThat(otherwise.images(PATCHES).test().normalization()).isEqualTo(said);
    assertThat(Recipes.named("model_3").on(PenDigits.generate(10, 5, 1)).normalization()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "normalize(0.1307, 0.3081)",
        "rotation(7) + normalize(0, 1)",
        "apply(normalize(0, 1), p=0.5)",
        "choice(none, hflip + normalize(0, 1))"
      })
  void nothingIsNormalizedTwice(String augmentation) {
    assertThatThrownBy(() -> recipe().augmentation(augmentation))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("Pixels would be normalized twice");
  }

  @Test
  void aNetForOtherPicturesIsRefusedOrMadeToFit() {
    Recipe grey = recipe().model(recipe().model().input(1, 12, 10));
    assertThatThrownBy(() -> new Trainer(grey, PATCHES))
        .hasMessage(
            "The net of patches is for pictures of 1 channel, but those of patches have 3: give the"
                + " model as many, with input(channels, height, width).");
    Recipe digits = Recipes.named("model_3");
    Recipe fitting = digits.fitting(PATCHES);
    assertThat(fitting.model().channels()).isEqualTo(3);
    assertThat(fitting.model().outputs()).isEqualTo(3);
    assertThat(digits.fitting(PenDigits.generate(10, 5, 1))).isEqualTo(digits);
    assertThatThrownBy(() -> recipe().normalization(Normalization.MNIST))
        .hasMessageContaining("does not fit a net for pictures of 3");
  }

  @Test
  void shiftedPicturesAreNormalizedAlike() {
    Trainer trainer = new Trainer(recipe().epochs(2), PATCHES);
    trainer.run();
    Predictions shifted = Predictions.withShifts(trainer.network(), PATCHES.test(), 3, 1);
    assertThat(shifted.accuracy()).isGreaterThan(80);
    assertThat(shifted.classes()).isEqualTo(COLOURS);
  }

  /** The engine and Deeplearning4j say the same of colours, strides and dilation. */
  @Test
  void bothEnginesAgree() {
    Trainer trainer = new Trainer(recipe().epochs(1), PATCHES);
    trainer.run();
    MultiLayerNetwork network = trainer.network();
    try (Batches batches = Batches.inOrder(PATCHES.test(), 7).build();
        Batches same = Batches.inOrder(PATCHES.test(), 60).build()) {
      Predictions fused = Predictions.of(FusedNetwork.of(network), batches);
      Predictions plain = Predictions.of(network, same);
      assertThat(fused.accuracy()).isEqualTo(plain.accuracy());
      assertThat(fused.loss()).isCloseTo(plain.loss(), within(1e-5));
    }
  }
}
