package kilonet.fused;

import kilonet.fused.Stage.Convolution;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * {@link Winograd}'s transforms along rows alone: a row of a 3x3 convolution's outputs in tiles of
 * four, F(4, 3), which have six places each, and of three. Those have the same transforms and no
 * sixth place, which goes into a fourth output alone. Each place by itself is a convolution of 3x1
 * pixels: six multiplications take the place of twelve, or five of nine.
 *
 * <p>Between few channels this saves more than tiles of four by four: what is transformed is half
 * as much again as what there was, not more than twice as much.
 *
 * @param fours the tiles of four outputs, which come first
 * @param threes the tiles of three
 */
record RowTiles(int fours, int threes) {
  static final int THREE = 3;

  static final int PLACES = 6;

  /** The place whose sums go into all outputs of a tile, once. */
  static final int BIAS = 1;

  static final float SIXTH = 1f / 6;

  /** With fewer channels the transforms take too large a part. */
  private static final int CHANNELS = 8;

  /**
   * So many multiply-adds of an image have to be saved by each kernel: images of sixteen pixels a
   * side and more. On smaller ones the transforms of kernels and gradients, and sums of few pixels,
   * take half of the gain: a seventh of the training of {@code model_3} is left of it, for which
   * its results are not given up.
   */
  private static final long SAVED_BY_KERNEL = 1 << 10;

  /** Whether a convolution is computed so. */
  static boolean suits(Convolution c) {
    return c.groups() == 1 && suits(c.window(), c.in().channels(), c.out());
  }

  /** Whether a convolution that is not grouped is computed so. */
  static boolean suits(Window window, int inputs, Shape out) {
    int size = Winograd.KERNEL;
    Window plain = new Window(size, size, 1, 1, window.padTop(), window.padLeft(), 1, 1);
    if (!window.equals(plain)
        || Math.min(inputs, out.channels()) < CHANNELS
        || !covers(out.width())) {
      return false;
    }
    int saved = size * out.width() - of(out.width()).products();
    return (long) size * saved * out.height() >= SAVED_BY_KERNEL;
  }

  /** Whether so many outputs are a sum of fours and threes: all numbers but 1, 2 and 5. */
  private static boolean covers(int outputs) {
    return outputs > 0 && outputs >= THREE * threes(outputs);
  }

  /** The tiles of a row with so many outputs. */
  static RowTiles of(int outputs) {
    int threes = threes(outputs);
    return new RowTiles((outputs - THREE * threes) / Winograd.OUT, threes);
  }

  /** As many tiles of three as leave a multiple of four. */
  private static int threes(int outputs) {
    return Math.floorMod(-outputs, Winograd.OUT);
  }

  int count() {
    return fours + threes;
  }

  /** How many places there are to compute. */
  int places() {
    return fours > 0 ? PLACES : PLACES - 1;
  }

  /** How many tiles have a place. */
  int count(int place) {
    return place == PLACES - 1 ? fours : count();
  }

  /** The places of all tiles together. */
  int products() {
    return PLACES * fours + (PLACES - 1) * threes;
  }

  /** The first output of a tile. */
  int start(int tile) {
    return tile * THREE + Math.min(tile, fours);
  }

  /**
   * Transforms a row of a kernel.
   *
   * @param parameters where its weights are
   * @param at where each weight is, from {@code first} on
   * @param scale by what they are multiplied
   * @param transformed takes the six numbers, {@code apart} from one to the next
   */
  static void kernel(
      float[] parameters,
      int[] at,
      int first,
      float scale,
      float[] transformed,
      int to,
      int apart) {
    float a = parameters[at[first]] * scale;
    float b = parameters[at[first + 1]] * scale;
    float c = parameters[at[first + 2]] * scale;
    float even = (a + c) * -SIXTH;
    float odd = b * SIXTH;
    float far = Math.fma(a, 0.25f, c) * SIXTH;
    float across = odd * 0.5f;
    transformed[to] = a * 0.25f;
    transformed[to + apart] = even - odd;
    transformed[to + 2 * apart] = even + odd;
    transformed[to + 3 * apart] = far + across;
    transformed[to + 4 * apart] = far - across;
    transformed[to + 5 * apart] = c;
  }
}
