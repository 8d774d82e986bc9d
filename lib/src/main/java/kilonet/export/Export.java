package kilonet.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import kilonet.data.ImageSet;
import kilonet.data.Normalization;
import kilonet.layer.Shape;
import kilonet.text.Text;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A trained net on its way out of the house.
 *
 * <pre>{@code
 * MultiLayerNetwork network = ModelFile.read(Path.of("model.zip"));
 * TrainTest mnist = Mnist.load(folder);
 * Export export = Export.of(network, new Shape(1, 28, 28)).int8(mnist.train());
 * export.agreement(mnist.test()).require(true, export.isDepthwise());
 * Export.write(export.c(Path.of("digits.c")));
 * }</pre>
 *
 * @param network the net
 * @param net the same, folded
 * @param quantized the same in whole numbers, or null
 * @param normalization how it was trained to have pixels normalized
 * @param provenance where it comes from
 */
public record Export(
    MultiLayerNetwork network,
    FoldedNet net,
    Int8Net quantized,
    Normalization normalization,
    Provenance provenance) {

  /**
   * Folds a net that was trained on pixels normalized as MNIST's.
   *
   * @param network an initialized network that ends in a softmax
   * @param input the shape of its pictures
   * @throws IllegalArgumentException if its pictures have colours, or it has a layer that is not
   *     known here; the message names it
   */
  public static Export of(MultiLayerNetwork network, Shape input) {
    if (input.channels() != 1) {
      throw new IllegalArgumentException(
          Text.of(
              "This net takes pictures of %d channels, and only nets for grey pictures can be exported"
                  + " here: run it with Kilonet, or with Deeplearning4j.",
              input.channels()));
    }
    return new Export(
        network, Folding.of(network, input), null, Normalization.MNIST, Provenance.of(network));
  }

  /**
   * The same with another normalization.
   *
   * @throws IllegalArgumentException if it is for another number of channels
   * @throws IllegalStateException if it is in whole numbers already, which were measured with the
   *     one it has
   */
  public Export normalization(Normalization normalization) {
    if (normalization.channels() != net.input().channels()) {
      throw new IllegalArgumentException(
          Text.of(
              "A normalization of %d channels does not fit pictures of %d: give a mean and a"
                  + " standard deviation for each.",
              normalization.channels(), net.input().channels()));
    }
    if (isInt8() && !normalization.equals(this.normalization)) {
      throw new IllegalStateException(
          "The net is in whole numbers already, measured with another normalization: call"
              + " normalization before int8.");
    }
    return new Export(network, net, quantized, normalization, provenance);
  }

  /** The same with what is known of the net. */
  public Export provenance(Provenance provenance) {
    return new Export(network, net, quantized, normalization, provenance);
  }

  /**
   * The same in whole numbers of 8 bits.
   *
   * @param training images the net was trained on, which tell the range of its activations
   * @throws IllegalArgumentException if there are none, or they are no pictures that the net takes,
   *     or the net has what 8 bits have not
   */
  public Export int8(ImageSet training) {
    requirePictures(training);
    Int8Net whole = Quantization.of(net, normalization, training);
    return new Export(network, net, whole, normalization, provenance);
  }

  /** Whether it is in whole numbers. */
  public boolean isInt8() {
    return quantized != null;
  }

  /** Whether a convolution takes each channel by itself. */
  public boolean isDepthwise() {
    return net.operations().stream()
        .anyMatch(o -> o instanceof Operation.Convolution c && c.groups() > 1);
  }

  /**
   * As ONNX.
   *
   * @param file what it is to be called
   * @param raw whether the model takes pixels from 0 to 255 and normalizes them itself
   * @return the file's content by its path
   */
  public Map<Path, byte[]> onnx(Path file, boolean raw) {
    byte[] bytes =
        isInt8()
            ? OnnxModel.bytes(quantized, raw, provenance)
            : OnnxModel.bytes(net, raw ? normalization : null, provenance);
    return Map.of(file, bytes);
  }

  /**
   * As C99.
   *
   * @param file what the source is to be called; the header has the same name with {@code .h}
   * @return both files' content by their paths
   * @throws IllegalArgumentException if the source could not include a header of that name
   */
  public Map<Path, byte[]> c(Path file) {
    String name = file.getFileName().toString().replaceFirst("\\.c$", "");
    if (name.matches("(?s).*[\"\\\\\\p{Cntrl}].*")) {
      throw new IllegalArgumentException(
          Text.of(
              "C cannot include a file called '%s.h': leave out quotation marks, backslashes and line"
                  + " breaks.",
              name));
    }
    CSource made =
        isInt8()
            ? CSource.of(quantized, provenance, name)
            : CSource.of(net, normalization, provenance, name);
    Map<Path, byte[]> files = new LinkedHashMap<>();
    files.put(file.resolveSibling(name + ".h"), made.header().getBytes(StandardCharsets.UTF_8));
    files.put(file.resolveSibling(name + ".c"), made.source().getBytes(StandardCharsets.UTF_8));
    return files;
  }

  /**
   * As a page on which one draws.
   *
   * @param file what it is to be called
   * @param test images, of which those that the net gets wrong can be looked at; null for none
   * @return the file's content by its path
   */
  public Map<Path, byte[]> page(Path file, ImageSet test) {
    String page = DrawPage.of(net, normalization, provenance, test);
    return Map.of(file, page.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Runs what is made of the net beside the net.
   *
   * @param test images; the net was not trained on them
   * @param rounding how whole numbers are rounded: as C does, or as ONNX
   * @throws IllegalArgumentException if they are no pictures that the net takes
   */
  public Agreement agreement(ImageSet test, Int8Arithmetic.Rounding rounding) {
    requirePictures(test);
    int size = net.input().size();
    if (!isInt8()) {
      return Agreement.of(
          network,
          test,
          normalization,
          i -> FloatArithmetic.logits(net, normalization.apply(test.pixels(), i * size, size)));
    }
    Int8Arithmetic arithmetic = new Int8Arithmetic(quantized, rounding);
    return Agreement.of(
        network,
        test,
        normalization,
        i -> {
          int[] logits = arithmetic.logits(Quantization.unsigned(test.pixels(), i * size, size));
          float[] values = new float[logits.length];
          for (int c = 0; c < logits.length; c++) {
            values[c] = logits[c] * Int8Operation.Grid.LOGITS.scale();
          }
          return values;
        });
  }

  private void requirePictures(ImageSet images) {
    Shape shape = new Shape(images.channels(), images.height(), images.width());
    if (!shape.equals(net.input())) {
      throw new IllegalArgumentException(
          Text.of(
              "The pictures of %s are %s, and the net takes %s: give pictures of its size.",
              images.name(), shape, net.input()));
    }
  }

  /** Runs what is made of the net beside the net; whole numbers are rounded as C does. */
  public Agreement agreement(ImageSet test) {
    return agreement(test, Int8Arithmetic.Rounding.FIXED_POINT);
  }

  /**
   * Writes files: first all of them aside, then each is moved to its place, so that none is ever
   * half of one, and all are there unless one cannot be moved.
   *
   * @throws UncheckedIOException if one cannot be written, with a message that names it
   */
  public static void write(Map<Path, byte[]> files) {
    Map<Path, Path> aside = new LinkedHashMap<>();
    try {
      try {
        for (Map.Entry<Path, byte[]> file : files.entrySet()) {
          Path path = file.getKey().toAbsolutePath();
          if (Files.isDirectory(path)) {
            throw unwritable(path, "it is a folder", null);
          }
          Files.createDirectories(path.getParent());
          Path part = path.resolveSibling(path.getFileName() + "." + UUID.randomUUID() + ".part");
          aside.put(path, part);
          Files.write(part, file.getValue());
        }
        for (Map.Entry<Path, Path> file : aside.entrySet()) {
          Files.move(file.getValue(), file.getKey(), StandardCopyOption.REPLACE_EXISTING);
        }
      } finally {
        for (Path part : aside.values()) {
          Files.deleteIfExists(part);
        }
      }
    } catch (IOException e) {
      throw unwritable(files.keySet().iterator().next(), e.toString(), e);
    }
  }

  private static UncheckedIOException unwritable(Path file, String why, IOException e) {
    return new UncheckedIOException(
        Text.of("%s cannot be written (%s): name a file that can be, with --out.", file, why),
        e == null ? new IOException(why) : e);
  }
}
