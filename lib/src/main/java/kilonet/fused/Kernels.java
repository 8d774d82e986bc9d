package kilonet.fused;

/**
 * The arithmetic of the engine on arrays of {@code [channel][row][column][16]} floats.
 *
 * <p>Two implementations give the same bits: {@link PlainKernels} and {@link VectorKernels}. Each
 * sum has one order, whatever the width of the machine's vectors: within a lane over the taps of a
 * window or over the pixels, in the order in which they are given, as a chain of fused
 * multiply-adds; sums over pixels for statistics run in {@value #CHAINS} chains, pixel {@code i} in
 * chain {@code i % 4}, which are added as {@code (0 + 1) + (2 + 3)}.
 *
 * <p>Positions count floats. A pixel is 16 of them.
 */
abstract class Kernels {
  static final int CHAINS = 4;

  /** The widest vector's numbers in double precision. */
  static final int DOUBLES = 8;

  /** How many sums of a tile the registers hold, beside what is added to them. */
  abstract int sums();

  /** Measures the multiply-adds that one thread does in registers, two operations each. */
  abstract double peakGigaFlops();

  /**
   * Convolves: for each output pixel and output channel the sum over a list of taps.
   *
   * @param job the pixels, taps and channels
   * @param x the input
   * @param from where the group's input starts
   * @param weights packed as {@code job} says
   * @param y takes the output
   * @param to where the group's output starts
   * @param part which share of the job is done, from 0
   * @param parts how many shares there are
   */
  abstract void convolve(
      TapSum job, float[] x, int from, float[] weights, float[] y, int to, int part, int parts);

  /**
   * Transforms a tile of sixteen images: its rows, then its columns.
   *
   * @param kind how; says how many numbers a row and a column have before and after
   * @param across from one number of a row to the next, before
   * @param down from one row to the next, before
   * @param toAcross from one number of a row to the next, after
   * @param toDown from one row to the next, after
   * @param scratch where in {@code x} there is room for what is between, {@value Winograd#PLACES}
   *     pixels
   */
  abstract void transform(
      Winograd.Transform kind,
      float[] x,
      int from,
      int across,
      int down,
      int to,
      int toAcross,
      int toDown,
      int scratch);

  /**
   * Transforms a row of an image, tile by tile: between its pixels and the places of its tiles.
   *
   * @param kind how, and in which direction; {@link Winograd.Transform#INPUT_ERROR} adds what tiles
   *     have in common
   * @param tiles those of the row
   * @param row where the row's first pixel is
   * @param places where the first place of its first tile is; those of the others follow
   * @param next from one place to the next, of the first five
   * @param last where the sixth place of its first tile is
   */
  abstract void transformRow(
      Winograd.Transform kind, RowTiles tiles, float[] x, int row, int places, int next, int last);

  /**
   * Transforms the gradient of the six places of a kernel's row into that of its three weights: the
   * transpose of {@link RowTiles#kernel}.
   *
   * @param from where the first place's is, of sixteen lanes
   * @param next from one place to the next
   * @param to where the first weight's goes; those of the others follow
   */
  abstract void kernelGradient(float[] x, int from, int next, int to);

  /**
   * Adds to the sums of errors times inputs over the pixels of a group.
   *
   * @param job the tiles
   * @param errors of the convolution's output
   * @param errorAt where the group's errors start
   * @param x the convolution's input
   * @param from where the group's input starts
   * @param first the first tile
   * @param end the tile behind the last
   * @param sums {@link Layout#LANES} sums for each element of each tile
   * @param sumsAt where those of the first tile are
   */
  abstract void addProducts(
      WeightTiles job,
      float[] errors,
      int errorAt,
      float[] x,
      int from,
      int first,
      int end,
      float[] sums,
      int sumsAt);

  /**
   * Takes the sum and the sum of squares of a stretch of pixels, lane by lane, of what exceeds the
   * first pixel.
   *
   * @param out takes the first pixel, the sums and the sums of squares, 16 of each
   */
  abstract void statistics(float[] x, int from, int pixels, float[] out);

  /** {@code a = activation((y - mean) * scale + shift)}. */
  abstract void normalize(
      float[] y,
      int from,
      float[] a,
      int to,
      int pixels,
      float mean,
      float scale,
      float shift,
      float slope);

  /** {@code a = activation(x) * factor}. */
  abstract void activate(
      float[] x, int from, float[] a, int to, int pixels, float slope, float factor);

  /**
   * {@code d = d * factor}, and times the slope where the activation's outcome is negative or 0.
   */
  abstract void backActivation(
      float[] d, int at, float[] a, int outcomeAt, int pixels, float slope, float factor);

  /**
   * As {@link #backActivation} with factor 1, and adds to sums of {@code d} and of {@code d * (y -
   * mean)}.
   *
   * @param sums 16 sums of {@code d}, then 16 of the products; added to
   */
  abstract void backNormalize(
      float[] d,
      int at,
      float[] a,
      int outcomeAt,
      float[] y,
      int from,
      int pixels,
      float mean,
      float slope,
      float[] sums);

  /**
   * {@code d = d * factor + (y - mean) * tilt + offset}, and times the slope where {@code y}, the
   * outcome of an activation, is negative or 0.
   */
  abstract void correct(
      float[] d,
      int at,
      float[] y,
      int from,
      int pixels,
      float mean,
      float factor,
      float tilt,
      float offset,
      float slope);

  /**
   * Computes {@code A B'} of two matrices where that is symmetric: the lower half, and its mirror
   * image. Sums run in chains, the last numbers of a row, where it has no multiple of four, in the
   * first one.
   *
   * @param a the first, row by row
   * @param across from one of its rows to the next
   * @param transposed the second, column by column
   * @param rows of both
   * @param columns of both
   * @param pitch from one row of the result to the next, and from one column of the second matrix;
   *     a multiple of {@value #DOUBLES}; what the result has behind a row is not defined
   */
  abstract void symmetricProduct(
      double[] a,
      int across,
      double[] transposed,
      int rows,
      int columns,
      double[] result,
      int pitch);

  /** Adds a stretch of pixels to 16 sums. */
  abstract void sum(float[] d, int at, int pixels, float[] sums, int sumsAt);

  /** {@code out = x + y}, of each pixel; {@code out} may be where {@code x} is. */
  abstract void add(float[] x, int from, float[] y, int second, float[] out, int to, int pixels);

  /** {@code out = x - first}, of each pixel, where {@code first} is one. */
  abstract void differences(float[] x, int from, int first, float[] out, int to, int pixels);

  /**
   * Sums the products of pixels of some rows: for each {@code j} below {@code windows} of those
   * from column {@code j} to {@code j + columns}. Those that all windows have in common run in
   * chains, as always; then come those on the left, then those on the right.
   *
   * @param pitch the numbers from one row to the next
   * @param columns at least {@code windows}
   * @param out takes the sums of all rows for {@code j = 0}, then for 1, and so on
   */
  abstract void rowProducts(
      float[] x,
      int first,
      int second,
      int rows,
      int pitch,
      int columns,
      int windows,
      float[] out,
      int to);

  /**
   * Puts a value in the place of what dropout drops.
   *
   * @param unit the number of the first pixel among the image's activations
   * @param mask keys and thresholds, see {@link DropoutMask}
   */
  abstract void drop(float[] x, int at, int unit, int pixels, int[] mask, float value);

  /** The largest of each window. */
  abstract void maxPool(Windows job, float[] x, int from, float[] y, int to);

  /** Gives each window's error to the first of its largest inputs. */
  abstract void backMaxPool(
      Windows job,
      float[] x,
      int from,
      float[] y,
      int outcomeAt,
      float[] dy,
      int at,
      float[] dx,
      int to);

  /** The sum of each window times its factor. */
  abstract void averagePool(Windows job, float[] x, int from, float[] y, int to);

  /** Gives each window's error times its factor to all of its inputs. */
  abstract void backAveragePool(Windows job, float[] dy, int at, float[] dx, int to);

  /**
   * Batch norm, activation and max pooling in one: for each window the activation of the largest
   * {@code (y - mean) * scale + shift}.
   *
   * @param job windows that have no input in common
   */
  abstract void normalizePool(
      Windows job,
      float[] y,
      int from,
      float[] a,
      int to,
      float mean,
      float scale,
      float shift,
      float slope);

  /**
   * As {@link #normalizePool} with a ReLU, and notes which of a window's inputs is the largest.
   *
   * @param choice takes for each window the number of the first of its largest inputs, from 0; -1
   *     where the ReLU makes it 0
   */
  abstract void choosePool(
      Windows job,
      float[] y,
      int from,
      float[] a,
      int to,
      float[] choice,
      int at,
      float mean,
      float scale,
      float shift);

  /**
   * Gives each window's error to the input that {@link #choosePool} noted, and 0 to the others.
   *
   * @param e takes the errors of the inputs, which lie dense
   * @param sums 16 sums of the errors in {@code e}; added to
   */
  abstract void expand(
      Windows job, float[] choice, int at, float[] dy, int errorAt, float[] e, int to, int sums);

  /**
   * The errors before a ReLU: {@code d}, and 0 where the outcome is 0.
   *
   * @param e takes them
   * @param sums 16 sums of them in {@code e}; added to
   */
  abstract void maskErrors(
      float[] d, int at, float[] a, int outcomeAt, float[] e, int to, int pixels, int sums);

  /**
   * The way back through {@link #normalizePool}: adds to the sums of the errors of the normalized
   * values and of their products with {@code y - mean}, as {@link #backNormalize} does; the
   * products run in chains, the window's input {@code i} in chain {@code i % 4}.
   */
  abstract void sumPooled(
      Windows job,
      float[] y,
      int from,
      float[] dy,
      int at,
      float mean,
      float scale,
      float shift,
      float slope,
      float[] sums);

  /**
   * As {@link #correct}, from the errors behind the pooling, which it takes back by itself, in the
   * place of {@code y}.
   */
  abstract void correctPooled(
      Windows job, float[] y, int from, float[] dy, int at, PooledCorrection correction);

  /**
   * What {@link #correctPooled} does to a channel.
   *
   * @param mean the mean that was taken off
   * @param scale by what the rest was multiplied
   * @param shift what was added
   * @param slope of the activation
   * @param factor by what the error is multiplied
   * @param tilt by what {@code y - mean} is multiplied
   * @param offset what is added to both
   * @param slopeBefore the slope of the activation whose outcome {@code y} is
   */
  record PooledCorrection(
      float mean,
      float scale,
      float shift,
      float slope,
      float factor,
      float tilt,
      float offset,
      float slopeBefore) {}
}
