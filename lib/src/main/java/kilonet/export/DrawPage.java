package kilonet.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import kilonet.data.ImageSet;
import kilonet.data.Mnist;
import kilonet.data.Normalization;
import kilonet.export.Operation.Convolution;
import kilonet.export.Operation.Pooling;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import kilonet.text.Text;
import kilonet.train.Json;

/**
 * A page on which one draws a digit, and sees what the net makes of it while one draws: one HTML
 * file that needs nothing else and sends nothing anywhere.
 */
public final class DrawPage {

  private static final Pattern META =
      Pattern.compile("<meta name=\"kilonet:([^\"]*)\" content=\"([^\"]*)\">");

  private static final Pattern NET =
      Pattern.compile("<script id=\"net\" type=\"application/json\">([^<]*)</script>");

  /** No page is larger, in bytes. */
  private static final int LARGEST = 150_000;

  /** So many digits that the net gets wrong can be looked at. */
  private static final int MISTAKES = 100;

  private static final String CONVOLUTION = "convolution";
  private static final String MAXIMUM = "maximum";
  private static final String AVERAGE = "average";
  private static final String PADDED = "average with padding";

  /** What is known of a net whose run is known. */
  private static final Set<String> RUN =
      Set.of("parameters", "recipe", "seed", "test_accuracy", "data");

  private DrawPage() {}

  /** What the page's program reads. */
  private record Net(
      List<Step> operations,
      int classes,
      float mean,
      float std,
      String data,
      List<Mistake> mistakes,
      String numbers) {}

  /** An operation; sides are rows, then columns. */
  private record Step(
      String name,
      String kind,
      int[] in,
      int[] out,
      int[] kernel,
      int[] stride,
      int[] pad,
      int[] dilation,
      @JsonInclude(JsonInclude.Include.NON_NULL) Integer groups,
      @JsonInclude(JsonInclude.Include.NON_NULL) Float slope) {

    /** The operation, whose weights and biases are the next of the numbers. */
    private Operation operation(ByteBuffer numbers) {
      Window window =
          new Window(
              kernel[0], kernel[1], stride[0], stride[1], pad[0], pad[1], dilation[0], dilation[1]);
      Shape from = new Shape(in[0], in[1], in[2]);
      Shape to = new Shape(out[0], out[1], out[2]);
      return switch (kind) {
        case MAXIMUM -> new Pooling(from, to, window, Pooling.Kind.MAX);
        case AVERAGE -> new Pooling(from, to, window, Pooling.Kind.AVERAGE);
        case PADDED -> new Pooling(from, to, window, Pooling.Kind.AVERAGE_WITH_PADDING);
        case CONVOLUTION -> {
          float[] weights = new float[to.channels() * (from.channels() / groups) * window.taps()];
          float[] bias = new float[to.channels()];
          for (float[] values : List.of(weights, bias)) {
            for (int i = 0; i < values.length; i++) {
              values[i] = numbers.getFloat();
            }
          }
          yield new Convolution(from, to, window, groups, weights, bias, slope);
        }
        default -> throw new IllegalArgumentException("No operation is called " + kind);
      };
    }
  }

  /** A digit that the net gets wrong: where it is in its set, and its pixels. */
  private record Mistake(int label, int place, String pixels) {}

  /**
   * Writes the page.
   *
   * @param net a net for digits of 28 x 28 pixels in ten classes
   * @param normalization how pixels are normalized
   * @param provenance what the page says of the net
   * @param test digits, of which those that the net gets wrong are put into the page; null for none
   * @throws IllegalArgumentException if the net is for other pictures or too large for the page
   */
  static String of(
      FoldedNet net, Normalization normalization, Provenance provenance, ImageSet test) {
    if (!net.input().equals(new Shape(1, Mnist.SIDE, Mnist.SIDE))
        || net.classes() != Mnist.CLASSES) {
      throw new IllegalArgumentException(
          Text.of(
              "A page is for digits of 28 x 28 pixels in ten classes, not for %s in %d: export the"
                  + " net as ONNX or C.",
              net.input(), net.classes()));
    }
    List<Mistake> mistakes = test == null ? List.of() : mistakes(net, normalization, test);
    String page = page(net, normalization, provenance, test, mistakes);
    while (page.length() >= LARGEST && !mistakes.isEmpty()) {
      mistakes = mistakes.subList(0, mistakes.size() / 2);
      page = page(net, normalization, provenance, test, mistakes);
    }
    if (page.length() >= LARGEST) {
      throw new IllegalArgumentException(
          Text.of(
              "The page of this net would take %,d bytes, and a page may take %,d: its %,d weights"
                  + " are too many. Export it as ONNX or C.",
              page.length(), LARGEST, net.numbers()));
    }
    return page;
  }

  /**
   * What a page holds.
   *
   * @param net the net that it computes
   * @param normalization how it normalizes pixels
   * @param provenance what it says of the net
   */
  public record Content(FoldedNet net, Normalization normalization, Provenance provenance) {

    /** Percent of images that the net classifies rightly. */
    public double accuracy(ImageSet images) {
      int size = net.input().size();
      long right =
          IntStream.range(0, images.size())
              .parallel()
              .filter(i -> best(logits(images, i * size, size)) == images.label(i))
              .count();
      return 100.0 * right / images.size();
    }

    private float[] logits(ImageSet images, int offset, int size) {
      return FloatArithmetic.logits(net, normalization.apply(images.pixels(), offset, size));
    }
  }

  /**
   * Reads a page that was written here.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Content read(String html) {
    Map<String, String> known = new LinkedHashMap<>();
    for (Matcher meta = META.matcher(html); meta.find(); ) {
      known.put(unescaped(meta.group(1)), unescaped(meta.group(2)));
    }
    Matcher found = NET.matcher(html);
    if (!found.find()) {
      throw new IllegalArgumentException("This page holds no net: write it with kilonet export.");
    }
    try {
      Net content = Json.read(found.group(1), Net.class);
      ByteBuffer numbers =
          ByteBuffer.wrap(Base64.getDecoder().decode(content.numbers()))
              .order(ByteOrder.LITTLE_ENDIAN);
      List<Operation> operations =
          content.operations().stream().map(step -> step.operation(numbers)).toList();
      return new Content(
          new FoldedNet(operations.get(0).in(), operations),
          Normalization.of(content.mean(), content.std()),
          new Provenance(known));
    } catch (RuntimeException e) {
      // Too few numbers, sides or kinds that cannot be: whatever somebody wrote into it.
      throw new IllegalArgumentException(
          "The net in this page is damaged: write it again with kilonet export.", e);
    }
  }

  private static String page(
      FoldedNet net,
      Normalization normalization,
      Provenance provenance,
      ImageSet test,
      List<Mistake> mistakes) {
    Net content =
        new Net(
            steps(net),
            net.classes(),
            normalization.mean(0),
            normalization.std(0),
            test == null ? "" : test.name().equals(Mnist.NAME) ? "MNIST's test digit" : "Digit",
            mistakes,
            numbers(net));
    // Only ASCII, and nothing that would end the script.
    String json = Json.line(content).replace("<", "\\u003c");
    return Template.of("draw.html")
        .set("metas", metas(provenance))
        .set("about", about(net, provenance))
        .set("net", json)
        .filled(Set.of(), Set.of());
  }

  private static String about(FoldedNet net, Provenance provenance) {
    Map<String, String> known = provenance.entries();
    String text = Text.of("A convolutional net of %,d weights and biases", net.numbers());
    if (known.keySet().containsAll(RUN)) {
      text =
          Text.of(
              "A convolutional net of %s parameters (%s, seed %s), right on %s%% of the test digits"
                  + " of %s",
              known.get("parameters"),
              known.get("recipe"),
              known.get("seed"),
              known.get("test_accuracy"),
              known.get("data").equals(Mnist.NAME) ? "MNIST" : known.get("data"));
    }
    return escaped(text + ". It runs in this page; nothing is sent anywhere.");
  }

  private static String metas(Provenance provenance) {
    StringJoiner metas = new StringJoiner("\n");
    for (Map.Entry<String, String> entry : provenance.entries().entrySet()) {
      metas.add(
          "<meta name=\"kilonet:"
              + escaped(entry.getKey())
              + "\" content=\""
              + escaped(entry.getValue())
              + "\">");
    }
    return metas.toString();
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static String unescaped(String text) {
    return text.replace("&quot;", "\"")
        .replace("&gt;", ">")
        .replace("&lt;", "<")
        .replace("&amp;", "&");
  }

  private static List<Step> steps(FoldedNet net) {
    List<Step> steps = new ArrayList<>();
    int convolutions = 0;
    int poolings = 0;
    for (Operation operation : net.operations()) {
      Window w = operation.window();
      Convolution c = operation instanceof Convolution convolution ? convolution : null;
      String name;
      String kind;
      if (c != null) {
        boolean depthwise = c.groups() == c.in().channels() && c.groups() > 1;
        String what = depthwise ? "Depthwise convolution" : "Convolution";
        String groups = depthwise || c.groups() == 1 ? "" : Text.of(" in %d groups", c.groups());
        name =
            Text.of("%s %d%s", what, ++convolutions, groups) + (c.slope() == 1 ? "" : " and ReLU");
        kind = CONVOLUTION;
      } else {
        boolean max = ((Pooling) operation).kind() == Pooling.Kind.MAX;
        name = Text.of("%s pooling %d", max ? "Max" : "Average", ++poolings);
        kind =
            switch (((Pooling) operation).kind()) {
              case MAX -> MAXIMUM;
              case AVERAGE -> AVERAGE;
              case AVERAGE_WITH_PADDING -> PADDED;
            };
      }
      steps.add(
          new Step(
              operation == net.operations().get(net.operations().size() - 1) ? "Logits" : name,
              kind,
              sides(operation.in()),
              sides(operation.out()),
              new int[] {w.kernelHeight(), w.kernelWidth()},
              new int[] {w.strideHeight(), w.strideWidth()},
              new int[] {w.padTop(), w.padLeft()},
              new int[] {w.dilationHeight(), w.dilationWidth()},
              c == null ? null : c.groups(),
              c == null ? null : c.slope()));
    }
    return steps;
  }

  private static int[] sides(Shape shape) {
    return new int[] {shape.channels(), shape.height(), shape.width()};
  }

  /** Each convolution's weights, then its biases, as float32, little-endian. */
  private static String numbers(FoldedNet net) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Float.BYTES * net.numbers()).order(ByteOrder.LITTLE_ENDIAN);
    for (Operation operation : net.operations()) {
      if (operation instanceof Convolution c) {
        for (float weight : c.weights()) {
          bytes.putFloat(weight);
        }
        for (float bias : c.bias()) {
          bytes.putFloat(bias);
        }
      }
    }
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  private static List<Mistake> mistakes(FoldedNet net, Normalization normalization, ImageSet test) {
    int size = net.input().size();
    int[] wrong =
        IntStream.range(0, test.size())
            .parallel()
            .filter(
                i -> {
                  float[] picture = normalization.apply(test.pixels(), i * size, size);
                  float[] logits = FloatArithmetic.logits(net, picture);
                  return best(logits) != test.label(i);
                })
            .toArray();
    return Arrays.stream(wrong)
        .limit(MISTAKES)
        .mapToObj(i -> new Mistake(test.label(i), i, packed(test.image(i))))
        .toList();
  }

  private static int best(float[] logits) {
    int best = 0;
    for (int c = 1; c < logits.length; c++) {
      best = logits[c] > logits[best] ? c : best;
    }
    return best;
  }

  /** Pixels as they are, but for runs of zeros, which are a zero and their length, 1 to 255. */
  private static String packed(byte[] pixels) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int i = 0; i < pixels.length; ) {
      int run = 0;
      while (i + run < pixels.length && pixels[i + run] == 0 && run < 255) {
        run++;
      }
      if (run > 0) {
        bytes.write(0);
        bytes.write(run);
        i += run;
      } else {
        bytes.write(pixels[i++]);
      }
    }
    return new String(Base64.getEncoder().encode(bytes.toByteArray()), StandardCharsets.US_ASCII);
  }
}
