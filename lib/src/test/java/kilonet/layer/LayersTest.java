package kilonet.layer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** The layers as Deeplearning4j runs them, in double precision. */
class LayersTest {
  private static final InputType.InputTypeConvolutional PICTURE =
      (InputType.InputTypeConvolutional) InputType.convolutional(6, 5, 4);

  private static NeuralNetConfiguration.Builder builder() {
    return new NeuralNetConfiguration.Builder()
        .seed(1)
        .dataType(DataType.DOUBLE)
        .updater(new Sgd(0.1));
  }

  private static ConvolutionLayer.Builder conv(int outputs, int kernel, int stride) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(outputs)
        .stride(stride, stride)
        .convolutionMode(ConvolutionMode.Same)
        .activation(Activation.IDENTITY);
  }

  private static OutputLayer softmax() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(3)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static MultiLayerNetwork chain(List<Layer> layers) {
    NeuralNetConfiguration.ListBuilder list = builder().list();
    layers.forEach(list::layer);
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(PICTURE).build());
    network.init();
    return network;
  }

  private static DataSet data() {
    Random random = new Random(7);
    double[] pixels = DoubleStream.generate(random::nextGaussian).limit(5 * 4 * 6 * 5).toArray();
    INDArray pictures = Nd4j.createFromArray(pixels).reshape(5, 4, 6, 5);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 5, 3);
    for (int i = 0; i < 5; i++) {
      labels.putScalar(i, i % 3, 1);
    }
    return new DataSet(pictures, labels);
  }

  private static MultiLayerNetwork residual(boolean through) {
    int stride = through ? 2 : 1;
    int channels = through ? 6 : 4;
    List<Layer> first =
        List.of(conv(4, 3, 1).build(), new Keep("keep", "a"), conv(channels, 3, stride).build());
    List<Layer> middle =
        List.of(
            new BatchNormalization(),
            new ActivationLayer(Activation.TANH),
            new Keep("inner", "b"),
            conv(channels, 3, 1).build(),
            new Add("inner add", "b"));
    List<Layer> way =
        through
            ? List.of(
                new Recall("recall", "a", PICTURE),
                conv(channels, 1, stride).build(),
                new BatchNormalization())
            : List.of();
    List<Layer> last =
        List.of(new Add("add", "a"), new ActivationLayer(Activation.TANH), softmax());
    List<Layer> all = new ArrayList<>(first);
    all.addAll(middle);
    all.addAll(way);
    all.addAll(last);
    return chain(all);
  }

  private static ComputationGraph graph(boolean through) {
    int stride = through ? 2 : 1;
    int channels = through ? 6 : 4;
    ComputationGraphConfiguration.GraphBuilder graph =
        builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(PICTURE)
            .addLayer("0", conv(4, 3, 1).build(), "in")
            .addLayer("2", conv(channels, 3, stride).build(), "0")
            .addLayer("3", new BatchNormalization(), "2")
            .addLayer("4", new ActivationLayer(Activation.TANH), "3")
            .addLayer("6", conv(channels, 3, 1).build(), "4")
            .addVertex("inner", new ElementWiseVertex(ElementWiseVertex.Op.Add), "6", "4");
    String other = "0";
    if (through) {
      graph
          .addLayer("9", conv(channels, 1, stride).build(), "0")
          .addLayer("10", new BatchNormalization(), "9");
      other = "10";
    }
    graph
        .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "inner", other)
        .addLayer("tanh", new ActivationLayer(Activation.TANH), "sum")
        .addLayer(through ? "13" : "10", softmax(), "tanh")
        .setOutputs(through ? "13" : "10");
    ComputationGraph made = new ComputationGraph(graph.build());
    made.init();
    return made;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aChainWithMarksIsAGraphWithASum(boolean through) {
    MultiLayerNetwork chain = residual(through);
    ComputationGraph graph = graph(through);
    chain
        .paramTable()
        .forEach(
            (name, array) -> {
              String layer = name.substring(0, name.indexOf('_'));
              String key = name.substring(name.indexOf('_') + 1);
              graph.getLayer(layer).getParam(key).assign(array);
            });
    DataSet data = data();
    assertThat(distance(chain.output(data.getFeatures()), graph.output(data.getFeatures())[0]))
        .isLessThan(1e-12);
    for (int step = 0; step < 2; step++) {
      chain.setInput(data.getFeatures());
      chain.setLabels(data.getLabels());
      chain.computeGradientAndScore();
      graph.setInput(0, data.getFeatures());
      graph.setLabel(0, data.getLabels());
      graph.computeGradientAndScore();
      chain
          .gradient()
          .gradientForVariable()
          .forEach(
              (name, gradient) ->
                  assertThat(distance(gradient, graph.gradient().getGradientFor(name)))
                      .as(name)
                      .isLessThan(1e-12));
      assertThat(chain.score()).isEqualTo(graph.score());
    }
    // With the workspaces of a fit.
    chain.fit(data);
    graph.fit(data);
    assertThat(distance(chain.output(data.getFeatures()), graph.output(data.getFeatures())[0]))
        .isLessThan(1e-12);
  }

  /** As a convolution in one group whose other weights are 0. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aConvolutionInGroupsIsOneWithZerosBetween(boolean biased) {
    MultiLayerNetwork whole =
        chain(List.of(conv(4, 3, 1).build(), conv(6, 3, 2).hasBias(biased).build(), softmax()));
    MultiLayerNetwork grouped =
        chain(
            List.of(
                conv(4, 3, 1).build(),
                new GroupedConvolution2D(conv(6, 3, 2).hasBias(biased), 2),
                softmax()));
    assertThat(grouped.getLayer(1).getParam("W").shape()).containsExactly(6, 2, 3, 3);
    assertThat(grouped.numParams()).isEqualTo(whole.numParams() - 6 * 2 * 9);
    INDArray all = whole.getLayer(1).getParam("W").assign(0);
    INDArray own = grouped.getLayer(1).getParam("W");
    grouped
        .paramTable()
        .forEach(
            (name, array) -> {
              if (!name.equals("1_W")) {
                array.assign(whole.getParam(name));
              }
            });
    eachTap(
        (o, i, y, x) -> all.putScalar(new int[] {o, o / 3 * 2 + i, y, x}, value(own, o, i, y, x)));
    DataSet data = data();
    for (MultiLayerNetwork network : List.of(whole, grouped)) {
      network.setInput(data.getFeatures());
      network.setLabels(data.getLabels());
      network.computeGradientAndScore();
    }
    assertThat(grouped.score()).isCloseTo(whole.score(), offset(1e-12));
    grouped
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, gradient) -> {
              INDArray right = whole.gradient().getGradientFor(name);
              if (name.equals("1_W")) {
                eachTap(
                    (o, i, y, x) ->
                        assertThat(value(gradient, o, i, y, x))
                            .isCloseTo(value(right, o, o / 3 * 2 + i, y, x), offset(1e-12)));
              } else {
                assertThat(distance(gradient, right)).as(name).isLessThan(1e-12);
              }
            });
    INDArray before = grouped.params().dup();
    grouped.fit(data);
    whole.fit(data);
    assertThat(distance(grouped.params(), before)).isPositive();
    assertThat(distance(grouped.getParam("0_W"), whole.getParam("0_W"))).isLessThan(1e-12);
  }

  private interface Tap {
    void at(int output, int input, int row, int column);
  }

  private static void eachTap(Tap tap) {
    for (int o = 0; o < 6; o++) {
      for (int i = 0; i < 2; i++) {
        for (int k = 0; k < 9; k++) {
          tap.at(o, i, k / 3, k % 3);
        }
      }
    }
  }

  private static double value(INDArray array, int o, int i, int y, int x) {
    return array.getDouble(o, i, y, x);
  }

  private static double distance(INDArray one, INDArray other) {
    return one.sub(other).norm2Number().doubleValue();
  }

  @Test
  void aFileHoldsThem() throws Exception {
    MultiLayerNetwork network =
        chain(
            List.of(
                new GroupedConvolution2D(conv(4, 3, 1), 2),
                new Keep("keep", "a"),
                conv(6, 3, 2).build(),
                new Recall("recall", "a", PICTURE),
                conv(6, 1, 2).build(),
                new Add("add", "a"),
                softmax()));
    MultiLayerConfiguration read =
        MultiLayerConfiguration.fromJson(network.getLayerWiseConfigurations().toJson());
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayerWiseConfigurations().getConf(i).getLayer();
      Layer same = read.getConf(i).getLayer();
      if (layer instanceof ShortcutLayer) {
        assertThat(same).isEqualTo(layer).hasSameHashCodeAs(layer);
      } else if (layer instanceof GroupedConvolution2D grouped) {
        assertThat(((GroupedConvolution2D) same).groups()).isEqualTo(grouped.groups());
      }
      assertThat(layer.clone()).isEqualTo(layer);
    }
    assertThat(new Keep("keep", "a")).isNotEqualTo(new Keep("keep", "b"));
    assertThat(new GroupedConvolution2D(conv(4, 3, 1), 2))
        .isNotEqualTo(new GroupedConvolution2D(conv(4, 3, 1), 4));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(network, bytes, false);
    MultiLayerNetwork again =
        ModelSerializer.restoreMultiLayerNetwork(new ByteArrayInputStream(bytes.toByteArray()));
    INDArray pictures = data().getFeatures();
    assertThat(again.output(pictures)).isEqualTo(network.output(pictures));
    assertThat(again.clone().output(pictures)).isEqualTo(network.output(pictures));
    assertThat(network.memoryInfo(2, PICTURE)).contains("recall");
  }

  /** Two of one configuration do not hear of each other. */
  @Test
  void eachNetworkHasItsOwn() {
    MultiLayerNetwork one = residual(true);
    MultiLayerNetwork two = new MultiLayerNetwork(one.getLayerWiseConfigurations());
    two.init();
    INDArray pictures = data().getFeatures();
    two.params().assign(one.params()).muli(0.5);
    INDArray first = one.output(pictures);
    INDArray second = two.output(pictures);
    assertThat(one.output(pictures)).isEqualTo(first).isNotEqualTo(second);
    assertThat(two.output(pictures)).isEqualTo(second);
  }

  @Test
  void whatDoesNotFitIsRefused() {
    assertThatThrownBy(() -> chain(List.of(new Add("add", "nothing"), softmax())))
        .hasMessage(
            "No layer before keeps 'nothing': put a Keep of this name where the values are that are"
                + " to be added, once for each Add.");
    MultiLayerNetwork other =
        chain(
            List.of(new Keep("keep", "a"), conv(3, 3, 1).build(), new Add("add", "a"), softmax()));
    assertThatThrownBy(() -> other.output(data().getFeatures()))
        .hasMessage(
            "Layer 'add' cannot add values of the shape [5, 4, 6, 5] to [5, 3, 6, 5]: let the layers"
                + " between keep the shape, or bring the other way there with a convolution behind a"
                + " Recall.");
    assertThatThrownBy(() -> new GroupedConvolution2D(conv(6, 3, 1), 4))
        .hasMessage(
            "A convolution's 6 outputs cannot be divided into 4 groups: take a multiple of 4.");
    assertThatThrownBy(() -> chain(List.of(new GroupedConvolution2D(conv(6, 3, 1), 3), softmax())))
        .hasMessageContaining(
            "A convolution's 4 inputs cannot be divided into 3 groups: take a multiple of 3.");
  }
}
