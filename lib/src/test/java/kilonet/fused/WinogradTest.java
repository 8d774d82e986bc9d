package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import kilonet.fused.Stage.Convolution;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import kilonet.model.Stack;
import kilonet.text.Text;
import kilonet.train.Engine;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Convolutions of many channels: against DL4J in double precision, and against themselves. */
class WinogradTest {
  private static final int CLASSES = 7;

  @AfterEach
  void theKernelsAreThoseOfEverybodyAgain() {
    KernelChoice.use(null);
  }

  /**
   * A net of two such convolutions.
   *
   * @param rows whether transforms go along rows
   * @param first whether the first layer is one: its inputs have no errors then
   */
  private record Net(
      boolean rows,
      int height,
      int width,
      boolean first,
      int channels,
      int middle,
      int out,
      int padding,
      boolean same,
      boolean bias,
      boolean norm,
      int images,
      int threads) {

    int inputs() {
      return first ? channels : 2;
    }

    boolean transforms(Stage stage) {
      return stage instanceof Convolution c && (rows ? RowSums.train(c) : Winograd.suits(c));
    }

    MultiLayerConfiguration configuration(DataType type) {
      NeuralNetConfiguration.ListBuilder list =
          new NeuralNetConfiguration.Builder()
              .seed(1)
              .dataType(type)
              .updater(new Sgd(0.05))
              .weightInit(WeightInit.RELU)
              .list();
      if (!first) {
        list.layer(
            new ConvolutionLayer.Builder(1, 1)
                .nOut(channels)
                .activation(Activation.IDENTITY)
                .build());
      }
      convolution(list, middle);
      if (norm) {
        list.layer(new BatchNormalization.Builder().eps(0.01).build());
      }
      convolution(list, out);
      return list.layer(new GlobalPoolingLayer(PoolingType.AVG))
          .layer(new OutputLayer.Builder().nOut(CLASSES).activation(Activation.SOFTMAX).build())
          .setInputType(InputType.convolutional(height, width, inputs()))
          .build();
    }

    private void convolution(NeuralNetConfiguration.ListBuilder list, int outputs) {
      int pad = same ? 0 : padding;
      list.layer(
          new ConvolutionLayer.Builder(3, 3)
              .nOut(outputs)
              .padding(pad, pad)
              .convolutionMode(same ? ConvolutionMode.Same : ConvolutionMode.Truncate)
              .hasBias(bias)
              .biasInit(0.3)
              // One with a corner would give other gradients where a sum is nearly 0.
              .activation(Activation.IDENTITY)
              .build());
    }
  }

  /** One whose last chunk of tiles is not whole, and others drawn at random. */
  static Stream<Net> nets() {
    Net large = new Net(false, 41, 41, false, 50, 50, 34, 0, false, true, false, 2, 2);
    Stream<Net> drawn =
        new Random(5)
            .ints(12)
            .mapToObj(Random::new)
            .map(
                random ->
                    new Net(
                        false,
                        13 + random.nextInt(12),
                        13 + random.nextInt(12),
                        random.nextInt(3) == 0,
                        32 + random.nextInt(20),
                        32 + random.nextInt(30),
                        32 + random.nextInt(36),
                        random.nextInt(3),
                        random.nextInt(4) == 0,
                        random.nextBoolean(),
                        random.nextBoolean(),
                        1 + random.nextInt(70),
                        1 + random.nextInt(5)));
    Stream<Net> rows =
        new Random(7)
            .ints(24)
            .mapToObj(Random::new)
            .map(
                random ->
                    new Net(
                        true,
                        21 + random.nextInt(16),
                        21 + random.nextInt(16),
                        random.nextInt(3) == 0,
                        8 + random.nextInt(20),
                        8 + random.nextInt(20),
                        8 + random.nextInt(40),
                        random.nextInt(3),
                        random.nextInt(4) == 0,
                        random.nextBoolean(),
                        random.nextBoolean(),
                        1 + random.nextInt(70),
                        1 + random.nextInt(5)));
    return Stream.of(Stream.of(large), drawn, rows).flatMap(nets -> nets);
  }

  @ParameterizedTest
  @MethodSource("nets")
  void gradientsAreThoseOfDl4jInDoublePrecisionAndTheSameForAllKernelsAndThreads(Net net) {
    MultiLayerNetwork judge = new MultiLayerNetwork(net.configuration(DataType.DOUBLE));
    judge.init();
    Random random = new Random(3);
    INDArray images =
        Nd4j.createFromArray(pixels(random, net))
            .reshape(net.images, net.inputs(), net.height, net.width);
    INDArray labels = Nd4j.zeros(net.images, CLASSES);
    for (int i = 0; i < net.images; i++) {
      labels.putScalar(i, random.nextInt(CLASSES), 1);
    }
    judge.setInput(images.castTo(DataType.DOUBLE));
    judge.setLabels(labels.castTo(DataType.DOUBLE));
    judge.computeGradientAndScore();
    float[] plain = gradient(net, judge, images, labels, KernelChoice.plain(), 1);
    float[] vectors = gradient(net, judge, images, labels, KernelChoice.fastest(), net.threads);
    assertThat(Arrays.equals(vectors, plain)).as("the same bits").isTrue();
    INDArray right = judge.gradient().gradient().reshape(plain.length);
    INDArray errors = Nd4j.createFromArray(plain).castTo(DataType.DOUBLE).sub(right);
    assertThat(errors.norm2Number().doubleValue())
        .isLessThan(1e-5 * right.norm2Number().doubleValue());
  }

  /** Transforms along rows serve inference, too, which folds batch norms into them. */
  @ParameterizedTest
  @MethodSource("nets")
  void outputsAreThoseOfDl4jInDoublePrecisionAndTheSameForAllKernelsAndThreads(Net net) {
    MultiLayerNetwork judge = new MultiLayerNetwork(net.configuration(DataType.DOUBLE));
    judge.init();
    INDArray images =
        Nd4j.createFromArray(pixels(new Random(4), net))
            .reshape(net.images, net.inputs(), net.height, net.width);
    INDArray right = judge.output(images.castTo(DataType.DOUBLE));
    INDArray plain = outputs(net, judge, images, KernelChoice.plain(), 1);
    INDArray vectors = outputs(net, judge, images, KernelChoice.fastest(), net.threads);
    assertThat(vectors).isEqualTo(plain);
    assertThat(plain.castTo(DataType.DOUBLE).sub(right).amaxNumber().doubleValue())
        .isLessThan(1e-5);
  }

  private static INDArray outputs(
      Net net, MultiLayerNetwork judge, INDArray images, Kernels kernels, int threads) {
    KernelChoice.use(kernels);
    try (FusedNetwork fused = new FusedNetwork(net.configuration(DataType.FLOAT), threads)) {
      fused.init();
      fused.params().assign(judge.params());
      return fused.output(images);
    }
  }

  private static float[] pixels(Random random, Net net) {
    float[] pixels = new float[net.images * net.inputs() * net.height * net.width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = 0.3f + (float) random.nextGaussian();
    }
    return pixels;
  }

  private static float[] gradient(
      Net net,
      MultiLayerNetwork judge,
      INDArray images,
      INDArray labels,
      Kernels kernels,
      int threads) {
    KernelChoice.use(kernels);
    try (FusedNetwork fused = new FusedNetwork(net.configuration(DataType.FLOAT), threads)) {
      fused.init();
      fused.params().assign(judge.params());
      fused.setInput(images);
      fused.setLabels(labels);
      fused.computeGradientAndScore();
      assertThat(fused.engine()).isEqualTo("fused");
      assertThat(fused.stack().stages().stream().filter(net::transforms))
          .as(net.toString())
          .hasSize(2);
      return fused.gradient().gradient().dup().data().asFloat();
    }
  }

  /** The transform of a kernel and its transpose: both give the same sum of products. */
  @Test
  void theGradientOfAKernelGoesBackByTheTransposeOfItsTransform() {
    Random random = new Random(1);
    int[] at = {8, 7, 6, 5, 4, 3, 2, 1, 0};
    float[] kernel = new float[9];
    float[] places = new float[Winograd.PLACES];
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] = random.nextFloat() - 0.5f;
    }
    for (int i = 0; i < places.length; i++) {
      places[i] = random.nextFloat() - 0.5f;
    }
    float[] transformed = new float[Winograd.PLACES];
    double[] scratch = new double[Winograd.SCRATCH];
    Winograd.kernel(kernel, at, 0, scratch, transformed, 0, 1);
    float[] gradient = new float[9];
    Winograd.kernelGradient(places, 0, scratch, gradient, at, 0);
    assertThat(product(transformed, places)).isCloseTo(product(kernel, gradient), within(1e-6));
  }

  /** The same of a row of a kernel. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theGradientOfAKernelsRowGoesBackByTheTransposeOfItsTransform(boolean vectors) {
    Kernels kernels = vectors ? KernelChoice.fastest() : KernelChoice.plain();
    Random random = new Random(1);
    float[] kernel = {0.3f, -0.7f, 0.9f};
    float[] transformed = new float[RowTiles.PLACES];
    RowTiles.kernel(kernel, new int[] {2, 1, 0}, 0, 2, transformed, 0, 1);
    float[] places = new float[RowTiles.PLACES];
    int weights = RowTiles.PLACES * Layout.LANES;
    float[] lanes = new float[weights + 3 * Layout.LANES];
    for (int p = 0; p < places.length; p++) {
      places[p] = random.nextFloat() - 0.5f;
      Arrays.fill(lanes, p * Layout.LANES, (p + 1) * Layout.LANES, places[p]);
    }
    kernels.kernelGradient(lanes, 0, Layout.LANES, weights);
    float[] turned = {
      lanes[weights + 2 * Layout.LANES], lanes[weights + Layout.LANES], lanes[weights]
    };
    assertThat(product(transformed, places)).isCloseTo(2 * product(kernel, turned), within(1e-6));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 24, 26, 101})
  void aRowIsCoveredByTilesOfFourAndThree(int outputs) {
    RowTiles tiles = RowTiles.of(outputs);
    int next = 0;
    for (int t = 0; t < tiles.count(); t++) {
      assertThat(tiles.start(t)).isEqualTo(next);
      next += t < tiles.fours() ? 4 : 3;
    }
    assertThat(next).isEqualTo(outputs);
    assertThat(tiles.products()).isLessThan(2 * outputs);
  }

  @Test
  void rowsAreTransformedWhereThatSavesEnough() {
    Window window = Window.of(pair(3), pair(1), pair(0), pair(1));
    assertThat(FusedNetwork.isWinogradAlongRows(window, 8, new Shape(8, 16, 16))).isTrue();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 8, new Shape(8, 14, 18))).isTrue();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 8, new Shape(8, 14, 14))).isFalse();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 8, new Shape(8, 100, 5))).isFalse();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 8, new Shape(8, 100, 2))).isFalse();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 8, new Shape(8, 100, 1))).isFalse();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 7, new Shape(16, 24, 24))).isFalse();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 16, new Shape(7, 24, 24))).isFalse();
    assertThat(FusedNetwork.isWinogradAlongRows(window, 32, new Shape(32, 22, 22))).isTrue();
    for (Window other :
        Arrays.asList(
            Window.of(new int[] {3, 5}, pair(1), pair(0), pair(1)),
            Window.of(pair(3), new int[] {1, 2}, pair(0), pair(1)),
            Window.of(pair(3), pair(1), pair(0), new int[] {2, 1}))) {
      assertThat(FusedNetwork.isWinogradAlongRows(other, 16, new Shape(16, 22, 22))).isFalse();
    }
  }

  private static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void itIsUsedWhereItSavesMuch() {
    Window window = Window.of(pair(3), pair(1), pair(0), pair(1));
    assertThat(FusedNetwork.isWinograd(window, 32, new Shape(32, 22, 22))).isTrue();
    assertThat(FusedNetwork.isWinograd(window, 31, new Shape(64, 22, 22))).isFalse();
    assertThat(FusedNetwork.isWinograd(window, 64, new Shape(31, 22, 22))).isFalse();
    assertThat(FusedNetwork.isWinograd(window, 36, new Shape(36, 9, 9))).isTrue();
    assertThat(FusedNetwork.isWinograd(window, 35, new Shape(36, 9, 9))).isFalse();
    assertThat(FusedNetwork.isWinograd(window, 512, new Shape(1024, 1, 1))).isFalse();
    // There, transforming the kernels takes longer than what is saved.
    assertThat(FusedNetwork.isWinograd(window, 256, new Shape(512, 5, 5))).isFalse();
    assertThat(FusedNetwork.isWinograd(window, 256, new Shape(128, 6, 6))).isTrue();
    for (Window other :
        Arrays.asList(
            Window.of(pair(5), pair(1), pair(0), pair(1)),
            Window.of(pair(3), pair(2), pair(0), pair(1)),
            Window.of(pair(3), pair(1), pair(0), pair(2)))) {
      assertThat(FusedNetwork.isWinograd(other, 64, new Shape(64, 22, 22))).isFalse();
    }
  }

  private static int[] pair(int number) {
    return new int[] {number, number};
  }

  /** Results say which arithmetic made them, and the engine does what they say. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "conv 32 3x3, conv 32 3x3, global avgpool, conv 10 1x1 plain",
        "conv 10 3x3, conv 12 3x3, global avgpool, conv 10 1x1 plain",
        "conv 7 3x3, conv 12 3x3, global avgpool, conv 10 1x1 plain",
        "conv 32 3x3, conv 32 3x3 groups 2, global avgpool, conv 10 1x1 plain",
        "conv 32 3x3, conv 32 3x3 stride 2, global avgpool, conv 10 1x1 plain",
        "conv 40 3x3, maxpool 2, conv 40 3x3, conv 40 3x3, global avgpool, conv 10 1x1 plain",
        "conv 32 1x1, depthwise 3x3 pad 1, conv 64 3x3 pad 1, add 2 through 1x1, conv 10 28x28 plain"
      })
  void resultsNameItWhereItIsUsed(String blocks) {
    Stack model = Stack.of("conv-bn-relu").blocks(blocks.split(", "));
    MultiLayerNetwork network = new MultiLayerNetwork(model.configuration(new Sgd(0.1), 1));
    network.init();
    boolean tiles;
    boolean rows;
    try (FusedNetwork fused = FusedNetwork.of(network)) {
      fused.output(Nd4j.zeros(1, 1, 28, 28));
      List<Convolution> convolutions =
          fused.stack().stages().stream()
              .filter(Convolution.class::isInstance)
              .map(Convolution.class::cast)
              .toList();
      tiles = convolutions.stream().anyMatch(Winograd::suits);
      rows = convolutions.stream().anyMatch(RowTiles::suits);
    }
    assertThat(Engine.FUSED.version(model))
        .isEqualTo(Text.of("fused lanes-2%s%s", tiles ? "-winograd" : "", rows ? "-rows" : ""));
    assertThat(Engine.DL4J.version(model)).isEqualTo("dl4j");
  }
}
