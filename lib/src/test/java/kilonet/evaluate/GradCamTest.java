package kilonet.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kilonet.model.Stack;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

class GradCamTest {

  private static MultiLayerNetwork network(Stack stack) {
    MultiLayerNetwork network = new MultiLayerNetwork(stack.configuration(new Sgd(0.1), 1));
    network.init();
    Stack.initialize(network, 7);
    return network;
  }

  /** Nets without batch norm and dropout, whose gradients in training are those in use. */
  static List<MultiLayerNetwork> plain() {
    Stack stack = Stack.of("conv-relu").withBias().input(3, 9, 11);
    MultiLayerNetwork dense =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(3)
                .updater(new Sgd(0.1))
                .list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3)
                        .nOut(4)
                        .activation(Activation.LEAKYRELU)
                        .build())
                .layer(
                    new SubsamplingLayer.Builder(PoolingType.MAX)
                        .kernelSize(2, 2)
                        .stride(2, 2)
                        .build())
                .layer(new DenseLayer.Builder().nOut(7).activation(Activation.RELU).build())
                .layer(new OutputLayer.Builder().nOut(4).activation(Activation.SOFTMAX).build())
                .setInputType(InputType.convolutional(9, 11, 3))
                .build());
    dense.init();
    return List.of(
        network(stack.conv(5, 3, 2, 1, 1).conv(4, 3, 1, 2, 2).globalAveragePool().plain(4, 1)),
        network(stack.conv(4).maxPool(2).depthwise(3, 1).globalAveragePool().plain(4, 1)),
        network(
            stack
                .blocks("conv 4 3x3 pad 1", "conv 4 3x3 pad 1 groups 2", "add 1")
                .blocks("conv 5 3x3 stride 2 pad 1", "add 1 through 1x1 stride 2")
                .globalAveragePool()
                .plain(4, 1)),
        dense);
  }

  private static INDArray picture(DataType type) {
    Nd4j.getRandom().setSeed(5);
    return Nd4j.rand(type, 1, 3, 9, 11).subi(0.5);
  }

  /** The gradient of the loss is that of the logits, each times its probability less the truth. */
  @ParameterizedTest
  @MethodSource("plain")
  void gradientsAreDeeplearning4js(MultiLayerNetwork network) {
    INDArray picture = picture(DataType.FLOAT);
    INDArray probabilities = network.output(picture, false);
    INDArray labels = Nd4j.zeros(1, 4);
    labels.putScalar(0, 2, 1);
    INDArray theirs = network.calculateGradients(picture, labels, null, null).getSecond();
    INDArray ours = Nd4j.zeros(picture.shape());
    for (int c = 0; c < 4; c++) {
      double share = probabilities.getDouble(0, c) - labels.getDouble(0, c);
      ours.addi(GradCam.gradient(network, picture, c).mul(share));
    }
    for (int i = 0; i < ours.length(); i++) {
      assertThat(ours.dup('c').getDouble(i)).isCloseTo(theirs.dup('c').getDouble(i), within(1e-6));
    }
  }

  /** With batch norm and dropout: differences of what the net says, in double precision. */
  @Test
  void gradientsAreThoseOfTheNetInUse() {
    Stack stack =
        Stack.of("conv-bn-relu-dropout")
            .dropout(0.3)
            .input(3, 9, 11)
            .conv(5, 3, 1)
            .conv(4, 3, 2, 1, 1)
            .globalAveragePool()
            .plain(4, 1);
    MultiLayerNetwork network = network(stack);
    for (int layer = 0; layer < network.getnLayers(); layer++) {
      INDArray mean = network.getLayer(layer).paramTable().get("mean");
      if (mean != null) {
        Nd4j.getRandom().setSeed(layer);
        mean.assign(Nd4j.rand(mean.shape()));
        network.getLayer(layer).getParam("log10stdev").assign(Nd4j.rand(mean.shape()).subi(0.5));
        network.getLayer(layer).getParam("gamma").assign(Nd4j.rand(mean.shape()).addi(0.5));
      }
    }
    MultiLayerNetwork wide = network.convertDataType(DataType.DOUBLE);
    INDArray before = network.params().dup();
    INDArray gradient = GradCam.gradient(wide, picture(DataType.DOUBLE), 1).dup('c');
    for (int i = 0; i < gradient.length(); i += 13) {
      double step = 1e-6;
      INDArray more = picture(DataType.DOUBLE).dup('c');
      more.putScalar(i, more.getDouble(i) + step);
      INDArray less = picture(DataType.DOUBLE).dup('c');
      less.putScalar(i, less.getDouble(i) - step);
      assertThat(gradient.getDouble(i))
          .isCloseTo((logit(wide, more) - logit(wide, less)) / (2 * step), within(1e-6));
    }
    GradCam.of(network, picture(DataType.FLOAT), 1);
    assertThat(network.params()).isEqualTo(before);
  }

  private static double logit(MultiLayerNetwork network, INDArray picture) {
    return network.feedForward(picture, false).get(network.getnLayers() - 1).getDouble(0, 1);
  }

  /** A layer on one of two ways is not where all that is seen comes together. */
  @Test
  void theMapIsThatOfTheSum() {
    Stack stack =
        Stack.of("conv-relu").input(3, 9, 11).blocks("conv 4 3x3 pad 1", "conv 4 3x3 pad 1");
    INDArray picture = picture(DataType.FLOAT);
    Stack sum = stack.plus(1).globalAveragePool().plain(4, 1);
    assertThat(GradCam.of(network(sum), picture, 1).layer()).isEqualTo("add1");
    Stack pooled = stack.averagePool(9).blocks("conv 4 1x1", "add 1", "global avgpool").plain(4, 1);
    assertThat(GradCam.of(network(pooled), picture, 1).layer()).isEqualTo("relu2");
  }

  /** With a mean and a linear layer behind the maps, the weights are those of the layer. */
  @Test
  void theMapIsTheWeightedSumOfTheChannels() {
    MultiLayerNetwork network = plain().get(0);
    INDArray picture = picture(DataType.FLOAT);
    GradCam cam = GradCam.of(network, picture, 3);
    assertThat(cam.layer()).isEqualTo("relu2");
    assertThat(cam.height()).isEqualTo(5);
    assertThat(cam.width()).isEqualTo(6);
    INDArray maps = network.feedForward(picture, false).get(4);
    INDArray weights = network.getLayer(5).getParam("W");
    for (int i = 0; i < 30; i++) {
      double sum = 0;
      for (int channel = 0; channel < 4; channel++) {
        sum += weights.getDouble(3, channel, 0, 0) / 30 * maps.getDouble(0, channel, i / 6, i % 6);
      }
      assertThat(cam.map()[i]).isCloseTo((float) Math.max(0, sum), within(1e-6f));
    }
    float[] large = cam.over(9, 11);
    assertThat(large).hasSize(99);
    for (float value : large) {
      assertThat(value).isBetween(0f, 1f);
    }
    assertThatThrownBy(() -> GradCam.of(network, picture, 4))
        .hasMessage("There is no class 4: the net has 4, from 0.");
  }
}
