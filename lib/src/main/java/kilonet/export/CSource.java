package kilonet.export;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import kilonet.data.Normalization;
import kilonet.export.MemoryPlan.Layer;
import kilonet.export.Operation.Convolution;
import kilonet.export.Operation.Pooling;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import kilonet.text.Text;

/**
 * A net as C99: a header and a source without allocation, in float32 or in whole numbers.
 *
 * @param header the header's text
 * @param source the source's text
 * @param constants bytes of weights, biases and tables
 * @param activations bytes of memory that is used again and again
 */
public record CSource(String header, String source, int constants, int activations) {

  private static final Set<String> CASES = Set.of("int8", "float", "pool", "nopool");

  /** The longest side of what a layer takes and gives: its numbers have 16 bits. */
  private static final int LONGEST = Short.MAX_VALUE;

  /** Bytes of a layer's row in the table, where pointers have 4. */
  private static final int ROW = 68;

  /**
   * Writes a net of floats.
   *
   * @param net the net
   * @param normalization how pixels are normalized
   * @param provenance what the header says of the net
   * @param file the name of the two files without {@code .h} and {@code .c}; names in C start with
   *     it
   */
  public static CSource of(
      FoldedNet net, Normalization normalization, Provenance provenance, String file) {
    return new Writer(net.operations(), null, normalization, file).write(net.input(), provenance);
  }

  /** Writes a net of whole numbers. */
  public static CSource of(Int8Net net, Provenance provenance, String file) {
    List<Operation> operations = net.operations().stream().map(Int8Operation::source).toList();
    return new Writer(operations, net, null, file).write(net.input(), provenance);
  }

  /** What a file's name becomes in front of the names of C. */
  static String prefix(String file) {
    String plain = file.replaceAll("[^A-Za-z0-9_]", "_");
    return plain.isEmpty() || !Character.isLetter(plain.charAt(0)) ? "net_" + plain : plain;
  }

  private static final class Writer {

    private final List<Operation> operations;
    private final Int8Net net;
    private final Normalization normalization;
    private final String file;
    private final String prefix;
    private final MemoryPlan plan;
    private final StringBuilder constants = new StringBuilder();
    private final List<String> rows = new ArrayList<>();
    private final StringJoiner table = new StringJoiner("\n");
    private int constantBytes;

    /** Whether a layer reaches over an edge where what is there is not zero. */
    private boolean subtracts;

    Writer(List<Operation> operations, Int8Net net, Normalization normalization, String file) {
      this.operations = operations;
      this.net = net;
      this.normalization = normalization;
      this.file = file;
      this.prefix = prefix(file);
      this.plan = MemoryPlan.of(operations, net == null);
    }

    CSource write(Shape input, Provenance provenance) {
      boolean int8 = net != null;
      for (Layer layer : plan.layers()) {
        add(layer);
      }
      Shape out = operations.get(operations.size() - 1).out();
      int bytes = int8 ? plan.size() : Float.BYTES * plan.size();
      boolean pools = rows.stream().anyMatch(row -> !row.contains("/* convolution */"));
      Set<String> cases = new HashSet<>(Set.of(int8 ? "int8" : "float", pools ? "pool" : "nopool"));
      Template header = Template.of("net.h");
      Template source = Template.of("net.c");
      for (Template template : List.of(header, source)) {
        template
            .set("title", "A convolutional net in " + (int8 ? "8-bit whole numbers" : "float32"))
            .set("provenance", comment(provenance))
            .set("table", table)
            .set("constants_text", constants)
            .set("layers_text", String.join(",\n", rows))
            .set("libm", "No function of the C library is called, unless probabilities are wanted.")
            .set("shape", Text.of("%d x %d pixels", input.height(), input.width()))
            .set(
                "channels",
                input.channels() == 1 ? "" : Text.of(", %d channels a pixel", input.channels()))
            .set("first", int8 ? " beside the picture" : "; the picture among it")
            .set(
                "code",
                int8 ? "1.2" : "0.8, without float arithmetic for processors that have none,")
            .set("constants", Text.of("%,d", constantBytes))
            .set("arena", Text.of("%,d", bytes))
            .set("arena_values", Math.max(1, plan.size()))
            .set("logit_bytes", 4 * out.size())
            .set("inputs", input.size())
            .set("classes", out.size())
            .set("layers", rows.size())
            .set("last", rows.size() - 1)
            .set("weight", int8 ? "int8_t" : "float")
            .set("value", int8 ? "uint8_t" : "float")
            .set("sum", int8 ? "int32_t" : "float")
            .set("logit", int8 ? "int32_t" : "float")
            .set("least", int8 ? "INT32_MIN" : "-3.402823466e+38f")
            .set("minus_zero", int8 ? " - l->in_zero" : "")
            .set("product", product(int8))
            .set("zero_parameter", subtracts ? ", int32_t zero" : "")
            .set("zero_argument", subtracts ? ", l->in_zero" : "")
            .set("file", file)
            .set("name", prefix)
            .set("NAME", prefix.toUpperCase(Locale.ROOT));
        if (!int8) {
          template
              .set("pixel_step", number(1f / 255f))
              .set("mean", number(normalization.mean(0)))
              .set("std", number(normalization.std(0)));
        }
      }
      return new CSource(
          header.filled(CASES, cases), source.filled(CASES, cases), constantBytes, bytes);
    }

    private String product(boolean int8) {
      if (!int8) {
        return "*w++ * *v++";
      }
      return subtracts ? "(int32_t)*w++ * ((int32_t)*v++ - zero)" : "(int32_t)*w++ * (int32_t)*v++";
    }

    private static String comment(Provenance provenance) {
      StringJoiner lines = new StringJoiner("\n");
      for (Map.Entry<String, String> entry : provenance.entries().entrySet()) {
        String value =
            entry.getValue().replaceAll("\\s+", " ").replace("*/", "* /").replace("/*", "/ *");
        lines.add(" * " + entry.getKey() + ": " + value);
      }
      return lines.toString();
    }

    private void add(Layer layer) {
      Operation operation = operations.get(layer.operation());
      Int8Operation whole = net == null ? null : net.operations().get(layer.operation());
      Shape in = operation.in();
      Shape out = layer.pool() == null ? operation.out() : layer.pool().out();
      Window w = operation.window();
      for (int side : List.of(in.channels(), in.height(), in.width(), out.channels())) {
        if (side > LONGEST) {
          throw new IllegalArgumentException(
              Text.of(
                  "A layer of this net takes or gives %s values, more than C's 16 bits count here:"
                      + " export it as ONNX.",
                  in));
        }
      }
      int number = rows.size() + 1;
      Convolution c = operation instanceof Convolution convolution ? convolution : null;
      Pooling pooling = operation instanceof Pooling p ? p : null;
      boolean wide = c != null && c.groups() == 1 && w.dilationWidth() == 1;
      StringJoiner row = new StringJoiner(", ", "  {", "}");
      row.add(c == null ? "0" : "weights_" + number).add(c == null ? "0" : "bias_" + number);
      int zero = whole == null ? 0 : whole.in().zero();
      if (c != null) {
        zero = addConstants(c, (Int8Operation.Convolution) whole, number);
        subtracts |= zero != 0;
      }
      int scales = 0;
      if (whole != null) {
        boolean needed = c != null || pooling.kind() != Pooling.Kind.MAX || isLast(layer);
        scales = needed ? whole.rescaling().multipliers().length : 0;
        row.add(needed ? "multipliers_" + number : "0");
        if (needed) {
          array("int32_t", "multipliers_" + number, whole.rescaling().multipliers());
        }
      } else {
        row.add(number(c == null ? 1 : c.slope()));
      }
      row.add(text(layer.at())).add(text(c == null ? scales : c.taps()));
      row.add(kind(pooling));
      add(row, in.height(), in.width(), in.channels());
      add(row, out.height(), out.width(), out.channels());
      add(row, c == null ? 1 : c.inputs(), c == null ? 1 : c.outputs());
      add(row, w.kernelHeight(), w.kernelWidth(), wide ? w.kernelWidth() : 1);
      add(row, w.strideHeight(), w.strideWidth(), w.padTop(), w.padLeft());
      add(row, w.dilationHeight(), w.dilationWidth());
      Window pool = layer.pool() == null ? Window.PIXEL : layer.pool().window();
      add(row, pool.kernelHeight(), pool.kernelWidth());
      if (whole != null) {
        // The largest of a convolution's values has the grid of all of them.
        int outZero = whole.out().zero();
        add(row, zero, outZero, whole.rescaling().shift());
      }
      boolean flag =
          c != null ? c.slope() == 0 : pooling.kind() == Pooling.Kind.AVERAGE_WITH_PADDING;
      row.add(flag ? "1" : "0");
      rows.add(row.toString());
      constantBytes += ROW;
      describe(layer, operation, out);
    }

    private boolean isLast(Layer layer) {
      return layer.operation() + layer.operations() == operations.size();
    }

    private static String kind(Pooling pooling) {
      if (pooling == null) {
        return "0 /* convolution */";
      }
      return pooling.kind() == Pooling.Kind.MAX ? "2 /* maximum */" : "1 /* average */";
    }

    /** Writes weights and biases; returns the zero that is still to be taken off inputs. */
    private int addConstants(Convolution c, Int8Operation.Convolution whole, int number) {
      int[] order = order(c);
      if (whole == null) {
        float[] weights = new float[order.length];
        for (int i = 0; i < order.length; i++) {
          weights[i] = c.weights()[order[i]];
        }
        array("float", "weights_" + number, weights);
        array("float", "bias_" + number, c.bias());
        return 0;
      }
      int[] weights = new int[order.length];
      int[] bias = whole.bias().clone();
      boolean padded = c.window().isPadded(c.in(), c.out());
      for (int i = 0; i < order.length; i++) {
        weights[i] = whole.weights()[order[i]];
        bias[i / c.taps()] -= padded ? 0 : whole.in().zero() * weights[i];
      }
      array("int8_t", "weights_" + number, weights);
      array("int32_t", "bias_" + number, bias);
      return padded ? whole.in().zero() : 0;
    }

    /** Where in a convolution's weights those lie that C has in the order row, column, input. */
    private static int[] order(Convolution c) {
      int[] order = new int[c.weights().length];
      int taps = c.window().taps();
      int next = 0;
      for (int o = 0; o < c.out().channels(); o++) {
        for (int t = 0; t < taps; t++) {
          for (int i = 0; i < c.inputs(); i++) {
            order[next++] = (o * c.inputs() + i) * taps + t;
          }
        }
      }
      return order;
    }

    private void describe(Layer layer, Operation operation, Shape out) {
      Window w = operation.window();
      String what = Text.of("%dx%d ", w.kernelHeight(), w.kernelWidth());
      long products = 0;
      if (operation instanceof Convolution c) {
        products = (long) c.weights().length * c.out().area();
        what += c.groups() == 1 ? "convolution" : Text.of("convolution in %d groups", c.groups());
        what += c.slope() == 0 ? ", ReLU" : "";
        what += layer.pool() == null ? "" : ", maximum";
      } else {
        what += ((Pooling) operation).kind() == Pooling.Kind.MAX ? "maximum" : "average";
      }
      table.add(
          Text.of(
              " *   %-36s %9s -> %-9s %,9d products %,7d bytes",
              what,
              operation.in(),
              out,
              products,
              isLast(layer) ? 0 : out.size() * (net == null ? Float.BYTES : 1)));
    }

    private void array(String type, String name, int[] values) {
      StringJoiner text = new StringJoiner(",");
      for (int value : values) {
        // C has no literal for the least number: -2147483648 is a minus and what is too large.
        text.add(value == Integer.MIN_VALUE ? "(-2147483647 - 1)" : text(value));
      }
      array(type, name, values.length, text, type.equals("int8_t") ? 1 : Integer.BYTES);
    }

    private void array(String type, String name, float[] values) {
      StringJoiner text = new StringJoiner(",");
      for (float value : values) {
        text.add(number(value));
      }
      array(type, name, values.length, text, Float.BYTES);
    }

    private void array(String type, String name, int length, StringJoiner values, int bytes) {
      constantBytes += length * bytes;
      constants.append(Text.of("static const %s %s[%d] = {\n", type, name, length));
      StringBuilder line = new StringBuilder("  ");
      for (String value : values.toString().split(",")) {
        if (line.length() + value.length() > 98) {
          constants.append(line).append('\n');
          line = new StringBuilder("  ");
        }
        line.append(value).append(',');
      }
      constants.append(line.substring(0, line.length() - 1)).append("};\n\n");
    }

    private static void add(StringJoiner row, int... values) {
      for (int value : values) {
        row.add(text(value));
      }
    }

    private static String text(int value) {
      return Integer.toString(value);
    }

    /** The shortest text that is read as the same float32. */
    private static String number(float value) {
      return Float.toString(value) + "f";
    }
  }
}
