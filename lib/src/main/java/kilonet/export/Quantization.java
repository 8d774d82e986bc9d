package kilonet.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.export.Int8Operation.Grid;
import kilonet.export.Int8Operation.Rescaling;
import kilonet.text.Text;

/**
 * Makes a net of whole numbers of one of floats (Jacob and others: <i>Quantization and Training of
 * Neural Networks for Efficient Integer-Arithmetic-Only Inference</i>, 2018): weights symmetric by
 * output channel, activations by the range that they have on training images.
 */
public final class Quantization {

  /** So many images show what range an activation has. */
  public static final int IMAGES = 1_000;

  /** A sum of so many products of 8 bits fits into 31. */
  private static final int MOST_TAPS = 32_000;

  private static final double MOST_BIAS = 1 << 30;

  private final FoldedNet net;
  private final Normalization normalization;
  private final List<float[]> pictures = new ArrayList<>();
  private final List<int[]> pixels = new ArrayList<>();

  private Quantization(FoldedNet net, Normalization normalization, ImageSet training) {
    this.net = net;
    this.normalization = normalization;
    int count = Math.min(IMAGES, training.size());
    int size = net.input().size();
    for (int i = 0; i < count; i++) {
      int offset = (int) ((long) i * training.size() / count) * size;
      pictures.add(normalization.apply(training.pixels(), offset, size));
      pixels.add(unsigned(training.pixels(), offset, size));
    }
  }

  /**
   * Quantizes a net.
   *
   * @param net the net
   * @param normalization how its pixels are normalized
   * @param training images that it was trained on, never those it is tested on; {@link #IMAGES} of
   *     them are taken, spread over all
   * @throws IllegalArgumentException if an operation has no form in whole numbers
   */
  public static Int8Net of(FoldedNet net, Normalization normalization, ImageSet training) {
    if (training == null) {
      throw new IllegalArgumentException(
          "Without training images there is no int8: they tell what range the activations have.");
    }
    return new Quantization(net, normalization, training).quantized();
  }

  static int[] unsigned(byte[] pixels, int offset, int length) {
    int[] values = new int[length];
    for (int i = 0; i < length; i++) {
      values[i] = pixels[offset + i] & 0xFF;
    }
    return values;
  }

  private Int8Net quantized() {
    float scale = 1 / (255 * normalization.std(0));
    double exactZero = 255.0 * normalization.mean(0);
    Grid input = new Grid(scale, (int) Math.max(0, Math.min(255, Math.round(exactZero))));
    // A pixel's zero lies between two steps; what the nearest one is off goes into the first bias.
    double off = scale * (input.zero() - exactZero);
    Grid grid = input;
    List<Int8Operation> operations = new ArrayList<>();
    List<float[]> exact = pictures;
    List<int[]> whole = pixels;
    int last = net.operations().size() - 1;
    for (int i = 0; i <= last; i++) {
      Operation operation = net.operations().get(i);
      List<float[]> before = exact;
      exact = before.parallelStream().map(x -> FloatArithmetic.apply(operation, x)).toList();
      boolean keeps =
          operation instanceof Operation.Pooling pooling
              && pooling.kind() == Operation.Pooling.Kind.MAX;
      Grid out = i == last ? Grid.LOGITS : keeps ? grid : range(exact);
      Int8Operation made;
      if (operation instanceof Operation.Convolution convolution) {
        made = corrected(convolution(convolution, grid, out, off), before, whole);
        off = 0;
      } else {
        made = pooling((Operation.Pooling) operation, grid, out);
      }
      operations.add(made);
      Int8Arithmetic arithmetic =
          new Int8Arithmetic(
              new Int8Net(net.input(), input, List.of(made)), Int8Arithmetic.Rounding.FIXED_POINT);
      whole = whole.parallelStream().map(arithmetic::logits).toList();
      grid = out;
    }
    return new Int8Net(net.input(), input, operations);
  }

  /** The finest grid over all values. */
  private static Grid range(List<float[]> values) {
    float least = 0;
    float most = 0;
    for (float[] picture : values) {
      for (float value : picture) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
    }
    return Grid.over(least, most);
  }

  /**
   * Takes off each bias what the rounding of weights and activations shifts its sums by on average
   * (Nagel and others: <i>Data-Free Quantization Through Weight Equalization and Bias
   * Correction</i>, 2019).
   */
  private static Int8Operation.Convolution corrected(
      Int8Operation.Convolution made, List<float[]> exact, List<int[]> whole) {
    Operation.Convolution linear = made.source().with(1);
    int area = linear.out().area();
    double[][] shifts =
        IntStream.range(0, exact.size())
            .parallel()
            .mapToObj(
                i -> {
                  float[] right = FloatArithmetic.apply(linear, exact.get(i));
                  int[] sums = Int8Arithmetic.sums(made, whole.get(i));
                  double[] shift = new double[made.bias().length];
                  for (int j = 0; j < sums.length; j++) {
                    double step = (double) made.in().scale() * made.weightScales()[j / area];
                    shift[j / area] += sums[j] - right[j] / step;
                  }
                  return shift;
                })
            .toArray(double[][]::new);
    int[] bias = made.bias().clone();
    for (int o = 0; o < bias.length; o++) {
      double sum = 0;
      for (double[] shift : shifts) {
        sum += shift[o];
      }
      bias[o] -= (int) Math.round(sum / exact.size() / area);
    }
    return new Int8Operation.Convolution(
        made.source(),
        made.in(),
        made.out(),
        made.weights(),
        made.weightScales(),
        bias,
        made.rescaling());
  }

  private static Int8Operation.Convolution convolution(
      Operation.Convolution c, Grid in, Grid out, double off) {
    if (c.slope() != 0 && c.slope() != 1) {
      throw new IllegalArgumentException(
          "This net has a leaky ReLU, which int8 does not have here: export it without --int8.");
    }
    if (c.taps() > MOST_TAPS) {
      throw new IllegalArgumentException(
          Text.of(
              "A layer of this net sums %,d products, too many for 32 bits: export it without"
                  + " --int8.",
              c.taps()));
    }
    int outputs = c.bias().length;
    byte[] weights = new byte[c.weights().length];
    float[] scales = new float[outputs];
    int[] bias = new int[outputs];
    double[] factors = new double[outputs];
    for (int o = 0; o < outputs; o++) {
      double most = 0;
      double sum = 0;
      for (int t = o * c.taps(); t < (o + 1) * c.taps(); t++) {
        most = Math.max(most, Math.abs(c.weights()[t]));
        sum += c.weights()[t];
      }
      double exactBias = c.bias()[o] + off * sum;
      double scale = Math.max(most / 127, Math.abs(exactBias) / in.scale() / MOST_BIAS);
      scales[o] = scale < Float.MIN_NORMAL ? 1 : (float) scale;
      for (int t = o * c.taps(); t < (o + 1) * c.taps(); t++) {
        long rounded = Math.round((double) c.weights()[t] / scales[o]);
        weights[t] = (byte) Math.max(-127, Math.min(127, rounded));
      }
      bias[o] = (int) Math.round(exactBias / ((double) in.scale() * scales[o]));
      factors[o] = (double) in.scale() * scales[o] / out.scale();
    }
    return new Int8Operation.Convolution(c, in, out, weights, scales, bias, Rescaling.of(factors));
  }

  private static Int8Operation.Pooling pooling(Operation.Pooling p, Grid in, Grid out) {
    double factor = (double) in.scale() / out.scale();
    double[] factors = {factor};
    if (p.kind() != Operation.Pooling.Kind.MAX) {
      factors = new double[p.window().taps()];
      Arrays.setAll(factors, n -> factor / (n + 1));
      boolean one =
          p.kind() == Operation.Pooling.Kind.AVERAGE_WITH_PADDING
              || !p.window().isPadded(p.in(), p.out());
      factors = one ? new double[] {factors[factors.length - 1]} : factors;
    }
    return new Int8Operation.Pooling(p, in, out, Rescaling.of(factors));
  }
}
