package kilonet.fused;

import java.util.Arrays;
import java.util.stream.IntStream;
import kilonet.fused.Stage.Pooling;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * The windows of a pooling of one channel: which inputs each sees.
 *
 * @param starts for each window where its inputs begin in {@code inputs}, and the end of the last
 * @param inputs where each input is in the channel
 * @param factors by what the sum of a window becomes its average
 * @param outputs where each window's outcome is in its channel
 * @param most the inputs of the window that sees most
 * @param disjoint whether no input belongs to two windows
 * @param covered whether each input belongs to a window
 * @param unseen where the inputs are that no window sees
 * @param errors where the error of each input is in a channel without padding
 * @param errorPlane the numbers of such a channel
 */
record Windows(
    int[] starts,
    int[] inputs,
    float[] factors,
    int[] outputs,
    int most,
    boolean disjoint,
    boolean covered,
    int[] unseen,
    int[] errors,
    int errorPlane) {

  int count() {
    return outputs.length;
  }

  /** Whether each window sees four inputs, if none has an input in common with another. */
  boolean ofFour() {
    return most == 4 && inputs.length == 4 * outputs.length;
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
      int top = p / to.width() * w.strideHeight() - w.padTop();
      int left = p % to.width() * w.strideWidth() - w.padLeft();
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
        IntStream.range(0, count).map(p -> starts[p + 1] - starts[p]).max().orElse(0),
        Arrays.stream(seen).allMatch(n -> n <= 1),
        Arrays.stream(seen).allMatch(n -> n >= 1),
        IntStream.range(0, seen.length)
            .filter(i -> seen[i] == 0)
            .map(i -> in.at(0, i / from.width(), i % from.width()))
            .toArray(),
        Arrays.copyOf(errors, next),
        dense.plane());
  }
}
