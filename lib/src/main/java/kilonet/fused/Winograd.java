package kilonet.fused;

import kilonet.fused.Stage.Convolution;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * Winograd's minimal filtering F(4x4, 3x3): sixteen outputs of a 3x3 convolution from six by six
 * inputs with 36 multiplications in place of 144. Inputs are transformed tile by tile, kernels once
 * a step; between them products are summed over channels for each of the 36 places of a tile by
 * itself; their sums are transformed into outputs. (Lavin and Gray, <i>Fast Algorithms for
 * Convolutional Neural Networks</i>, 2016, with the points 0, 1, -1, 2, -2.)
 *
 * <p>Transforms are {@link Kernels#transform}; here are those of kernels, in double precision.
 */
final class Winograd {
  /** The outputs of a tile, along a side. */
  static final int OUT = 4;

  /** The inputs of a tile, along a side. */
  static final int IN = 6;

  static final int KERNEL = 3;

  /** The places of a transformed tile. */
  static final int PLACES = IN * IN;

  /** The place whose sums go into all outputs of a tile, once. */
  static final int BIAS = IN + 1;

  /** The numbers that the transform of a kernel works with: its places, and its rows. */
  static final int SCRATCH = PLACES + IN * KERNEL;

  /** With fewer channels the transforms take too large a part. */
  private static final int CHANNELS = 32;

  /** So many multiply-adds of an image have to be saved. */
  private static final long SAVED = 1 << 19;

  /** So many of them by each kernel, which has to be transformed itself, there and back. */
  private static final long SAVED_BY_KERNEL = 128;

  /** What is done to the rows of a tile, and then to its columns. */
  enum Transform {
    /** Of inputs. */
    INPUT(IN, IN),
    /** From sums to outputs. */
    OUTPUT(IN, OUT),
    /** Of the errors of outputs: the transpose of {@link #OUTPUT}. */
    OUTPUT_ERROR(OUT, IN),
    /** To the errors of inputs: the transpose of {@link #INPUT}. */
    INPUT_ERROR(IN, IN);

    /** How many numbers go in, along a side. */
    final int from;

    /** How many come out. */
    final int to;

    Transform(int from, int to) {
      this.from = from;
      this.to = to;
    }
  }

  private Winograd() {}

  /** Whether a convolution is trained so. */
  static boolean suits(Convolution c) {
    return c.groups() == 1 && suits(c.window(), c.in().channels(), c.out());
  }

  /** Whether a convolution that is not grouped is trained so. */
  static boolean suits(Window window, int inputs, Shape out) {
    Window plain = new Window(KERNEL, KERNEL, 1, 1, window.padTop(), window.padLeft(), 1, 1);
    long direct = KERNEL * KERNEL * (long) out.area();
    long products = PLACES * (long) tiles(out.height()) * tiles(out.width());
    long saved = direct - products;
    return window.equals(plain)
        && Math.min(inputs, out.channels()) >= CHANNELS
        && saved >= SAVED_BY_KERNEL
        && saved * inputs * out.channels() >= SAVED;
  }

  /** The tiles along a side of so many outputs. */
  static int tiles(int outputs) {
    return (outputs + OUT - 1) / OUT;
  }

  /**
   * Transforms a kernel.
   *
   * @param parameters where its weights are
   * @param at where each weight is, from {@code first} on
   * @param scratch {@value #SCRATCH} numbers to work with
   * @param transformed takes the numbers, {@code apart} from one to the next
   */
  static void kernel(
      float[] parameters,
      int[] at,
      int first,
      double[] scratch,
      float[] transformed,
      int to,
      int apart) {
    for (int k = 0; k < KERNEL; k++) {
      double a = parameters[at[first + k]];
      double b = parameters[at[first + KERNEL + k]];
      double c = parameters[at[first + 2 * KERNEL + k]];
      spread(a, b, c, scratch, PLACES + k, KERNEL);
    }
    for (int r = 0; r < IN; r++) {
      int i = PLACES + r * KERNEL;
      spread(scratch[i], scratch[i + 1], scratch[i + 2], scratch, r * IN, 1);
    }
    for (int p = 0; p < PLACES; p++) {
      transformed[to + p * apart] = (float) scratch[p];
    }
  }

  private static void spread(double a, double b, double c, double[] out, int at, int apart) {
    double even = -(a + c) / 6;
    double half = a / 24 + c / 6;
    out[at] = a / 4;
    out[at + apart] = even - b / 6;
    out[at + 2 * apart] = even + b / 6;
    out[at + 3 * apart] = half + b / 12;
    out[at + 4 * apart] = half - b / 12;
    out[at + 5 * apart] = c;
  }

  /**
   * Transforms the gradient of a transformed kernel into that of the kernel: the transpose of
   * {@link #kernel}.
   *
   * @param places the 36 numbers, from {@code from} on
   * @param rows {@value #SCRATCH} numbers to work with
   * @param gradient takes the gradient of each weight
   * @param at where each weight is, from {@code first} on
   */
  static void kernelGradient(
      float[] places, int from, double[] rows, float[] gradient, int[] at, int first) {
    for (int r = 0; r < IN; r++) {
      gather(places, from + r * IN, rows, r * KERNEL);
    }
    for (int k = 0; k < KERNEL; k++) {
      double sum = rows[KERNEL + k] + rows[2 * KERNEL + k];
      double difference = rows[2 * KERNEL + k] - rows[KERNEL + k];
      double far = rows[3 * KERNEL + k] + rows[4 * KERNEL + k];
      double across = rows[3 * KERNEL + k] - rows[4 * KERNEL + k];
      gradient[at[first + k]] = (float) (rows[k] / 4 - sum / 6 + far / 24);
      gradient[at[first + KERNEL + k]] = (float) (difference / 6 + across / 12);
      gradient[at[first + 2 * KERNEL + k]] = (float) (far / 6 - sum / 6 + rows[5 * KERNEL + k]);
    }
  }

  private static void gather(float[] x, int at, double[] out, int to) {
    double sum = (double) x[at + 1] + x[at + 2];
    double difference = (double) x[at + 2] - x[at + 1];
    double far = (double) x[at + 3] + x[at + 4];
    double across = (double) x[at + 3] - x[at + 4];
    out[to] = x[at] / 4.0 - sum / 6 + far / 24;
    out[to + 1] = difference / 6 + across / 12;
    out[to + 2] = far / 6 - sum / 6 + x[at + 5];
  }
}
