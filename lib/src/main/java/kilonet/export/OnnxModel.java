package kilonet.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto.Dimension;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Map;
import kilonet.data.Normalization;
import kilonet.export.Int8Operation.Grid;
import kilonet.export.Operation.Convolution;
import kilonet.export.Operation.Pooling;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * A folded net as an ONNX model: opset 13, input {@code input} of {@code [batch, channels, height,
 * width]} in float32, outputs {@code logits} and {@code probabilities} of {@code [batch, classes]}.
 * The batch may be of any size.
 */
public final class OnnxModel {

  /** The version of the operators that is asked for; it knows scales by channel. */
  private static final int OPSET = 13;

  /** The version of the format that came with these operators. */
  private static final int IR_VERSION = 7;

  /** What stands for a weight of 0 in unsigned bytes. */
  private static final int WEIGHT_ZERO = 128;

  private final GraphProto.Builder graph = GraphProto.newBuilder().setName("kilonet");
  private int convolutions;
  private int poolings;

  /** The tensor that the next operation takes. */
  private String at = "input";

  private OnnxModel() {}

  /**
   * Writes a net of floats.
   *
   * @param net the net
   * @param normalization what the model does to pixels from 0 to 255 before it starts; null if it
   *     is given what is normalized
   * @param provenance what the model's metadata say
   */
  public static byte[] bytes(FoldedNet net, Normalization normalization, Provenance provenance) {
    OnnxModel model = new OnnxModel();
    if (normalization != null) {
      model.node("Mul", "unit_range", model.scalar("pixel_step", 1f / 255f));
      model.node("Sub", "centred", model.scalar("mean", normalization.mean(0)));
      model.node("Div", "normalized", model.scalar("std", normalization.std(0)));
    }
    for (Operation operation : net.operations()) {
      if (operation instanceof Convolution c) {
        String name = "conv" + ++model.convolutions;
        String weights =
            model.tensor(name + ".weight", DataType.FLOAT, floats(c.weights()), weightShape(c));
        String bias =
            model.tensor(name + ".bias", DataType.FLOAT, floats(c.bias()), c.bias().length);
        model.convolution(c, name, weights, bias);
      } else {
        model.pooling((Pooling) operation);
      }
    }
    return model.finish(net.input(), net.classes(), normalization != null, provenance);
  }

  /**
   * Writes a net of whole numbers, as floats between pairs of {@code QuantizeLinear} and {@code
   * DequantizeLinear} (QDQ): 8 bits for weights, by output channel, and for activations, by tensor.
   * Both are unsigned, with 128 for a weight of 0: for signed weights ONNX's runtime uses, on
   * processors with AVX2 or AVX-512 but without VNNI, an instruction whose sums of two products
   * saturate at 16 bits, which gives wrong answers.
   *
   * @param net the net
   * @param raw whether the model is given pixels from 0 to 255; else it is given what is normalized
   * @param provenance what the model's metadata say
   */
  public static byte[] bytes(Int8Net net, boolean raw, Provenance provenance) {
    OnnxModel model = new OnnxModel();
    model.onGrid("input", raw ? new Grid(1, 0) : net.grid(), net.grid());
    for (Int8Operation operation : net.operations()) {
      String name;
      if (operation instanceof Int8Operation.Convolution c) {
        name = "conv" + ++model.convolutions;
        model.convolution(c.source(), name, model.weights(c, name), model.bias(c, name));
      } else {
        model.pooling((Pooling) operation.source());
        name = "pool" + model.poolings;
      }
      if (operation.out() != Grid.LOGITS) {
        model.onGrid(name, operation.out(), operation.out());
      }
    }
    return model.finish(net.input(), net.classes(), raw, provenance);
  }

  private static long[] weightShape(Convolution c) {
    return new long[] {
      c.out().channels(), c.inputs(), c.window().kernelHeight(), c.window().kernelWidth()
    };
  }

  private String weights(Int8Operation.Convolution c, String name) {
    int outputs = c.bias().length;
    byte[] weights = c.weights().clone();
    for (int i = 0; i < weights.length; i++) {
      weights[i] += (byte) WEIGHT_ZERO;
    }
    byte[] zeros = new byte[outputs];
    Arrays.fill(zeros, (byte) WEIGHT_ZERO);
    tensor(
        name + ".weight_q", DataType.UINT8, ByteString.copyFrom(weights), weightShape(c.source()));
    tensor(name + ".weight_scale", DataType.FLOAT, floats(c.weightScales()), outputs);
    tensor(name + ".weight_zero", DataType.UINT8, ByteString.copyFrom(zeros), outputs);
    return dequantized(name + ".weight");
  }

  private String bias(Int8Operation.Convolution c, String name) {
    int outputs = c.bias().length;
    float[] scales = c.weightScales().clone();
    for (int o = 0; o < outputs; o++) {
      scales[o] *= c.in().scale();
    }
    tensor(name + ".bias_q", DataType.INT32, ints(c.bias()), outputs);
    tensor(name + ".bias_scale", DataType.FLOAT, floats(scales), outputs);
    tensor(name + ".bias_zero", DataType.INT32, ints(new int[outputs]), outputs);
    return dequantized(name + ".bias");
  }

  private String dequantized(String name) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType("DequantizeLinear")
            .setName(name)
            .addInput(name + "_q")
            .addInput(name + "_scale")
            .addInput(name + "_zero")
            .addOutput(name)
            .addAttribute(whole("axis", 0)));
    return name;
  }

  /** Rounds what is at hand to a grid, and reads it by another, which is mostly the same. */
  private void onGrid(String name, Grid to, Grid from) {
    node(
        "QuantizeLinear",
        name + ".quantized",
        scalar(name + ".scale", to.scale()),
        zero(name + ".zero", to));
    boolean same = to.equals(from);
    node(
        "DequantizeLinear",
        name + ".dequantized",
        same ? name + ".scale" : scalar(name + ".value_scale", from.scale()),
        same ? name + ".zero" : zero(name + ".value_zero", from));
  }

  private String zero(String name, Grid grid) {
    byte[] zero = {(byte) grid.zero()};
    return tensor(name, DataType.UINT8, ByteString.copyFrom(zero));
  }

  private void convolution(Convolution c, String name, String weights, String bias) {
    Window w = c.window();
    node(
        "Conv",
        name,
        weights,
        bias,
        longs("kernel_shape", w.kernelHeight(), w.kernelWidth()),
        longs("strides", w.strideHeight(), w.strideWidth()),
        longs("dilations", w.dilationHeight(), w.dilationWidth()),
        pads(c),
        whole("group", c.groups()));
    if (c.slope() == 0) {
      node("Relu", name + ".relu");
    } else if (c.slope() != 1) {
      node("LeakyRelu", name + ".relu", number("alpha", c.slope()));
    }
  }

  private void pooling(Pooling p) {
    Window w = p.window();
    String name = "pool" + ++poolings;
    boolean max = p.kind() == Pooling.Kind.MAX;
    if (w.equals(Window.over(p.in())) && p.out().area() == 1) {
      node(max ? "GlobalMaxPool" : "GlobalAveragePool", name);
      return;
    }
    AttributeProto kernel = longs("kernel_shape", w.kernelHeight(), w.kernelWidth());
    AttributeProto strides = longs("strides", w.strideHeight(), w.strideWidth());
    if (max) {
      node("MaxPool", name, kernel, strides, pads(p));
    } else {
      boolean padding = p.kind() == Pooling.Kind.AVERAGE_WITH_PADDING;
      node(
          "AveragePool",
          name,
          kernel,
          strides,
          pads(p),
          whole("count_include_pad", padding ? 1 : 0));
    }
  }

  private static AttributeProto pads(Operation operation) {
    Window w = operation.window();
    return longs(
        "pads",
        w.padTop(),
        w.padLeft(),
        w.padBottom(operation.in(), operation.out()),
        w.padRight(operation.in(), operation.out()));
  }

  /** Adds a node that takes what is at hand and, by name, what else is given, then attributes. */
  private void node(String type, String name, Object... rest) {
    NodeProto.Builder node =
        NodeProto.newBuilder().setOpType(type).setName(name).addInput(at).addOutput(name);
    for (Object part : rest) {
      if (part instanceof AttributeProto attribute) {
        node.addAttribute(attribute);
      } else {
        node.addInput((String) part);
      }
    }
    graph.addNode(node);
    at = name;
  }

  private String scalar(String name, float value) {
    return tensor(name, DataType.FLOAT, floats(value));
  }

  private String tensor(String name, DataType type, ByteString little, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setName(name).setDataType(type.getNumber()).setRawData(little);
    for (long size : shape) {
      tensor.addDims(size);
    }
    graph.addInitializer(tensor);
    return name;
  }

  private static ByteString floats(float... values) {
    ByteBuffer bytes = little(values.length);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static ByteString ints(int... values) {
    ByteBuffer bytes = little(values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static ByteBuffer little(int words) {
    return ByteBuffer.allocate(Math.multiplyExact(4, words)).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static AttributeProto longs(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static AttributeProto whole(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  private static AttributeProto number(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  private byte[] finish(Shape input, int classes, boolean raw, Provenance provenance) {
    node("Flatten", "logits", whole("axis", 1));
    node("Softmax", "probabilities", whole("axis", 1));
    graph
        .addInput(
            value("input", input.channels(), input.height(), input.width()).toBuilder()
                .setDocString(
                    raw
                        ? "pixels from 0, the ground, to 255, full ink"
                        : "pixels, normalized as in training"))
        .addOutput(value("logits", classes))
        .addOutput(value("probabilities", classes));
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("kilonet")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph);
    for (Map.Entry<String, String> entry : provenance.entries().entrySet()) {
      model.addMetadataProps(
          StringStringEntryProto.newBuilder().setKey(entry.getKey()).setValue(entry.getValue()));
    }
    return model.build().toByteArray();
  }

  /** A tensor of float32 whose first dimension is the batch. */
  private static ValueInfoProto value(String name, long... sizes) {
    TensorShapeProto.Builder shape =
        TensorShapeProto.newBuilder().addDim(Dimension.newBuilder().setDimParam("batch"));
    for (long size : sizes) {
      shape.addDim(Dimension.newBuilder().setDimValue(size));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(DataType.FLOAT.getNumber())
                        .setShape(shape)))
        .build();
  }
}
