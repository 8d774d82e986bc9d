package kilonet.layer;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The parameters of a convolution in groups: those of one with the inputs of a single group. */
final class GroupedParameters extends ConvolutionParamInitializer {
  static final GroupedParameters INSTANCE = new GroupedParameters();

  private static final ConvolutionParamInitializer WHOLE =
      ConvolutionParamInitializer.getInstance();

  @Override
  public long numParams(Layer layer) {
    return WHOLE.numParams(ofOneGroup((GroupedConvolution2D) layer));
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration configuration, INDArray view, boolean initialize) {
    Map<String, INDArray> made = WHOLE.init(ofOneGroup(configuration), view, initialize);
    made.keySet().forEach(configuration::addVariable);
    return made;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration configuration, INDArray view) {
    return WHOLE.getGradientsFromFlattened(ofOneGroup(configuration), view);
  }

  private static NeuralNetConfiguration ofOneGroup(NeuralNetConfiguration configuration) {
    NeuralNetConfiguration copy = configuration.clone();
    copy.setLayer(ofOneGroup((GroupedConvolution2D) configuration.getLayer()));
    return copy;
  }

  private static ConvolutionLayer ofOneGroup(GroupedConvolution2D layer) {
    ConvolutionLayer copy = layer.clone();
    copy.setNIn(layer.getNIn() / layer.groups());
    return copy;
  }
}
