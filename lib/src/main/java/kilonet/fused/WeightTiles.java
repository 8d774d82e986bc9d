package kilonet.fused;

import kilonet.fused.Stage.Convolution;
import kilonet.layer.Window;

/**
 * The gradient of a convolution's weights as tiles: the errors of a few output channels times the
 * inputs of a few taps, summed over the pixels of the output.
 *
 * @param rows the output channels of a tile: 5, 4, 2 or 1
 * @param columns the taps of a tile: 5, 6, 6 or 9
 * @param errorAt for each tile where its first output channel starts in the errors
 * @param inputAt for each tile and column where the tap is in the input
 * @param pixels for each output pixel where its window starts in the input
 * @param plane the numbers of an output channel in the errors
 * @param elementAt for each element of each tile the number of its weight, in the order output,
 *     tap; -1 where it is there already
 */
record WeightTiles(
    int rows, int columns, int[] errorAt, int[] inputAt, int[] pixels, int plane, int[] elementAt) {

  int count() {
    return errorAt.length;
  }

  /** The elements of a tile. */
  int elements() {
    return rows * columns;
  }

  /**
   * Tiles for a convolution.
   *
   * @param in where the input lies
   * @param registers how many sums the machine's registers hold beside what they are made of
   */
  static WeightTiles of(Convolution c, Layout in, int registers) {
    Window w = c.window();
    int[] shape = shape(c.outputs(), c.taps(), registers);
    int rows = shape[0];
    int columns = shape[1];
    int rowTiles = (c.outputs() + rows - 1) / rows;
    int columnTiles = (c.taps() + columns - 1) / columns;
    int tiles = c.groups() * rowTiles * columnTiles;
    Layout errors = Layout.dense(c.out());
    int[] errorAt = new int[tiles];
    int[] inputAt = new int[tiles * columns];
    int[] elementAt = new int[tiles * rows * columns];
    int tile = 0;
    for (int g = 0; g < c.groups(); g++) {
      for (int t = 0; t < columnTiles; t++) {
        for (int r = 0; r < rowTiles; r++) {
          int first = g * c.outputs() + Math.min(r * rows, c.outputs() - rows);
          errorAt[tile] = first * errors.plane();
          for (int j = 0; j < columns; j++) {
            int tap = Math.min(t * columns + j, c.taps() - 1);
            int k = tap % w.taps();
            inputAt[tile * columns + j] =
                (g * c.inputs() + tap / w.taps()) * in.plane()
                    + k / w.kernelWidth() * w.dilationHeight() * in.pitch()
                    + k % w.kernelWidth() * w.dilationWidth() * Layout.LANES;
            for (int i = 0; i < rows; i++) {
              boolean again = t * columns + j >= c.taps() || first + i < g * c.outputs() + r * rows;
              elementAt[(tile * rows + i) * columns + j] =
                  again ? -1 : (first + i) * c.taps() + tap;
            }
          }
          tile++;
        }
      }
    }
    int width = c.out().width();
    int[] pixels = new int[c.out().height() * width];
    for (int p = 0; p < pixels.length; p++) {
      pixels[p] =
          in.at(
              0,
              p / width * w.strideHeight() - w.padTop(),
              p % width * w.strideWidth() - w.padLeft());
    }
    return new WeightTiles(rows, columns, errorAt, inputAt, pixels, errors.plane(), elementAt);
  }

  /** The shape of a tile that wastes least. */
  private static int[] shape(int outputs, int taps, int registers) {
    int[][] shapes = registers >= 25 ? new int[][] {{4, 6}, {5, 5}} : new int[][] {{2, 6}};
    int[] best = {1, 9};
    long least = Long.MAX_VALUE;
    for (int[] s : shapes) {
      long work = (long) (outputs + s[0] - 1) / s[0] * s[0] * ((taps + s[1] - 1) / s[1]) * s[1];
      if (outputs >= s[0] && work < least) {
        least = work;
        best = s;
      }
    }
    return best;
  }
}
