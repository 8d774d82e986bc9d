package kilonet.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import kilonet.export.Operation.Convolution;
import kilonet.export.Operation.Pooling;
import kilonet.layer.GroupedConvolution2D;
import kilonet.layer.ParameterPlaces;
import kilonet.layer.Shape;
import kilonet.layer.ShortcutLayer;
import kilonet.layer.Window;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
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
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Reads a trained Deeplearning4j network as a {@link FoldedNet}: dropout is gone, and batch norm
 * goes into the convolution before it or, where ReLU lies between them, into the one behind it. It
 * passes a pooling on its way where that changes nothing: a mean always, a maximum where it
 * multiplies by what is above zero. What finds no convolution becomes one of single pixels.
 */
public final class Folding {

  private final MultiLayerNetwork network;
  private final ParameterPlaces places;
  private final float[] parameters;
  private final Shape input;
  private final List<Operation> operations = new ArrayList<>();
  private Shape shape;
  private int index;

  /** What is still to be done to each channel here: a batch norm on its way forwards, or null. */
  private Affine pending;

  private Folding(MultiLayerNetwork network, Shape input) {
    this.network = network;
    this.places = new ParameterPlaces(network);
    this.parameters = network.params().toFloatVector();
    this.input = input;
    this.shape = input;
  }

  /**
   * Folds a network.
   *
   * @param network an initialized network that ends in a softmax
   * @param input the shape of its pictures
   * @throws IllegalArgumentException if it has a layer that is not known here; the message names it
   */
  public static FoldedNet of(MultiLayerNetwork network, Shape input) {
    return new Folding(network, input).fold();
  }

  private FoldedNet fold() {
    int last = network.getnLayers() - 1;
    for (index = 0; index <= last; index++) {
      preprocess(network.getLayerWiseConfigurations().getInputPreProcess(index));
      add(network.getLayer(index).conf().getLayer(), index == last);
    }
    settle();
    if (operations.isEmpty() || shape.area() != 1) {
      throw refused(Text.of("it ends in %s values instead of one logit a class", shape));
    }
    return new FoldedNet(input, operations);
  }

  private void preprocess(InputPreProcessor processor) {
    boolean flattens =
        processor instanceof CnnToFeedForwardPreProcessor flatten
            && flatten.getFormat() == CNN2DFormat.NCHW;
    boolean shapes =
        processor instanceof FeedForwardToCnnPreProcessor image
            && index == 0
            && image.getNumChannels() == shape.channels()
            && image.getInputHeight() == shape.height()
            && image.getInputWidth() == shape.width();
    if (processor != null && !flattens && !shapes) {
      throw refused(
          Text.of(
              "before layer %d there is a %s for other pictures than %s",
              index + 1, processor.getClass().getSimpleName(), shape));
    }
  }

  private void add(Layer layer, boolean last) {
    if (last && layer instanceof OutputLayer output && layer.getClass() == OutputLayer.class) {
      requireSoftmax(layer, output.getActivationFn());
      addDense((int) output.getNIn(), (int) output.getNOut(), output.hasBias(), layer);
    } else if (last && layer instanceof LossLayer loss) {
      requireSoftmax(layer, loss.getActivationFn());
    } else if (last) {
      throw unknown(layer, "the last one has to be a softmax with its loss");
    } else if (layer.getClass() == ConvolutionLayer.class
        || layer instanceof GroupedConvolution2D) {
      addConvolution((ConvolutionLayer) layer);
    } else if (layer instanceof DepthwiseConvolution2D convolution) {
      addDepthwise(convolution, convolution.getDepthMultiplier(), false);
      activate(layer, convolution.getActivationFn());
    } else if (layer instanceof SeparableConvolution2D convolution) {
      addSeparable(convolution);
    } else if (layer instanceof BatchNormalization norm) {
      addNorm(norm);
    } else if (layer instanceof ActivationLayer activation) {
      activate(layer, activation.getActivationFn());
    } else if (layer instanceof SubsamplingLayer pooling) {
      addPooling(pooling);
    } else if (layer instanceof GlobalPoolingLayer pooling) {
      Shape out = new Shape(shape.channels(), 1, 1);
      addPooling(
          new Pooling(shape, out, Window.over(shape), kind(layer, pooling.getPoolingType())));
    } else if (layer instanceof DenseLayer dense && layer.getClass() == DenseLayer.class) {
      require(!dense.hasLayerNorm(), layer, "it has layer norm");
      addDense((int) dense.getNIn(), (int) dense.getNOut(), dense.hasBias(), layer);
      activate(layer, dense.getActivationFn());
    } else if (layer instanceof ShortcutLayer) {
      throw unknown(
          layer,
          "no exported file adds what stands at two places of a net: train one without 'add'");
    } else if (!(layer instanceof DropoutLayer)) {
      throw unknown(layer, "layers of this kind are not known here");
    }
  }

  private static IllegalArgumentException refused(String why) {
    return new IllegalArgumentException(
        Text.of(
            "This net cannot be exported: %s. What can be: convolutions (also in groups,"
                + " depthwise and separable), batch norm, ReLU and leaky ReLU, dropout, max and average pooling,"
                + " dense layers, and a softmax at the end.",
            why));
  }

  private IllegalArgumentException unknown(Layer layer, String why) {
    String name = layer.getLayerName() == null ? "" : " '" + layer.getLayerName() + "'";
    return refused(
        Text.of(
            "layer %d%s is a %s, and %s", index + 1, name, layer.getClass().getSimpleName(), why));
  }

  private void require(boolean condition, Layer layer, String why) {
    if (!condition) {
      throw unknown(layer, why);
    }
  }

  private void requireSoftmax(Layer layer, IActivation function) {
    require(function instanceof ActivationSoftmax, layer, "its activation is " + function);
  }

  private void activate(Layer layer, IActivation function) {
    float slope;
    if (function instanceof ActivationIdentity) {
      return;
    } else if (function instanceof ActivationReLU) {
      slope = 0;
    } else if (function instanceof ActivationLReLU leaky
        && leaky.getAlpha() >= 0
        && leaky.getAlpha() < 1) {
      slope = (float) leaky.getAlpha();
    } else {
      throw unknown(layer, "its activation is " + function);
    }
    settle();
    // The largest of what was activated is what was activated of the largest.
    int at = operations.size() - 1;
    while (at > 0
        && operations.get(at) instanceof Pooling pooling
        && pooling.kind() == Pooling.Kind.MAX) {
      at--;
    }
    if (at < 0 || !(operations.get(at) instanceof Convolution before && before.slope() == 1)) {
      double[] ones = new double[shape.channels()];
      Arrays.fill(ones, 1);
      pending = new Affine(ones, new double[shape.channels()]);
      settle();
      at = operations.size() - 1;
    }
    operations.set(at, ((Convolution) operations.get(at)).with(slope));
  }

  private void addNorm(BatchNormalization layer) {
    require(layer.getCnn2DFormat() == CNN2DFormat.NCHW, layer, "its format is not NCHW");
    require(layer.getNOut() == shape.channels(), layer, "it does not fit its input " + shape);
    Map<String, INDArray> table = network.getLayer(index).paramTable();
    int channels = shape.channels();
    double[] factors = new double[channels];
    double[] offsets = new double[channels];
    for (int c = 0; c < channels; c++) {
      boolean locked = layer.isLockGammaBeta();
      double gamma = locked ? layer.getGamma() : table.get("gamma").getDouble(c);
      double beta = locked ? layer.getBeta() : table.get("beta").getDouble(c);
      double variance =
          layer.isUseLogStd()
              ? StrictMath.pow(10, 2 * table.get("log10stdev").getDouble(c))
              : table.get("var").getDouble(c);
      factors[c] = gamma / Math.sqrt(variance + layer.getEps());
      offsets[c] = beta - table.get("mean").getDouble(c) * factors[c];
    }
    Affine norm = new Affine(factors, offsets);
    int at = operations.size() - 1;
    while (at > 0 && pending == null && operations.get(at) instanceof Pooling p && norm.passes(p)) {
      at--;
    }
    if (pending == null
        && at >= 0
        && operations.get(at) instanceof Convolution before
        && before.slope() == 1) {
      operations.set(at, norm.behind(before));
    } else {
      pending = pending == null ? norm : pending.then(norm);
    }
  }

  /** Makes an operation of a batch norm that can go no further. */
  private void settle() {
    if (pending == null) {
      return;
    }
    int channels = shape.channels();
    float[] factors = new float[channels];
    float[] offsets = new float[channels];
    for (int c = 0; c < channels; c++) {
      factors[c] = (float) pending.factors()[c];
      offsets[c] = (float) pending.offsets()[c];
    }
    operations.add(new Convolution(shape, shape, Window.PIXEL, channels, factors, offsets, 1));
    pending = null;
  }

  private void add(Convolution convolution) {
    boolean padded = convolution.window().isPadded(convolution.in(), convolution.out());
    if (pending != null && padded && !pending.keepsZero()) {
      settle();
    }
    operations.add(pending == null ? convolution : pending.before(convolution));
    pending = null;
    shape = convolution.out();
  }

  private void addPooling(Pooling pooling) {
    if (pending != null && !pending.passes(pooling)) {
      settle();
    }
    operations.add(pooling);
    shape = pooling.out();
  }

  private void addConvolution(ConvolutionLayer layer) {
    Window window = window(layer);
    Shape out = out(layer, layer.getConvolutionMode(), window, (int) layer.getNOut());
    require(layer.getNIn() == shape.channels(), layer, "it does not fit its input " + shape);
    int groups = layer instanceof GroupedConvolution2D grouped ? grouped.groups() : 1;
    int inputs = shape.channels() / groups;
    float[] values = values(places.ofConvolution(index, out.channels(), inputs, window));
    float[] bias = bias(layer.hasBias(), out.channels());
    add(new Convolution(shape, out, window, groups, values, bias, 1));
    activate(layer, layer.getActivationFn());
  }

  private void addDepthwise(ConvolutionLayer layer, int multiplier, boolean separable) {
    Window window = window(layer);
    int channels = shape.channels() * multiplier;
    Shape out = out(layer, layer.getConvolutionMode(), window, channels);
    require(layer.getNIn() == shape.channels(), layer, "it does not fit its input " + shape);
    float[] values =
        values(places.ofDepthwise(index, shape.channels(), multiplier, window, separable));
    float[] bias = bias(!separable && layer.hasBias(), channels);
    add(new Convolution(shape, out, window, shape.channels(), values, bias, 1));
  }

  /** A convolution of each channel by itself, then one of single pixels. */
  private void addSeparable(SeparableConvolution2D layer) {
    addDepthwise(layer, layer.getDepthMultiplier(), true);
    Shape out = new Shape((int) layer.getNOut(), shape.height(), shape.width());
    float[] values = values(places.ofPixels(index, out.channels(), shape.channels()));
    float[] bias = bias(layer.hasBias(), out.channels());
    add(new Convolution(shape, out, Window.PIXEL, 1, values, bias, 1));
    activate(layer, layer.getActivationFn());
  }

  private void addDense(int nIn, int nOut, boolean biased, Layer layer) {
    require(nIn == shape.size(), layer, "it does not fit its input " + shape);
    float[] values = values(places.ofDense(index, nOut, nIn));
    Shape out = new Shape(nOut, 1, 1);
    add(new Convolution(shape, out, Window.over(shape), 1, values, bias(biased, nOut), 1));
  }

  private float[] values(int[] at) {
    float[] values = new float[at.length];
    for (int i = 0; i < at.length; i++) {
      values[i] = parameters[at[i]];
    }
    return values;
  }

  private float[] bias(boolean there, int channels) {
    float[] bias = new float[channels];
    for (int c = 0; there && c < channels; c++) {
      bias[c] = network.getLayer(index).getParam("b").getFloat(c);
    }
    return bias;
  }

  private void addPooling(SubsamplingLayer layer) {
    require(layer.getCnn2dDataFormat() == CNN2DFormat.NCHW, layer, "its format is not NCHW");
    require(
        Arrays.stream(layer.getDilation()).allMatch(d -> d == 1),
        layer,
        "it has a dilation of " + Arrays.toString(layer.getDilation()));
    Window window =
        window(
            layer,
            layer.getConvolutionMode(),
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            new int[] {1, 1});
    Pooling.Kind kind = kind(layer, layer.getPoolingType());
    if (kind == Pooling.Kind.AVERAGE && layer.isAvgPoolIncludePadInDivisor()) {
      kind = Pooling.Kind.AVERAGE_WITH_PADDING;
    }
    addPooling(
        new Pooling(
            shape, out(layer, layer.getConvolutionMode(), window, shape.channels()), window, kind));
  }

  private Pooling.Kind kind(Layer layer, PoolingType type) {
    return switch (type) {
      case MAX -> Pooling.Kind.MAX;
      case AVG -> Pooling.Kind.AVERAGE;
      default -> throw unknown(layer, "its pooling is " + type);
    };
  }

  private Window window(ConvolutionLayer layer) {
    require(layer.getCnn2dDataFormat() == CNN2DFormat.NCHW, layer, "its format is not NCHW");
    return window(
        layer,
        layer.getConvolutionMode(),
        layer.getKernelSize(),
        layer.getStride(),
        layer.getPadding(),
        layer.getDilation());
  }

  private Window window(
      Layer layer,
      ConvolutionMode mode,
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation) {
    boolean same = mode == ConvolutionMode.Same;
    require(
        same || mode == ConvolutionMode.Truncate || mode == ConvolutionMode.Strict,
        layer,
        "its convolution mode is " + mode);
    return same
        ? Window.same(shape, kernel, stride, dilation)
        : Window.of(kernel, stride, padding, dilation);
  }

  private Shape out(Layer layer, ConvolutionMode mode, Window w, int channels) {
    Shape out = mode == ConvolutionMode.Same ? w.outSame(shape, channels) : w.out(shape, channels);
    require(out.height() > 0 && out.width() > 0, layer, "it makes nothing of its input " + shape);
    return out;
  }
}
