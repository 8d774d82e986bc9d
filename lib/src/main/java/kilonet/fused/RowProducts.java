package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Winograd.Transform;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * The products of transformed rows with transformed kernels, see {@link RowTiles}: a convolution of
 * 3x1 pixels in each place. What is transformed lies as {@code [place][channel][row][tile][16]}.
 *
 * @param tiles those of a row
 * @param units pieces of the work, whose outcome stays in the cache until it is transformed
 * @param packed the packed weights of a place
 * @param sources for each packed weight of a place the number of the kernel's row; -1 for a bias
 * @param channels for each packed weight its output channel
 */
record RowProducts(RowTiles tiles, List<Unit> units, int packed, int[] sources, int[] channels) {
  /** So many tiles of an image are in a unit, at least, if it has so many. */
  private static final int TILES = 48;

  /** Between places, so that they do not compete for the same lines of the cache. */
  private static final int APART = 5 * LANES;

  /**
   * Some channels of some rows.
   *
   * @param row the first row
   * @param rows how many there are
   * @param channel the first channel
   * @param again how many of the channels another unit makes
   * @param channelCount how many channels there are
   * @param places the sums of each place
   */
  record Unit(int row, int rows, int channel, int again, int channelCount, List<TapSum> places) {}

  /** Where something transformed lies. */
  record Places(RowTiles tiles, int channels, int rows) {
    /** From one place to the next. */
    int next() {
      return channels * rows * tiles.count() * LANES + APART;
    }

    /** All of them. */
    int floats() {
      return (int) Memory.checked((long) RowTiles.PLACES * next());
    }

    /** Where the tiles of a row begin in the first place. */
    int at(int channel, int row) {
      return (channel * rows + row) * tiles.count() * LANES;
    }

    /** Where they begin in the last one. */
    int last(int channel, int row) {
      return (RowTiles.PLACES - 1) * next() + (channel * rows + row) * tiles.fours() * LANES;
    }

    /**
     * Transforms a share of the channels.
     *
     * @param layout where they lie
     * @param top the first row's number
     * @param left the first column's number
     * @param from where the first channel starts
     * @param to where the transformed ones start
     */
    void transform(
        Kernels kernels,
        Transform kind,
        float[] memory,
        Layout layout,
        int top,
        int left,
        int from,
        int to,
        int part,
        int parts) {
      int end = TapSum.share(channels, part + 1, parts);
      for (int i = TapSum.share(channels, part, parts); i < end; i++) {
        for (int r = 0; r < rows; r++) {
          int row = from + layout.at(i, top + r, left);
          kernels.transformRow(kind, tiles, memory, row, to + at(i, r), next(), to + last(i, r));
        }
      }
    }
  }

  /** The transformed inputs of a convolution, with the rows that pad it. */
  static Places inputs(Convolution c) {
    return new Places(
        RowTiles.of(c.out().width()), c.in().channels(), c.out().height() + Winograd.KERNEL - 1);
  }

  /** The transformed errors of its outputs. */
  static Places errors(Convolution c) {
    return new Places(RowTiles.of(c.out().width()), c.out().channels(), c.out().height());
  }

  /** What a unit makes. */
  Places outcome(Unit unit) {
    return new Places(tiles, unit.channelCount(), unit.rows());
  }

  /** The most numbers that a unit makes, forward or backward. */
  static int unitFloats(Convolution c) {
    RowTiles tiles = RowTiles.of(c.out().width());
    int rows = Math.max(c.in().height(), c.out().height());
    return new Places(tiles, TapSum.WIDE, unitRows(tiles, rows)).floats();
  }

  private static int unitRows(RowTiles tiles, int rows) {
    return Math.min(rows, (TILES + tiles.count() - 1) / tiles.count());
  }

  /** Transformed outputs from transformed inputs. */
  static RowProducts forward(Convolution c) {
    RowTiles tiles = RowTiles.of(c.out().width());
    int rows = c.out().height() + Winograd.KERNEL - 1;
    return of(
        tiles,
        IntStream.range(0, tiles.places())
            .mapToObj(p -> column(c, rows, 0, tiles.count(p)))
            .map(x -> TapSum.forward(x, Layout.dense(x.in()), Layout.dense(x.out())))
            .toList(),
        c.out().height());
  }

  /** The errors of transformed inputs, without rows that pad, from those of outputs. */
  static RowProducts backward(Convolution c) {
    RowTiles tiles = RowTiles.of(c.out().width());
    return of(
        tiles,
        IntStream.range(0, tiles.places())
            .mapToObj(p -> column(c, c.in().height(), c.window().padTop(), tiles.count(p)))
            .map(TapSum::backward)
            .toList(),
        c.in().height());
  }

  /** The convolution of a place, whose weights are counted kernel by kernel, row by row. */
  static Convolution column(Convolution c, int rows, int pad, int tiles) {
    Shape in = new Shape(c.in().channels(), rows, tiles);
    Shape out = new Shape(c.out().channels(), c.out().height(), tiles);
    int weights = in.channels() * out.channels() * Winograd.KERNEL;
    return new Convolution(
        in,
        out,
        new Window(Winograd.KERNEL, 1, 1, 1, pad, 0, 1, 1),
        1,
        IntStream.range(0, weights).toArray(),
        new int[0],
        Stage.Activation.IDENTITY);
  }

  private static RowProducts of(RowTiles tiles, List<TapSum> places, int rows) {
    TapSum all = places.get(0);
    int step = unitRows(tiles, rows);
    List<Unit> units = new ArrayList<>();
    int done = 0;
    for (int b = 0; b < all.blocks().size(); b++) {
      TapSum.Block block = all.blocks().get(b);
      int channel = block.out() / all.plane();
      for (int row = 0; row < rows; row += step) {
        int end = Math.min(rows, row + step);
        List<TapSum> sums = new ArrayList<>();
        for (int p = 0; p < places.size(); p++) {
          int pitch = tiles.count(p) * LANES;
          int weights = p * all.packed() + block.weights();
          sums.add(places.get(p).only(b, row * pitch, end * pitch, weights));
        }
        units.add(new Unit(row, end - row, channel, done - channel, block.width(), sums));
      }
      done = channel + block.width();
    }
    return new RowProducts(tiles, units, all.packed(), all.sources(), all.channels());
  }

  /** Room for the weights of all places. */
  float[] weights() {
    return new float[RowTiles.PLACES * packed];
  }

  /**
   * Transforms a share of the kernels.
   *
   * @param scale a factor for each output channel, or null
   */
  void pack(
      Convolution c, float[] parameters, float[] scale, float[] weights, int part, int parts) {
    int end = TapSum.share(packed, part + 1, parts);
    for (int i = TapSum.share(packed, part, parts); i < end; i++) {
      if (sources[i] >= 0) {
        int first = sources[i] * Winograd.KERNEL;
        float factor = scale == null ? 1 : scale[channels[i]];
        RowTiles.kernel(parameters, c.weightAt(), first, factor, weights, i, packed);
      }
    }
  }

  /** Puts what is added to each output channel where it goes into all outputs once. */
  void packBiases(float[] biases, float[] weights) {
    for (int i = 0; i < packed; i++) {
      if (sources[i] < 0) {
        weights[RowTiles.BIAS * packed + i] = biases[channels[i]];
      }
    }
  }

  /**
   * Computes a unit.
   *
   * @param from where the transformed inputs start, which lie as {@code inputs} says
   * @param to where the outcome goes
   */
  void multiply(
      Kernels kernels,
      Unit unit,
      float[] memory,
      Places inputs,
      int from,
      float[] weights,
      int to) {
    int next = outcome(unit).next();
    for (int p = 0; p < unit.places().size(); p++) {
      kernels.convolve(
          unit.places().get(p),
          memory,
          from + p * inputs.next(),
          weights,
          memory,
          to + p * next,
          0,
          1);
    }
  }
}
