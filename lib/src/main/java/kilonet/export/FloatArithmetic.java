package kilonet.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kilonet.export.Operation.Convolution;
import kilonet.export.Operation.Pooling;
import kilonet.layer.Window;

/**
 * What a folded net computes in float32, as the C that is written does: a sum starts with the bias
 * and takes the products row by row of the window, column by column, input by input, each product
 * and each sum rounded.
 */
public final class FloatArithmetic {

  private FloatArithmetic() {}

  /**
   * The logits of a picture.
   *
   * @param net the net
   * @param picture {@code [channel][row][column]}, normalized as the net was trained
   */
  public static float[] logits(FoldedNet net, float[] picture) {
    float[] values = picture;
    for (Operation operation : net.operations()) {
      values = apply(operation, values);
    }
    return values;
  }

  /** What every operation makes of a picture, first to last. */
  public static List<float[]> activations(FoldedNet net, float[] picture) {
    List<float[]> all = new ArrayList<>();
    float[] values = picture;
    for (Operation operation : net.operations()) {
      values = apply(operation, values);
      all.add(values);
    }
    return all;
  }

  static float[] apply(Operation operation, float[] in) {
    if (operation instanceof Convolution convolution) {
      return convolve(convolution, in);
    }
    return pool((Pooling) operation, in);
  }

  private static float[] convolve(Convolution c, float[] in) {
    Window w = c.window();
    int height = c.out().height();
    int width = c.out().width();
    float[] out = new float[c.out().size()];
    for (int o = 0; o < c.out().channels(); o++) {
      Arrays.fill(out, o * height * width, (o + 1) * height * width, c.bias()[o]);
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
            float weight =
                c.weights()[((o * c.inputs() + i) * w.kernelHeight() + ky) * w.kernelWidth() + kx];
            for (int y = firstRow; y < endRow; y++) {
              int from =
                  plane
                      + (y * w.strideHeight() - w.padTop() + rowOffset) * c.in().width()
                      + first * w.strideWidth()
                      - w.padLeft()
                      + columnOffset;
              addRow(
                  out,
                  (o * height + y) * width + first,
                  end - first,
                  in,
                  from,
                  w.strideWidth(),
                  weight);
            }
          }
        }
      }
    }
    if (c.slope() != 1) {
      for (int i = 0; i < out.length; i++) {
        out[i] = out[i] > 0 ? out[i] : c.slope() * out[i];
      }
    }
    return out;
  }

  private static void addRow(
      float[] out, int at, int count, float[] in, int from, int stride, float weight) {
    if (stride == 1) {
      for (int x = 0; x < count; x++) {
        out[at + x] += weight * in[from + x];
      }
    } else {
      for (int x = 0; x < count; x++) {
        out[at + x] += weight * in[from + x * stride];
      }
    }
  }

  private static float[] pool(Pooling p, float[] in) {
    Window w = p.window();
    float[] out = new float[p.out().size()];
    int next = 0;
    for (int c = 0; c < p.out().channels(); c++) {
      for (int y = 0; y < p.out().height(); y++) {
        for (int x = 0; x < p.out().width(); x++) {
          float sum = 0;
          float most = Float.NEGATIVE_INFINITY;
          for (int ky = 0; ky < w.kernelHeight(); ky++) {
            int row = y * w.strideHeight() - w.padTop() + ky * w.dilationHeight();
            for (int kx = 0; kx < w.kernelWidth(); kx++) {
              int column = x * w.strideWidth() - w.padLeft() + kx * w.dilationWidth();
              if (row >= 0 && row < p.in().height() && column >= 0 && column < p.in().width()) {
                float value = in[(c * p.in().height() + row) * p.in().width() + column];
                sum += value;
                most = Math.max(most, value);
              }
            }
          }
          out[next++] = p.kind() == Pooling.Kind.MAX ? most : sum / p.divisor(y, x);
        }
      }
    }
    return out;
  }
}
