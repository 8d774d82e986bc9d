package kilonet.layer;

import java.util.Arrays;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Adds to its input what the {@link Keep} of its name has kept or, where a {@link Recall} stands
 * between, what that one has put aside. Both have the same shape.
 */
public final class Add extends ShortcutLayer {
  private static final long serialVersionUID = 1L;

  private Add() {}

  /**
   * Makes one.
   *
   * @param layerName what the layer is called
   * @param shortcut that of the {@link Keep}
   */
  public Add(String layerName, String shortcut) {
    super(layerName, shortcut);
  }

  @Override
  Shortcut link() {
    return Shortcut.end(shortcut());
  }

  @Override
  INDArray forward(Shortcut link, INDArray input) {
    INDArray other = link.recalled ? link.aside : link.kept;
    link.kept = null;
    link.aside = null;
    if (!Arrays.equals(input.shape(), other.shape())) {
      throw new IllegalArgumentException(
          Text.of(
              "Layer '%s' cannot add values of the shape %s to %s: let the layers between keep the"
                  + " shape, or bring the other way there with a convolution behind a Recall.",
              getLayerName(), Arrays.toString(other.shape()), Arrays.toString(input.shape())));
    }
    return input.add(other);
  }

  @Override
  INDArray backward(Shortcut link, INDArray slope) {
    if (link.recalled) {
      link.asideSlope = slope.dup();
    } else {
      link.keptSlope = slope.dup();
    }
    return slope;
  }
}
