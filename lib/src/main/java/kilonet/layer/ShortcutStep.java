package kilonet.layer;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.AbstractLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** A mark at work in a network. */
final class ShortcutStep extends AbstractLayer<ShortcutLayer> {
  private static final long serialVersionUID = 1L;

  private final transient Shortcut link;

  ShortcutStep(NeuralNetConfiguration configuration, DataType type, Shortcut link) {
    super(configuration, type);
    this.link = link;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    return workspaces.dup(ArrayType.ACTIVATIONS, apart(layerConf()::forward, input));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray slope, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray before = apart(layerConf()::backward, slope);
    return new Pair<>(new DefaultGradient(), workspaces.dup(ArrayType.ACTIVATION_GRAD, before));
  }

  /** What is kept has to outlive the workspace of the layer, which the next but one uses again. */
  @SuppressWarnings("try") // it is enough that the scope is open
  private INDArray apart(Work work, INDArray array) {
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      return work.of(link, array);
    }
  }

  private interface Work {
    INDArray of(Shortcut link, INDArray array);
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clearNoiseWeightParams() {
    // It has no weights.
  }
}
