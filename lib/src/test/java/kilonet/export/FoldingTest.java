package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.Stream;
import kilonet.data.Normalization;
import kilonet.layer.Shape;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Deeplearning4j's own outputs are the oracle. */
class FoldingTest {

  private static final int IMAGES = 5;

  static Stream<String> names() {
    return Stream.concat(Nets.all().keySet().stream(), Stream.of("leaky ReLU"));
  }

  @ParameterizedTest
  @MethodSource("names")
  void aFoldedNetSaysWhatTheNetSays(String name) {
    MultiLayerNetwork network = name.equals("leaky ReLU") ? Nets.leaky() : Nets.all().get(name);
    INDArray expected = network.output(Nets.input(Nets.DIGITS.test(), IMAGES), false);
    FoldedNet net = Folding.of(network, Nets.INPUT);
    for (int i = 0; i < IMAGES; i++) {
      float[] picture = Normalization.MNIST.apply(Nets.DIGITS.test().pixels(), i * 784, 784);
      float[] logits = FloatArithmetic.logits(net, picture);
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit);
      }
      for (int c = 0; c < 10; c++) {
        assertThat(Math.exp(logits[c]) / sum)
            .as("picture %s, class %s", i, c)
            .isCloseTo(expected.getDouble(i, c), within(1e-5));
      }
    }
  }

  @Test
  void batchNormGoesIntoConvolutionsWhereItCan() {
    FoldedNet net = Folding.of(Nets.all().get("model_2"), Nets.INPUT);
    assertThat(net.operations()).hasSize(8);
    assertThat(net.classes()).isEqualTo(10);
    FoldedNet behind = Folding.of(Nets.all().get("norm behind ReLU, then padding"), Nets.INPUT);
    // What it adds is not there beyond the edges: that norm stays, the other two move on.
    assertThat(behind.operations())
        .filteredOn(o -> o instanceof Operation.Convolution c && c.groups() > 1)
        .hasSizeLessThanOrEqualTo(2);
  }

  @Test
  void whatIsNotKnownIsRefusedByName() {
    MultiLayerNetwork tanh =
        Nets.of(
            new ConvolutionLayer.Builder(3, 3)
                .name("edges")
                .nOut(2)
                .activation(Activation.TANH)
                .build());
    assertThatThrownBy(() -> Folding.of(tanh, Nets.INPUT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer 1 'edges' is a ConvolutionLayer, and its activation is tanh")
        .hasMessageContaining("What can be");
    MultiLayerNetwork sum =
        Nets.of(
            kilonet.model.Stack.of("conv-bn-relu")
                .blocks("conv 6 3x3 pad 1", "conv 6 3x3 pad 1", "add 1", "global avgpool")
                .plain(10, 1));
    assertThatThrownBy(() -> Folding.of(sum, Nets.INPUT))
        .hasMessageContaining(
            "layer 4 'keep1' is a Keep, and no exported file adds what stands at two places of a net:"
                + " train one without 'add'.");
    MultiLayerNetwork response = Nets.of(new LocalResponseNormalization.Builder().build());
    assertThatThrownBy(() -> Folding.of(response, Nets.INPUT))
        .hasMessageContaining("layer 1 'layer0' is a LocalResponseNormalization");
    assertThatThrownBy(() -> Folding.of(Nets.leaky(), new Shape(3, 28, 28)))
        .hasMessageContaining("it does not fit its input 3x28x28");
  }
}
