package kilonet.layer;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Where the parameters of a DL4J network lie in its flat parameter vector. DL4J keeps the weights
 * of each kind of layer in an order of its own; here all are listed output by output.
 */
public final class ParameterPlaces {
  private final MultiLayerNetwork network;

  /** Of an initialized network. */
  public ParameterPlaces(MultiLayerNetwork network) {
    this.network = network;
  }

  /** The weights of a convolution, in the order output, input of the group, row, column. */
  public int[] ofConvolution(int layer, int outputs, int inputs, Window window) {
    INDArray weights = network.getLayer(layer).getParam("W");
    int[] at = new int[outputs * inputs * window.taps()];
    int next = 0;
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        for (int y = 0; y < window.kernelHeight(); y++) {
          for (int x = 0; x < window.kernelWidth(); x++) {
            at[next++] = at(weights, o, i, y, x);
          }
        }
      }
    }
    return at;
  }

  /**
   * The weights of a convolution of each channel by itself, in the order output, row, column.
   *
   * @param multiplier outputs of a channel
   * @param separable whether the layer is DL4J's separable convolution, which keeps its depthwise
   *     weights in another order than DL4J's depthwise convolution
   */
  public int[] ofDepthwise(
      int layer, int channels, int multiplier, Window window, boolean separable) {
    INDArray weights = network.getLayer(layer).getParam("W");
    int[] at = new int[channels * multiplier * window.taps()];
    int next = 0;
    for (int o = 0; o < channels * multiplier; o++) {
      int in = o / multiplier;
      int number = o % multiplier;
      for (int y = 0; y < window.kernelHeight(); y++) {
        for (int x = 0; x < window.kernelWidth(); x++) {
          at[next++] = separable ? at(weights, number, in, y, x) : at(weights, y, x, in, number);
        }
      }
    }
    return at;
  }

  /**
   * The weights by which a separable convolution mixes the channels, in the order output, input.
   */
  public int[] ofPixels(int layer, int outputs, int inputs) {
    INDArray weights = network.getLayer(layer).getParam("pW");
    int[] at = new int[outputs * inputs];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        at[o * inputs + i] = at(weights, o, i, 0, 0);
      }
    }
    return at;
  }

  /** The weights of a dense layer, in the order output, input. */
  public int[] ofDense(int layer, int outputs, int inputs) {
    INDArray weights = network.getLayer(layer).getParam("W");
    int[] at = new int[outputs * inputs];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        at[o * inputs + i] = at(weights, i, o);
      }
    }
    return at;
  }

  /** The elements of a vector; they lie side by side. */
  public int[] ofVector(int layer, String name, int length) {
    INDArray array = network.getLayer(layer).paramTable().get(name).reshape(length);
    int[] at = new int[length];
    for (int i = 0; i < length; i++) {
      at[i] = at(array, i);
    }
    return at;
  }

  private int at(INDArray array, int... position) {
    long at = array.offset() - network.params().offset();
    for (int i = 0; i < position.length; i++) {
      at += position[i] * array.stride(i);
    }
    return (int) at;
  }
}
