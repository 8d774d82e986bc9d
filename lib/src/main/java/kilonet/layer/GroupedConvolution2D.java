package kilonet.layer;

import java.util.Collection;
import java.util.Objects;
import kilonet.text.Check;
import kilonet.text.Text;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * A convolution in groups: the first outputs see the first inputs only, and so on (Xie and others:
 * <i>Aggregated Residual Transformations for Deep Neural Networks</i>, 2017). Input {@code [batch,
 * inputs, height, width]}, weights {@code [outputs, inputs / groups, kernel height, kernel width]},
 * the rest as of {@link ConvolutionLayer}.
 */
public final class GroupedConvolution2D extends ConvolutionLayer {
  private static final long serialVersionUID = 1L;

  @JsonProperty private int groups;

  private GroupedConvolution2D() {}

  /**
   * Makes one.
   *
   * @param convolution all but the groups
   * @param groups how many, at least 1; the outputs and, once they are known, the inputs have to be
   *     a multiple of it
   * @throws IllegalArgumentException if the outputs are none
   */
  public GroupedConvolution2D(ConvolutionLayer.Builder convolution, int groups) {
    super(convolution);
    this.groups = groups;
    Check.atLeast("The number of groups of a convolution", groups, 1);
    requireMultiple("outputs", nOut);
  }

  private void requireMultiple(String what, long channels) {
    if (channels % groups != 0) {
      throw new IllegalArgumentException(
          Text.of(
              "A convolution's %d %s cannot be divided into %d groups: take a multiple of %d.",
              channels, what, groups, groups));
    }
  }

  /** Into how many groups the channels are divided. */
  public int groups() {
    return groups;
  }

  @Override
  public void setNIn(InputType input, boolean override) {
    super.setNIn(input, override);
    requireMultiple("inputs", nIn);
    if (cnn2dDataFormat != CNN2DFormat.NCHW) {
      throw new IllegalArgumentException(
          "A convolution in groups takes pictures in the format NCHW: give it these.");
    }
  }

  @Override
  public ParamInitializer initializer() {
    return GroupedParameters.INSTANCE;
  }

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration configuration,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    GroupedStep step = new GroupedStep(configuration, type);
    step.setListeners(listeners);
    step.setIndex(index);
    step.setParamsViewArray(parameters);
    step.setParamTable(initializer().init(configuration, parameters, initialize));
    step.setConf(configuration);
    return step;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof GroupedConvolution2D that
        && super.equals(other)
        && groups == that.groups;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), groups);
  }
}
