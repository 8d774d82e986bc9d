package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kilonet.augment.Augmentations;
import kilonet.augment.RandomStream;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.fused.FlatUpdater;
import kilonet.model.Stack;
import kilonet.schedule.ConstantLR;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.schedule.Schedule;
import kilonet.schedule.SchedulePlan;
import kilonet.schedule.Schedules;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * All that decides a run but the engine, beside a digest of the bits that it gave on one machine: a
 * machine on which it gives others fails here. Whoever changes what a run computes writes the new
 * digests down; then the published results have to be made anew.
 */
class SameBitsTest {

  /** What was computed, as the first half of its SHA-256. */
  private static final class Bits {

    private final MessageDigest digest;

    Bits() {
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError(e);
      }
    }

    Bits add(float... numbers) {
      ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
      bytes.asFloatBuffer().put(numbers);
      digest.update(bytes);
      return this;
    }

    Bits add(double number) {
      digest.update(ByteBuffer.allocate(Double.BYTES).putDouble(0, number));
      return this;
    }

    Bits add(INDArray array) {
      return add(array.dup('c').data().asFloat());
    }

    @Override
    public String toString() {
      return HexFormat.of().formatHex(digest.digest(), 0, 16);
    }
  }

  /** Math's own functions may be the processor's; its square root is exact. */
  @ParameterizedTest
  @ValueSource(strings = {"augment", "data", "model", "schedule", "train"})
  void whatIsNotExactIsLeftToStrictMath(String folder) throws IOException {
    Pattern inexact =
        Pattern.compile(
            "\\bMath\\.(a?(sin|cos|tan)h?|atan2|exp|expm1|log|log10|log1p|pow|cbrt|hypot)\\(");
    try (Stream<Path> files = Files.walk(Path.of("src/main/java/kilonet", folder))) {
      assertThat(files.filter(Files::isRegularFile))
          .isNotEmpty()
          .allSatisfy(file -> assertThat(Files.readString(file)).doesNotContainPattern(inexact));
    }
  }

  @Test
  void randomNumbers() {
    RandomStream random = new RandomStream(1, 2, 3);
    Bits bits = new Bits();
    for (int i = 1; i <= 1_000; i++) {
      bits.add(random.nextInt(i)).add(random.between(-1, 2)).add(random.nextDouble());
      bits.add(random.nextGaussian()).add(random.nextInt());
    }
    assertThat(bits).hasToString("3f3d562ce919db59f257541ecfc32a0d");
  }

  @Test
  void shufflesSplitsAndDrawnDigits() {
    ImageSet digits = PenDigits.generate(300, 1, 5).train();
    ImageSet part = digits.split(50, 3).train();
    Bits bits = new Bits();
    try (Batches batches = Batches.training(part, 100, 7).workers(2).build()) {
      while (batches.hasNext()) {
        DataSet batch = batches.next();
        bits.add(batch.getFeatures()).add(batch.getLabels());
      }
    }
    assertThat(bits).hasToString("467bacb57b8ed94d9e27e90cf2f83251");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "rotation(7) | none | f54bdf55385900eee4a0b2a9b297c428",
        "rotation(30, bilinear) | none | 7ceabee076cd15825843b4ec1df33ef4",
        "affine(degrees=10, shift=2, scale=0.9..1.1, shear=5, shear_y=3) | none | cf278980d94e492c60b37878eedc10f6",
        "affine(degrees=10, shift=2, scale=0.9..1.1, interpolation=bilinear) | none | 308fc9ca1e04c03392d02e8e67af6283",
        "perspective(0.5, p=1) | none | 2ffe19bd80323bc93540e31f8fe2d6a6",
        "erasing(p=1, noise=true) | none | 40a6f13b4c4504d33786eb62fa05182c",
        "elastic | none | 65313e2358684f56ded71cbb0907049d",
        "jitter(0.5, 0.5) + blur(5) | none | bd4cb56a0f6a9f43fec8a3ea14c1c734",
        "noise(sigma=0.1) + cutout(8) | none | 79b3981efcc3a1ab7faf7f6c529be6fd",
        "choice(crop(28, padding=2), shift(2), none, p=[1, 2, 3]) | none | ffebea5cd8188ce3f44d06286754509f",
        "none | mixup(alpha=0.2) | 989aa6034942084bdad6ca028add174c",
        "none | cutmix(alpha=1) | 73dcb7d76e8ec84f8fd61ee457ba4dfc",
      })
  void augmentedBatches(String augmentation, String mixing, String expected) {
    ImageSet digits = PenDigits.generate(64, 1, 5).train();
    Bits bits = new Bits();
    try (Batches batches =
        Batches.training(digits, 32, 7)
            .augmentation(Augmentations.parse(augmentation))
            .mixing(Augmentations.parseBatch(mixing).orElse(null))
            .labelSmoothing(0.1)
            .build()) {
      for (int i = 0; i < 2; i++) {
        DataSet batch = batches.next();
        bits.add(batch.getFeatures()).add(batch.getLabels());
      }
    }
    assertThat(bits).hasToString(expected);
  }

  @Test
  void schedules() {
    Bits bits = new Bits();
    Stream.of(
            "step(size=3, gamma=0.3)",
            "multistep(milestones=[3, 7], gamma=0.3)",
            "linear",
            "exponential(gamma=0.93)",
            "polynomial(power=1.7)",
            "cosine(min=1e-5, by=iteration) after warmup(epochs=1)",
            "restarts(first=3, mult=2, by=iteration)",
            "onecycle(max=0.1, pct_start=0.3)",
            "onecycle(max=0.1, three_phase=true, anneal=linear)",
            "cyclic(base=0.001, max=0.1, up=10, down=7, mode=triangular2)",
            "cyclic(base=0.001, max=0.1, up=10, mode=exp_range, gamma=0.97)",
            "plateau(metric=loss, patience=0)")
        .forEach(
            text -> {
              SchedulePlan plan = Schedules.parse(text, 0.1, 10, 13);
              for (int step = 0; step < 130; step++) {
                Schedule rates = plan.learningRate();
                bits.add(rates.valueAt(step, step / 13));
                bits.add(plan.momentum().map(m -> m.valueAt(0, 0)).orElse(0.0));
                if (step % 13 == 12 && rates instanceof ReduceLROnPlateau plateau) {
                  plateau.step(1 + step % 3);
                }
              }
            });
    assertThat(bits).hasToString("cce2187d7af81052583700e68b2b1298");
  }

  @Test
  void firstWeights() {
    Stack net = Stack.of("conv-bn-relu").withBias().conv(10).depthwise(3, 1).conv(12).maxPool(2);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            net.globalAveragePool()
                .plain(10, 1)
                .configuration(Optimizer.sgd(0.1, 0).updater(new ConstantLR(0.1), null), 3));
    network.init();
    Stack.initialize(network, 3);
    assertThat(new Bits().add(network.params())).hasToString("d23e026cb52e4410aa43ac2df189c586");
  }

  /** What Deeplearning4j draws differs from one build of its native code to another. */
  @Test
  void noFirstWeightIsDeeplearning4js() {
    Stack net =
        Stack.of("conv-bn-relu")
            .withBias()
            .blocks("conv 8 3x3", "depthwise 3x3 pad 1", "conv 8 3x3 pad 1 groups 4", "add 1")
            .blocks("conv 12 3x3 stride 2 pad 1", "add 1 through 1x1 stride 2", "maxpool 2")
            .blocks("global avgpool", "conv 10 1x1 plain");
    assertThat(firstWeights(net, 1)).isEqualTo(firstWeights(net, 2));
  }

  private static INDArray firstWeights(Stack net, long drawnByDl4j) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            net.configuration(
                Optimizer.sgd(0.1, 0).updater(new ConstantLR(0.1), null), drawnByDl4j));
    network.init();
    INDArray drawn = network.params().dup();
    Stack.initialize(network, 3);
    assertThat(network.params()).isNotEqualTo(drawn);
    return network.params();
  }

  @ParameterizedTest
  @CsvSource({
    "SGD, bc6004a2b8a3fda5e10403a01d85657e",
    "NESTEROV, 47702292720fc127dafff70d65a723d6",
    "ADAM, ef7a4d67589fc105320e53d7ba256baa",
    "MUON, 179cfa60f8d1e43416f1469fed397c0c"
  })
  void steps(Optimizer.Kind kind, String expected) {
    int rows = 12;
    int length = rows * 10 * 9;
    ConstantLR rates = new ConstantLR(0.1);
    double beta2 = kind == Optimizer.Kind.ADAM ? 0.99 : 0;
    FlatUpdater updater =
        kind == Optimizer.Kind.MUON
            ? new Muon(rates, 0.9, null, 0, rows)
            : (FlatUpdater) new Optimizer(kind, 0.1, 0.9, beta2, 0, true).updater(rates, null);
    float[] state = new float[2 * length];
    float[] gradient = new float[length];
    RandomStream random = new RandomStream(4);
    Bits bits = new Bits();
    for (int step = 0; step < 20; step++) {
      for (int i = 0; i < length; i++) {
        gradient[i] = random.between(-1, 1);
      }
      updater.update(gradient, state, 0, length, step, 0);
      bits.add(gradient);
    }
    assertThat(bits.add(state)).hasToString(expected);
  }

  /** Norms of gradients and products with parameters, on the way from the gradient to the step. */
  @Test
  void decayClippingAccumulationAndAverages() {
    Optimizer optimizer = Optimizer.adamW(0.01, 0.1);
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Recipes.named("model_3")
                .model()
                .configuration(optimizer.updater(new ConstantLR(0.01), null), 1));
    network.init();
    Stack.initialize(network, 1);
    boolean[] trained = WeightDecay.trained(network, true);
    Accumulation accumulation = new Accumulation(trained);
    network.setInput(Nd4j.zeros(4, 1, 28, 28));
    network.setLabels(Nd4j.zeros(4, 10));
    network.setInputMiniBatchSize(4);
    network.initGradientsView();
    Bits bits = new Bits();
    Averaging average = Averaging.of("ema(decay=0.9)", network.params());
    float[] gradient = new float[trained.length];
    RandomStream random = new RandomStream(4);
    for (int step = 0; step < 3; step++) {
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = random.between(-1, 1);
      }
      PlainNumbers.put(gradient, network.getFlattenedGradients());
      new Clipping(0.5, trained).onGradientCalculation(network);
      accumulation.onGradientCalculation(network);
      new WeightDecay(optimizer, new ConstantLR(0.01), network).onGradientCalculation(network);
      new WeightDecay(Optimizer.sgd(1, 0).weightDecay(0.1, true), new ConstantLR(1), network)
          .onGradientCalculation(network);
      average.afterBatch(network.params(), step);
      bits.add(network.getFlattenedGradients()).add(network.params()).add(average.average());
    }
    assertThat(bits).hasToString("4620884c26b1c52c983db1e5175a40ea");
  }

  @Test
  void losses() {
    RandomStream random = new RandomStream(9);
    float[][] rows = new float[500][10];
    int[] labels = new int[rows.length];
    for (int i = 0; i < rows.length; i++) {
      labels[i] = random.nextInt(10);
      for (int c = 0; c < 10; c++) {
        rows[i][c] = random.nextFloat();
      }
    }
    assertThat(new Bits().add(new Predictions(rows, labels).loss()))
        .hasToString("836e72ccb5dc037818907c1d83a977e7");
  }
}
