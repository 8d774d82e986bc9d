package kilonet.export;

import kilonet.layer.Shape;
import kilonet.layer.Window;

/** One step of a folded net. */
public sealed interface Operation {

  /** The shape of what goes in. */
  Shape in();

  /** The shape of what comes out. */
  Shape out();

  /** What slides over the picture. */
  Window window();

  /**
   * A convolution, and what follows it; a dense layer is one whose window covers the picture, what
   * is left of a batch norm one of single pixels, each channel by itself.
   *
   * @param groups into how many parts the channels are divided; an output sees only the inputs of
   *     its own part
   * @param weights {@code [output][input of its part][row][column]}
   * @param bias one an output
   * @param slope what values below zero are multiplied by: 1 for none, 0 for ReLU
   */
  record Convolution(
      Shape in, Shape out, Window window, int groups, float[] weights, float[] bias, float slope)
      implements Operation {

    /** How many inputs an output sees. */
    public int inputs() {
      return in.channels() / groups;
    }

    /** How many outputs a group has. */
    public int outputs() {
      return out.channels() / groups;
    }

    /** How many weights an output has. */
    public int taps() {
      return inputs() * window.taps();
    }

    Convolution with(float[] weights, float[] bias) {
      return new Convolution(in, out, window, groups, weights, bias, slope);
    }

    Convolution with(float slope) {
      return new Convolution(in, out, window, groups, weights, bias, slope);
    }
  }

  /** A maximum or a mean over the values of a window, each channel by itself. */
  record Pooling(Shape in, Shape out, Window window, Kind kind) implements Operation {

    /** Which. */
    public enum Kind {
      /** The largest of the values that lie on the picture. */
      MAX,
      /** The mean of the values that lie on the picture. */
      AVERAGE,
      /** The mean, where what lies beyond the edges counts as zeros. */
      AVERAGE_WITH_PADDING
    }

    /** By how much a sum is divided at a position. */
    int divisor(int row, int column) {
      if (kind == Kind.AVERAGE_WITH_PADDING) {
        return window.taps();
      }
      int rows = onPicture(row, window.strideHeight(), window.padTop(), true);
      return rows * onPicture(column, window.strideWidth(), window.padLeft(), false);
    }

    private int onPicture(int position, int stride, int pad, boolean vertical) {
      int count = 0;
      int kernel = vertical ? window.kernelHeight() : window.kernelWidth();
      int dilation = vertical ? window.dilationHeight() : window.dilationWidth();
      for (int k = 0; k < kernel; k++) {
        int at = position * stride - pad + k * dilation;
        count += at >= 0 && at < (vertical ? in.height() : in.width()) ? 1 : 0;
      }
      return count;
    }
  }
}
