package kilonet.layer;

import java.util.Collection;
import java.util.Objects;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.NoParamLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/** A mark on the chain of a net, see {@linkplain kilonet.layer the package}. */
public abstract sealed class ShortcutLayer extends NoParamLayer permits Keep, Recall, Add {
  private static final long serialVersionUID = 1L;

  /** Ties it to the others of its name; written in files. */
  @JsonProperty private String shortcut;

  /** For Deeplearning4j's reader of files. */
  ShortcutLayer() {}

  /**
   * Makes a mark.
   *
   * @param layerName what the layer is called
   * @param shortcut what ties it to the others
   */
  ShortcutLayer(String layerName, String shortcut) {
    setLayerName(layerName);
    this.shortcut = Objects.requireNonNull(shortcut, "shortcut");
  }

  /** The name that it has in common with those that belong to it. */
  public String shortcut() {
    return shortcut;
  }

  abstract Shortcut link();

  /**
   * The layer's outcome.
   *
   * @param input may become the outcome, but not be kept
   */
  abstract INDArray forward(Shortcut link, INDArray input);

  /** The gradient of the layer's input; what is given may become it, but not be kept. */
  abstract INDArray backward(Shortcut link, INDArray slope);

  @Override
  public org.deeplearning4j.nn.api.Layer instantiate(
      NeuralNetConfiguration configuration,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType type) {
    ShortcutStep step = new ShortcutStep(configuration, type, link());
    step.setListeners(listeners);
    step.setIndex(index);
    step.setParamsViewArray(parameters);
    step.setParamTable(initializer().init(configuration, parameters, initialize));
    step.setConf(configuration);
    return step;
  }

  @Override
  public InputType getOutputType(int index, InputType input) {
    return input;
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType input) {
    return null;
  }

  @Override
  public LayerMemoryReport getMemoryReport(InputType input) {
    return new LayerMemoryReport.Builder(
            getLayerName(), getClass(), input, getOutputType(-1, input))
        .standardMemory(0, 0)
        .workingMemory(0, 0, 0, 0)
        .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
        .build();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ShortcutLayer that
        && getClass() == that.getClass()
        && super.equals(other)
        && Objects.equals(shortcut, that.shortcut);
  }

  @Override
  public int hashCode() {
    return Objects.hash(getClass(), getLayerName(), shortcut);
  }
}
