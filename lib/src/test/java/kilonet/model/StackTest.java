package kilonet.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import kilonet.train.Json;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.activations.Activation;
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
    "conv 32 3x3 stride 2",
    "conv 32 3x3 stride 2 pad 2 dilation 2",
    "depthwise 3x3 pad 4 dilation 4 plain",
    "conv 8 3x3 stride 2 pad 1 no dropout",
    "conv 32 3x3 groups 4",
    "conv 32 3x3 stride 2 pad 2 dilation 2 groups 8 plain",
    "conv 16 1x1 no relu",
    "depthwise 3x3 pad 1 no relu no dropout",
    "maxpool 2",
    "avgpool 6",
    "global avgpool",
    "add 2",
    "add 12 relu",
    "add 2 through 1x1",
    "add 3 through 1x1 stride 2 relu"
  })
  void aBlockIsWrittenAsItIsRead(String text) {
    assertThat(Block.parse(text)).hasToString(text);
  }

  /** Worked out by hand: see Araujo and others, Computing Receptive Fields, 2019. */
  @Test
  void strideAndDilationWidenTheView() {
    Stack net =
        Stack.of("conv-bn-relu")
            .input(3, 32, 32)
            .conv(8, 3, 1)
            .conv(16, 3, 2, 1, 1)
            .conv(16, 3, 1, 2, 2)
            .plainDepthwise(3, 1, 4, 4)
            .conv(10, 3, 2, 1, 1)
            .globalAveragePool();
    assertThat(net.texts())
        .containsExactly(
            "conv 8 3x3 pad 1",
            "conv 16 3x3 stride 2 pad 1",
            "conv 16 3x3 pad 2 dilation 2",
            "depthwise 3x3 pad 4 dilation 4 plain",
            "conv 10 3x3 stride 2 pad 1",
            "global avgpool");
    Summary summary = Summary.of(net);
    // 3, 5, then by 2 * 2 * 2, 2 * 4 * 2 and 2 * 2 pixels.
    assertThat(summary.rows().stream().filter(row -> row.layer().startsWith("conv")))
        .extracting(Summary.Row::receptiveField)
        .containsExactly(3L, 5L, 13L, 29L, 33L);
    assertThat(summary.rows().stream().filter(row -> row.layer().startsWith("conv")))
        .extracting(Summary.Row::output)
        .containsExactly("8x32x32", "16x16x16", "16x16x16", "16x16x16", "10x8x8");
    assertThat(summary.parameters())
        .isEqualTo(3 * 8 * 9 + 16 + 8 * 16 * 9 + 32 + 16 * 16 * 9 + 32 + 16 * 9 + 16 * 10 * 9 + 20);
    assertThat(net.outputs()).isEqualTo(10);
    assertThat(net.outputs(100).outputs()).isEqualTo(100);
    assertThat(net.outputs(100).outputs(10)).isEqualTo(net);
  }

  /** The net in the paper's figures 2 and 3, small: He and others, 2016. */
  private static Stack residual() {
    return Stack.of("conv-bn-relu")
        .input(3, 16, 12)
        .blocks("conv 8 3x3 pad 1")
        .blocks("conv 8 3x3 pad 1", "conv 8 3x3 pad 1 no relu", "add 2 relu")
        .blocks("conv 12 3x3 stride 2 pad 1", "conv 12 3x3 pad 1 groups 4 no relu")
        .plusThrough(2, 2)
        .blocks("global avgpool", "conv 5 1x1 plain");
  }

  @Test
  void anAdditionIsAPairOfMarksOnTheChain() {
    assertThat(residual().texts()).contains("add 2 relu", "add 2 through 1x1 stride 2");
    assertThat(
            residual().configuration(new Sgd(0.1), 1).getConfs().stream()
                .map(c -> c.getLayer().getLayerName()))
        .containsExactly(
            "conv1",
            "bn1",
            "relu1",
            "keep1",
            "conv2",
            "bn2",
            "relu2",
            "conv3",
            "bn3",
            "add1",
            "add-relu1",
            "keep2",
            "conv4",
            "bn4",
            "relu4",
            "conv5",
            "bn5",
            "recall2",
            "through2",
            "through-bn2",
            "add2",
            "pool1",
            "conv6",
            "softmax");
    assertThat(Json.read(Json.line(residual()), Stack.class)).isEqualTo(residual());
  }

  /** The view is that of the longer way; counts are worked out by hand. */
  @Test
  void aSummaryCountsBothWays() {
    Summary summary = Summary.of(residual());
    assertThat(summary.parameters())
        .isEqualTo(
            3 * 8 * 9
                + 16
                + 2 * (8 * 8 * 9 + 16)
                + 8 * 12 * 9
                + 24
                + 12 * 3 * 9
                + 24
                + 8 * 12
                + 24
                + 12 * 5);
    assertThat(summary.multiplyAdds())
        .isEqualTo(
            192 * (3 * 8 * 9 + 2 * 8 * 8 * 9) + 48 * (8 * 12 * 9 + 12 * 3 * 9 + 8 * 12) + 12 * 5);
    assertThat(summary.rows())
        .filteredOn(row -> List.of("add1", "recall2", "through2", "add2").contains(row.layer()))
        .extracting(row -> row.layer() + " " + row.output() + " " + row.receptiveField())
        .containsExactly(
            "add1 8x16x12 7", "recall2 8x16x12 7", "through2 12x8x6 7", "add2 12x8x6 13");
    assertThat(residual().receptiveField()).isEqualTo(13);
    assertThat(residual().outputs()).isEqualTo(5);
    assertThat(residual().outputs(7).texts()).endsWith("conv 7 1x1 plain");
  }

  @Test
  void anAdditionThatDoesNotFitIsToldWhatFits() {
    Stack net = Stack.of("conv-bn-relu").blocks("conv 8 3x3 pad 1");
    assertThatThrownBy(() -> net.blocks("add 2"))
        .hasMessage("'add 2' goes back over 2 blocks, where only 1 stand before it.");
    assertThatThrownBy(
            () ->
                net.blocks("conv 16 3x3 stride 2 pad 1", "add 1 relu", "global avgpool")
                    .configuration(new Sgd(0.1), 1))
        .hasMessage(
            "'add 1 relu' cannot add 8 x 28 x 28 values to 16 x 14 x 14: write 'add 1 through 1x1"
                + " stride 2 relu'.");
    assertThatThrownBy(
            () ->
                net.blocks("conv 8 3x3", "add 1 through 1x1", "global avgpool")
                    .configuration(new Sgd(0.1), 1))
        .hasMessage(
            "'add 1 through 1x1' cannot add 8 x 28 x 28 values to 8 x 26 x 26: no stride brings 28 x"
                + " 28 pixels to 26 x 26, so pad the convolutions between.");
    assertThatThrownBy(() -> net.blocks("conv 6 3x3 groups 3").configuration(new Sgd(0.1), 1))
        .hasMessage(
            "'conv 6 3x3 groups 3' cannot divide the 8 channels that reach it into 3 groups: let the"
                + " block before have a multiple of 3.");
    assertThatThrownBy(() -> Block.parse("conv 7 3x3 groups 3"))
        .hasMessage(
            "A convolution's 7 channels cannot be divided into 3 groups: take a multiple of 3.");
    assertThatThrownBy(() -> Block.parse("add 0"))
        .hasMessage(
            "The number of blocks that an addition goes back is 0: give a whole number of at least"
                + " 1.");
  }

  @Test
  void coloursAreWrittenDownAndGreysAreNot() {
    Stack grey = Models.Model_2();
    assertThat(Json.line(grey)).doesNotContain("channels");
    assertThat(Json.read(Json.line(grey), Stack.class)).isEqualTo(grey);
    Stack coloured = grey.input(3, 20, 24);
    assertThat(Json.line(coloured)).startsWith("{\"channels\":3,\"height\":20,\"width\":24,");
    assertThat(Json.read(Json.line(coloured), Stack.class)).isEqualTo(coloured);
    for (String wrong : List.of("0", "2", "4", "null", "1.5", "\"3\"")) {
      String text = Json.line(coloured).replace("\"channels\":3", "\"channels\":" + wrong);
      if (wrong.equals("null")) {
        assertThat(Json.read(text, Stack.class).channels()).isEqualTo(1);
      } else {
        assertThatThrownBy(() -> Json.read(text, Stack.class))
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
    assertThatThrownBy(() -> grey.input(2, 28, 28))
        .hasMessage("Pictures of 2 channels cannot be: give 1, or 3 for colours.");
  }

  @Test
  void aKernelsReachCountsWithItsDilation() {
    assertThat(Block.parse("conv 3 3x3 pad 4 dilation 2").padding()).isEqualTo(4);
    assertThatThrownBy(() -> Block.parse("conv 3 3x3 pad 5 dilation 2"))
        .hasMessage("A padding of 5 pixels does not fit a 3 x 3 kernel of dilation 2: use 0 to 4.");
    assertThatThrownBy(() -> Block.parse("conv 3 3x3 stride 0"))
        .hasMessage("The stride of a convolution is 0: give a whole number of at least 1.");
    Stack far = Stack.of("conv").blocks("conv 3 3x3 dilation 14", "global avgpool");
    assertThatThrownBy(() -> far.configuration(new Sgd(0.1), 1))
        .hasMessage(
            "'conv 3 3x3 dilation 14' does not fit the 28 x 28 pixels that reach it: make it smaller"
                + " or pool less.");
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
  void layersThatNoStackHasStartAsPyTorchsToo() {
    NeuralNetConfiguration.ListBuilder net =
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new SeparableConvolution2D.Builder(3, 3).nOut(300).depthMultiplier(20).build())
            .layer(new DenseLayer.Builder().nOut(200).build())
            .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build());
    MultiLayerNetwork network =
        new MultiLayerNetwork(net.setInputType(InputType.convolutional(5, 5, 3)).build());
    network.init();
    Stack.initialize(network, 1);
    assertThat(greatest(network, 0, "W")).isBetween(0.98 / 3, 1.0 / 3);
    assertThat(greatest(network, 0, "pW")).isBetween(0.98 / Math.sqrt(60), 1 / Math.sqrt(60));
    assertThat(greatest(network, 0, "b")).isBetween(0.9 / Math.sqrt(60), 1 / Math.sqrt(60));
    assertThat(greatest(network, 1, "W")).isBetween(0.98 / Math.sqrt(2_700), 1 / Math.sqrt(2_700));
    assertThat(greatest(network, 2, "b")).isBetween(0.5 / Math.sqrt(200), 1 / Math.sqrt(200));
  }

  private static double greatest(MultiLayerNetwork network, int layer, String parameter) {
    return network.getLayer(layer).paramTable().get(parameter).amaxNumber().doubleValue();
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
    assertThatThrownBy(() -> Block.parse("conv 3x3"))
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
