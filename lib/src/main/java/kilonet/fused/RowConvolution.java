package kilonet.fused;

import kilonet.fused.RowProducts.Places;
import kilonet.fused.RowProducts.Unit;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Winograd.Transform;

/**
 * The outputs of a convolution of sixteen images by transforms along rows, see {@link RowTiles}.
 */
final class RowConvolution {
  private final Convolution c;
  private final Layout in;
  private final Layout out;
  private final RowProducts products;
  private final Places inputs;

  RowConvolution(Convolution c, Layout in, Layout out) {
    this.c = c;
    this.in = in;
    this.out = out;
    this.products = RowProducts.forward(c);
    this.inputs = RowProducts.inputs(c);
  }

  RowProducts products() {
    return products;
  }

  /** The numbers of the transformed inputs. */
  Places inputs() {
    return inputs;
  }

  /**
   * Transforms the inputs of some channels.
   *
   * @param from where the inputs start
   * @param to where the transformed ones start
   */
  void transformInputs(Kernels kernels, float[] memory, int from, int to, int part, int parts) {
    int top = -c.window().padTop();
    int left = -c.window().padLeft();
    inputs.transform(kernels, Transform.INPUT, memory, in, top, left, from, to, part, parts);
  }

  /**
   * Computes a share of the outputs.
   *
   * @param from where the transformed inputs start
   * @param to where the outputs start
   * @param own where the share has room for what is between
   */
  void convolve(
      Kernels kernels,
      float[] memory,
      int from,
      float[] weights,
      int to,
      int own,
      int part,
      int parts) {
    int end = TapSum.share(products.units().size(), part + 1, parts);
    for (int u = TapSum.share(products.units().size(), part, parts); u < end; u++) {
      Unit unit = products.units().get(u);
      Places outcome = products.outcome(unit);
      products.multiply(kernels, unit, memory, inputs, from, weights, own);
      for (int o = unit.again(); o < unit.channelCount(); o++) {
        for (int r = 0; r < unit.rows(); r++) {
          kernels.transformRow(
              Transform.OUTPUT,
              inputs.tiles(),
              memory,
              to + out.at(unit.channel() + o, unit.row() + r, 0),
              own + outcome.at(o, r),
              outcome.next(),
              own + outcome.last(o, r));
        }
      }
    }
  }
}
