package kilonet.layer;

import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Goes back to what the {@link Keep} of its name has kept, and puts its own input aside for the
 * {@link Add}: the layers between this one and the {@link Add} stand on the other way.
 */
public final class Recall extends ShortcutLayer {
  private static final long serialVersionUID = 1L;

  // Deeplearning4j asks each layer alone for the shape of its outcome.
  @JsonProperty private long channels;
  @JsonProperty private long height;
  @JsonProperty private long width;

  private Recall() {}

  /**
   * Makes one.
   *
   * @param layerName what the layer is called
   * @param shortcut that of the {@link Keep}
   * @param kept the shape of what is kept
   */
  public Recall(String layerName, String shortcut, InputType.InputTypeConvolutional kept) {
    super(layerName, shortcut);
    this.channels = kept.getChannels();
    this.height = kept.getHeight();
    this.width = kept.getWidth();
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return InputType.convolutional(height, width, channels);
  }

  @Override
  Shortcut link() {
    return Shortcut.recall(shortcut());
  }

  @Override
  INDArray forward(Shortcut link, INDArray input) {
    link.aside = input.dup();
    return link.kept;
  }

  @Override
  INDArray backward(Shortcut link, INDArray slope) {
    link.keptSlope = slope.dup();
    INDArray before = link.asideSlope;
    link.asideSlope = null;
    return before;
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other)
        && other instanceof Recall that
        && channels == that.channels
        && height == that.height
        && width == that.width;
  }

  @Override
  public int hashCode() {
    return 31 * super.hashCode() + Long.hashCode(channels * 31 + height * 7 + width);
  }
}
