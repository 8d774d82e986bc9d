package kilonet.fused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.fused.Stage.Convolution;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * A convolution as tables: for each output pixel and channel, the sum over a list of taps of a
 * weight times an input. The gradient of a convolution's input is such a sum, too, over the errors
 * of its output and the same weights in another order.
 *
 * <p>Pixels that have the same taps form a region; at the border of an image there are fewer taps,
 * and none is multiplied with zeros. Output channels form blocks of {@link #WIDE} and {@link
 * #NARROW}, where they are at least 4, and of 1 else; the last block of each width may do again
 * what the one before did.
 *
 * @param regions the output pixels
 * @param blocks the output channels
 * @param plane the numbers of an output channel
 * @param sources for each packed weight, block after block, where it is in the vector of
 *     parameters; -1 where there is none, which stands for 0
 * @param channels for each packed weight its output channel
 */
record TapSum(List<Region> regions, List<Block> blocks, int plane, int[] sources, int[] channels) {
  static final int WIDE = 6;
  static final int NARROW = 4;

  /** Pixels in one go. */
  static final int TILE = 4;

  /** Pixels in one go where blocks are of one channel. */
  static final int LONG_TILE = 8;

  /** The taps of a window whose weights stay in the registers. */
  private static final int FEW_TAPS = 9;

  /** From so many pixels side by side on they are worth it, in the mean of a region. */
  private static final int LONG_RUN = 4;

  /**
   * Output pixels with the same taps.
   *
   * @param in where each pixel's input starts in the first channel
   * @param out where each pixel is in the first output channel
   * @param count the number of pixels; the lists go on with the last one to the end of a tile
   * @param taps for each width of a block, taps in pairs: where the input is, from the pixel's
   *     start, and where the weight is, from the block's start
   * @param runs where pixels begin that lie side by side in input and output, and the end of the
   *     last; nothing where blocks are wider than one channel, where there are other than {@value
   *     #FEW_TAPS} taps, or where few pixels lie so
   */
  record Region(int[] in, int[] out, int count, Map<Integer, int[]> taps, int[] runs) {}

  /**
   * Output channels side by side; their packed weights begin with their biases.
   *
   * @param width the number of channels
   * @param weights where its weights start
   * @param in from where its taps count in the input
   * @param out where its first channel starts in the output
   */
  record Block(int width, int weights, int in, int out) {}

  /** Whether all blocks are of one channel. */
  boolean single() {
    return blocks.get(0).width() == 1;
  }

  /** The number of packed weights. */
  int packed() {
    return sources.length;
  }

  /** Takes a share of the weights over from the vector of parameters. */
  void pack(float[] parameters, float[] weights, int part, int parts) {
    int from = share(sources.length, part, parts);
    int end = share(sources.length, part + 1, parts);
    for (int i = from; i < end; i++) {
      weights[i] = sources[i] < 0 ? 0 : parameters[sources[i]];
    }
  }

  /** Takes weights over with a scale and an offset for each output channel. */
  void pack(float[] parameters, float[] weights, float[] scale, float[] shift) {
    pack(parameters, weights, 0, 1);
    int at = 0;
    for (int b = 0; b < blocks.size(); b++) {
      int end = b + 1 < blocks.size() ? blocks.get(b + 1).weights() : sources.length;
      int biases = at + blocks.get(b).width();
      for (; at < end; at++) {
        int channel = channels[at];
        weights[at] = weights[at] * scale[channel] + (at < biases ? shift[channel] : 0);
      }
    }
  }

  /** Where a share of so many pieces begins. */
  static int share(int pieces, int part, int parts) {
    return (int) ((long) pieces * part / parts);
  }

  /** A convolution's outputs. */
  static TapSum forward(Convolution c, Layout in, Layout out) {
    Window w = c.window();
    int height = c.out().height();
    int width = c.out().width();
    int[] from = new int[height * width];
    int[] to = new int[from.length];
    for (int p = 0; p < from.length; p++) {
      int y = p / width;
      int x = p % width;
      from[p] = in.at(0, y * w.strideHeight() - w.padTop(), x * w.strideWidth() - w.padLeft());
      to[p] = out.at(0, y, x);
    }
    int[] at = new int[c.taps()];
    int[] number = new int[at.length];
    for (int i = 0; i < at.length; i++) {
      int k = i % w.taps();
      number[i] = i;
      at[i] =
          i / w.taps() * in.plane()
              + k / w.kernelWidth() * w.dilationHeight() * in.pitch()
              + k % w.kernelWidth() * w.dilationWidth() * Layout.LANES;
    }
    List<Pixels> pixels = List.of(new Pixels(from, to, at, number));
    int[][] sources = new int[c.out().channels()][];
    for (int o = 0; o < sources.length; o++) {
      sources[o] = new int[1 + c.taps()];
      sources[o][0] = c.biasAt().length > 0 ? c.biasAt()[o] : -1;
      System.arraycopy(c.weightAt(), o * c.taps(), sources[o], 1, c.taps());
    }
    return of(pixels, c.groups(), c.inputs() * in.plane(), out.plane(), sources);
  }

  /** The errors of a convolution's inputs from those of its outputs; both lie dense. */
  static TapSum backward(Convolution c) {
    Window w = c.window();
    Layout out = Layout.dense(c.out());
    Layout in = Layout.dense(c.in());
    Map<List<Integer>, List<Integer>> rows =
        alike(
            c.in().height(),
            c.out().height(),
            w.kernelHeight(),
            w.strideHeight(),
            w.padTop(),
            w.dilationHeight());
    Map<List<Integer>, List<Integer>> columns =
        alike(
            c.in().width(),
            c.out().width(),
            w.kernelWidth(),
            w.strideWidth(),
            w.padLeft(),
            w.dilationWidth());
    List<Pixels> regions = new ArrayList<>();
    for (Map.Entry<List<Integer>, List<Integer>> row : rows.entrySet()) {
      for (Map.Entry<List<Integer>, List<Integer>> column : columns.entrySet()) {
        regions.add(
            region(c, in, out, row.getKey(), row.getValue(), column.getKey(), column.getValue()));
      }
    }
    return of(regions, c.groups(), c.outputs() * out.plane(), in.plane(), errorSources(c));
  }

  /** For each input channel nothing, for its bias, then the weights of all outputs it goes to. */
  private static int[][] errorSources(Convolution c) {
    Window w = c.window();
    int taps = c.outputs() * w.taps();
    int[][] sources = new int[c.in().channels()][];
    for (int i = 0; i < sources.length; i++) {
      int group = i / c.inputs();
      sources[i] = new int[1 + taps];
      sources[i][0] = -1;
      for (int o = 0; o < c.outputs(); o++) {
        for (int k = 0; k < w.taps(); k++) {
          sources[i][1 + o * w.taps() + k] =
              c.weightAt()[(group * c.outputs() + o) * c.taps() + i % c.inputs() * w.taps() + k];
        }
      }
    }
    return sources;
  }

  /**
   * Whether the errors of a convolution's inputs are had faster from errors with zeros around them:
   * each channel has its own window, of nine taps, that moves by one pixel.
   */
  static boolean padsErrors(Convolution c) {
    Window w = c.window();
    return c.inputs() == 1
        && c.outputs() == 1
        && w.taps() == FEW_TAPS
        && w.strideHeight() == 1
        && w.strideWidth() == 1
        && reach(w.kernelHeight(), w.dilationHeight())
            >= Math.max(w.padTop(), w.padBottom(c.in(), c.out()))
        && reach(w.kernelWidth(), w.dilationWidth())
            >= Math.max(w.padLeft(), w.padRight(c.in(), c.out()));
  }

  /** How far the last tap is from the first. */
  private static int reach(int kernel, int dilation) {
    return (kernel - 1) * dilation;
  }

  /** One channel of the errors of such a convolution's outputs. */
  static Layout paddedErrors(Convolution c) {
    Window w = c.window();
    int high = reach(w.kernelHeight(), w.dilationHeight());
    int wide = reach(w.kernelWidth(), w.dilationWidth());
    return new Layout(
        new Shape(1, c.out().height(), c.out().width()),
        high - w.padTop(),
        wide - w.padLeft(),
        high - w.padBottom(c.in(), c.out()),
        wide - w.padRight(c.in(), c.out()));
  }

  /** The errors of such a convolution's inputs, where each channel's are in the same place. */
  static TapSum backwardPadded(Convolution c) {
    Window w = c.window();
    Layout errors = paddedErrors(c);
    Layout in = Layout.dense(c.in());
    int width = c.in().width();
    int[] from = new int[c.in().height() * width];
    int[] to = new int[from.length];
    for (int p = 0; p < from.length; p++) {
      from[p] = p / width * errors.pitch() + p % width * Layout.LANES;
      to[p] = in.at(0, p / width, p % width);
    }
    int[] at = new int[w.taps()];
    int[] number = new int[at.length];
    for (int k = 0; k < at.length; k++) {
      int y = reach(w.kernelHeight() - k / w.kernelWidth(), w.dilationHeight());
      int x = reach(w.kernelWidth() - k % w.kernelWidth(), w.dilationWidth());
      at[k] = y * errors.pitch() + x * Layout.LANES;
      number[k] = k;
    }
    List<Pixels> pixels = List.of(new Pixels(from, to, at, number));
    return of(pixels, c.groups(), 0, in.plane(), errorSources(c));
  }

  /** The same sum for one of the blocks. */
  TapSum only(int block) {
    return new TapSum(regions, List.of(blocks.get(block)), plane, sources, channels);
  }

  /**
   * The same sum for one of the blocks and some of its outputs, which then begin at 0.
   *
   * @param from the first number of a channel's outputs
   * @param end the number behind the last
   * @param weights where the block's weights are
   */
  TapSum only(int block, int from, int end, int weights) {
    Block b = blocks.get(block);
    List<Region> some = new ArrayList<>();
    for (Region r : regions) {
      int first = position(r, from);
      int last = position(r, end);
      if (first < last) {
        int[] in = fill(Arrays.copyOfRange(r.in(), first, last), TILE);
        int[] out = fill(Arrays.copyOfRange(r.out(), first, last), TILE);
        Arrays.setAll(out, i -> out[i] - from);
        some.add(new Region(in, out, last - first, r.taps(), new int[0]));
      }
    }
    Block one = new Block(b.width(), weights, b.in(), 0);
    return new TapSum(some, List.of(one), end - from, sources, channels);
  }

  /** How many of a region's pixels, which lie one behind the other, are before a number. */
  private static int position(Region r, int number) {
    int found = Arrays.binarySearch(r.out(), 0, r.count(), number);
    return found < 0 ? -found - 1 : found;
  }

  /**
   * Sorts the rows (or columns) of an image by the rows of the window that touch them.
   *
   * @return for each list of pairs (row of the window, outputs from the first one), the rows, each
   *     followed by the first output
   */
  private static Map<List<Integer>, List<Integer>> alike(
      int size, int outputs, int kernel, int stride, int pad, int dilation) {
    Map<List<Integer>, List<Integer>> all = new LinkedHashMap<>();
    for (int i = 0; i < size; i++) {
      List<Integer> key = new ArrayList<>();
      int first = -1;
      for (int k = 0; k < kernel; k++) {
        int from = i + pad - k * dilation;
        if (from >= 0 && from % stride == 0 && from / stride < outputs) {
          first = first < 0 ? from / stride : first;
          key.add(k);
          key.add(from / stride - first);
        }
      }
      all.computeIfAbsent(key, any -> new ArrayList<>()).addAll(List.of(i, Math.max(0, first)));
    }
    return all;
  }

  private static Pixels region(
      Convolution c,
      Layout in,
      Layout out,
      List<Integer> rowTaps,
      List<Integer> rows,
      List<Integer> columnTaps,
      List<Integer> columns) {
    int count = rows.size() / 2 * (columns.size() / 2);
    int[] from = new int[count];
    int[] to = new int[count];
    int next = 0;
    for (int y = 0; y < rows.size(); y += 2) {
      for (int x = 0; x < columns.size(); x += 2) {
        from[next] = out.at(0, rows.get(y + 1), columns.get(x + 1));
        to[next++] = in.at(0, rows.get(y), columns.get(x));
      }
    }
    int taps = rowTaps.size() / 2 * (columnTaps.size() / 2);
    int[] at = new int[c.outputs() * taps];
    int[] number = new int[at.length];
    next = 0;
    for (int o = 0; o < c.outputs(); o++) {
      for (int y = 0; y < rowTaps.size(); y += 2) {
        for (int x = 0; x < columnTaps.size(); x += 2) {
          at[next] =
              o * out.plane()
                  + rowTaps.get(y + 1) * out.pitch()
                  + columnTaps.get(x + 1) * Layout.LANES;
          number[next++] =
              o * c.window().taps() + rowTaps.get(y) * c.window().kernelWidth() + columnTaps.get(x);
        }
      }
    }
    return new Pixels(from, to, at, number);
  }

  /**
   * Pixels with the same taps: where they come from and go to, where the taps are, which weights.
   */
  private record Pixels(int[] from, int[] to, int[] at, int[] number) {}

  private static TapSum of(
      List<Pixels> pixels, int groups, int groupIn, int plane, int[][] sources) {
    int outputs = sources.length / groups;
    List<Integer> widths = widths(outputs);
    List<Block> blocks = new ArrayList<>();
    int taps = sources[0].length;
    int[] packed = new int[groups * widths.stream().mapToInt(Integer::intValue).sum() * taps];
    int[] channels = new int[packed.length];
    int next = 0;
    for (int group = 0; group < groups; group++) {
      int done = 0;
      for (int width : widths) {
        int first = group * outputs + Math.min(done, outputs - width);
        blocks.add(new Block(width, next, group * groupIn, first * plane));
        for (int t = 0; t < taps; t++) {
          for (int o = first; o < first + width; o++) {
            channels[next] = o;
            packed[next++] = sources[o][t];
          }
        }
        done += width;
      }
    }
    int tile = widths.get(0) == 1 ? LONG_TILE : TILE;
    List<Region> regions = new ArrayList<>();
    for (Pixels p : pixels) {
      Map<Integer, int[]> tables = new LinkedHashMap<>();
      for (int width : widths) {
        tables.computeIfAbsent(width, any -> pairs(p, width));
      }
      int[] runs = tile == LONG_TILE && p.at().length == FEW_TAPS ? runs(p) : new int[0];
      regions.add(
          new Region(fill(p.from(), tile), fill(p.to(), tile), p.from().length, tables, runs));
    }
    return new TapSum(List.copyOf(regions), List.copyOf(blocks), plane, packed, channels);
  }

  private static int[] runs(Pixels p) {
    int[] runs = new int[p.from().length + 1];
    int count = 0;
    for (int i = 1; i < p.from().length; i++) {
      if (p.from()[i] != p.from()[i - 1] + Layout.LANES
          || p.to()[i] != p.to()[i - 1] + Layout.LANES) {
        runs[++count] = i;
      }
    }
    runs[++count] = p.from().length;
    return p.from().length < count * LONG_RUN ? new int[0] : Arrays.copyOf(runs, count + 1);
  }

  private static int[] pairs(Pixels p, int width) {
    int[] pairs = new int[2 * p.at().length];
    for (int i = 0; i < p.at().length; i++) {
      pairs[2 * i] = p.at()[i];
      pairs[2 * i + 1] = (1 + p.number()[i]) * width;
    }
    return pairs;
  }

  /** Repeats the last element up to a multiple of a tile. */
  private static int[] fill(int[] list, int tile) {
    int[] filled = Arrays.copyOf(list, (list.length + tile - 1) / tile * tile);
    Arrays.fill(filled, list.length, filled.length, list[list.length - 1]);
    return filled;
  }

  /** The widths of the blocks with which so many channels are covered with the least work. */
  private static List<Integer> widths(int channels) {
    List<Integer> widths = new ArrayList<>();
    if (channels < NARROW) {
      for (int i = 0; i < channels; i++) {
        widths.add(1);
      }
      return widths;
    }
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int wide = 0; wide <= (channels < WIDE ? 0 : (channels + WIDE - 1) / WIDE); wide++) {
      int cost = wide * WIDE + narrow(channels, wide) * NARROW;
      if (cost <= least) {
        least = cost;
        best = wide;
      }
    }
    for (int i = 0; i < best; i++) {
      widths.add(WIDE);
    }
    for (int i = 0; i < narrow(channels, best); i++) {
      widths.add(NARROW);
    }
    return widths;
  }

  private static int narrow(int channels, int wide) {
    return (Math.max(0, channels - wide * WIDE) + NARROW - 1) / NARROW;
  }
}
