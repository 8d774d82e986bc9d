package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.model.Stack;
import kilonet.train.ModelFile;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;
import kilonet.train.RunFolder;
import kilonet.train.Trainer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgreementTest {

  private static final ImageSet TEST = Nets.DIGITS.test().first(40);

  /** A net that is so sure that the probabilities of the other classes are no floats any more. */
  private static MultiLayerNetwork sure(String name, double factor) {
    MultiLayerNetwork network = Nets.all().get(name);
    int last = network.getnLayers() - 1;
    while (network.getLayer(last).paramTable().isEmpty()) {
      last--;
    }
    network.getLayer(last).paramTable().values().forEach(array -> array.muli(factor));
    return network;
  }

  @ParameterizedTest
  @ValueSource(strings = {"model_2", "biases and a wide head", "pooling first, norm first, dense"})
  void aSureNetIsTheSameInTheOtherPlaceToo(String name) {
    Export export = Export.of(sure(name, 500), Nets.INPUT);
    Agreement agreement = export.agreement(TEST);
    assertThat(agreement.logit()).isGreaterThan(110);
    agreement.require(false, false);
  }

  @Test
  void whatSaysSomethingElseIsRefusedHoweverSureItIs() {
    MultiLayerNetwork network = sure("model_2", 500);
    Export export = Export.of(network, Nets.INPUT);
    Agreement agreement =
        Agreement.of(
            network,
            TEST,
            Normalization.MNIST,
            i -> {
              float[] picture = Normalization.MNIST.apply(TEST.pixels(), i * 784, 784);
              float[] logits = FloatArithmetic.logits(export.net(), picture);
              logits[3] += 1;
              return logits;
            });
    assertThat(agreement.largest()).isBetween(0.8, 1.0);
    assertThatThrownBy(() -> agreement.require(false, false))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not say the same");
  }

  @Test
  void picturesOfAnotherSizeAreRefused() {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT);
    ImageSet small = new ImageSet("small", 14, 14, 10, new byte[196], new byte[] {1});
    assertThatThrownBy(() -> export.agreement(small))
        .hasMessage(
            "The pictures of small are 1x14x14, and the net takes 1x28x28: give pictures of its"
                + " size.");
    assertThatThrownBy(() -> export.int8(small)).hasMessageContaining("1x14x14");
  }

  @Test
  void wholeNumbersKeepTheNormalizationTheyWereMeasuredWith() {
    Export whole = Export.of(Nets.all().get("model_2"), Nets.INPUT).int8(Nets.DIGITS.train());
    assertThat(whole.normalization(Normalization.MNIST)).isEqualTo(whole);
    assertThatThrownBy(() -> whole.normalization(Normalization.of(0.5f, 0.5f)))
        .hasMessageContaining("call normalization before int8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\"b.c", "a\\b.c", "a\nb.c"})
  void aNameThatCCannotIncludeIsRefused(String name) {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT);
    assertThatThrownBy(() -> export.c(Path.of(name))).hasMessageContaining("C cannot include");
  }

  @Test
  void aNormalizationOfAnotherNumberOfChannelsIsRefused() {
    Export export = Export.of(Nets.all().get("model_2"), Nets.INPUT);
    Normalization colours = new Normalization(List.of(0.1f, 0.2f, 0.3f), List.of(0.5f, 0.5f, 0.5f));
    assertThatThrownBy(() -> export.normalization(colours))
        .hasMessage(
            "A normalization of 3 channels does not fit pictures of 1: give a mean and a standard"
                + " deviation for each.");
  }

  /** A net that somebody put beside the result of another. */
  @Test
  void aResultIsBelievedOfItsOwnNetAlone(@TempDir Path folder) throws IOException {
    Recipe recipe =
        Recipe.of(
                "mine",
                Stack.of("conv-bn-relu").conv(4).globalAveragePool().plain(10, 1),
                Optimizer.sgd(0.1, 0))
            .epochs(1);
    new Trainer(recipe, Nets.DIGITS).folder(folder).run();
    Path model = new RunFolder(folder).model();
    assertThat(Provenance.of(ModelFile.read(model), model).entries())
        .containsEntry("recipe", "mine")
        .containsKey("test_accuracy");
    Path beside = Files.copy(model, folder.resolve("beside.zip"));
    assertThat(Provenance.of(ModelFile.read(beside), beside).entries()).doesNotContainKey("recipe");
    MultiLayerNetwork other = Nets.all().get("model_2");
    Files.write(model, ModelFile.bytes(other));
    assertThat(Provenance.of(other, model).entries())
        .doesNotContainKeys("recipe", "test_accuracy")
        .containsKey("net_sha256");
  }
}
