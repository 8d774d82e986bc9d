package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import kilonet.layer.Add;
import kilonet.layer.GroupedConvolution2D;
import kilonet.layer.Keep;
import kilonet.layer.Recall;
import kilonet.layer.Shape;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/**
 * Nets of any shape against DL4J in double precision. Where a ReLU's input is so near to 0, or two
 * inputs of a max pooling so near to each other, that rounding decides, the gradient is another
 * one; so a multiple of what DL4J errs by in single precision is allowed, and a net that differs is
 * asked twice again, with other images. {@code -Dkilonet.stacks=N} tries as many.
 */
class RandomStacksTest {
  private static final double TOLERANCE = 1e-4;
  private static final double AS_DL4J = 4;
  private static final int DRAWS = 3;

  @AfterEach
  void theKernelsAreThoseOfEverybodyAgain() {
    KernelChoice.use(null);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void givenANetOfAnyShapeThenItsGradientsAreThoseOfDl4jInDoublePrecision(boolean vectors) {
    KernelChoice.use(vectors ? KernelChoice.fastest() : KernelChoice.plain());
    int stacks = Integer.getInteger("kilonet.stacks", 12);
    for (int seed = 0; seed < stacks; seed++) {
      check(vectors ? 1_000_000 + seed : seed);
    }
  }

  private static void check(int seed) {
    Random random = new Random(seed);
    Net net = new Net(random);
    MultiLayerNetwork judge = new MultiLayerNetwork(net.configuration(DataType.DOUBLE));
    judge.init();
    MultiLayerNetwork single = new MultiLayerNetwork(net.configuration(DataType.FLOAT));
    single.init();
    try (FusedNetwork fused =
        new FusedNetwork(net.configuration(DataType.FLOAT), 1 + random.nextInt(3))) {
      fused.init();
      spreadOffsets(judge, random);
      for (int batch = 0; batch < 2; batch++) {
        AssertionError found = null;
        for (int draw = 0; draw < DRAWS; draw++) {
          try {
            String what = Text.of("net %s of seed %s, batch %s, ", net, seed, batch);
            compare(what, net, random, judge, single, fused);
            found = null;
            break;
          } catch (AssertionError e) {
            found = e;
          }
        }
        if (found != null) {
          throw found;
        }
      }
    }
  }

  private static void compare(
      String what,
      Net net,
      Random random,
      MultiLayerNetwork judge,
      MultiLayerNetwork single,
      FusedNetwork fused) {
    single.params().assign(judge.params());
    fused.params().assign(judge.params());
    int count = net.images(random);
    INDArray images = net.draw(random, count);
    INDArray labels = net.labels(random, count);
    DataSet data = new DataSet(images, labels);
    INDArray exact = images.castTo(DataType.DOUBLE);
    compute(judge, new DataSet(exact, labels.castTo(DataType.DOUBLE)));
    compute(single, data);
    compute(fused, data);
    assertThat(fused.engine()).isEqualTo("fused");
    INDArray right = judge.gradient().gradient();
    double allowed =
        TOLERANCE * (1e-3 + right.norm2Number().doubleValue())
            + AS_DL4J * error(single.gradient().gradient(), right);
    assertThat(error(fused.gradient().gradient(), right))
        .as(() -> what + count + " images, by parameter" + errors(fused, judge))
        .isLessThan(allowed);
    INDArray outputs = judge.output(exact);
    assertThat(error(fused.output(images), outputs))
        .as("outputs of " + what + count + " images")
        .isLessThan(TOLERANCE * (1e-3 + outputs.norm2Number().doubleValue()));
  }

  /**
   * Other than 0: the slope of a LeakyReLU at 0 itself is a matter of taste, and a convolution of
   * zeros is its bias.
   */
  private static void spreadOffsets(MultiLayerNetwork network, Random random) {
    for (int i = 0; i < network.getnLayers(); i++) {
      for (String name : List.of("beta", "b")) {
        INDArray offsets = network.getLayer(i).paramTable().get(name);
        for (int c = 0; offsets != null && c < offsets.length(); c++) {
          offsets.putScalar(c, 0.1 + random.nextFloat() - (random.nextBoolean() ? 0.6 : 0));
        }
      }
    }
  }

  private static String errors(MultiLayerNetwork actual, MultiLayerNetwork right) {
    StringBuilder text = new StringBuilder();
    right
        .gradient()
        .gradientForVariable()
        .forEach(
            (name, g) ->
                text.append(
                    Text.of(
                        " %s %s of %s",
                        name, error(actual.gradient().getGradientFor(name), g), g.norm2Number())));
    return text.toString();
  }

  private static double error(INDArray actual, INDArray expected) {
    return actual.castTo(DataType.DOUBLE).sub(expected).norm2Number().doubleValue();
  }

  private static void compute(MultiLayerNetwork network, DataSet data) {
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.computeGradientAndScore();
  }

  /** A net drawn at random; half of them begin as the nets of the course do. */
  private static final class Net {
    private final int channels;
    private final int height;
    private final int width;
    private final int classes;
    private final long drawn;
    private String text = "";

    Net(Random random) {
      channels = random.nextInt(3) == 0 ? 3 : 1;
      height = 1 + random.nextInt(random.nextInt(4) == 0 ? 64 : 30);
      width = 1 + random.nextInt(random.nextInt(4) == 0 ? 48 : 30);
      classes = 2 + random.nextInt(15);
      drawn = random.nextLong();
    }

    /** Few where images are large, so that a test takes seconds. */
    int images(Random random) {
      return 1 + random.nextInt(height * width > 400 ? 20 : 130);
    }

    INDArray draw(Random random, int count) {
      float[] pixels = new float[count * channels * height * width];
      for (int i = 0; i < pixels.length; i++) {
        // As on pictures, much is background, and the mean is not 0.
        pixels[i] = random.nextInt(3) == 0 ? -0.4f : 0.3f + (float) random.nextGaussian();
      }
      return Nd4j.createFromArray(pixels).reshape(count, channels, height, width);
    }

    INDArray labels(Random random, int count) {
      INDArray labels = Nd4j.zeros(count, classes);
      for (int i = 0; i < count; i++) {
        labels.putScalar(i, random.nextInt(classes), 1);
      }
      return labels;
    }

    @Override
    public String toString() {
      return channels + "x" + height + "x" + width + text;
    }

    MultiLayerConfiguration configuration(DataType type) {
      Random random = new Random(drawn);
      text = "";
      NeuralNetConfiguration.ListBuilder list =
          new NeuralNetConfiguration.Builder()
              .seed(1)
              .dataType(type)
              .updater(new Sgd(0.05))
              .weightInit(WeightInit.RELU)
              .list();
      int h = height;
      int w = width;
      boolean course = channels == 1 && random.nextBoolean();
      int blocks = 1 + random.nextInt(3);
      int in = channels;
      Map<Integer, Shape> kept = new LinkedHashMap<>();
      for (int i = 0; i < blocks; i++) {
        boolean adds = !(course && i == 0) && random.nextInt(5) < 2;
        if (adds) {
          list.layer(new Keep("keep" + i, "shortcut" + i));
          kept.put(i, new Shape(in, h, w));
          text += " keep";
        }
        int kh = Math.min(h, 1 + random.nextInt(5));
        int kw = Math.min(w, 1 + random.nextInt(5));
        boolean plain = course && i == 0;
        int stride = !plain && random.nextInt(4) == 0 ? 2 : 1;
        int dilation = !plain && random.nextInt(4) == 0 ? 2 : 1;
        dilation = (kh - 1) * dilation < h && (kw - 1) * dilation < w ? dilation : 1;
        boolean identity = adds && random.nextBoolean();
        stride = identity ? 1 : stride;
        boolean same = identity || random.nextInt(4) == 0;
        int out = identity ? in : 1 + random.nextInt(random.nextInt(4) == 0 ? 67 : 20);
        int groups = !plain && random.nextInt(3) == 0 ? group(random, in) : 1;
        out = (out + groups - 1) / groups * groups;
        boolean depthwise = !plain && in > 1 && !same && random.nextInt(3) == 0;
        if (depthwise
            && ((h - (kh - 1) * dilation - 1) / stride < 1
                || (w - (kw - 1) * dilation - 1) / stride < 1
                || kh * kw == 1)) {
          // DL4J's own depthwise convolution fails where one number comes out.
          depthwise = false;
        }
        if (depthwise) {
          list.layer(
              new DepthwiseConvolution2D.Builder(kh, kw)
                  .stride(stride, stride)
                  .dilation(dilation, dilation)
                  .depthMultiplier(1)
                  .hasBias(random.nextBoolean())
                  .activation(Activation.IDENTITY)
                  .build());
        } else {
          ConvolutionLayer.Builder builder =
              new ConvolutionLayer.Builder(kh, kw)
                  .stride(stride, stride)
                  .nOut(out)
                  .hasBias(random.nextBoolean())
                  .convolutionMode(same ? ConvolutionMode.Same : ConvolutionMode.Truncate)
                  .activation(
                      plain || random.nextBoolean() ? Activation.IDENTITY : Activation.RELU);
          ConvolutionLayer layer =
              groups == 1 ? builder.build() : new GroupedConvolution2D(builder, groups);
          layer.setDilation(new int[] {dilation, dilation});
          list.layer(layer);
          in = out;
        }
        text += Text.of(" %s%sx%s", depthwise ? "depthwise " : "conv " + out + " ", kh, kw);
        text += (stride > 1 ? "/2" : "") + (dilation > 1 ? " dilated" : "") + (same ? " same" : "");
        text += depthwise || groups == 1 ? "" : " groups " + groups;
        h = same ? (h + stride - 1) / stride : (h - (kh - 1) * dilation - 1) / stride + 1;
        w = same ? (w + stride - 1) / stride : (w - (kw - 1) * dilation - 1) / stride + 1;
        if (plain || random.nextInt(3) > 0) {
          list.layer(new BatchNormalization.Builder().eps(0.01).build());
          text += " bn";
        }
        if (plain || random.nextInt(3) > 0) {
          boolean relu = plain || random.nextBoolean();
          list.layer(
              relu
                  ? new ActivationLayer(Activation.RELU)
                  : new ActivationLayer(new ActivationLReLU(0.1)));
          text += relu ? " relu" : " leaky";
        }
        if (random.nextInt(6) == 0) {
          list.layer(new DropoutLayer(1.0));
        }
        // Some stay open over the next block, so that they cross or lie in each other.
        boolean all = i == blocks - 1 || h * w > 200;
        for (int k : List.copyOf(kept.keySet())) {
          if (all || random.nextInt(3) > 0) {
            add(list, random, k, kept.remove(k), new Shape(in, h, w));
          }
        }
        int ph = 1 + random.nextInt(3);
        int pw = 1 + random.nextInt(3);
        if (random.nextInt(2) == 0 && ph * pw > 1 && h >= ph && w >= pw) {
          boolean apart = random.nextInt(3) > 0;
          int sh = apart ? ph : 1 + random.nextInt(3);
          int sw = apart ? pw : 1 + random.nextInt(3);
          list.layer(
              new SubsamplingLayer.Builder(
                      random.nextInt(3) > 0
                          ? SubsamplingLayer.PoolingType.MAX
                          : SubsamplingLayer.PoolingType.AVG,
                      new int[] {ph, pw},
                      new int[] {sh, sw})
                  .build());
          text += Text.of(" pool %sx%s/%sx%s", ph, pw, sh, sw);
          h = (h - ph) / sh + 1;
          w = (w - pw) / sw + 1;
        }
      }
      if (random.nextBoolean()) {
        list.layer(
            new GlobalPoolingLayer(random.nextBoolean() ? PoolingType.AVG : PoolingType.MAX));
      }
      list.layer(
          new OutputLayer.Builder(LossFunction.MCXENT)
              .activation(Activation.SOFTMAX)
              .nOut(classes)
              .build());
      return list.setInputType(InputType.convolutional(height, width, channels)).build();
    }

    /** A number of groups that channels can be divided into. */
    private static int group(Random random, int channels) {
      int groups = 1 + random.nextInt(Math.min(channels, 8));
      while (channels % groups != 0) {
        groups--;
      }
      return groups;
    }

    /** Adds what was kept, through a convolution where it has to be brought to another shape. */
    private void add(
        NeuralNetConfiguration.ListBuilder list, Random random, int i, Shape from, Shape to) {
      if (!from.equals(to) || random.nextInt(3) == 0) {
        InputType kept = InputType.convolutional(from.height(), from.width(), from.channels());
        list.layer(
            new Recall("recall" + i, "shortcut" + i, (InputType.InputTypeConvolutional) kept));
        int stride =
            random.nextBoolean()
                ? IntStream.rangeClosed(1, 3)
                    .filter(s -> (from.height() - 1) / s + 1 == to.height())
                    .filter(s -> (from.width() - 1) / s + 1 == to.width())
                    .findFirst()
                    .orElse(0)
                : 0;
        int kh = stride > 0 ? 1 : from.height() - to.height() + 1;
        int kw = stride > 0 ? 1 : from.width() - to.width() + 1;
        list.layer(
            new ConvolutionLayer.Builder(kh, kw)
                .stride(Math.max(1, stride), Math.max(1, stride))
                .nOut(to.channels())
                .activation(random.nextBoolean() ? Activation.IDENTITY : Activation.RELU)
                .build());
        text += Text.of(" through %sx%s/%s", kh, kw, stride);
        if (random.nextBoolean()) {
          list.layer(new BatchNormalization.Builder().eps(0.01).build());
          text += " bn";
        }
      }
      list.layer(new Add("add" + i, "shortcut" + i));
      text += " add";
      if (random.nextBoolean()) {
        list.layer(new ActivationLayer(Activation.RELU));
        text += " relu";
      }
    }
  }
}
