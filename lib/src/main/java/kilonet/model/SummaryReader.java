package kilonet.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import kilonet.layer.GroupedConvolution2D;
import kilonet.layer.Keep;
import kilonet.layer.Recall;
import kilonet.layer.Shape;
import kilonet.layer.ShortcutLayer;
import kilonet.layer.Window;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.CnnLossLayer;
import org.deeplearning4j.nn.conf.layers.Convolution1DLayer;
import org.deeplearning4j.nn.conf.layers.Convolution3D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Deconvolution2D;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PReLULayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;

/** Reads a {@link Summary} off a sequential configuration, layer by layer. */
final class SummaryReader {

  private static final int USUAL_SIDE = 28;
  private static final int LARGEST_SIDE = 512;

  private SummaryReader() {}

  /** How large the pictures are, as far as that follows from a configuration. */
  static InputType input(MultiLayerConfiguration configuration) {
    Layer first = configuration.getConf(0).getLayer();
    if (configuration.getInputPreProcess(0) instanceof FeedForwardToCnnPreProcessor rows) {
      return InputType.convolutionalFlat(
          rows.getInputHeight(), rows.getInputWidth(), rows.getNumChannels());
    }
    if (first instanceof DenseLayer dense) {
      return InputType.feedForward(dense.getNIn());
    }
    List<Integer> sides =
        first instanceof ConvolutionLayer c
            ? IntStream.rangeClosed(1, LARGEST_SIDE)
                .filter(side -> fits(configuration, side, c.getNIn()))
                .boxed()
                .toList()
            : List.of();
    if (sides.size() != 1 && !sides.contains(USUAL_SIDE)) {
      throw new IllegalArgumentException(
          "The size of the pictures does not follow from this configuration: give it, as in"
              + " Summary.of(configuration, InputType.convolutional(height, width, channels)).");
    }
    int side = sides.size() == 1 ? sides.get(0) : USUAL_SIDE;
    return InputType.convolutional(side, side, ((ConvolutionLayer) first).getNIn());
  }

  /** Whether a square picture comes to the sizes of what is flattened, and anything is. */
  private static boolean fits(MultiLayerConfiguration configuration, int side, long channels) {
    InputType shape = InputType.convolutional(side, side, channels);
    boolean known = false;
    try {
      for (int i = 0; i < configuration.getConfs().size(); i++) {
        InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
        if (preProcessor instanceof CnnToFeedForwardPreProcessor flat
            && shape instanceof InputType.InputTypeConvolutional picture) {
          if (flat.getInputHeight() != picture.getHeight()
              || flat.getInputWidth() != picture.getWidth()) {
            return false;
          }
          known = true;
        }
        shape = preProcessor == null ? shape : preProcessor.getOutputType(shape);
        Layer layer = configuration.getConf(i).getLayer();
        shape = layer instanceof LossLayer ? shape : layer.getOutputType(i, shape);
      }
      return known;
    } catch (RuntimeException e) {
      // Deeplearning4j throws exceptions of many kinds where a kernel does not fit.
      return false;
    }
  }

  static Summary read(MultiLayerConfiguration configuration, InputType input) {
    List<Summary.Row> rows = new ArrayList<>();
    ReceptiveField high = ReceptiveField.INPUT;
    ReceptiveField wide = ReceptiveField.INPUT;
    InputType shape = input;
    Map<String, Aside> asides = new HashMap<>();
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      Layer layer = configuration.getConf(i).getLayer();
      InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
      InputType.Type before = shape.getType();
      Window window = window(layer, shape);
      if (preProcessor != null) {
        shape = preProcessor.getOutputType(shape);
      }
      if (before == InputType.Type.CNN && shape.getType() == InputType.Type.FF) {
        // A dense layer on a flattened picture is a kernel of the picture's size.
        InputType.InputTypeConvolutional picture =
            (InputType.InputTypeConvolutional) previous(configuration, i, input);
        high = high.through(picture.getHeight(), 1, 0, 1);
        wide = wide.through(picture.getWidth(), 1, 0, 1);
      }
      if (layer instanceof ShortcutLayer mark) {
        Aside here = new Aside(shape, high, wide);
        Aside next = here.at(mark, asides);
        shape = next.shape;
        high = next.high;
        wide = next.wide;
      }
      // Deeplearning4j takes the output of a loss layer to be empty.
      InputType output =
          layer instanceof LossLayer || layer instanceof ShortcutLayer
              ? shape
              : layer.getOutputType(i, shape);
      if (window != null) {
        high =
            high.through(
                window.kernelHeight(),
                window.strideHeight(),
                window.padTop(),
                window.dilationHeight());
        wide =
            wide.through(
                window.kernelWidth(),
                window.strideWidth(),
                window.padLeft(),
                window.dilationWidth());
      }
      rows.add(
          new Summary.Row(
              name(layer),
              window == null ? "" : window.kernelHeight() + "x" + window.kernelWidth(),
              window == null ? "" : pair(window.strideHeight(), window.strideWidth()),
              window == null ? "" : pair(window.padTop(), window.padLeft()),
              text(output),
              trainable(layer),
              multiplyAdds(layer, output),
              high.jump(),
              high.start(),
              high.size(),
              wide.jump(),
              wide.start(),
              wide.size()));
      shape = output;
    }
    return new Summary(
        List.copyOf(rows),
        rows.stream().mapToLong(Summary.Row::parameters).reduce(0, Math::addExact),
        rows.stream().mapToLong(Summary.Row::multiplyAdds).reduce(0, Math::addExact));
  }

  /** What stands on one of two ways. */
  private record Aside(InputType shape, ReceptiveField high, ReceptiveField wide) {

    /** What stands behind a mark. */
    Aside at(ShortcutLayer mark, Map<String, Aside> asides) {
      if (mark instanceof Keep) {
        asides.put(mark.shortcut(), this);
        return this;
      }
      Aside other =
          mark instanceof Recall
              ? asides.put(mark.shortcut(), this)
              : asides.remove(mark.shortcut());
      if (other == null) {
        throw unknown(mark);
      }
      if (mark instanceof Recall) {
        return other;
      }
      return new Aside(shape, high.plus(other.high), wide.plus(other.wide));
    }
  }

  private static InputType previous(MultiLayerConfiguration configuration, int i, InputType input) {
    return i == 0 ? input : configuration.getLayerActivationTypes(input).get(i - 1);
  }

  /** Layers that look at one position only, or (the dense ones) at all values of a flat input. */
  private static final List<Class<? extends Layer>> VALUE_BY_VALUE =
      List.of(
          ActivationLayer.class,
          BatchNormalization.class,
          CnnLossLayer.class,
          DenseLayer.class,
          DropoutLayer.class,
          GlobalPoolingLayer.class,
          LocalResponseNormalization.class,
          LossLayer.class,
          OutputLayer.class,
          PReLULayer.class,
          ShortcutLayer.class);

  /** What a layer slides over its picture; null where it works value by value. */
  private static Window window(Layer layer, InputType input) {
    if (layer instanceof Convolution1DLayer
        || layer instanceof Convolution3D
        || layer instanceof Deconvolution2D) {
      throw unknown(layer);
    }
    if (layer instanceof ConvolutionLayer c) {
      return window(
          c.getKernelSize(),
          c.getStride(),
          c.getPadding(),
          c.getDilation(),
          c.getConvolutionMode(),
          input);
    }
    if (layer instanceof SubsamplingLayer s) {
      return window(
          s.getKernelSize(),
          s.getStride(),
          s.getPadding(),
          s.getDilation(),
          s.getConvolutionMode(),
          input);
    }
    if (layer instanceof GlobalPoolingLayer
        && input instanceof InputType.InputTypeConvolutional c) {
      return Window.over(shape(c));
    }
    if (VALUE_BY_VALUE.stream().noneMatch(kind -> kind.isInstance(layer))) {
      throw unknown(layer);
    }
    return null;
  }

  private static Window window(
      int[] kernel,
      int[] stride,
      int[] padding,
      int[] dilation,
      ConvolutionMode mode,
      InputType input) {
    return mode == ConvolutionMode.Same && input instanceof InputType.InputTypeConvolutional c
        ? Window.same(shape(c), kernel, stride, dilation)
        : Window.of(kernel, stride, padding, dilation);
  }

  private static Shape shape(InputType.InputTypeConvolutional c) {
    return new Shape((int) c.getChannels(), (int) c.getHeight(), (int) c.getWidth());
  }

  private static IllegalArgumentException unknown(Layer layer) {
    return new IllegalArgumentException(
        Text.of(
                "Layer '%s' (%s) has no receptive field that is known here: a summary takes sequential nets",
                name(layer), layer.getClass().getSimpleName())
            + " of 2-D convolutions, pooling, dense layers and what works value by value.");
  }

  private static String name(Layer layer) {
    return layer.getLayerName() != null ? layer.getLayerName() : layer.getClass().getSimpleName();
  }

  private static String pair(int rows, int columns) {
    return rows == columns ? Integer.toString(rows) : rows + "x" + columns;
  }

  private static String text(InputType shape) {
    if (shape instanceof InputType.InputTypeConvolutional c) {
      return c.getChannels() + "x" + c.getHeight() + "x" + c.getWidth();
    }
    if (shape instanceof InputType.InputTypeFeedForward f) {
      return Long.toString(f.getSize());
    }
    return shape.toString();
  }

  private static long trainable(Layer layer) {
    long all = layer.initializer().numParams(layer);
    if (layer instanceof BatchNormalization norm) {
      return norm.isLockGammaBeta() ? 0 : all - 2 * norm.getNOut();
    }
    return all;
  }

  private static long multiplyAdds(Layer layer, InputType output) {
    if (layer instanceof ConvolutionLayer c
        && output instanceof InputType.InputTypeConvolutional o) {
      long positions = Math.multiplyExact(o.getHeight(), o.getWidth());
      long taps = (long) c.getKernelSize()[0] * c.getKernelSize()[1];
      if (layer instanceof DepthwiseConvolution2D) {
        return product(positions, taps, o.getChannels());
      }
      if (layer instanceof SeparableConvolution2D s) {
        return product(positions, c.getNIn(), s.getDepthMultiplier(), taps + o.getChannels());
      }
      long inputs = layer instanceof GroupedConvolution2D g ? c.getNIn() / g.groups() : c.getNIn();
      return product(positions, taps, inputs, o.getChannels());
    }
    if (layer instanceof FeedForwardLayer f
        && !(layer instanceof BatchNormalization)
        && !(layer instanceof ConvolutionLayer)
        && layer
                .initializer()
                .numParams(
                    new org.deeplearning4j.nn.conf.NeuralNetConfiguration.Builder()
                        .layer(layer)
                        .build())
            > 0) {
      return product(f.getNIn(), f.getNOut());
    }
    return 0;
  }

  /** What parameters are counted by, too, and a little more: so they do not overflow unseen. */
  private static long product(long... factors) {
    return Arrays.stream(factors).reduce(1, Math::multiplyExact);
  }
}
