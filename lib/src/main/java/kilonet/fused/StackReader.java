package kilonet.fused;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Addition;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Keeping;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Recalling;
import kilonet.layer.GroupedConvolution2D;
import kilonet.layer.Keep;
import kilonet.layer.ParameterPlaces;
import kilonet.layer.Recall;
import kilonet.layer.Shape;
import kilonet.layer.ShortcutLayer;
import kilonet.layer.Window;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
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
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
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
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;

/**
 * Reads the layers of a DL4J network, one after the other, as the stages of a {@link Stack}. Above
 * 400 lines, 55 of them imports: each kind of layer has a method, and all of them go on from the
 * shape and the stages that the one before left.
 */
final class StackReader {
  private final MultiLayerNetwork network;
  private final ParameterPlaces places;
  private Shape input;
  private final List<Stage> stages = new ArrayList<>();
  private Shape shape;
  private int index;

  /** By the name of a shortcut, the stages that keep something and that go back to it. */
  private final Map<String, Integer> keeping = new HashMap<>();

  private final Map<String, Integer> recalling = new HashMap<>();

  StackReader(MultiLayerNetwork network, Shape input) {
    this.network = network;
    this.places = new ParameterPlaces(network);
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
    for (Stage stage : stages) {
      if (stage instanceof Keeping k && k.again() < 0) {
        throw new UnsupportedLayerException(0, network, "keeps what is never added");
      }
    }
    if (network.params().length() > Integer.MAX_VALUE) {
      throw new UnsupportedLayerException(0, network, "has more than 2^31 parameters");
    }
    return new Stack(List.copyOf(stages), input, (int) network.params().length());
  }

  private void preprocess(InputPreProcessor processor) throws UnsupportedLayerException {
    if (processor == null
        || processor instanceof CnnToFeedForwardPreProcessor flatten
            && flatten.getFormat() == CNN2DFormat.NCHW) {
      return;
    }
    if (processor instanceof FeedForwardToCnnPreProcessor image && index == 0) {
      Shape wanted =
          new Shape(
              (int) image.getNumChannels(),
              (int) image.getInputHeight(),
              (int) image.getInputWidth());
      if (wanted.size() == shape.size()) {
        shape = wanted;
        input = wanted;
        return;
      }
    }
    throw new UnsupportedLayerException(index, processor, "is not supported");
  }

  private void add(Layer layer, boolean last) throws UnsupportedLayerException {
    if (layer instanceof ConvolutionLayer
        || layer instanceof DenseLayer
        || layer instanceof OutputLayer
        || layer instanceof DropoutLayer) {
      dropInput(layer);
    } else {
      refuse(layer, layer.getIDropout() != null, "has dropout of its own");
    }
    if (last) {
      addLast(layer);
    } else if (layer.getClass() == ConvolutionLayer.class
        || layer instanceof GroupedConvolution2D) {
      addConvolution((ConvolutionLayer) layer);
    } else if (layer instanceof DepthwiseConvolution2D convolution) {
      addDepthwise(convolution);
    } else if (layer instanceof SeparableConvolution2D convolution) {
      addSeparable(convolution);
    } else if (layer instanceof ShortcutLayer mark) {
      addMark(mark);
    } else if (layer instanceof BatchNormalization norm) {
      addNorm(norm);
    } else if (layer instanceof ActivationLayer activation) {
      addActivation(activation(layer, activation.getActivationFn()));
    } else if (layer instanceof SubsamplingLayer pooling) {
      addPooling(pooling);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      addGlobalPooling(pooling);
    } else if (layer.getClass() == DenseLayer.class) {
      DenseLayer dense = (DenseLayer) layer;
      refuse(layer, dense.hasLayerNorm(), "has layer norm");
      addDense(dense, dense.hasBias(), activation(layer, dense.getActivationFn()));
    } else {
      refuse(layer, !(layer instanceof DropoutLayer), "is not supported here");
    }
  }

  private void addLast(Layer layer) throws UnsupportedLayerException {
    if (layer.getClass() == OutputLayer.class) {
      OutputLayer output = (OutputLayer) layer;
      refuse(layer, !(output.getActivationFn() instanceof ActivationSoftmax), "is not a softmax");
      addDense(output, output.hasBias(), Activation.IDENTITY);
      readLoss(layer, output.getLossFn());
    } else if (layer instanceof LossLayer loss) {
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

  private void refuse(Layer layer, boolean condition, String why) throws UnsupportedLayerException {
    if (condition) {
      throw new UnsupportedLayerException(index, layer, why);
    }
  }

  private void readLoss(Layer layer, ILossFunction loss) throws UnsupportedLayerException {
    boolean crossEntropy =
        loss.getClass() == LossMCXENT.class || loss.getClass() == LossNegativeLogLikelihood.class;
    refuse(layer, !crossEntropy, "its loss " + loss + " is not cross-entropy");
    refuse(layer, ((LossMCXENT) loss).getWeights() != null, "its loss has class weights");
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
          new Pointwise(shape, pointwise.norm(), pointwise.activation(), (Dropout) dropout, index));
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
    if (function instanceof ActivationLReLU leaky && leaky.getAlpha() > 0 && leaky.getAlpha() < 1) {
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

  private void addMark(ShortcutLayer mark) throws UnsupportedLayerException {
    int here = stages.size();
    String name = mark.shortcut();
    if (mark instanceof Keep) {
      keeping.put(name, here);
      stages.add(new Keeping(shape, -1));
    } else if (mark instanceof Recall) {
      int kept = keeping.get(name);
      recalling.put(name, here);
      Shape back = stages.get(kept).in();
      stages.set(kept, new Keeping(back, here + 1));
      stages.add(new Recalling(shape, back, kept));
      shape = back;
    } else {
      int kept = keeping.get(name);
      Integer recalled = recalling.remove(name);
      if (recalled == null) {
        stages.set(kept, new Keeping(stages.get(kept).in(), here + 1));
      }
      int other = recalled == null ? kept : recalled;
      Shape wanted = stages.get(other).in();
      refuse(mark, !wanted.equals(shape), "adds " + wanted + " to " + shape);
      stages.add(new Addition(shape, other));
    }
  }

  private void addConvolution(ConvolutionLayer layer) throws UnsupportedLayerException {
    Window window = window(layer);
    Shape out = out(layer, window, (int) layer.getNOut());
    refuseMisfit(layer, out);
    int groups = layer instanceof GroupedConvolution2D grouped ? grouped.groups() : 1;
    int[] at = places.ofConvolution(index, out.channels(), shape.channels() / groups, window);
    addConvolution(out, window, groups, at, biases(layer, out), activation(layer));
  }

  /** A convolution of each channel by itself. */
  private void addDepthwise(DepthwiseConvolution2D layer) throws UnsupportedLayerException {
    addDepthwise(layer, layer.getDepthMultiplier(), layer.hasBias(), activation(layer));
  }

  private void addDepthwise(
      ConvolutionLayer layer, int multiplier, boolean biased, Activation activation)
      throws UnsupportedLayerException {
    Window window = window(layer);
    Shape out = out(layer, window, shape.channels() * multiplier);
    refuseMisfit(layer, out);
    boolean separable = layer instanceof SeparableConvolution2D;
    int[] at = places.ofDepthwise(index, shape.channels(), multiplier, window, separable);
    int[] biasAt = biased ? places.ofVector(index, "b", out.channels()) : new int[0];
    addConvolution(out, window, shape.channels(), at, biasAt, activation);
  }

  /** A convolution of each channel by itself, then one of single pixels. */
  private void addSeparable(SeparableConvolution2D layer) throws UnsupportedLayerException {
    addDepthwise(layer, layer.getDepthMultiplier(), false, Activation.IDENTITY);
    Shape out = new Shape((int) layer.getNOut(), shape.height(), shape.width());
    int[] at = places.ofPixels(index, out.channels(), shape.channels());
    Window pixel = new Window(1, 1, 1, 1, 0, 0, 1, 1);
    addConvolution(out, pixel, 1, at, biases(layer, out), activation(layer));
  }

  private Window window(ConvolutionLayer layer) throws UnsupportedLayerException {
    refuse(layer, layer.getCnn2dDataFormat() != CNN2DFormat.NCHW, "is not in NCHW format");
    return window(
        layer,
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation());
  }

  private void refuseMisfit(ConvolutionLayer layer, Shape out) throws UnsupportedLayerException {
    refuse(layer, layer.getNIn() != shape.channels(), "does not fit its input " + shape);
    refuse(layer, out.height() < 1 || out.width() < 1, "makes nothing of its input " + shape);
  }

  private Activation activation(ConvolutionLayer layer) throws UnsupportedLayerException {
    return activation(layer, layer.getActivationFn());
  }

  private int[] biases(ConvolutionLayer layer, Shape out) {
    return layer.hasBias() ? places.ofVector(index, "b", out.channels()) : new int[0];
  }

  /**
   * Adds a convolution. One whose window covers the whole image sees each image as a single pixel
   * with a channel for each of the numbers, in the order in which they lie in memory.
   */
  private void addConvolution(
      Shape out, Window window, int groups, int[] weightAt, int[] biasAt, Activation activation) {
    // The same window with zeros below and beside it has more places than one.
    boolean single = out.height() == 1 && out.width() == 1;
    if (groups == 1 && single && window.equals(Window.over(shape))) {
      shape = new Shape(shape.size(), 1, 1);
      window = Window.over(shape);
    }
    stages.add(new Convolution(shape, out, window, groups, weightAt, biasAt, activation));
    shape = out;
  }

  private void addDense(FeedForwardLayer layer, boolean hasBias, Activation activation)
      throws UnsupportedLayerException {
    int inputs = shape.channels() * shape.height() * shape.width();
    refuse(layer, layer.getNIn() != inputs, "does not fit its input " + shape);
    Shape out = new Shape((int) layer.getNOut(), 1, 1);
    int[] at = places.ofDense(index, out.channels(), inputs);
    int[] biasAt = hasBias ? places.ofVector(index, "b", out.channels()) : new int[0];
    addConvolution(out, Window.over(shape), 1, at, biasAt, activation);
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
            locked ? -1 : places.ofVector(index, "gamma", channels)[0],
            locked ? -1 : places.ofVector(index, "beta", channels)[0],
            places.ofVector(index, "mean", channels)[0],
            places.ofVector(index, layer.isUseLogStd() ? "log10stdev" : "var", channels)[0],
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
            layer.getPadding(),
            layer.getDilation());
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
    Shape out = out(layer, window, shape.channels());
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
    Shape out = new Shape(shape.channels(), 1, 1);
    stages.add(new Pooling(shape, out, Window.over(shape), kind));
    shape = out;
  }

  private Window window(
      Layer layer, ConvolutionMode mode, int[] kernel, int[] stride, int[] padding, int[] dilation)
      throws UnsupportedLayerException {
    if (mode == ConvolutionMode.Same) {
      return Window.same(shape, kernel, stride, dilation);
    }
    Window window = Window.of(kernel, stride, padding, dilation);
    boolean whole = window.fits(shape);
    refuse(
        layer,
        mode != ConvolutionMode.Truncate && !(mode == ConvolutionMode.Strict && whole),
        "its convolution mode " + mode + " is not supported (Truncate and Same are)");
    return window;
  }

  /** What a window makes of an image; in Truncate mode incomplete positions are left out. */
  private Shape out(Layer layer, Window w, int channels) {
    boolean same =
        (layer instanceof ConvolutionLayer c && c.getConvolutionMode() == ConvolutionMode.Same)
            || (layer instanceof SubsamplingLayer p
                && p.getConvolutionMode() == ConvolutionMode.Same);
    return same ? w.outSame(shape, channels) : w.out(shape, channels);
  }
}
