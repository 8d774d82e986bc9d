package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** DL4J's own results are the oracle. */
class FusedNetworkTest {
  private static final double TOLERANCE = 1e-4;

  static IntStream seeds() {
    return IntStream.range(0, 300);
  }

  @AfterEach
  void theKernelsAreThoseOfEverybodyAgain() {
    KernelChoice.use(null);
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void givenARandomStackThenItTrainsAndInfersAsDl4jDoes(int seed) {
    // Vector kernels are slow until they are compiled; each kind of stack comes up with them, too.
    KernelChoice.use(seed % 20 == 0 ? KernelChoice.fastest() : KernelChoice.plain());
    Random random = new Random(seed);
    int channels = random.nextInt(4) == 0 ? 1 + random.nextInt(20) : 1;
    int size = 7 + random.nextInt(6);
    MultiLayerConfiguration configuration = randomStack(random, channels, size);
    int batch = random.nextInt(5) == 0 ? 1 : 1 + random.nextInt(13);
    try (Pair pair = new Pair(configuration)) {
      // Offsets other than 0: the slope of LeakyReLU at 0 itself is a matter of taste, and a
      // channel
      // that is 0 throughout is just there.
      for (int i = 0; i < pair.plain.getnLayers(); i++) {
        INDArray beta = pair.plain.getLayer(i).paramTable().get("beta");
        for (int c = 0; beta != null && c < beta.length(); c++) {
          beta.putScalar(c, 0.1 + random.nextFloat());
        }
      }
      int classes = (int) pair.fused.output(images(random, 1, channels, size)).size(1);
      for (int step = 0; step < 2; step++) {
        int images = step == 0 ? batch : 1 + random.nextInt(batch);
        DataSet data =
            new DataSet(
                images(random, images, channels, size), labels(random, images, classes, step == 1));
        pair.fused.params().assign(pair.plain.params());
        compute(pair.plain, data);
        compute(pair.fused, data);
        assertThat(pair.fused.engine()).isEqualTo("fused");
        // Deeplearning4j's score leaves out what goes beyond a probability of 1e-10.
        if (pair.plain.output(data.getFeatures(), true).minNumber().doubleValue() > 1e-9) {
          assertThat(pair.fused.score())
              .isCloseTo(pair.plain.score(), within(TOLERANCE * (1 + pair.plain.score())));
        }
        assertClose(pair.fused.gradient().gradient(), pair.plain.gradient().gradient());
        if (step == 0) {
          pair.plain.fit(data);
          pair.fused.fit(data);
          assertClose(pair.fused.params(), pair.plain.params());
        }
      }
      pair.fused.params().assign(pair.plain.params());
      INDArray images = images(random, 1 + random.nextInt(40), channels, size);
      assertClose(pair.fused.output(images), pair.plain.output(images));
    }
  }

  /**
   * So many channels that there are many blocks and tiles. Of half a million outcomes a few are so
   * near to 0 that rounding decides what a ReLU does, hence none there.
   */
  @ParameterizedTest
  @CsvSource({"32, 64, 24, 18, RELU", "128, 256, 10, 34, RELU", "256, 512, 8, 66, IDENTITY"})
  void theGradientsOfALargeConvolutionAreDl4js(
      int inputs, int outputs, int size, int count, Activation activation) {
    Random random = new Random(3);
    NeuralNetConfiguration.ListBuilder list = base(new Sgd(0.05));
    list.layer(convolution(inputs, 3, 1, 0, true, Activation.RELU));
    list.layer(convolution(outputs, 3, 1, 0, true, activation));
    list.layer(new BatchNormalization());
    list.layer(new GlobalPoolingLayer(PoolingType.AVG));
    list.layer(output(10));
    try (Pair pair = new Pair(list.setInputType(InputType.convolutional(size, size, 1)).build())) {
      DataSet data = new DataSet(images(random, count, 1, size), labels(random, count, 10, false));
      compute(pair.plain, data);
      compute(pair.fused, data);
      assertThat(pair.fused.engine()).isEqualTo("fused");
      assertClose(pair.fused.gradient().gradient(), pair.plain.gradient().gradient());
    }
  }

  private static void compute(MultiLayerNetwork network, DataSet data) {
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
  }

  private static void assertClose(INDArray actual, INDArray expected) {
    assertThat(actual.shape()).isEqualTo(expected.shape());
    double error = actual.sub(expected).norm2Number().doubleValue();
    assertThat(error).isLessThan(TOLERANCE * (1e-3 + expected.norm2Number().doubleValue()));
  }

  @Test
  void plainAndVectorKernelsGiveTheSameBits() {
    for (int seed = 0; seed < 25; seed++) {
      Random random = new Random(seed);
      int channels = 1 + random.nextInt(3);
      MultiLayerConfiguration configuration = randomStack(random, channels, 12);
      DataSet data = null;
      List<INDArray> found = new ArrayList<>();
      for (Kernels kernels : List.of(KernelChoice.plain(), KernelChoice.fastest())) {
        KernelChoice.use(kernels);
        try (FusedNetwork network = new FusedNetwork(configuration.clone(), 1 + seed % 3)) {
          network.init();
          if (data == null) {
            int classes = (int) network.output(images(random, 1, channels, 12)).size(1);
            int count = 1 + random.nextInt(40);
            data =
                new DataSet(
                    images(random, count, channels, 12), labels(random, count, classes, true));
          }
          network.fit(data);
          network.fit(data);
          found.add(network.params().dup());
          found.add(network.output(data.getFeatures()));
        }
      }
      assertThat(found.get(2)).as("parameters of stack " + seed).isEqualTo(found.get(0));
      assertThat(found.get(3)).as("outputs of stack " + seed).isEqualTo(found.get(1));
    }
  }

  /** Windows of nine taps that move by one pixel have kernels of their own. */
  @ParameterizedTest
  @CsvSource({
    "3, 3, 0, 0, 1", "3, 3, 1, 1, 1", "3, 3, 2, 2, 1", "3, 3, 0, 2, 1", "3, 3, 3, 0, 1",
    "3, 3, 0, 0, 2", "3, 3, 2, 1, 2", "3, 3, 4, 4, 2", "1, 9, 0, 4, 1", "9, 1, 8, 0, 1",
    "2, 2, 0, 0, 1", "5, 5, 2, 2, 1"
  })
  void depthwiseConvolutionsTrainAsDl4jsDo(
      int height, int width, int padHeight, int padWidth, int dilation) {
    MultiLayerConfiguration configuration =
        base()
            .layer(convolution(5, 3, 1, 0, false, Activation.RELU))
            .layer(
                new DepthwiseConvolution2D.Builder(height, width)
                    .nOut(5)
                    .padding(padHeight, padWidth)
                    .dilation(dilation, dilation)
                    .activation(Activation.IDENTITY)
                    .build())
            .layer(convolution(6, 1, 1, 0, true, Activation.RELU))
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(10)
                    .build())
            .setInputType(InputType.convolutional(14, 14, 1))
            .build();
    Random random = new Random(height);
    DataSet data = new DataSet(images(random, 37, 1, 14), labels(random, 37, 10, false));
    List<INDArray> found = new ArrayList<>();
    for (Kernels kernels : List.of(KernelChoice.plain(), KernelChoice.fastest())) {
      for (int threads : List.of(1, 5)) {
        KernelChoice.use(kernels);
        try (FusedNetwork network = new FusedNetwork(configuration.clone(), threads)) {
          network.init();
          for (int i = 0; i < 3; i++) {
            network.fit(data);
          }
          found.add(network.params().dup());
        }
      }
    }
    assertThat(found).allMatch(found.get(0)::equals);
    MultiLayerNetwork plain = new MultiLayerNetwork(configuration);
    plain.init();
    for (int i = 0; i < 3; i++) {
      plain.fit(data);
    }
    assertClose(found.get(0), plain.params());
  }

  @Test
  void aClosedNetworkSaysSo() {
    FusedNetwork network = new FusedNetwork(tinyNet(1, Activation.RELU));
    network.init();
    DataSet data = data(new Random(5), 3);
    network.output(data.getFeatures());
    network.close();
    assertThatThrownBy(() -> network.output(data.getFeatures()))
        .hasMessageStartingWith("The network is closed");
    assertThatThrownBy(() -> network.fit(data)).hasMessageStartingWith("The network is closed");
    assertThatThrownBy(() -> network.logits(data.getFeatures(), new float[30]))
        .hasMessageStartingWith("The network is closed");
  }

  @Test
  void aNetworkWithThreadsIsNotWrittenAsAnObject() throws IOException {
    try (FusedNetwork network = new FusedNetwork(tinyNet(1, Activation.RELU));
        ObjectOutputStream out = new ObjectOutputStream(new ByteArrayOutputStream())) {
      network.init();
      assertThatThrownBy(() -> out.writeObject(network))
          .isInstanceOf(NotSerializableException.class)
          .hasMessageContaining("save it as a file");
    }
  }

  @Test
  void theThreadsOfANetworkThatNobodyHasAnyMoreEnd() throws InterruptedException {
    long before = threads();
    for (int i = 0; i < 3; i++) {
      leave();
    }
    for (int i = 0; i < 1_000 && threads() > before; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertThat(threads()).isLessThanOrEqualTo(before);
  }

  /** In a method of its own, so that no frame holds the network any more. */
  private static void leave() {
    FusedNetwork network = new FusedNetwork(tinyNet(1, Activation.RELU), 2);
    network.init();
    network.output(data(new Random(5), 3).getFeatures());
  }

  private static long threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("kilonet-fused"))
        .count();
  }

  @Test
  void imagesOfAnotherShapeAreComputedAsDl4jDoesOrRefusedAsItDoes() {
    NeuralNetConfiguration.ListBuilder list = base(new Sgd(0.05));
    list.layer(convolution(5, 3, 1, 1, true, Activation.RELU));
    list.layer(new BatchNormalization());
    list.layer(new GlobalPoolingLayer(PoolingType.AVG));
    list.layer(output(10));
    Random random = new Random(5);
    try (Pair pair = new Pair(list.setInputType(InputType.convolutional(28, 28, 1)).build())) {
      for (int size : new int[] {28, 20, 12, 28, 64, 6, 28}) {
        DataSet data = new DataSet(images(random, 5, 1, size), labels(random, 5, 10, false));
        pair.plain.fit(data);
        pair.fused.fit(data);
        assertClose(pair.fused.params(), pair.plain.params());
        assertClose(pair.fused.output(data.getFeatures()), pair.plain.output(data.getFeatures()));
      }
      INDArray colours = images(random, 5, 3, 28);
      assertThatThrownBy(() -> pair.plain.output(colours)).isInstanceOf(RuntimeException.class);
      assertThatThrownBy(() -> pair.fused.output(colours)).isInstanceOf(RuntimeException.class);
      assertThat(pair.fused.engine()).isEqualTo("fused");
      INDArray again = images(random, 5, 1, 28);
      assertClose(pair.fused.output(again), pair.plain.output(again));
    }
  }

  @Test
  void whatIsNoNumberGoesThroughAllLayersAndIsRefusedInImages() {
    DataSet data = data(new Random(6), 20);
    try (FusedNetwork network = new FusedNetwork(tinyNet(0.9, Activation.RELU))) {
      network.init();
      INDArray spoilt = data.getFeatures().dup();
      spoilt.putScalar(new int[] {7, 0, 3, 3}, Float.NaN);
      assertThatThrownBy(() -> network.output(spoilt))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("Image 7 of the batch, counted from 0, has the value NaN");
      INDArray before = network.params().dup();
      assertThatThrownBy(() -> network.fit(new DataSet(spoilt, data.getLabels())))
          .hasMessageContaining("Image 7");
      assertThat(network.params()).isEqualTo(before);
      network.getLayer(0).getParam("W").putScalar(0, Float.NaN);
      network.fit(data);
      assertThat(network.score()).isNaN();
      assertThat(network.output(data.getFeatures()).sumNumber().doubleValue()).isNaN();
    }
  }

  /** At these places a pooling leaves it out, or a ReLU makes 0 of it. */
  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void anImageWithNoNumberIsRefusedAlsoWhereNothingComesOfIt(float spoilt) {
    MultiLayerConfiguration net =
        kilonet.model.Stack.of("conv-bn-relu")
            .maxPool(3)
            .conv(6)
            .globalAveragePool()
            .plain(10, 1)
            .configuration(new Sgd(0.1), 1);
    try (FusedNetwork network = new FusedNetwork(net)) {
      network.init();
      INDArray labels = Nd4j.eye(10);
      for (int place : new int[] {0, 5 * 784 + 400, 9 * 784 + 783}) {
        INDArray images = Nd4j.rand(10, 1, 28, 28);
        images.reshape(10 * 784).putScalar(place, spoilt);
        assertThatThrownBy(() -> network.output(images))
            .hasMessageContaining("Image " + place / 784 + " of the batch, ");
        assertThatThrownBy(() -> network.fit(new DataSet(images, labels)))
            .hasMessageContaining("Image " + place / 784 + " of the batch, ");
      }
    }
  }

  @Test
  void outputsAskedForByManyThreadsAreThoseOfOne() throws Exception {
    DataSet data = data(new Random(7), 40);
    try (FusedNetwork network = new FusedNetwork(tinyNet(1, Activation.RELU))) {
      network.init();
      INDArray expected = network.output(data.getFeatures());
      ExecutorService threads = Executors.newFixedThreadPool(8);
      List<Future<Boolean>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        all.add(
            threads.submit(
                () -> {
                  boolean equal = true;
                  for (int k = 0; k < 50; k++) {
                    equal &= network.output(data.getFeatures()).equals(expected);
                  }
                  return equal;
                }));
      }
      for (Future<Boolean> one : all) {
        assertThat(one.get()).isTrue();
      }
      threads.shutdown();
    }
  }

  @Test
  void imagesThatNoArrayHoldsAreRefusedInASentence() {
    INDArray large = Nd4j.createUninitialized(DataType.FLOAT, 1, 1, 5_800, 5_800);
    MultiLayerConfiguration net =
        kilonet.model.Stack.of("conv-bn-relu")
            .conv(8)
            .globalAveragePool()
            .plain(10, 1)
            .configuration(new Sgd(0.1), 1);
    try (FusedNetwork network = new FusedNetwork(net)) {
      network.init();
      assertThatThrownBy(() -> network.output(large))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("use smaller images, or fewer channels.");
    }
  }

  /** A sample of the same work, beside it, would take as much memory again. */
  @Test
  void largeImagesHaveTheirOwnThreadsWarmUp() {
    Set<Thread> before = warmUps();
    KernelChoice.use(null);
    MultiLayerConfiguration large =
        kilonet.model.Stack.of("conv-bn-relu")
            .input(1, 300, 300)
            .conv(6)
            .conv(6)
            .globalAveragePool()
            .plain(10, 1)
            .configuration(new Sgd(0.1), 1);
    try (FusedNetwork network = new FusedNetwork(large, 1)) {
      network.init();
      do {
        network.output(Nd4j.create(DataType.FLOAT, 1, 1, 300, 300), false);
        assertThat(before).containsAll(warmUps());
      } while (!KernelChoice.isWarm());
    }
  }

  @Test
  void manyImagesAtOnceGoOverToVectors() {
    Set<Thread> before = warmUps();
    KernelChoice.use(null);
    MultiLayerConfiguration net =
        kilonet.model.Stack.of("conv-bn-relu")
            .conv(16)
            .conv(16)
            .globalAveragePool()
            .plain(10, 1)
            .configuration(new Sgd(0.1), 1);
    try (FusedNetwork network = new FusedNetwork(net, 1)) {
      network.init();
      network.output(Nd4j.create(DataType.FLOAT, 300, 1, 28, 28), false);
      assertThat(KernelChoice.isWarm()).isTrue();
      assertThat(before).containsAll(warmUps());
    }
  }

  private static Set<Thread> warmUps() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("kilonet-fused-warm-up"))
        .collect(Collectors.toSet());
  }

  @Test
  void onlyOneThreadTrains() throws Exception {
    DataSet data = data(new Random(8), 20);
    try (FusedNetwork network = new FusedNetwork(tinyNet(1, Activation.RELU))) {
      network.init();
      CompletableFuture<Throwable> other = new CompletableFuture<>();
      network.setListeners(
          new BaseTrainingListener() {
            @Override
            public void iterationDone(Model model, int iteration, int epoch) {
              Thread thread =
                  new Thread(
                      () -> {
                        try {
                          network.fit(data);
                          other.complete(null);
                        } catch (IllegalStateException e) {
                          other.complete(e);
                        }
                      });
              thread.start();
              other.join();
            }
          });
      network.fit(data);
      assertThat(other.get()).hasMessageContaining("Another thread is training this network");
    }
  }

  @Test
  void batchesOfOneUpdateDropDifferently() {
    DataSet data = data(new Random(9), 20);
    try (FusedNetwork network = new FusedNetwork(tinyNet(0.5, Activation.RELU))) {
      network.init();
      List<INDArray> gradients = new ArrayList<>();
      for (int microBatch : new int[] {0, 1, 0}) {
        network.microBatch(microBatch);
        compute(network, data);
        gradients.add(network.gradient().gradient().dup());
      }
      assertThat(gradients.get(1)).isNotEqualTo(gradients.get(0));
      assertThat(gradients.get(2)).isEqualTo(gradients.get(0));
    }
  }

  @Test
  void batchNormOverOneValueIsNeutral() {
    NeuralNetConfiguration.ListBuilder list = base(new Sgd(0.05));
    list.layer(convolution(4, 12, 1, 0, false, Activation.IDENTITY));
    list.layer(new BatchNormalization());
    list.layer(output(10));
    try (FusedNetwork network =
        new FusedNetwork(list.setInputType(InputType.convolutional(12, 12, 1)).build())) {
      network.init();
      compute(network, data(new Random(10), 1));
      assertThat(network.score()).isCloseTo(Math.log(10), within(1e-6));
    }
  }

  @Test
  void fiftyStepsStayTogether() {
    // No kinks: where an activation is almost 0, or two are almost the same, rounding decides which
    // way a gradient goes, and two sound computations part.
    Random random = new Random(1);
    try (Pair pair = new Pair(tinyNet(1, Activation.IDENTITY))) {
      for (int i = 0; i < 50; i++) {
        DataSet data = data(random, 16);
        pair.plain.fit(data);
        pair.fused.fit(data);
      }
      double apart = pair.fused.params().sub(pair.plain.params()).norm2Number().doubleValue();
      assertThat(apart).isLessThan(TOLERANCE * pair.plain.params().norm2Number().doubleValue());
      assertThat(pair.fused.getIterationCount()).isEqualTo(50);
    }
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void theSharedUpdaterDoesBitForBitWhatDl4jsUpdaterDoes(IUpdater updater) {
    Random random = new Random(11);
    MultiLayerConfiguration configuration = tinyNet(0.9, Activation.RELU, updater);
    try (FusedNetwork shared = new FusedNetwork(configuration);
        FusedNetwork blocks = new FusedNetwork(configuration.clone())) {
      shared.init();
      blocks.init(shared.params().dup(), false);
      for (int step = 0; step < 4; step++) {
        DataSet data = data(random, 10);
        shared.fit(data);
        compute(blocks, data);
        Gradient gradient = blocks.gradient();
        blocks.getUpdater().update(blocks, gradient, step, 0, 10, LayerWorkspaceMgr.noWorkspaces());
        blocks.params().subi(gradient.gradient().reshape(blocks.params().shape()));
        blocks.getLayerWiseConfigurations().setIterationCount(step + 1);
        assertThat(shared.params()).isEqualTo(blocks.params());
      }
    }
  }

  static Stream<IUpdater> updaters() {
    return Stream.of(new Nesterovs(0.02, 0.9), new Adam(0.003), new AMSGrad(0.003));
  }

  @Test
  void anEpochFromAnIteratorIsItsBatchesOneByOneAndIsToldToListenersAsDl4jTells() {
    List<DataSet> all = data(new Random(12), 50).asList();
    List<String> heard = new ArrayList<>();
    List<String> expected = new ArrayList<>();
    try (Pair pair = new Pair(tinyNet(1, Activation.IDENTITY));
        FusedNetwork single = FusedNetwork.of(pair.plain)) {
      pair.fused.setListeners(new Ears(heard));
      pair.plain.setListeners(new Ears(expected));
      pair.fused.fit(new ListDataSetIterator<>(all, 20), 2);
      pair.plain.fit(new ListDataSetIterator<>(all, 20), 2);
      for (int epoch = 0; epoch < 2; epoch++) {
        new ListDataSetIterator<>(all, 20).forEachRemaining(single::fit);
      }
      assertThat(heard).isEqualTo(expected).hasSize(10);
      assertThat(pair.fused.params()).isEqualTo(single.params());
      assertThat(pair.fused.getEpochCount()).isEqualTo(2);
      assertThat(pair.fused.getIterationCount()).isEqualTo(6);
    }
  }

  /** Writes down what a listener is told, and when. */
  private static final class Ears extends BaseTrainingListener {
    private final List<String> heard;

    Ears(List<String> heard) {
      this.heard = heard;
    }

    @Override
    public void onEpochStart(Model model) {
      heard.add("start " + ((MultiLayerNetwork) model).getEpochCount());
    }

    @Override
    public void iterationDone(Model model, int iteration, int epoch) {
      heard.add("step " + iteration + " of " + epoch);
    }

    @Override
    public void onEpochEnd(Model model) {
      heard.add("end " + ((MultiLayerNetwork) model).getEpochCount());
    }
  }

  @Test
  void resultsAreTheSameBitForBitWhateverTheNumberOfThreads() {
    INDArray one = trained(1, 6);
    assertThat(trained(2, 6)).isEqualTo(one);
    assertThat(trained(3, 6)).isEqualTo(one);
  }

  private static INDArray trained(int threads, int steps) {
    Random random = new Random(2);
    FusedNetwork network = new FusedNetwork(tinyNet(0.8, Activation.RELU), threads);
    network.init();
    for (int i = 0; i < steps; i++) {
      network.fit(data(random, 37));
    }
    INDArray result = network.params().dup();
    network.close();
    return result;
  }

  @Test
  void resultsAreTheSameBitForBitAfterSaveAndResume() throws IOException {
    Random random = new Random(3);
    DataSet[] data = IntStream.range(0, 6).mapToObj(i -> data(random, 20)).toArray(DataSet[]::new);
    FusedNetwork through = new FusedNetwork(tinyNet(0.7, Activation.RELU));
    through.init();
    ByteArrayOutputStream saved = new ByteArrayOutputStream();
    for (int i = 0; i < 6; i++) {
      if (i == 3) {
        ModelSerializer.writeModel(through, saved, true);
      }
      through.fit(data[i]);
    }
    MultiLayerNetwork opened =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(saved.toByteArray()), true);
    assertThat(opened.getClass()).isEqualTo(MultiLayerNetwork.class);
    FusedNetwork resumed = FusedNetwork.of(opened);
    for (int i = 3; i < 6; i++) {
      resumed.fit(data[i]);
    }
    assertThat(resumed.params()).isEqualTo(through.params());
    assertThat(resumed.getUpdater().getStateViewArray())
        .isEqualTo(through.getUpdater().getStateViewArray());
    through.close();
    resumed.close();
  }

  @Test
  void whatIsSavedDoesNotNameKilonet() throws IOException {
    FusedNetwork network = new FusedNetwork(tinyNet(0.7, Activation.RELU));
    network.init();
    assertThat(network.getLayerWiseConfigurations().toJson()).doesNotContain("kilonet");
    network.close();
  }

  @Test
  void dropoutsGradientIsTheSlopeOfTheScore() {
    // Without a kink in the activation the score is smooth, and the mask of a step is fixed.
    Random random = new Random(4);
    FusedNetwork network = new FusedNetwork(tinyNet(0.6, Activation.IDENTITY));
    network.init();
    DataSet data = data(random, 24);
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    INDArray gradient = trainable(network, network.gradient().gradient().dup()).divi(24);
    double slope = gradient.norm2Number().doubleValue();
    INDArray step = gradient.mul(0.01 / slope);
    INDArray start = network.params().dup();
    network.params().assign(start.add(step));
    network.computeGradientAndScore();
    double above = network.score();
    network.params().assign(start.sub(step));
    network.computeGradientAndScore();
    double below = network.score();
    assertThat((above - below) / 0.02).isCloseTo(slope, within(0.01 * slope));
    network.close();
  }

  /** Running means and variances are no parameters of the score. */
  private static INDArray trainable(MultiLayerNetwork network, INDArray gradient) {
    long at = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      for (var entry : network.getLayer(i).paramTable().entrySet()) {
        long length = entry.getValue().length();
        if (!network.getLayer(i).updaterDivideByMinibatch(entry.getKey())) {
          for (long k = at; k < at + length; k++) {
            gradient.putScalar(k, 0);
          }
        }
        at += length;
      }
    }
    return gradient;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.05, 0.5, 0.9, 0.99, 0.9999})
  void dropoutDropsEachActivationWithTheSameProbabilityWhateverItsNeighboursDo(double retain) {
    int units = 10_000;
    int images = 200;
    double total = 0;
    double neighbours = 0;
    double both = 0;
    int[] numbers = new int[DropoutMask.NUMBERS];
    boolean[] before = new boolean[units];
    for (int image = 0; image < images; image++) {
      if (image % 16 == 0) {
        DropoutMask.draw(retain, 7, 2, 11, 0, image, numbers);
      }
      boolean[] now = new boolean[units];
      for (int i = 0; i < units; i++) {
        now[i] = DropoutMask.drops(numbers[image % 16], numbers[16 + image % 16], i);
        total += now[i] ? 1 : 0;
        neighbours += i > 0 && now[i] && now[i - 1] ? 1 : 0;
        both += now[i] && before[i] ? 1 : 0;
      }
      before = now;
    }
    // Five standard deviations; pairs are independent.
    assertShare(total, (double) units * images, 1 - retain);
    assertShare(neighbours, (units - 1.0) * images, (1 - retain) * (1 - retain));
    assertShare(both, units * (images - 1.0), (1 - retain) * (1 - retain));
  }

  private static void assertShare(double seen, double of, double share) {
    assertThat(seen / of)
        .isCloseTo(share, within(5 * Math.sqrt(share * (1 - share) / of) + 2 / of));
  }

  @Test
  void dropoutDependsOnSeedLayerStepAndImageAndOnNothingElse() {
    boolean[] first = draw(1, 2, 3, 0, 4);
    assertThat(draw(9, 2, 3, 0, 4)).isNotEqualTo(first);
    assertThat(draw(1, 9, 3, 0, 4)).isNotEqualTo(first);
    assertThat(draw(1, 2, 9, 0, 4)).isNotEqualTo(first);
    assertThat(draw(1, 2, 3, 1, 4)).isNotEqualTo(first);
    assertThat(draw(1, 2, 3, 0, 9)).isNotEqualTo(first);
    assertThat(draw(1, 2, 3, 0, 4)).isEqualTo(first);
  }

  /** What is dropped of 640 units of an image, wherever its group begins. */
  private static boolean[] draw(long seed, int layer, int step, int microBatch, int image) {
    int[] numbers = new int[DropoutMask.NUMBERS];
    int lane = image % 3;
    DropoutMask.draw(0.5, seed, layer, step, microBatch, image - lane, numbers);
    boolean[] dropped = new boolean[640];
    for (int i = 0; i < dropped.length; i++) {
      dropped[i] = DropoutMask.drops(numbers[lane], numbers[16 + lane], i);
    }
    return dropped;
  }

  @Test
  void aRetainedShareOfOneKeepsAll() {
    int[] numbers = new int[DropoutMask.NUMBERS];
    DropoutMask.draw(1, 1, 2, 3, 0, 4, numbers);
    for (int i = 0; i < 1_000; i++) {
      assertThat(DropoutMask.drops(numbers[0], numbers[16], i)).isFalse();
    }
  }

  @Test
  void dropoutZeroesItsShareOfEveryActivationAndScalesTheRestByItsInverse() {
    // 19 channels are more than one block in memory, and no whole number of blocks.
    int units = 19 * 3 * 2;
    int images = 64;
    NeuralNetConfiguration.ListBuilder list = base(new Sgd(1));
    list.layer(new DropoutLayer(0.25));
    list.layer(
        new OutputLayer.Builder(LossFunction.MCXENT)
            .nIn(units)
            .nOut(2)
            .activation(Activation.SOFTMAX)
            .build());
    FusedNetwork network =
        new FusedNetwork(list.setInputType(InputType.convolutional(3, 2, 19)).build());
    network.init();
    network.params().assign(0);
    INDArray labels = Nd4j.zeros(images, 2);
    labels.getColumn(0).assign(1);
    network.setInput(Nd4j.ones(images, 19, 3, 2));
    network.setLabels(labels);
    network.computeGradientAndScore();
    // All weights are 0, so each image adds (1/2 - 1) 1/0.25 = -2 to the gradient of what it keeps.
    INDArray gradient = network.gradient().getGradientFor("1_W").getColumn(0);
    double total = 0;
    for (int i = 0; i < units; i++) {
      double kept = gradient.getDouble(i) / -2;
      assertThat(kept).isEqualTo(Math.rint(kept)).isBetween(1.0, 40.0);
      total += kept;
    }
    assertShare(total, (double) units * images, 0.25);
    assertThat(network.engine()).isEqualTo("fused");
    network.close();
  }

  @Test
  void countsWhatTheTrainingPassClassifiedRightly() {
    Random random = new Random(5);
    FusedNetwork network = new FusedNetwork(tinyNet(1, Activation.RELU));
    network.init();
    DataSet data = data(random, 30);
    INDArray truth = data.getLabels().argMax(1);
    for (int i = 0; i < 30; i++) {
      network.fit(data);
    }
    MultiLayerNetwork plain = new MultiLayerNetwork(tinyNet(1, Activation.RELU));
    plain.init(network.params().dup(), false);
    INDArray guess = plain.output(data.getFeatures(), true).argMax(1);
    int right = guess.eq(truth).castTo(truth.dataType()).sumNumber().intValue();
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
    assertThat(network.correctInLastBatch()).isEqualTo(right).isGreaterThan(20);
    network.close();
  }

  @Test
  void anUnsupportedLayerIsNamedAndLeftToDl4j() {
    MultiLayerConfiguration configuration =
        base()
            .layer(convolution(4, 3, 1, 0, false, Activation.RELU))
            .layer(new LocalResponseNormalization())
            .layer(
                new OutputLayer.Builder(LossFunction.MCXENT)
                    .activation(Activation.SOFTMAX)
                    .nOut(10)
                    .build())
            .setInputType(InputType.convolutional(12, 12, 1))
            .build();
    try (Pair pair = new Pair(configuration)) {
      DataSet data = data(new Random(6), 5);
      pair.plain.fit(data);
      pair.fused.fit(data);
      assertThat(pair.fused.engine())
          .isEqualTo("dl4j: layer 1 (LocalResponseNormalization): is not supported here");
      assertThat(pair.fused.params()).isEqualTo(pair.plain.params());
    }
  }

  /** The same network twice: DL4J's and ours. */
  private static final class Pair implements AutoCloseable {
    final MultiLayerNetwork plain;
    final FusedNetwork fused;

    Pair(MultiLayerConfiguration configuration) {
      plain = new MultiLayerNetwork(configuration);
      plain.init();
      fused = FusedNetwork.of(plain);
    }

    @Override
    public void close() {
      fused.close();
    }
  }

  private static NeuralNetConfiguration.ListBuilder base() {
    return base(new Nesterovs(0.02, 0.9));
  }

  private static NeuralNetConfiguration.ListBuilder base(IUpdater updater) {
    return new NeuralNetConfiguration.Builder()
        .seed(12)
        .updater(updater)
        .weightInit(WeightInit.RELU)
        .list();
  }

  private static ConvolutionLayer convolution(
      int out, int kernel, int stride, int pad, boolean bias, Activation activation) {
    return new ConvolutionLayer.Builder(
            new int[] {kernel, kernel}, new int[] {stride, stride}, new int[] {pad, pad})
        .nOut(out)
        .hasBias(bias)
        .activation(activation)
        .build();
  }

  private static ConvolutionLayer dilated(ConvolutionLayer layer, int dilation) {
    layer.setDilation(new int[] {dilation, dilation});
    return layer;
  }

  private static DepthwiseConvolution2D depthwise(
      int multiplier, int kernel, int stride, int pad, boolean bias, Activation activation) {
    return new DepthwiseConvolution2D.Builder(
            new int[] {kernel, kernel}, new int[] {stride, stride}, new int[] {pad, pad})
        .depthMultiplier(multiplier)
        .hasBias(bias)
        .activation(activation)
        .build();
  }

  static MultiLayerConfiguration tinyNet(double retain, Activation activation) {
    return tinyNet(retain, activation, new Nesterovs(0.02, 0.9));
  }

  private static MultiLayerConfiguration tinyNet(
      double retain, Activation activation, IUpdater updater) {
    NeuralNetConfiguration.ListBuilder list = base(updater);
    list.layer(convolution(6, 3, 1, 0, false, Activation.IDENTITY));
    list.layer(new BatchNormalization());
    list.layer(new ActivationLayer(activation));
    list.layer(new DropoutLayer(retain));
    list.layer(
        new SubsamplingLayer.Builder(
                activation == Activation.RELU
                    ? SubsamplingLayer.PoolingType.MAX
                    : SubsamplingLayer.PoolingType.AVG,
                new int[] {2, 2},
                new int[] {2, 2})
            .build());
    list.layer(convolution(17, 3, 1, 1, true, activation));
    list.layer(new BatchNormalization());
    list.layer(new DropoutLayer(retain));
    list.layer(convolution(10, 5, 1, 0, false, Activation.IDENTITY));
    list.layer(new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build());
    return list.setInputType(InputType.convolutional(12, 12, 1)).build();
  }

  private static MultiLayerConfiguration randomStack(Random random, int channels, int size) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder()
            .seed(random.nextInt(1_000))
            .updater(random.nextBoolean() ? new Nesterovs(0.02, 0.9) : new Sgd(0.05))
            .l2(random.nextInt(3) == 0 ? 1e-3 : 0)
            .weightInit(WeightInit.RELU)
            .list();
    int width = size;
    int in = channels;
    int blocks = 1 + random.nextInt(3);
    for (int i = 0; i < blocks; i++) {
      int kernel = Math.min(width, new int[] {1, 3, 3, 5, 7, 2}[random.nextInt(6)]);
      int stride = random.nextInt(4) == 0 ? 2 : 1;
      int pad = random.nextInt(kernel / 2 + 1);
      int dilation = 2 * kernel - 1 <= width && random.nextInt(4) == 0 ? 2 : 1;
      boolean bias = random.nextBoolean();
      int out = 1 + random.nextInt(36);
      Activation activation = random.nextBoolean() ? Activation.RELU : Activation.IDENTITY;
      int before = width;
      width = (width + 2 * pad - kernel) / stride + 1;
      // DL4J's own depthwise convolution fails where one number or one channel comes out.
      boolean depthwise = random.nextInt(4) == 0 && kernel > 1 && width > 1 && (i == 0 || in > 1);
      int multiplier = i == 0 ? 2 + out % 2 : 1;
      list.layer(
          depthwise
              ? depthwise(multiplier, kernel, stride, pad, bias, activation)
              : dilated(convolution(out, kernel, stride, pad, bias, activation), dilation));
      if (!depthwise) {
        width = before + 2 * pad - ((kernel - 1) * dilation + 1);
        width = width / stride + 1;
      }
      in = depthwise ? in * multiplier : out;
      if (random.nextInt(3) > 0) {
        list.layer(
            new BatchNormalization.Builder()
                .useLogStd(random.nextBoolean())
                .decay(0.8)
                .eps(0.05)
                .build());
      }
      if (random.nextInt(3) > 0) {
        list.layer(
            random.nextBoolean()
                ? new ActivationLayer(Activation.RELU)
                : new ActivationLayer(new ActivationLReLU(0.1)));
      }
      if (random.nextInt(3) == 0 && width >= 4) {
        int pooled = 2 + random.nextInt(2);
        int pooledPad = random.nextInt(3) == 0 ? 1 : 0;
        list.layer(
            new SubsamplingLayer.Builder(
                    random.nextBoolean()
                        ? SubsamplingLayer.PoolingType.MAX
                        : SubsamplingLayer.PoolingType.AVG,
                    new int[] {pooled, pooled},
                    new int[] {2, 2},
                    new int[] {pooledPad, pooledPad})
                .build());
        width = (width + 2 * pooledPad - pooled) / 2 + 1;
      }
    }
    int classes = random.nextBoolean() ? 10 : 16;
    int head = random.nextInt(4);
    if (head == 0) {
      list.layer(convolution(classes, width, 1, 0, random.nextBoolean(), Activation.IDENTITY));
      list.layer(new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build());
    } else if (head == 1) {
      list.layer(new GlobalPoolingLayer(random.nextBoolean() ? PoolingType.AVG : PoolingType.MAX));
      list.layer(output(classes));
    } else {
      if (head == 2) {
        list.layer(
            new DenseLayer.Builder()
                .nOut(1 + random.nextInt(30))
                .activation(Activation.RELU)
                .build());
      }
      list.layer(output(classes));
    }
    return list.setInputType(InputType.convolutional(size, size, channels)).build();
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .activation(Activation.SOFTMAX)
        .nOut(classes)
        .build();
  }

  static DataSet data(Random random, int count) {
    return new DataSet(images(random, count, 1, 12), labels(random, count, 10, false));
  }

  private static INDArray images(Random random, int count, int channels, int size) {
    float[] pixels = new float[count * channels * size * size];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(pixels).reshape(count, channels, size, size);
  }

  private static INDArray labels(Random random, int count, int classes, boolean smoothed) {
    float off = smoothed ? 0.1f / classes : 0;
    INDArray labels = Nd4j.valueArrayOf(new long[] {count, classes}, off);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, random.nextInt(classes), off + (smoothed ? 0.9 : 1));
    }
    return labels;
  }
}
