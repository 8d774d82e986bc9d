package kilonet.layer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.layers.convolution.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** A convolution in groups at work: one of Deeplearning4j's for each group, side by side. */
@SuppressWarnings("try") // it is enough that the scope outside of workspaces is open
final class GroupedStep extends BaseLayer<GroupedConvolution2D> {
  private static final long serialVersionUID = 1L;

  private static final LayerWorkspaceMgr NONE = LayerWorkspaceMgr.noWorkspaces();

  private transient List<Group> parts = List.of();

  GroupedStep(NeuralNetConfiguration configuration, DataType type) {
    super(configuration, type);
  }

  /** The convolution of one group, whose parameters and gradients are slices of all. */
  private static final class Group extends ConvolutionLayer {
    private static final long serialVersionUID = 1L;

    Group(NeuralNetConfiguration configuration, DataType type, Map<String, INDArray> parameters) {
      super(configuration, type);
      this.params = parameters;
    }

    void gradientsInto(Map<String, INDArray> views) {
      this.gradientViews = views;
    }
  }

  private List<Group> parts() {
    int groups = layerConf().groups();
    NeuralNetConfiguration one = conf.clone();
    GroupedConvolution2D layer = (GroupedConvolution2D) one.getLayer();
    layer.setNIn(layer.getNIn() / groups);
    layer.setNOut(layer.getNOut() / groups);
    List<Group> all = new ArrayList<>();
    for (int g = 0; g < groups; g++) {
      all.add(new Group(one, dataType, slices(params, g)));
    }
    return all;
  }

  /** What belongs to a group's outputs. */
  private Map<String, INDArray> slices(Map<String, INDArray> arrays, int group) {
    Map<String, INDArray> slices = new HashMap<>();
    arrays.forEach(
        (name, array) -> {
          long[] shape = array.shape().clone();
          shape[0] /= layerConf().groups();
          long length = array.length() / layerConf().groups();
          // As Deeplearning4j cuts parameters itself: an interval of an array with sides of 1 comes
          // out empty.
          slices.put(
              name,
              array
                  .reshape(array.length())
                  .get(NDArrayIndex.interval(group * length, (group + 1) * length))
                  .reshape('c', shape));
        });
    return slices;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
    assertInputSet(false);
    INDArray all;
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      parts = parts();
      INDArray[] outcomes = new INDArray[parts.size()];
      for (int g = 0; g < outcomes.length; g++) {
        outcomes[g] = parts.get(g).activate(channels(input, g), training, NONE);
      }
      all = Nd4j.concat(1, outcomes);
    }
    return workspaces.dup(ArrayType.ACTIVATIONS, all);
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray slope, LayerWorkspaceMgr workspaces) {
    assertInputSet(true);
    INDArray all;
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray[] before = new INDArray[parts.size()];
      for (int g = 0; g < before.length; g++) {
        // Deeplearning4j makes room for gradients between the two passes.
        parts.get(g).gradientsInto(slices(gradientViews, g));
        before[g] = parts.get(g).backpropGradient(channels(slope, g), NONE).getSecond();
      }
      all = Nd4j.concat(1, before);
    }
    Gradient named = new DefaultGradient();
    gradientViews.forEach((name, view) -> named.setGradientFor(name, view, 'c'));
    return new Pair<>(named, workspaces.dup(ArrayType.ACTIVATION_GRAD, all));
  }

  /** The channels of a group, of pictures. */
  private INDArray channels(INDArray pictures, int group) {
    long channels = pictures.size(1) / layerConf().groups();
    return pictures
        .get(
            NDArrayIndex.all(),
            NDArrayIndex.interval(group * channels, (group + 1) * channels),
            NDArrayIndex.all(),
            NDArrayIndex.all())
        .dup('c');
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public boolean hasBias() {
    return layerConf().hasBias();
  }
}
