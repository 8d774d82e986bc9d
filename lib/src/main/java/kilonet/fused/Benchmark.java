package kilonet.fused;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import kilonet.fused.Stage.Convolution;
import kilonet.layer.Shape;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Compares {@link FusedNetwork} with plain DL4J on the same network, in turn, on this machine. */
public final class Benchmark {
  private static final int PEAK_ROUNDS = 20;
  private static final long WARM_UP_NANOS = 6_000_000_000L;

  /**
   * How long the threads of DL4J's libraries go on waiting busily after their last work, at most.
   */
  private static final long SETTLING_NANOS = 200_000_000L;

  private static final int INFERENCE_BATCH = 1_000;

  private Benchmark() {}

  /**
   * What was measured; speeds are medians over the rounds.
   *
   * @param batch the number of images in a training batch
   * @param threads the number of threads
   * @param rounds how often each was measured
   * @param fusedTraining images a second in training
   * @param plainTraining the same, plain DL4J
   * @param trainingRatio the median of the rounds' ratios of the two
   * @param fusedInference images a second in inference, 1,000 at a time
   * @param plainInference the same, plain DL4J
   * @param inferenceRatio the median of the rounds' ratios of the two
   * @param megaFlops the arithmetic of one image's training, two for each multiply-add
   * @param gigaFlops the arithmetic that fused training does in a second
   * @param peakGigaFlops what the machine does in multiply-adds of vector registers, on all threads
   * @param peakShare the former over the latter
   * @param profile milliseconds of one thread, by operation, for one training batch
   */
  public record Result(
      int batch,
      int threads,
      int rounds,
      double fusedTraining,
      double plainTraining,
      double trainingRatio,
      double fusedInference,
      double plainInference,
      double inferenceRatio,
      double megaFlops,
      double gigaFlops,
      double peakGigaFlops,
      double peakShare,
      Map<String, Double> profile) {}

  /**
   * Measures.
   *
   * @param configuration a network for images, of as many channels as its first convolution takes
   * @param height the height of an image in pixels
   * @param width the width of an image in pixels
   * @param batch the number of images in a training batch, at least 1
   * @param rounds how often each is measured, at least 1; a round takes half a second and as long
   *     as plain DL4J takes for three training batches and 1,000 images of inference
   * @return what was measured
   * @throws IllegalArgumentException if the network has a layer that has no fused form
   */
  public static Result run(
      MultiLayerConfiguration configuration, int height, int width, int batch, int rounds) {
    int threads = Runtime.getRuntime().availableProcessors();
    MultiLayerNetwork plain = new MultiLayerNetwork(configuration.clone());
    plain.init();
    FusedNetwork fused = FusedNetwork.of(plain);
    DataSet data = data(plain, batch, height, width);
    INDArray many = data(plain, INFERENCE_BATCH, height, width).getFeatures();
    fused.fit(data);
    if (!fused.engine().startsWith("fused")) {
      String engine = fused.engine();
      fused.close();
      throw new IllegalArgumentException("This network cannot be run fused: " + engine + ".");
    }
    plain.fit(data);
    fused.output(many);
    double[] fusedTraining = new double[rounds];
    double[] plainTraining = new double[rounds];
    double[] fusedInference = new double[rounds];
    double[] plainInference = new double[rounds];
    double peak = 0;
    while (!KernelChoice.isWarm()) {
      time(fused, data, 10);
      time(fused, many, 1);
    }
    work(fused, data, many, WARM_UP_NANOS);
    for (int i = 0; i < rounds; i++) {
      work(fused, data, many, SETTLING_NANOS);
      fusedTraining[i] = batch * 1e9 / time(fused, data, 50);
      plainTraining[i] = batch * 1e9 / time(plain, data, 3);
      work(fused, data, many, SETTLING_NANOS);
      fusedInference[i] = INFERENCE_BATCH * 1e9 / time(fused, many, 5);
      plainInference[i] = INFERENCE_BATCH * 1e9 / time(plain, many, 1);
      peak = Math.max(peak, peak(threads));
    }
    double flops = trainingFlops(fused.stack());
    double speed = median(fusedTraining);
    fused.time();
    time(fused, data, 50);
    Map<String, Double> profile = new LinkedHashMap<>();
    fused.times().forEach((name, nanos) -> profile.put(name, nanos / 1e6));
    Result result =
        new Result(
            batch,
            threads,
            rounds,
            speed,
            median(plainTraining),
            median(ratios(fusedTraining, plainTraining)),
            median(fusedInference),
            median(plainInference),
            median(ratios(fusedInference, plainInference)),
            flops / 1e6,
            speed * flops / 1e9,
            peak,
            speed * flops / 1e9 / peak,
            profile);
    fused.close();
    return result;
  }

  /** Trains and infers without measuring. */
  private static void work(FusedNetwork fused, DataSet data, INDArray many, long nanos) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      time(fused, data, 10);
      time(fused, many, 1);
    }
  }

  private static DataSet data(MultiLayerNetwork network, int count, int height, int width) {
    Random random = new Random(count);
    boolean convolves =
        network.getLayerWiseConfigurations().getConf(0).getLayer() instanceof ConvolutionLayer;
    int channels = convolves ? network.layerInputSize(0) : 1;
    float[] pixels = new float[count * channels * height * width];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = random.nextFloat();
    }
    INDArray images = Nd4j.createFromArray(pixels).reshape(count, channels, height, width);
    int classes = (int) network.output(images.get(interval())).size(1);
    INDArray labels = Nd4j.zeros(count, classes);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, random.nextInt(Math.min(10, classes)), 1);
    }
    return new DataSet(images, labels);
  }

  private static INDArrayIndex interval() {
    return NDArrayIndex.interval(0, 1);
  }

  private static double time(MultiLayerNetwork network, DataSet data, int times) {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      network.fit(data);
    }
    return (System.nanoTime() - start) / (double) times;
  }

  private static double time(MultiLayerNetwork network, INDArray images, int times) {
    long start = System.nanoTime();
    for (int i = 0; i < times; i++) {
      network.output(images).close();
    }
    return (System.nanoTime() - start) / (double) times;
  }

  /**
   * The arithmetic of an image's training: the forward pass, the gradients of the weights and, but
   * for the first layer, the gradients of the inputs; two for each multiply-add of a convolution or
   * dense layer, padding of channels not counted.
   */
  private static double trainingFlops(Stack stack) {
    double flops = 0;
    boolean first = true;
    for (Stage stage : stack.stages()) {
      if (stage instanceof Convolution c) {
        Shape out = c.out();
        flops += (first ? 4.0 : 6.0) * c.weightAt().length * out.height() * out.width();
        first = false;
      }
    }
    return flops;
  }

  /** Billions of floating point operations a second in multiply-adds of registers. */
  private static double peak(int threads) {
    double[] best = new double[threads];
    try (Team team = new Team(threads)) {
      team.run(
          member -> {
            for (int i = 0; i < PEAK_ROUNDS; i++) {
              best[member] = Math.max(best[member], KernelChoice.fastest().peakGigaFlops());
            }
          });
    }
    return Arrays.stream(best).sum();
  }

  private static double[] ratios(double[] above, double[] below) {
    double[] ratios = new double[above.length];
    for (int i = 0; i < ratios.length; i++) {
      ratios[i] = above[i] / below[i];
    }
    return ratios;
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
