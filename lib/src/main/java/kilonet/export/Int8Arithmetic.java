package kilonet.export;

import java.util.Arrays;
import kilonet.layer.Window;

/**
 * What a net computes in whole numbers.
 *
 * <p>As C: a sum of 32 bits is the bias and the products of weights and of inputs less their zero;
 * it is multiplied by a whole number of 31 bits and shifted to the right, a half rounded up. As
 * ONNX has it: a sum is multiplied by a float32 and rounded to the nearest, a half to the even
 * neighbour. Both agree but for values that lie between two steps.
 */
public final class Int8Arithmetic {

  /** Which of the two. */
  public enum Rounding {
    /** By a multiplication and a shift. */
    FIXED_POINT,
    /** By a multiplication in float32. */
    FLOAT
  }

  private final Int8Net net;
  private final Rounding rounding;

  /** The arithmetic of a net. */
  public Int8Arithmetic(Int8Net net, Rounding rounding) {
    this.net = net;
    this.rounding = rounding;
  }

  /**
   * The logits of a picture, 65,536 to one.
   *
   * @param pixels {@code [channel][row][column]}, from 0 to 255
   */
  public int[] logits(int[] pixels) {
    int[] values = pixels;
    for (Int8Operation operation : net.operations()) {
      values = apply(operation, values);
    }
    return values;
  }

  int[] apply(Int8Operation operation, int[] in) {
    if (operation instanceof Int8Operation.Convolution convolution) {
      return convolve(convolution, in);
    }
    return pool((Int8Operation.Pooling) operation, in);
  }

  /** The sums of a convolution before they are rescaled. */
  static int[] sums(Int8Operation.Convolution operation, int[] in) {
    Operation.Convolution c = operation.source();
    Window w = c.window();
    int zero = operation.in().zero();
    int height = c.out().height();
    int width = c.out().width();
    int[] out = new int[c.out().size()];
    for (int o = 0; o < c.out().channels(); o++) {
      Arrays.fill(out, o * height * width, (o + 1) * height * width, operation.bias()[o]);
      for (int ky = 0; ky < w.kernelHeight(); ky++) {
        int rowOffset = ky * w.dilationHeight();
        int firstRow = Window.first(w.padTop(), rowOffset, w.strideHeight());
        int endRow = Window.end(w.padTop(), rowOffset, w.strideHeight(), c.in().height(), height);
        for (int kx = 0; kx < w.kernelWidth(); kx++) {
          int columnOffset = kx * w.dilationWidth();
          int first = Window.first(w.padLeft(), columnOffset, w.strideWidth());
          int end = Window.end(w.padLeft(), columnOffset, w.strideWidth(), c.in().width(), width);
          for (int i = 0; i < c.inputs(); i++) {
            int plane = (o / c.outputs() * c.inputs() + i) * c.in().area();
            int tap = ((o * c.inputs() + i) * w.kernelHeight() + ky) * w.kernelWidth() + kx;
            int weight = operation.weights()[tap];
            for (int y = firstRow; y < endRow; y++) {
              int from =
                  plane
                      + (y * w.strideHeight() - w.padTop() + rowOffset) * c.in().width()
                      + first * w.strideWidth()
                      - w.padLeft()
                      + columnOffset;
              int at = (o * height + y) * width + first;
              for (int x = 0; x < end - first; x++) {
                out[at + x] += weight * (in[from + x * w.strideWidth()] - zero);
              }
            }
          }
        }
      }
    }
    return out;
  }

  private int[] convolve(Int8Operation.Convolution operation, int[] in) {
    int[] out = sums(operation, in);
    int area = operation.source().out().area();
    for (int o = 0; o < operation.bias().length; o++) {
      float factor = operation.in().scale() * operation.weightScales()[o];
      for (int i = o * area; i < (o + 1) * area; i++) {
        out[i] = rescaled(operation, out[i], o, factor);
      }
    }
    return out;
  }

  private int[] pool(Int8Operation.Pooling operation, int[] in) {
    Operation.Pooling p = operation.source();
    Window w = p.window();
    boolean max = p.kind() == Operation.Pooling.Kind.MAX;
    boolean last = operation.out() == Int8Operation.Grid.LOGITS;
    int[] out = new int[p.out().size()];
    int next = 0;
    for (int c = 0; c < p.out().channels(); c++) {
      for (int y = 0; y < p.out().height(); y++) {
        for (int x = 0; x < p.out().width(); x++) {
          int sum = 0;
          int most = 0;
          for (int ky = 0; ky < w.kernelHeight(); ky++) {
            int row = y * w.strideHeight() - w.padTop() + ky * w.dilationHeight();
            for (int kx = 0; kx < w.kernelWidth(); kx++) {
              int column = x * w.strideWidth() - w.padLeft() + kx * w.dilationWidth();
              if (row >= 0 && row < p.in().height() && column >= 0 && column < p.in().width()) {
                int value = in[(c * p.in().height() + row) * p.in().width() + column];
                sum += value - operation.in().zero();
                most = Math.max(most, value);
              }
            }
          }
          if (max) {
            out[next++] =
                last
                    ? rescaled(operation, most - operation.in().zero(), 0, operation.in().scale())
                    : most;
          } else {
            int count = p.divisor(y, x);
            out[next++] = rescaled(operation, sum, count - 1, operation.in().scale() / count);
          }
        }
      }
    }
    return out;
  }

  private int rescaled(Int8Operation operation, int sum, int at, float factor) {
    boolean last = operation.out() == Int8Operation.Grid.LOGITS;
    int zero = operation.out().zero();
    if (last && operation.isRectified()) {
      sum = Math.max(0, sum);
    }
    if (rounding == Rounding.FLOAT) {
      double steps = Math.rint(sum * (factor / operation.out().scale()));
      return (int) (last ? steps : Math.max(0, Math.min(255, steps + zero)));
    }
    int shift = operation.rescaling().shift();
    long half = 1L << (shift - 1);
    long product = (long) sum * operation.rescaling().multiplier(at);
    if (last) {
      return (int) (product < 0 ? -((half - product) >> shift) : (half + product) >> shift);
    }
    long rounded = product + half + ((long) zero << shift);
    return rounded < 0 ? 0 : (int) Math.min(255, rounded >> shift);
  }
}
