package kilonet.layer;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Hands its input on as it is, of any shape, and keeps it for an {@link Add} further on. */
public final class Keep extends ShortcutLayer {
  private static final long serialVersionUID = 1L;

  private Keep() {}

  /**
   * Makes one.
   *
   * @param layerName what the layer is called
   * @param shortcut what its {@link Add} has in common with it; another one for each {@link Add}
   */
  public Keep(String layerName, String shortcut) {
    super(layerName, shortcut);
  }

  @Override
  Shortcut link() {
    return Shortcut.begin(shortcut());
  }

  @Override
  INDArray forward(Shortcut link, INDArray input) {
    link.kept = input.dup();
    return input;
  }

  @Override
  INDArray backward(Shortcut link, INDArray slope) {
    INDArray all = slope.add(link.keptSlope);
    link.keptSlope = null;
    return all;
  }
}
