package kilonet.fused;

import java.util.Arrays;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;

/**
 * The windows of a pooling of one channel: which inputs each sees.
 *
 * @param starts for each window where its inputs begin in {@code inputs}, and the end of the last
 * @param inputs where each input is in the channel
 * @param factors by what the sum of a window becomes its average
 * @param outputs where each window's outcome is in its channel
 * @param disjoint whether no input belongs to two windows
 * @param covered whether each input belongs to a window
 * @param errors where the error of each input is in a channel without padding
 * @param errorPlane the numbers of such a channel
 */
record Windows(
    int[] starts,
    int[] inputs,
    float[] factors,
    int[] outputs,
    boolean disjoint,
    boolean covered,
    int[] errors,
    int errorPlane) {

  int count() {
    return outputs.length;
  }

  /** Whether each window sees four inputs, if none has an input in common with another. */
  boolean ofFour() {
    for (int p = 0; p < starts.length; p++) {
      if (starts[p] != 4 * p) {
        return false;
      }
    }
    return true;
  }

  /** Whether each window sees an input. */
  boolean allSee() {
    for (int p = 0; p < outputs.length; p++) {
      if (starts[p] == starts[p + 1]) {
        return false;
      }
    }
    return true;
  }

  static Windows of(Pooling pooling, Layout in, Layout out) {
    Window w = pooling.window();
    Shape from = pooling.in();
    Shape to = pooling.out();
    Layout dense = Layout.dense(from);
    int count = to.height() * to.width();
    int[] starts = new int[count + 1];
    int[] inputs = new int[count * w.kernelHeight() * w.kernelWidth()];
    int[] errors = new int[inputs.length];
    int[] outputs = new int[count];
    float[] factors = new float[count];
    int[] seen = new int[from.height() * from.width()];
    int next = 0;
    for (int p = 0; p < count; p++) {
      int top = p / to.width() * w.strideHeight() - w.padHeight();
      int left = p % to.width() * w.strideWidth() - w.padWidth();
      starts[p] = next;
      outputs[p] = out.at(0, p / to.width(), p % to.width());
      for (int y = top; y < top + w.kernelHeight(); y++) {
        for (int x = left; x < left + w.kernelWidth(); x++) {
          if (y >= 0 && y < from.height() && x >= 0 && x < from.width()) {
            seen[y * from.width() + x]++;
            errors[next] = dense.at(0, y, x);
            inputs[next++] = in.at(0, y, x);
          }
        }
      }
      int all =
          pooling.kind() == Pooling.Kind.AVERAGE_WITH_PADDING
              ? w.kernelHeight() * w.kernelWidth()
              : next - starts[p];
      factors[p] = 1f / all;
    }
    starts[count] = next;
    return new Windows(
        starts,
        Arrays.copyOf(inputs, next),
        factors,
        outputs,
        Arrays.stream(seen).allMatch(n -> n <= 1),
        Arrays.stream(seen).allMatch(n -> n >= 1),
        Arrays.copyOf(errors, next),
        dense.plane());
  }
}
