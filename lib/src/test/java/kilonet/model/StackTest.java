package kilonet.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

class StackTest {

  @Test
  void theThreeModelsHaveTheSizeTheyPromise() {
    assertThat(Summary.of(Models.Model_1()).parameters()).isEqualTo(73_514);
    assertThat(Summary.of(Models.Model_2()).parameters()).isEqualTo(6_754);
    assertThat(Summary.of(Models.Model_3()).parameters()).isEqualTo(7_806);
  }

  @ParameterizedTest
  @CsvSource({
    "conv 10 3x3",
    "conv 12 3x3 pad 1",
    "conv 10 7x7 plain",
    "conv 16 1x1 no dropout",
    "conv 16 3x3 pad 1 no dropout",
    "depthwise 3x3",
    "depthwise 3x3 pad 1 no dropout",
    "depthwise 5x5 pad 2 plain",
    "maxpool 2",
    "avgpool 6",
    "global avgpool"
  })
  void aBlockIsWrittenAsItIsRead(String text) {
    assertThat(Stack.Block.parse(text)).hasToString(text);
  }

  @Test
  void fluentAndWrittenStacksAreEqual() {
    assertThat(Models.Model_2())
        .isEqualTo(
            Stack.of(
                "conv-bn-relu",
                false,
                0,
                List.of(
                    "conv 10 3x3",
                    "maxpool 2",
                    "conv 12 3x3",
                    "conv 14 3x3",
                    "conv 14 3x3",
                    "conv 16 3x3",
                    "global avgpool",
                    "conv 10 1x1 plain")));
  }

  @Test
  void theOrderOfTheBlockIsTheOrderOfTheLayers() {
    assertThat(
            Stack.of("conv-relu-bn-dropout")
                .dropout(0.1)
                .conv(4)
                .globalAveragePool()
                .plain(10, 1)
                .configuration(new Sgd(0.1), 1)
                .getConfs()
                .stream()
                .map(c -> c.getLayer().getLayerName()))
        .containsExactly("conv1", "relu1", "bn1", "dropout1", "pool1", "conv2", "softmax");
  }

  @Test
  void initialWeightsStayInPyTorchsBoundAndAreTheSameForASeed() {
    MultiLayerNetwork one = network(7);
    MultiLayerNetwork two = network(7);
    MultiLayerNetwork other = network(8);
    assertThat(one.params()).isEqualTo(two.params());
    assertThat(one.params()).isNotEqualTo(other.params());
    INDArray weights = one.getLayer(2).paramTable().get("W");
    assertThat(weights.shape()).containsExactly(8, 4, 3, 3);
    double bound = 1 / Math.sqrt(4 * 3 * 3);
    assertThat(weights.maxNumber().doubleValue()).isBetween(0.9 * bound, bound);
    assertThat(weights.minNumber().doubleValue()).isBetween(-bound, -0.9 * bound);
    INDArray bias = one.getLayer(2).paramTable().get("b");
    assertThat(bias.maxNumber().doubleValue()).isPositive().isLessThanOrEqualTo(bound);
  }

  private static MultiLayerNetwork network(long seed) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Stack.of("conv-relu")
                .withBias()
                .conv(4)
                .conv(8)
                .globalAveragePool()
                .plain(10, 1)
                .configuration(new Sgd(0.1), 3));
    network.init();
    Stack.initialize(network, seed);
    return network;
  }

  @Test
  void theNetTurnsPicturesIntoProbabilities() {
    MultiLayerNetwork network = network(1);
    INDArray output = network.output(Nd4j.rand(5, 1, 28, 28));
    assertThat(output.shape()).containsExactly(5, 10);
    for (int i = 0; i < 5; i++) {
      assertThat(output.getRow(i).sumNumber().doubleValue()).isBetween(0.99999, 1.00001);
    }
  }

  @Test
  void whatCannotBeBuiltIsToldInASentence() {
    assertThatThrownBy(() -> Stack.Block.parse("conv 3x3"))
        .hasMessageStartingWith("'conv 3x3' is no block: write 'conv 10 3x3'");
    assertThatThrownBy(() -> Stack.of("bn-conv"))
        .hasMessageStartingWith("'bn-conv' is no order of a block: start with conv");
    assertThatThrownBy(() -> Stack.of("conv-bn").dropout(1))
        .hasMessageStartingWith("A dropout of 1.0 cannot be");
    assertThatThrownBy(() -> Stack.of("conv").conv(0))
        .hasMessage("A convolution of 0 channels cannot be: give it at least 1.");
    assertThatThrownBy(() -> Stack.of("conv").conv(3, 3, 3))
        .hasMessage("A padding of 3 pixels does not fit a 3 x 3 kernel: use 0 to 2.");
    assertThatThrownBy(() -> Stack.of("conv").maxPool(2).configuration(new Sgd(0.1), 1))
        .hasMessage("The stack has no convolution: add one with conv(…).");
    assertThatThrownBy(() -> Stack.of("conv").conv(10).configuration(new Sgd(0.1), 1))
        .hasMessage(
            "The last block leaves 26 x 26 pixels, where a class needs one: end in 'global"
                + " avgpool' or in 'conv 10 26x26 plain'.");
    assertThatThrownBy(() -> Stack.of("conv").maxPool(14).conv(10).configuration(new Sgd(0.1), 1))
        .hasMessage(
            "'conv 10 3x3' does not fit the 2 x 2 pixels that reach it: make it smaller or pool"
                + " less.");
  }
}
