package kilonet.evaluate;

import java.util.List;
import kilonet.data.Resampling;
import kilonet.layer.Add;
import kilonet.layer.Keep;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Where a net looks to find a class in a picture: the channels of a layer, each weighted by the
 * mean gradient of the class's logit with respect to it, summed, and what is below 0 left out.
 *
 * <p>Selvaraju and others: <i>Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
 * Localization</i>, ICCV 2017.
 *
 * @param layer the name of the layer
 * @param output the class that was looked for
 * @param height rows of the map
 * @param width columns of the map
 * @param map values of 0 or more, row by row
 */
public record GradCam(String layer, int output, int height, int width, float[] map) {

  /**
   * The map of the last layer whose picture is larger than a pixel, before all is averaged, and on
   * which all depends: none of a residual addition's two ways.
   *
   * @param network a sequential net that ends in a softmax; it stays as it is
   * @param picture {@code [1, channels, height, width]}, normalized
   * @param output the class, from 0
   * @throws IllegalArgumentException if no layer has a picture, or there is no such class
   */
  public static GradCam of(MultiLayerNetwork network, INDArray picture, int output) {
    Gradients gradients = new Gradients(network, picture);
    int last = -1;
    int ways = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      INDArray out = gradients.activations.get(i + 1);
      ways += gradients.layer(i) instanceof Keep ? 1 : gradients.layer(i) instanceof Add ? -1 : 0;
      // On one of two ways that are to be added, a layer sees a part of what comes behind.
      last = ways == 0 && out.rank() == 4 && out.size(2) * out.size(3) > 1 ? i : last;
    }
    if (last < 0) {
      throw new IllegalArgumentException(
          "No layer of this net has a picture of more than a pixel, so there is nowhere to look: give"
              + " a convolutional net.");
    }
    INDArray maps = gradients.activations.get(last + 1);
    INDArray gradient = gradients.of(output, last);
    int channels = (int) maps.size(1);
    int plane = (int) (maps.size(2) * maps.size(3));
    float[] values = maps.dup('c').data().asFloat();
    float[] slopes = gradient.dup('c').data().asFloat();
    float[] map = new float[plane];
    for (int channel = 0; channel < channels; channel++) {
      double weight = 0;
      for (int i = channel * plane; i < (channel + 1) * plane; i++) {
        weight += slopes[i] / (double) plane;
      }
      for (int i = 0; i < plane; i++) {
        map[i] += (float) (weight * values[channel * plane + i]);
      }
    }
    for (int i = 0; i < plane; i++) {
      map[i] = Math.max(0, map[i]);
    }
    String name = network.getLayerWiseConfigurations().getConf(last).getLayer().getLayerName();
    return new GradCam(
        name == null ? Integer.toString(last) : name,
        output,
        (int) maps.size(2),
        (int) maps.size(3),
        map);
  }

  /**
   * The gradient of a class's logit with respect to a picture, as the net is used: batch norm with
   * its running statistics, without dropout.
   *
   * @param network a sequential net that ends in a softmax; it stays as it is
   * @param picture {@code [1, channels, height, width]}, normalized
   * @param output the class, from 0
   * @return of the picture's shape
   */
  public static INDArray gradient(MultiLayerNetwork network, INDArray picture, int output) {
    return new Gradients(network, picture).of(output, -1);
  }

  /**
   * The map over a picture of another size, from 0 to 1: its greatest value is 1, unless all are 0.
   *
   * @param rows of the picture
   * @param columns of the picture
   */
  public float[] over(int rows, int columns) {
    float[] large = Resampling.of(map, height, width, rows, columns);
    float most = 0;
    for (float value : large) {
      most = Math.max(most, value);
    }
    for (int i = 0; i < large.length && most > 0; i++) {
      large[i] /= most;
    }
    return large;
  }

  /** Goes back through a net layer by layer, with Deeplearning4j's own gradients. */
  private static final class Gradients {

    private final MultiLayerNetwork network;
    private final List<INDArray> activations;

    Gradients(MultiLayerNetwork given, INDArray picture) {
      // A copy, because layers note down what they are asked.
      network = new MultiLayerNetwork(given.getLayerWiseConfigurations().clone());
      network.init(given.params(), true);
      network.initGradientsView();
      network.setInput(picture);
      activations = network.feedForward(false, false);
    }

    /** With respect to the output of a layer, or to the picture for -1. */
    INDArray of(int output, int layer) {
      int last = network.getnLayers() - 1;
      int classes = (int) activations.get(last + 1).size(1);
      if (output < 0 || output >= classes) {
        throw new IllegalArgumentException(
            Text.of("There is no class %d: the net has %d, from 0.", output, classes));
      }
      INDArray slope = ofLogit(output, last);
      slope = before(last, slope);
      for (int i = last - 1; i > layer; i--) {
        slope = before(i, through(i, slope));
      }
      return slope;
    }

    /** With respect to what goes into the last layer. */
    private INDArray ofLogit(int output, int last) {
      Layer layer = layer(last);
      if (layer instanceof BaseOutputLayer) {
        return network.getLayer(last).getParam("W").getColumn(output).dup().reshape(1, -1);
      }
      if (!(layer instanceof LossLayer)) {
        throw new IllegalArgumentException(
            Text.of(
                "The last layer, %s, is no softmax: give a net that tells classes apart.",
                layer.getClass().getSimpleName()));
      }
      INDArray answer = activations.get(last + 1);
      INDArray logits = Nd4j.zeros(answer.dataType(), answer.shape());
      logits.putScalar(0, output, 1);
      return logits;
    }

    private INDArray through(int index, INDArray slope) {
      Layer layer = layer(index);
      if (layer instanceof DropoutLayer) {
        return slope;
      }
      if (layer instanceof BatchNormalization norm) {
        // Deeplearning4j's own would take the statistics of this one picture.
        org.deeplearning4j.nn.api.Layer made = network.getLayer(index);
        INDArray deviation = Transforms.sqrt(variance(made).addi(norm.getEps()));
        INDArray scale =
            norm.isLockGammaBeta()
                ? deviation.rdiv(norm.getGamma())
                : made.getParam("gamma").div(deviation);
        return slope.mul(
            slope.rank() == 4 ? scale.reshape(1, scale.length(), 1, 1) : scale.reshape(1, -1));
      }
      return network
          .getLayer(index)
          .backpropGradient(slope, LayerWorkspaceMgr.noWorkspaces())
          .getSecond();
    }

    /** Deeplearning4j keeps it as it is, or as the logarithm of the deviation. */
    private static INDArray variance(org.deeplearning4j.nn.api.Layer norm) {
      INDArray logarithm = norm.paramTable().get("log10stdev");
      return logarithm == null
          ? norm.getParam("var").dup()
          : Transforms.exp(logarithm.mul(2 * Math.log(10)));
    }

    /** Through what shapes the input of a layer. */
    private INDArray before(int index, INDArray slope) {
      InputPreProcessor shaper = network.getLayerWiseConfigurations().getInputPreProcess(index);
      return shaper == null ? slope : shaper.backprop(slope, 1, LayerWorkspaceMgr.noWorkspaces());
    }

    private Layer layer(int index) {
      return network.getLayerWiseConfigurations().getConf(index).getLayer();
    }
  }
}
