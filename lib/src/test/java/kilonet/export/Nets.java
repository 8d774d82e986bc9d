package kilonet.export;

import java.util.LinkedHashMap;
import java.util.Map;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.layer.Shape;
import kilonet.model.Models;
import kilonet.model.Stack;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Nets of all kinds that can be exported, whose batch norms have seen something. */
final class Nets {

  static final Shape INPUT = new Shape(1, 28, 28);

  /** Digits that are drawn once. */
  static final TrainTest DIGITS = PenDigits.generate(200, 100, 1);

  private Nets() {}

  /** Nets by what is special about them; no leaky ReLU, which int8 has not. */
  static Map<String, MultiLayerNetwork> all() {
    Map<String, MultiLayerNetwork> nets = new LinkedHashMap<>();
    nets.put("model_2", of(Models.Model_2()));
    nets.put(
        "norm behind ReLU, then padding",
        of(
            Stack.of("conv-relu-bn")
                .conv(4)
                .conv(4, 3, 1)
                .maxPool(2)
                .conv(5)
                .globalAveragePool()
                .plain(10, 1)));
    nets.put(
        "norm behind ReLU, then pooling",
        of(
            Stack.of("conv-relu-bn-dropout")
                .dropout(0.1)
                .conv(4)
                .averagePool(2)
                .conv(6, 5, 0)
                .maxPool(3)
                .plain(10, 3)));
    nets.put(
        "norm before ReLU before dropout, depthwise",
        of(
            Stack.of("conv-bn-relu")
                .conv(6)
                .maxPool(2)
                .plainDepthwise(3, 0)
                .conv(8, 1, 0)
                .depthwise(3, 1)
                .averagePool(11)
                .plain(10, 1)));
    nets.put(
        "groups",
        of(
            Stack.of("conv-bn-relu")
                .blocks("conv 6 3x3", "maxpool 2", "conv 8 3x3 pad 1 groups 2")
                .blocks(
                    "conv 6 3x3 stride 2 groups 2 no relu",
                    "global avgpool",
                    "conv 10 1x1 plain")));
    nets.put(
        "biases and a wide head",
        of(Stack.of("conv-relu").withBias().conv(3).maxPool(2).plain(10, 13)));
    nets.put(
        "ends in a pooling",
        of(Stack.of("conv-bn-relu").conv(4, 3, 2).plain(10, 1).globalAveragePool()));
    nets.put(
        "strides, dilation, same, separable",
        of(
            new ConvolutionLayer.Builder(5, 3)
                .nOut(4)
                .stride(2, 1)
                .activation(Activation.IDENTITY)
                .build(),
            new SubsamplingLayer.Builder(PoolingType.MAX, new int[] {3, 2}, new int[] {2, 2})
                .convolutionMode(ConvolutionMode.Same)
                .build(),
            new BatchNormalization.Builder().build(),
            new ActivationLayer.Builder().activation(Activation.RELU).build(),
            new SeparableConvolution2D.Builder(3, 3)
                .nOut(6)
                .depthMultiplier(2)
                .activation(Activation.RELU)
                .build(),
            new ConvolutionLayer.Builder(3, 3)
                .nOut(5)
                .dilation(2, 1)
                .convolutionMode(ConvolutionMode.Same)
                .activation(Activation.RELU)
                .build(),
            new SubsamplingLayer.Builder(
                    PoolingType.AVG, new int[] {2, 2}, new int[] {1, 2}, new int[] {1, 1})
                .build()));
    nets.put(
        "pooling first, norm first, dense",
        of(
            new SubsamplingLayer.Builder(PoolingType.AVG, new int[] {2, 2}, new int[] {2, 2})
                .build(),
            new BatchNormalization.Builder().build(),
            new DepthwiseConvolution2D.Builder(3, 3)
                .nOut(3)
                .depthMultiplier(3)
                .activation(Activation.IDENTITY)
                .build(),
            new ActivationLayer.Builder().activation(Activation.RELU).build(),
            new BatchNormalization.Builder().build(),
            new SubsamplingLayer.Builder(PoolingType.MAX, new int[] {2, 2}, new int[] {2, 2})
                .build(),
            new DenseLayer.Builder().nOut(12).activation(Activation.RELU).build()));
    return nets;
  }

  /** A net whose last ReLU is a leaky one. */
  static MultiLayerNetwork leaky() {
    return of(
        new ConvolutionLayer.Builder(3, 3)
            .nOut(4)
            .stride(2, 2)
            .activation(Activation.LEAKYRELU)
            .build());
  }

  /** Layers, then a dense softmax. */
  static MultiLayerNetwork of(Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().seed(1).updater(new NoOp()).list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    list.layer(
        new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
            .nOut(10)
            .activation(Activation.SOFTMAX)
            .build());
    list.setInputType(InputType.convolutional(28, 28, 1));
    return ready(new MultiLayerNetwork(list.build()));
  }

  static MultiLayerNetwork of(Stack stack) {
    return ready(new MultiLayerNetwork(stack.configuration(new NoOp(), 1)));
  }

  /** Gives batch norms factors of both signs and statistics that are not those of the start. */
  private static MultiLayerNetwork ready(MultiLayerNetwork network) {
    network.init();
    Nd4j.getRandom().setSeed(7);
    for (int i = 0; i < network.getnLayers(); i++) {
      for (Map.Entry<String, INDArray> entry : network.getLayer(i).paramTable().entrySet()) {
        INDArray array = entry.getValue();
        INDArray noise = Nd4j.rand(array.shape());
        switch (entry.getKey()) {
          case "gamma" -> array.assign(noise.mul(2).sub(0.6));
          case "beta", "mean", "b" -> array.assign(noise.sub(0.5).mul(0.4));
          case "var" -> array.assign(noise.add(0.3));
          default -> array.muli(1.5);
        }
      }
    }
    return network;
  }

  /** The first images of a set as a net takes them. */
  static INDArray input(ImageSet set, int count) {
    INDArray input = Nd4j.create(count, 1, 28, 28);
    for (int i = 0; i < count; i++) {
      float[] picture = Normalization.MNIST.apply(set.pixels(), i * 784, 784);
      input.putSlice(i, Nd4j.createFromArray(picture).reshape(1, 28, 28));
    }
    return input;
  }
}
