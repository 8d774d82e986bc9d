package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/** Reading a net runs no code of the file's and gives native code nothing unchecked. */
class ModelFileTest {

  private static final MultiLayerNetwork NETWORK = network();

  private static boolean ran;

  @TempDir private Path folder;

  private static MultiLayerNetwork network() {
    Stack stack = Stack.of("conv-bn-relu").conv(3).globalAveragePool().plain(10, 1);
    MultiLayerNetwork network = new MultiLayerNetwork(stack.configuration(new Sgd(0.1), 1));
    network.init();
    return network;
  }

  /** What an attacker puts into a file: an object whose class does something when it is read. */
  private static final class Trap implements Serializable {
    private static final long serialVersionUID = 1;

    private void readObject(ObjectInputStream in) {
      ran = true;
    }
  }

  private Path write(Map<String, byte[]> entries) throws IOException {
    Path file = folder.resolve("model.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue());
      }
    }
    return file;
  }

  private static Map<String, byte[]> entries() throws IOException {
    Map<String, byte[]> entries = new TreeMap<>();
    try (ZipInputStream in =
        new ZipInputStream(new ByteArrayInputStream(ModelFile.bytes(NETWORK)))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  @Test
  void aNetIsReadAsDeeplearning4jReadsIt() throws IOException {
    Path file = write(entries());
    MultiLayerNetwork read = ModelFile.read(file);
    MultiLayerNetwork theirs = ModelSerializer.restoreMultiLayerNetwork(file.toFile());
    assertThat(read.params()).isEqualTo(theirs.params()).isEqualTo(NETWORK.params());
    assertThat(read.getLayerWiseConfigurations()).isEqualTo(theirs.getLayerWiseConfigurations());
    var picture = Nd4j.rand(DataType.FLOAT, 2, 1, 28, 28);
    assertThat(read.output(picture)).isEqualTo(theirs.output(picture));
  }

  @Test
  void aNetWithAnUpdaterOrOfDoublesIsReadToo() throws IOException {
    Path file = folder.resolve("double.zip");
    MultiLayerNetwork wide = NETWORK.convertDataType(DataType.DOUBLE);
    ModelSerializer.writeModel(wide, file.toFile(), true);
    assertThat(ModelFile.read(file).params()).isEqualTo(wide.params());
  }

  @ParameterizedTest
  @ValueSource(strings = {"preprocessor.bin", "normalizer.bin", "objects.bin"})
  void noObjectIsMadeOfWhatAFileHolds(String name) throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(object)) {
      out.writeObject(new Trap());
    }
    Map<String, byte[]> entries = entries();
    entries.put(name, object.toByteArray());
    Path file = write(entries);
    ran = false;
    assertThat(ModelFile.read(file).params()).isEqualTo(NETWORK.params());
    assertThat(ran).isFalse();
  }

  @Test
  void aConfigurationThatNamesOtherClassesIsRefused() throws IOException {
    Map<String, byte[]> entries = entries();
    String json = new String(entries.get("configuration.json"), StandardCharsets.UTF_8);
    String changed =
        json.replace(
            "org.deeplearning4j.nn.conf.layers.ConvolutionLayer", "javax.swing.JEditorPane");
    assertThat(changed).isNotEqualTo(json);
    entries.put("configuration.json", changed.getBytes(StandardCharsets.UTF_8));
    Path file = write(entries);
    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("names a class that is no part of a net, javax.swing.JEditorPane");
  }

  /** Jackson takes the name of a class from an array, from a first of two, from any "type". */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "weightInitFn=['elsewhere.Gadget', {}]",
        "iupdater=['elsewhere.Gadget', {}]",
        "layer=['elsewhere.Gadget', {}]",
        "weightInitFn={'@class': 'elsewhere.Gadget', '@class': 'org.deeplearning4j.nn.weights.WeightInitRelu'}",
        "weightInitFn={'@class': 'org.deeplearning4j.nn.weights.WeightInitDistribution', 'distribution': {'type': 'elsewhere.Gadget'}}",
        "weightInitFn={'@class': 'org.deeplearning4j.nn.weights.WeightInitRelu<elsewhere.Gadget>'}",
        "weightInit='DISTRIBUTION', 'dist': ['elsewhere.Gadget', {}]",
      })
  void noFormOfNamingAnotherClassIsTaken(String change) throws IOException {
    Map<String, byte[]> entries = entries();
    ObjectNode tree = (ObjectNode) new ObjectMapper().readTree(entries.get("configuration.json"));
    ObjectNode part = (ObjectNode) tree.path("confs").path(0);
    String key = change.substring(0, change.indexOf('='));
    part = part.has(key) ? part : (ObjectNode) part.path("layer");
    part.put(key, "HERE");
    if (key.equals("weightInit")) {
      part.remove("weightInitFn");
    }
    String json =
        tree.toString().replace("\"HERE\"", change.substring(key.length() + 1).replace('\'', '"'));
    entries.put("configuration.json", json.getBytes(StandardCharsets.UTF_8));
    Path file = write(entries);
    System.clearProperty("elsewhere.Gadget");
    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no net that Deeplearning4j saved (its configuration ");
    assertThat(System.getProperty("elsewhere.Gadget")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "6|LONG|1,70,1,0,1,99|FLOAT|70|it ends too early",
        "8|LONG|1,70,1,1,0,1,1,99|FLOAT|70|does not hold the 70 parameters",
        "8|LONG|2,1,71,71,1,0,1,99|FLOAT|71|does not hold the 70 parameters",
        "8|LONG|2,-1,-70,1,1,0,1,99|FLOAT|9|does not hold the 70 parameters",
        "8|LONG|2,4611686018427387904,4,1,1,0,1,99|FLOAT|70|long overflow",
        "8|LONG|200,1,70,1,1,0,1,99|FLOAT|70|does not hold the 70 parameters",
        "12|LONG|4,1,1,7,10,1,1,1,1,0,1,99|FLOAT|70|are no vector",
        "2147483647|LONG|2|FLOAT|70|are no vector",
        "8|LONG|2,1,70,70,1,0,1,99|FLOAT|9223372036854775807|does not hold the 70 parameters",
        "8|LONG|2,1,70,70,1,0,1,99|UTF8|70|are UTF8, not FLOAT",
        "8|LONG|2,1,70,70,1,0,1,99|FLOAT|70|one of its parameters is NaN",
      })
  void parametersThatDoNotFitTheNetAreRefused(
      long words, String shapeType, String shape, String type, long length, String sentence)
      throws IOException {
    assertThat(NETWORK.numParams()).isEqualTo(COUNT);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeUTF("MIXED_DATA_TYPES");
    out.writeLong(words);
    out.writeUTF(shapeType);
    for (String word : shape.replace("70", "" + COUNT).replace("71", "" + (COUNT + 1)).split(",")) {
      out.writeLong(Long.parseLong(word));
    }
    out.writeUTF("MIXED_DATA_TYPES");
    out.writeLong(length == 70 ? COUNT : length);
    out.writeUTF(type);
    if (sentence.contains("NaN")) {
      for (int i = 0; i < COUNT; i++) {
        out.writeFloat(Float.NaN);
      }
    }
    Map<String, byte[]> entries = entries();
    entries.put("coefficients.bin", bytes.toByteArray());
    Path file = write(entries);
    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("is no net that Deeplearning4j saved (")
        .hasMessageContaining(sentence.replace("70", "" + COUNT));
  }

  private static final int COUNT = 3 * 9 + 4 * 3 + 3 * 10;

  @Test
  void aNetThatIsTooLargeForTheMemoryIsRefusedBeforeItIsMade() throws IOException {
    Map<String, byte[]> entries = entries();
    String json = new String(entries.get("configuration.json"), StandardCharsets.UTF_8);
    String changed = json.replaceAll("(\"n(?:Out|out|In|in)\" : )3\\b", "$12000000000");
    assertThat(changed).isNotEqualTo(json);
    entries.put("configuration.json", changed.getBytes(StandardCharsets.UTF_8));
    Path file = write(entries);
    assertThatThrownBy(() -> ModelFile.read(file))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("parameters do not fit into this Java's memory");
  }

  @Test
  void missingAndOtherFilesAreRefused() throws IOException {
    assertThatThrownBy(() -> ModelFile.read(folder.resolve("none.zip")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("There is no file ");
    for (String part : new String[] {"configuration.json", "coefficients.bin"}) {
      Map<String, byte[]> entries = entries();
      entries.remove(part);
      Path file = write(entries);
      assertThatThrownBy(() -> ModelFile.read(file)).hasMessageContaining("it has no " + part);
    }
    Path bomb = folder.resolve("bomb.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
      zip.putNextEntry(new ZipEntry("configuration.json"));
      byte[] blanks = new byte[1 << 20];
      Arrays.fill(blanks, (byte) ' ');
      for (int i = 0; i < 17; i++) {
        zip.write(blanks);
      }
    }
    assertThatThrownBy(() -> ModelFile.read(bomb))
        .hasMessageContaining("its configuration is too long");
  }

  @Test
  void parametersThatGoOnAreRefused() throws IOException {
    Map<String, byte[]> entries = entries();
    byte[] whole = entries.get("coefficients.bin");
    entries.put("coefficients.bin", Arrays.copyOf(whole, whole.length + 1));
    Path file = write(entries);
    assertThatThrownBy(() -> ModelFile.read(file))
        .hasMessageContaining("it goes on after its parameters");
  }
}
