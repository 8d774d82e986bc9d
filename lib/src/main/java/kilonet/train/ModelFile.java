package kilonet.train;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import kilonet.data.PictureForm;
import kilonet.text.Check;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.distribution.Distribution;
import org.deeplearning4j.nn.conf.serde.JsonMappers;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.core.JsonParseException;
import org.nd4j.shade.jackson.core.JsonParser;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JavaType;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.exc.InvalidTypeIdException;
import org.nd4j.shade.jackson.databind.type.TypeFactory;
import org.nd4j.shade.jackson.databind.util.LRUMap;
import org.nd4j.shade.jackson.databind.util.LookupCache;

/**
 * A net in a file, as Deeplearning4j's {@link ModelSerializer} writes it.
 *
 * <p>A file of it may come from anybody. Deeplearning4j's own reader makes Java objects of what the
 * file says where it holds a normalizer or a preprocessor, which runs any code that a class on the
 * class path has to offer, and gives native code arrays whose shape and length are not checked.
 * This one reads the configuration and the parameters, nothing else, and checks both.
 */
public final class ModelFile {

  /** A configuration takes some 10 kilobytes. */
  private static final int LONGEST_CONFIGURATION = 1 << 24;

  /** What Kilonet adds to it. */
  private static final String FORM = "kilonet.json";

  /** 128 names of classes, and some numbers. */
  private static final int LONGEST_FORM = 1 << 20;

  /** Where the classes come from that a configuration may name. */
  private static final List<String> PACKAGES =
      List.of("org.deeplearning4j.", "org.nd4j.", "kilonet.");

  private static final ObjectMapper READER = guarded(JsonMappers.getMapper());

  /** For files from before Deeplearning4j 1.0.0, which call most classes by names of their own. */
  private static final ObjectMapper OLD_READER = guarded(JsonMappers.getLegacyMapper());

  private static final String OTHER_VERSION =
      "its configuration is none of this version of Deeplearning4j";

  private ModelFile() {}

  /** The same reader of Deeplearning4j's, which makes objects of a net's classes alone. */
  private static ObjectMapper guarded(ObjectMapper reader) {
    return reader
        .copy()
        .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
        .setTypeFactory(new NetClasses());
  }

  /** The bytes of a file of a net, without the state of its updater. */
  public static byte[] bytes(MultiLayerNetwork network) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ModelSerializer.writeModel(network, bytes, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * The same with what pictures the net takes and what its classes are called, which
   * Deeplearning4j's reader passes over.
   */
  public static byte[] bytes(MultiLayerNetwork network, PictureForm form) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipInputStream plain = new ZipInputStream(new ByteArrayInputStream(bytes(network)));
        ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (ZipEntry entry = plain.getNextEntry(); entry != null; entry = plain.getNextEntry()) {
        zip.putNextEntry(new ZipEntry(entry.getName()));
        plain.transferTo(zip);
      }
      zip.putNextEntry(new ZipEntry(FORM));
      zip.write(Json.pretty(form).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /**
   * What pictures the net of a file takes; MNIST's where the file does not say.
   *
   * @throws IllegalArgumentException if the file is missing or damaged, or says what cannot be
   */
  public static PictureForm form(Path file) {
    requireFile(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Archives.requireWhole(file);
      ZipEntry entry = zip.getEntry(FORM);
      if (entry == null) {
        return PictureForm.MNIST;
      }
      try (InputStream in = zip.getInputStream(entry)) {
        byte[] text = in.readNBytes(LONGEST_FORM + 1);
        if (text.length > LONGEST_FORM) {
          throw new IOException("its " + FORM + " is too long");
        }
        return Json.read(new String(text, StandardCharsets.UTF_8), PictureForm.class);
      }
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          Text.of(
              "%s does not say what pictures its net takes (%s): name the model.zip of a run.",
              file, reason(e)),
          e);
    }
  }

  private static void requireFile(Path file) {
    Check.file(file, "name the model.zip of a run");
  }

  /**
   * Reads a net; its updater starts anew.
   *
   * @throws IllegalArgumentException if the file is missing, holds no net that Deeplearning4j
   *     saved, or one that is too large for this Java's memory
   */
  public static MultiLayerNetwork read(Path file) {
    requireFile(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      Archives.requireWhole(file);
      return read(zip);
    } catch (IOException | RuntimeException e) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is no net that Deeplearning4j saved (%s): name the model.zip of a run.",
              file, reason(e)),
          e);
    }
  }

  private static String reason(Exception e) {
    if (e instanceof EOFException) {
      return "it ends too early";
    }
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("").strip();
  }

  private static MultiLayerNetwork read(ZipFile zip) throws IOException {
    MultiLayerConfiguration configuration;
    try (InputStream in = entry(zip, "configuration.json")) {
      configuration = configuration(in.readNBytes(LONGEST_CONFIGURATION + 1));
    }
    long count = 0;
    for (NeuralNetConfiguration layer : configuration.getConfs()) {
      count += layer.getLayer().initializer().numParams(layer);
    }
    if (count < 1 || count > Runtime.getRuntime().maxMemory() / 4 / Double.BYTES) {
      throw new IOException(
          Text.of("its %,d parameters do not fit into this Java's memory", count));
    }
    INDArray parameters;
    try (DataInputStream in =
        new DataInputStream(new BufferedInputStream(entry(zip, "coefficients.bin")))) {
      parameters = parameters(in, (int) count);
    }
    configuration.setDataType(parameters.dataType());
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init(parameters, false);
    return network;
  }

  private static InputStream entry(ZipFile zip, String name) throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      throw new IOException("it has no " + name);
    }
    return zip.getInputStream(entry);
  }

  private static MultiLayerConfiguration configuration(byte[] bytes) throws IOException {
    if (bytes.length > LONGEST_CONFIGURATION) {
      throw new IOException("its configuration is too long");
    }
    String json = new String(bytes, StandardCharsets.UTF_8);
    try {
      JsonNode tree = READER.readTree(json);
      if (!tree.path("confs").isArray()) {
        throw new IOException("it holds no sequential net");
      }
      for (JsonNode old : tree.findValues("dist")) {
        // Deeplearning4j gives it to a reader of its own.
        READER.treeToValue(old, Distribution.class);
      }
      return configuration(json);
    } catch (InvalidTypeIdException e) {
      throw new IOException(
          e.getTypeId() == null || NetClasses.isPart(e.getTypeId())
              ? OTHER_VERSION
              : "its configuration names a class that is no part of a net, " + e.getTypeId(),
          e);
    } catch (JsonParseException e) {
      throw new IOException("its configuration is no JSON, or says something twice", e);
    } catch (JsonProcessingException | RuntimeException e) {
      // Its messages name classes of Jackson's, line after line.
      throw new IOException(OTHER_VERSION, e);
    }
  }

  private static MultiLayerConfiguration configuration(String json) throws JsonProcessingException {
    try {
      return READER.readValue(json, MultiLayerConfiguration.class);
    } catch (InvalidTypeIdException e) {
      if (e.getTypeId() != null) {
        throw e;
      }
      return OLD_READER.readValue(json, MultiLayerConfiguration.class);
    }
  }

  /**
   * Finds the classes that a configuration names, in whatever form it names them, where they are a
   * part of a net. Others are not even looked for, which would run what they do when they are
   * found.
   */
  private static final class NetClasses extends TypeFactory {

    private static final long serialVersionUID = 1L;

    NetClasses() {
      super((LookupCache<Object, JavaType>) new LRUMap<Object, JavaType>(16, 200));
    }

    static boolean isPart(String name) {
      return PACKAGES.stream().anyMatch(name::startsWith);
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
      if (!isPart(name)) {
        throw new ClassNotFoundException(name);
      }
      return super.findClass(name);
    }
  }

  /** The parameters as {@link Nd4j#write} writes an array: its shape, then its numbers. */
  private static INDArray parameters(DataInputStream in, int count) throws IOException {
    Header shape = Header.read(in);
    // Rank, shape, strides and three more words; a net's parameters are a row or a vector.
    boolean wide = shape.type.equals("LONG");
    if (shape.length != 6 && shape.length != 8 || !wide && !shape.type.equals("INT")) {
      throw new IOException("its parameters are no vector");
    }
    long rank = wide ? in.readLong() : in.readInt();
    long length = 1;
    for (int i = 1; i < shape.length; i++) {
      long word = wide ? in.readLong() : in.readInt();
      length = i <= rank ? Math.multiplyExact(length, word) : length;
    }
    Header numbers = Header.read(in);
    if (shape.length != 2 * rank + 4 || length != count || numbers.length != count) {
      throw new IOException(Text.of("it does not hold the %,d parameters of its net", count));
    }
    if (!numbers.type.equals("FLOAT") && !numbers.type.equals("DOUBLE")) {
      throw new IOException(Text.of("its parameters are %s, not FLOAT", numbers.type));
    }
    DataType type = DataType.valueOf(numbers.type);
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] = type == DataType.FLOAT ? in.readFloat() : in.readDouble();
      if (!Double.isFinite(values[i])) {
        throw new IOException(Text.of("one of its parameters is %s", values[i]));
      }
    }
    if (in.read() >= 0) {
      throw new IOException("it goes on after its parameters");
    }
    return Nd4j.createFromArray(values).castTo(type);
  }

  /**
   * The head of a buffer.
   *
   * @param length how many numbers follow
   * @param type what they are, by the name of a {@link DataType}
   */
  private record Header(long length, String type) {

    static Header read(DataInputStream in) throws IOException {
      String mode = in.readUTF();
      // Files of old versions, which named where the numbers lay, count in 32 bits.
      boolean wide = mode.equals("MIXED_DATA_TYPES") || mode.equals("LONG_SHAPE");
      long length = wide ? in.readLong() : in.readInt();
      return new Header(length, in.readUTF());
    }
  }
}
