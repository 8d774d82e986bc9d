package kilonet.fused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationLReLU;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/**
 * A DL4J network read as a list of stages, for images of one shape.
 *
 * @param stages the stages, first to last; the last one makes one logit a class
 * @param input the shape of an image
 * @param parameters the length of the flat parameter vector
 * @param clipping the least probability whose logarithm is taken in the score
 */
record Stack(List<Stage> stages, Shape input, int parameters, double clipping) {

  /** The number of logits. */
  int classes() {
    return stages.get(stages.size() - 1).out().channels();
  }

  /** Whether the first stage wants the images as they are, not in blocks of channels. */
  boolean plainInput() {
    return stages.get(0) instanceof Convolution first
        && first.in().equals(input)
        && (input.channels() == 1 || input.channels() == 3);
  }

  /**
   * Reads a network.
   *
   * @param network an initialised network
   * @param input the shape of its images
   * @throws UnsupportedLayerException if a layer has no fused form
   */
  static Stack of(MultiLayerNetwork network, Shape input) throws UnsupportedLayerException {
    return new Reader(network, input).read();
  }

  private static final class Reader {
    private static final int LARGEST_KERNEL = 11;

    private final MultiLayerNetwork network;
    private Shape input;
    private final List<Stage> stages = new ArrayList<>();
    private Shape shape;
    private int index;
    private double clipping;

    Reader(MultiLayerNetwork network, Shape input) {
      this.network = network;
      this.input = input;
      this.shape = input;
    }

    Stack read() throws UnsupportedLayerException {
      int last = network.getnLayers() - 1;
      for (index = 0; index <= last; index++) {
        Layer layer = network.getLayer(index).conf().getLayer();
        preprocess(network.getLayerWiseConfigurations().getInputPreProcess(index));
        refuse(
            layer,
            network.params().dataType() != DataType.FLOAT,
            "its parameters are " + network.params().dataType() + ", not FLOAT");
        refuse(
            layer,
            layer.getConstraints() != null && !layer.getConstraints().isEmpty(),
            "has constraints");
        refuse(
            layer,
            layer instanceof BaseLayer base && base.getWeightNoise() != null,
            "has weight noise");
        add(layer, index == last);
      }
      if (network.params().length() > Integer.MAX_VALUE) {
        throw new UnsupportedLayerException(0, network, "has more than 2^31 parameters");
      }
      return new Stack(List.copyOf(stages), input, (int) network.params().length(), clipping);
    }

    private void preprocess(InputPreProcessor processor) throws UnsupportedLayerException {
      if (processor == null
          || processor instanceof CnnToFeedForwardPreProcessor flatten
              && flatten.getFormat() == CNN2DFormat.NCHW) {
        return;
      }
      if (processor instanceof FeedForwardToCnnPreProcessor image && index == 0) {
        shape =
            new Shape(
                (int) image.getNumChannels(),
                (int) image.getInputHeight(),
                (int) image.getInputWidth());
        input = shape;
        return;
      }
      throw new UnsupportedLayerException(index, processor, "is not supported");
    }

    private void add(Layer layer, boolean last) throws UnsupportedLayerException {
      if (layer instanceof ConvolutionLayer convolution
          && convolution.getClass() == ConvolutionLayer.class
          && !last) {
        dropInput(layer);
        addConvolution(convolution);
      } else if (layer instanceof DepthwiseConvolution2D convolution && !last) {
        dropInput(layer);
        addDepthwise(convolution);
      } else if (layer instanceof BatchNormalization norm && !last) {
        refuse(layer, layer.getIDropout() != null, "has dropout of its own");
        addNorm(norm);
      } else if (layer instanceof ActivationLayer activation && !last) {
        refuse(layer, layer.getIDropout() != null, "has dropout of its own");
        addActivation(activation(layer, activation.getActivationFn()));
      } else if (layer instanceof DropoutLayer && !last) {
        dropInput(layer);
      } else if (layer instanceof SubsamplingLayer pooling && !last) {
        refuse(layer, layer.getIDropout() != null, "has dropout of its own");
        addPooling(pooling);
      } else if (layer instanceof GlobalPoolingLayer pooling && !last) {
        refuse(layer, layer.getIDropout() != null, "has dropout of its own");
        addGlobalPooling(pooling);
      } else if (layer instanceof DenseLayer dense
          && dense.getClass() == DenseLayer.class
          && !last) {
        refuse(layer, dense.hasLayerNorm(), "has layer norm");
        dropInput(layer);
        addDense(dense, dense.hasBias(), activation(layer, dense.getActivationFn()));
      } else if (layer instanceof OutputLayer output
          && output.getClass() == OutputLayer.class
          && last) {
        refuse(layer, !(output.getActivationFn() instanceof ActivationSoftmax), "is not a softmax");
        dropInput(layer);
        addDense(output, ((BaseOutputLayer) output).hasBias(), Activation.IDENTITY);
        readLoss(layer, output.getLossFn());
      } else if (layer instanceof LossLayer loss && last) {
        refuse(layer, layer.getIDropout() != null, "has dropout of its own");
        refuse(layer, !(loss.getActivationFn() instanceof ActivationSoftmax), "is not a softmax");
        refuse(
            layer,
            stages.isEmpty() || shape.height() != 1 || shape.width() != 1,
            "needs 1x1 logits, not " + shape);
        readLoss(layer, loss.getLossFn());
      } else {
        throw new UnsupportedLayerException(index, layer, "is not supported here");
      }
    }

    private void refuse(Layer layer, boolean condition, String why)
        throws UnsupportedLayerException {
      if (condition) {
        throw new UnsupportedLayerException(index, layer, why);
      }
    }

    private void readLoss(Layer layer, ILossFunction loss) throws UnsupportedLayerException {
      boolean crossEntropy =
          loss.getClass() == LossMCXENT.class || loss.getClass() == LossNegativeLogLikelihood.class;
      refuse(layer, !crossEntropy, "its loss " + loss + " is not cross-entropy");
      refuse(layer, ((LossMCXENT) loss).getWeights() != null, "its loss has class weights");
      clipping = ((LossMCXENT) loss).getSoftmaxClipEps();
    }

    private void dropInput(Layer layer) throws UnsupportedLayerException {
      IDropout dropout = layer.getIDropout();
      if (dropout == null) {
        return;
      }
      refuse(layer, dropout.getClass() != Dropout.class, "its dropout is of an unknown kind");
      Stage before = stages.isEmpty() ? null : stages.get(stages.size() - 1);
      if (before instanceof Pointwise pointwise && pointwise.dropout() == null) {
        stages.set(
            stages.size() - 1,
            new Pointwise(
                shape, pointwise.norm(), pointwise.activation(), (Dropout) dropout, index));
      } else {
        stages.add(new Pointwise(shape, null, Activation.IDENTITY, (Dropout) dropout, index));
      }
    }

    private Activation activation(Layer layer, IActivation function)
        throws UnsupportedLayerException {
      if (function instanceof ActivationIdentity) {
        return Activation.IDENTITY;
      }
      if (function instanceof ActivationReLU) {
        return new Activation(0);
      }
      if (function instanceof ActivationLReLU leaky
          && leaky.getAlpha() > 0
          && leaky.getAlpha() < 1) {
        return new Activation((float) leaky.getAlpha());
      }
      throw new UnsupportedLayerException(
          index, layer, "its activation " + function + " is not supported");
    }

    private void addActivation(Activation activation) {
      if (activation.isIdentity()) {
        return;
      }
      int at = stages.size() - 1;
      Stage before = at < 0 ? null : stages.get(at);
      if (before instanceof Convolution c && c.activation().isIdentity()) {
        stages.set(at, c.with(activation));
      } else if (before instanceof Pointwise p
          && p.activation().isIdentity()
          && p.dropout() == null) {
        stages.set(at, new Pointwise(shape, p.norm(), activation, null, index));
      } else {
        stages.add(new Pointwise(shape, null, activation, null, index));
      }
    }

    private void addConvolution(ConvolutionLayer layer) throws UnsupportedLayerException {
      Window window = window(layer);
      Shape out = window.slideOver(shape, (int) layer.getNOut());
      refuseMisfit(layer, window, out);
      INDArray weights = network.getLayer(index).getParam("W");
      int[] at = new int[out.channels() * shape.channels() * kernel(window)];
      int next = 0;
      for (int o = 0; o < out.channels(); o++) {
        for (int i = 0; i < shape.channels(); i++) {
          for (int y = 0; y < window.kernelHeight(); y++) {
            for (int x = 0; x < window.kernelWidth(); x++) {
              at[next++] = at(weights, o, i, y, x);
            }
          }
        }
      }
      stages.add(convolution(out, window, at, biases(layer, out), activation(layer)));
      shape = out;
    }

    /** A convolution of each channel by itself; with one channel it is an ordinary convolution. */
    private void addDepthwise(DepthwiseConvolution2D layer) throws UnsupportedLayerException {
      refuse(
          layer,
          layer.getDepthMultiplier() != 1 && shape.channels() > 1,
          "has a depth multiplier of " + layer.getDepthMultiplier());
      Window window = window(layer);
      Shape out = window.slideOver(shape, shape.channels() * layer.getDepthMultiplier());
      refuseMisfit(layer, window, out);
      INDArray weights = network.getLayer(index).getParam("W");
      int[] at = new int[out.channels() * kernel(window)];
      int next = 0;
      for (int o = 0; o < out.channels(); o++) {
        for (int y = 0; y < window.kernelHeight(); y++) {
          for (int x = 0; x < window.kernelWidth(); x++) {
            at[next++] =
                at(weights, y, x, o / layer.getDepthMultiplier(), o % layer.getDepthMultiplier());
          }
        }
      }
      int[] biasAt = biases(layer, out);
      stages.add(
          shape.channels() == 1
              ? convolution(out, window, at, biasAt, activation(layer))
              : new Convolution(shape, out, window, true, at, biasAt, activation(layer)));
      shape = out;
    }

    private Window window(ConvolutionLayer layer) throws UnsupportedLayerException {
      refuse(layer, layer.getCnn2dDataFormat() != CNN2DFormat.NCHW, "is not in NCHW format");
      refuse(
          layer,
          !Arrays.equals(layer.getDilation(), new int[] {1, 1}),
          "has a dilation of " + Arrays.toString(layer.getDilation()));
      return window(
          layer,
          layer.getConvolutionMode(),
          layer.getKernelSize(),
          layer.getStride(),
          layer.getPadding());
    }

    private void refuseMisfit(ConvolutionLayer layer, Window window, Shape out)
        throws UnsupportedLayerException {
      refuse(layer, layer.getNIn() != shape.channels(), "does not fit its input " + shape);
      refuse(layer, out.height() < 1 || out.width() < 1, "makes nothing of its input " + shape);
      boolean covers = window.kernelHeight() == shape.height() && window.padHeight() == 0;
      refuse(
          layer,
          !covers && Math.max(window.kernelHeight(), window.kernelWidth()) > LARGEST_KERNEL,
          "has a kernel of more than " + LARGEST_KERNEL + " pixels");
    }

    private Activation activation(ConvolutionLayer layer) throws UnsupportedLayerException {
      return activation(layer, layer.getActivationFn());
    }

    private int[] biases(ConvolutionLayer layer, Shape out) {
      return layer.hasBias() ? vector("b", out.channels()) : new int[0];
    }

    /**
     * A convolution. One whose window covers the whole image sees each image as a single pixel with
     * a channel for each of the numbers, in the order in which they lie in memory: oneDNN 2.5 gets
     * the gradients of windows as large as 16x16 wrong.
     */
    private Convolution convolution(
        Shape out, Window window, int[] weightAt, int[] biasAt, Activation activation) {
      boolean covers =
          window.equals(new Window(shape.height(), shape.width(), 1, 1, 0, 0))
              && kernel(window) > 1;
      if (!covers) {
        return new Convolution(shape, out, window, false, weightAt, biasAt, activation);
      }
      int area = kernel(window);
      int numbers = (int) OneDnn.floats(shape);
      int[] at = new int[out.channels() * numbers];
      Arrays.fill(at, -1);
      for (int o = 0; o < out.channels(); o++) {
        for (int c = 0; c < shape.channels(); c++) {
          for (int pixel = 0; pixel < area; pixel++) {
            int number = (c / OneDnn.BLOCK * area + pixel) * OneDnn.BLOCK + c % OneDnn.BLOCK;
            at[o * numbers + number] = weightAt[(o * shape.channels() + c) * area + pixel];
          }
        }
      }
      Shape pixel = new Shape(numbers, 1, 1);
      Window one = new Window(1, 1, 1, 1, 0, 0);
      return new Convolution(pixel, out, one, false, at, biasAt, activation);
    }

    private static int kernel(Window window) {
      return window.kernelHeight() * window.kernelWidth();
    }

    private void addDense(FeedForwardLayer layer, boolean hasBias, Activation activation)
        throws UnsupportedLayerException {
      int inputs = shape.channels() * shape.height() * shape.width();
      refuse(layer, layer.getNIn() != inputs, "does not fit its input " + shape);
      INDArray weights = network.getLayer(index).getParam("W");
      Shape out = new Shape((int) layer.getNOut(), 1, 1);
      int[] at = new int[out.channels() * inputs];
      for (int o = 0; o < out.channels(); o++) {
        for (int i = 0; i < inputs; i++) {
          at[o * inputs + i] = at(weights, i, o);
        }
      }
      Window window = new Window(shape.height(), shape.width(), 1, 1, 0, 0);
      int[] biasAt = hasBias ? vector("b", out.channels()) : new int[0];
      stages.add(convolution(out, window, at, biasAt, activation));
      shape = out;
    }

    private void addNorm(BatchNormalization layer) throws UnsupportedLayerException {
      refuse(layer, layer.getCnn2DFormat() != CNN2DFormat.NCHW, "is not in NCHW format");
      boolean locked = layer.isLockGammaBeta();
      refuse(
          layer,
          locked && (layer.getGamma() != 1 || layer.getBeta() != 0),
          "has locked gamma and beta other than 1 and 0");
      refuse(layer, layer.getNOut() != shape.channels(), "does not fit its input " + shape);
      int channels = shape.channels();
      Norm norm =
          new Norm(
              locked ? -1 : vector("gamma", channels)[0],
              locked ? -1 : vector("beta", channels)[0],
              vector("mean", channels)[0],
              vector(layer.isUseLogStd() ? "log10stdev" : "var", channels)[0],
              layer.isUseLogStd(),
              layer.getEps(),
              layer.getDecay());
      stages.add(new Pointwise(shape, norm, Activation.IDENTITY, null, index));
      // DL4J's batch norm does not apply an activation function, even if it is given one.
    }

    private void addPooling(SubsamplingLayer layer) throws UnsupportedLayerException {
      refuse(layer, layer.getCnn2dDataFormat() != CNN2DFormat.NCHW, "is not in NCHW format");
      refuse(
          layer,
          !Arrays.equals(layer.getDilation(), new int[] {1, 1}),
          "has a dilation of " + Arrays.toString(layer.getDilation()));
      Window window =
          window(
              layer,
              layer.getConvolutionMode(),
              layer.getKernelSize(),
              layer.getStride(),
              layer.getPadding());
      Pooling.Kind kind =
          switch (layer.getPoolingType()) {
            case MAX -> Pooling.Kind.MAX;
            case AVG ->
                layer.isAvgPoolIncludePadInDivisor()
                    ? Pooling.Kind.AVERAGE_WITH_PADDING
                    : Pooling.Kind.AVERAGE;
            default ->
                throw new UnsupportedLayerException(
                    index, layer, "its pooling " + layer.getPoolingType() + " is not supported");
          };
      Shape out = window.slideOver(shape, shape.channels());
      refuse(layer, out.height() < 1 || out.width() < 1, "makes nothing of its input " + shape);
      stages.add(new Pooling(shape, out, window, kind));
      shape = out;
    }

    private void addGlobalPooling(GlobalPoolingLayer layer) throws UnsupportedLayerException {
      Pooling.Kind kind =
          switch (layer.getPoolingType()) {
            case MAX -> Pooling.Kind.MAX;
            case AVG -> Pooling.Kind.AVERAGE;
            default ->
                throw new UnsupportedLayerException(
                    index, layer, "its pooling " + layer.getPoolingType() + " is not supported");
          };
      Window window = new Window(shape.height(), shape.width(), 1, 1, 0, 0);
      Shape out = new Shape(shape.channels(), 1, 1);
      stages.add(new Pooling(shape, out, window, kind));
      shape = out;
    }

    private Window window(
        Layer layer, ConvolutionMode mode, int[] kernel, int[] stride, int[] padding)
        throws UnsupportedLayerException {
      boolean whole =
          (shape.height() + 2 * padding[0] - kernel[0]) % stride[0] == 0
              && (shape.width() + 2 * padding[1] - kernel[1]) % stride[1] == 0;
      refuse(
          layer,
          mode != ConvolutionMode.Truncate && !(mode == ConvolutionMode.Strict && whole),
          "its convolution mode " + mode + " is not supported (Truncate is)");
      return new Window(kernel[0], kernel[1], stride[0], stride[1], padding[0], padding[1]);
    }

    /** Where the elements of a vector of parameters are; they lie side by side. */
    private int[] vector(String name, int length) {
      Map<String, INDArray> table = network.getLayer(index).paramTable();
      INDArray array = table.get(name).reshape(length);
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
}
