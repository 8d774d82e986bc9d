package kilonet.export;

import java.util.ArrayList;
import java.util.List;
import kilonet.export.Operation.Pooling;
import kilonet.layer.Window;

/**
 * Where the activations of a net lie that is computed layer by layer in one piece of memory.
 *
 * <p>Layers take turns at its two ends, so that each one's input and output lie apart and all that
 * is needed is the most that one layer reads and writes. A maximum over windows that do not overlap
 * is taken of a convolution while it is computed, so that what would be largest is never stored.
 *
 * @param layers first to last
 * @param size values in all
 */
record MemoryPlan(List<Layer> layers, int size) {

  /**
   * What is computed at once.
   *
   * @param operation the place of its first operation in the net
   * @param pool the maximum that is taken of a convolution, or null
   * @param at where its output lies; the last layer's lies elsewhere
   */
  record Layer(int operation, Pooling pool, int at) {

    /** How many operations of the net it does. */
    int operations() {
      return pool == null ? 1 : 2;
    }
  }

  /**
   * Plans a net.
   *
   * @param operations those of the net
   * @param storesInput whether the first layer's input lies here, too, at the beginning
   */
  static MemoryPlan of(List<? extends Operation> operations, boolean storesInput) {
    List<Layer> layers = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    int before = storesInput ? operations.get(0).in().size() : 0;
    int size = before;
    for (int i = 0; i < operations.size(); ) {
      Pooling pool = pool(operations, i);
      Layer layer = new Layer(i, pool, 0);
      i += layer.operations();
      Operation end = pool == null ? operations.get(i - 1) : pool;
      int after = i == operations.size() ? 0 : end.out().size();
      layers.add(layer);
      sizes.add(after);
      size = Math.max(size, before + after);
      before = after;
    }
    for (int i = 0; i < layers.size(); i++) {
      boolean low = i % 2 == (storesInput ? 1 : 0);
      Layer layer = layers.get(i);
      layers.set(i, new Layer(layer.operation(), layer.pool(), low ? 0 : size - sizes.get(i)));
    }
    return new MemoryPlan(List.copyOf(layers), size);
  }

  private static Pooling pool(List<? extends Operation> operations, int at) {
    boolean follows =
        operations.get(at) instanceof Operation.Convolution && at + 2 < operations.size();
    if (!follows || !(operations.get(at + 1) instanceof Pooling next)) {
      return null;
    }
    Window w = next.window();
    boolean apart =
        next.kind() == Pooling.Kind.MAX
            && w.kernelHeight() == w.strideHeight()
            && w.kernelWidth() == w.strideWidth()
            && !w.isPadded(next.in(), next.out());
    return apart ? next : null;
  }
}
