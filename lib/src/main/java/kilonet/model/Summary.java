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
import kilonet.layer.ShortcutLayer;
import kilonet.text.Numbers;
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
import org.nd4j.linalg.learning.config.NoOp;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * The table of a sequential net's layers: shapes, trainable parameters, arithmetic and receptive
 * fields.
 *
 * @param rows one row a layer, from input to output
 * @param parameters trainable parameters of all layers; the running mean and variance of batch
 *     norm, which {@code numParams()} of Deeplearning4j counts too, are not trained
 * @param multiplyAdds multiply-adds of one picture's forward pass, in convolutions and dense layers
 */
public record Summary(List<Row> rows, long parameters, long multiplyAdds) {

  private static final int USUAL_SIDE = 28;
  private static final int LARGEST_SIDE = 512;

  /**
   * One layer.
   *
   * @param layer its name, or its kind where it has none
   * @param kernel {@code height x width} of the kernel or window, empty where there is none
   * @param stride step of the kernel, empty where there is none
   * @param padding zeros added at each side, empty where there is none
   * @param output shape of its output for one picture, {@code channels x height x width}
   * @param parameters trainable parameters
   * @param multiplyAdds multiply-adds of one picture's forward pass
   * @param jump pixels between neighbouring values, along the height
   * @param start centre of the first value's receptive field, along the height
   * @param receptiveField pixels seen along the height
   * @param receptiveFieldWidth pixels seen along the width
   */
  public record Row(
      String layer,
      String kernel,
      String stride,
      String padding,
      String output,
      long parameters,
      long multiplyAdds,
      long jump,
      double start,
      long receptiveField,
      long receptiveFieldWidth) {

    String field() {
      return receptiveField == receptiveFieldWidth
          ? Long.toString(receptiveField)
          : receptiveField + "x" + receptiveFieldWidth;
    }
  }

  /** The summary of a stack. */
  public static Summary of(Stack stack) {
    return of(stack.configuration(new NoOp(), 0), stack.inputType());
  }

  /**
   * The summary of a sequential configuration whose pictures are as large as its layers say: a
   * configuration of Deeplearning4j does not keep the size that it was made for, but the sizes of
   * what it flattens. Where several squares come to them, it is that of MNIST if it is among them.
   *
   * @throws IllegalArgumentException if that leaves the size open: then {@linkplain
   *     #of(MultiLayerConfiguration, InputType) give it}; or if a layer's receptive field is not
   *     known here
   */
  public static Summary of(MultiLayerConfiguration configuration) {
    return of(configuration, input(configuration));
  }

  private static InputType input(MultiLayerConfiguration configuration) {
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

  /**
   * The summary of a sequential configuration.
   *
   * @param input shape of one picture
   * @throws IllegalArgumentException if a layer's receptive field is not known here, or the net is
   *     too large to be counted
   */
  public static Summary of(MultiLayerConfiguration configuration, InputType input) {
    try {
      return counted(configuration, input);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "This net has more parameters or multiply-adds than can be counted: make it smaller.", e);
    }
  }

  private static Summary counted(MultiLayerConfiguration configuration, InputType input) {
    List<Row> rows = new ArrayList<>();
    ReceptiveField high = ReceptiveField.INPUT;
    ReceptiveField wide = ReceptiveField.INPUT;
    InputType shape = input;
    Map<String, Aside> asides = new HashMap<>();
    for (int i = 0; i < configuration.getConfs().size(); i++) {
      Layer layer = configuration.getConf(i).getLayer();
      InputPreProcessor preProcessor = configuration.getInputPreProcess(i);
      InputType.Type before = shape.getType();
      Geometry geometry = Geometry.of(layer, shape);
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
      if (geometry != null) {
        high =
            high.through(
                geometry.kernel[0], geometry.stride[0], geometry.padding[0], geometry.dilation[0]);
        wide =
            wide.through(
                geometry.kernel[1], geometry.stride[1], geometry.padding[1], geometry.dilation[1]);
      }
      rows.add(
          new Row(
              name(layer),
              geometry == null ? "" : geometry.kernel[0] + "x" + geometry.kernel[1],
              geometry == null ? "" : pair(geometry.stride),
              geometry == null ? "" : pair(geometry.padding),
              text(output),
              trainable(layer),
              multiplyAdds(layer, output),
              high.jump(),
              high.start(),
              high.size(),
              wide.size()));
      shape = output;
    }
    return new Summary(
        List.copyOf(rows),
        rows.stream().mapToLong(Row::parameters).reduce(0, Math::addExact),
        rows.stream().mapToLong(Row::multiplyAdds).reduce(0, Math::addExact));
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

  private record Geometry(long[] kernel, long[] stride, long[] padding, long[] dilation) {

    static Geometry of(Layer layer, InputType input) {
      if (layer instanceof Convolution1DLayer
          || layer instanceof Convolution3D
          || layer instanceof Deconvolution2D) {
        throw unknown(layer);
      }
      if (layer instanceof ConvolutionLayer c) {
        return of(
            c.getKernelSize(),
            c.getStride(),
            c.getPadding(),
            c.getDilation(),
            c.getConvolutionMode(),
            input);
      }
      if (layer instanceof SubsamplingLayer s) {
        return of(
            s.getKernelSize(),
            s.getStride(),
            s.getPadding(),
            s.getDilation(),
            s.getConvolutionMode(),
            input);
      }
      if (layer instanceof GlobalPoolingLayer
          && input instanceof InputType.InputTypeConvolutional c) {
        return new Geometry(
            new long[] {c.getHeight(), c.getWidth()},
            new long[] {1, 1},
            new long[2],
            new long[] {1, 1});
      }
      if (VALUE_BY_VALUE.stream().noneMatch(kind -> kind.isInstance(layer))) {
        throw unknown(layer);
      }
      return null;
    }

    private static Geometry of(
        int[] kernel,
        int[] stride,
        int[] padding,
        int[] dilation,
        ConvolutionMode mode,
        InputType input) {
      long[] pad = {padding[0], padding[1]};
      if (mode == ConvolutionMode.Same && input instanceof InputType.InputTypeConvolutional c) {
        pad[0] = samePadding(c.getHeight(), kernel[0], stride[0], dilation[0]);
        pad[1] = samePadding(c.getWidth(), kernel[1], stride[1], dilation[1]);
      }
      return new Geometry(
          new long[] {kernel[0], kernel[1]},
          new long[] {stride[0], stride[1]},
          pad,
          new long[] {dilation[0], dilation[1]});
    }

    private static long samePadding(long size, int kernel, int stride, int dilation) {
      long outputs = (size + stride - 1) / stride;
      long reach = (long) dilation * (kernel - 1) + 1;
      return Math.max(0, (outputs - 1) * stride + reach - size) / 2;
    }
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

  private static String pair(long[] values) {
    return values[0] == values[1] ? Long.toString(values[0]) : values[0] + "x" + values[1];
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

  /** The layers as a table of Tablesaw. */
  public Table table() {
    Table table =
        Numbers.plain(
            Table.create(
                "summary",
                StringColumn.create("layer"),
                StringColumn.create("kernel"),
                StringColumn.create("stride"),
                StringColumn.create("padding"),
                StringColumn.create("output"),
                LongColumn.create("parameters"),
                LongColumn.create("multiply-adds"),
                LongColumn.create("jump"),
                DoubleColumn.create("start"),
                StringColumn.create("receptive field")));
    table.longColumn("parameters").setPrintFormatter(Numbers.format("#,##0"));
    table.longColumn("multiply-adds").setPrintFormatter(Numbers.format("#,##0"));
    for (Row row : rows) {
      table.stringColumn("layer").append(row.layer);
      table.stringColumn("kernel").append(row.kernel);
      table.stringColumn("stride").append(row.stride);
      table.stringColumn("padding").append(row.padding);
      table.stringColumn("output").append(row.output);
      table.longColumn("parameters").append(row.parameters);
      table.longColumn("multiply-adds").append(row.multiplyAdds);
      table.longColumn("jump").append(row.jump);
      table.doubleColumn("start").append(row.start);
      table.stringColumn("receptive field").append(row.field());
    }
    return table;
  }

  /** The layers and totals as text of at most 100 columns. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    String format = "%-16.16s %6s %6s %4s %14s %12s %13s %5s %7s %6s%n";
    text.append(
        Text.of(
            format,
            "layer",
            "kernel",
            "stride",
            "pad",
            "output",
            "parameters",
            "multiply-adds",
            "jump",
            "start",
            "field"));
    for (Row row : rows) {
      text.append(
          Text.of(
              format,
              row.layer,
              row.kernel,
              row.stride,
              row.padding,
              row.output,
              row.parameters == 0 ? "" : Text.of("%,d", row.parameters),
              row.multiplyAdds == 0 ? "" : Text.of("%,d", row.multiplyAdds),
              row.jump,
              Text.of("%.1f", row.start),
              row.field()));
    }
    Row last = rows.get(rows.size() - 1);
    text.append(
        Text.of(
            "receptive field: %s, multiply-adds of a picture: %,d%ntotal parameters: %d",
            last.field(), multiplyAdds, parameters));
    return text.toString();
  }
}
