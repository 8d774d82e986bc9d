package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import kilonet.model.Models;
import kilonet.train.ModelFile;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.lossfunctions.LossFunctions;

class ExportCommandTest {

  @TempDir private Path folder;

  private Path model;

  @BeforeEach
  void aNet() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(Models.Model_2().configuration(new NoOp(), 1));
    network.init();
    model = save("model.zip", network);
  }

  private Path save(String name, MultiLayerNetwork network) throws IOException {
    return Files.write(folder.resolve(name), ModelFile.bytes(network));
  }

  private String kilonet(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
    int status = Kilonet.execute(new PrintWriter(out), new PrintWriter(err), words);
    return status + " " + err + "|" + out;
  }

  private List<String> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void everyFormIsWrittenAndSaysTheSame() throws IOException {
    String onnx = kilonet("export", model, "--to", "onnx", "--data", "digits", "--raw");
    assertThat(onnx)
        .startsWith("0 1,000 GENERATED digits tell")
        .contains("0 of 1,000 answers differ")
        .contains("\"differing\":0,\"largest\":");
    assertThat(kilonet("export", model, "--to", "C", "--data", "digits")).startsWith("0 ");
    assertThat(kilonet("export", model, "--to", "page", "--data", "digits")).startsWith("0 ");
    assertThat(files())
        .containsExactly("model.c", "model.h", "model.html", "model.onnx", "model.zip");
    assertThat(folder.resolve("model.html")).content().contains("id=\"paper\"");
  }

  @Test
  void wholeNumbersAreWrittenToo() throws IOException {
    Path source = folder.resolve("sub/digits.c");
    // A net that has learnt nothing gives its answers by chance, which 8 bits change.
    String said = kilonet("export", model, "--to", "c", "--int8", "--data=digits", "--out", source);
    assertThat(said).containsPattern("^(0|1) ").contains("GENERATED digits");
    if (said.startsWith("0 ")) {
      assertThat(source).content().contains("int8_t").contains("digits_classify");
      assertThat(folder.resolve("sub/digits.h")).content().contains("DIGITS_INPUTS 784");
    } else {
      assertThat(said).contains("In 8 bits the net loses too much").contains("Nothing was written");
      assertThat(source).doesNotExist();
    }
  }

  @Test
  void whatCannotBeIsOneSentenceAndLeavesNothing() throws IOException {
    assertThat(kilonet("export", model, "--to", "page", "--int8"))
        .startsWith("2 kilonet export: A page computes in float32");
    assertThat(kilonet("export", model, "--to", "c", "--raw"))
        .startsWith("2 kilonet export: C and pages take pixels");
    assertThat(kilonet("export", model, "--to", "c", "--out", folder.resolve("net.onnx")))
        .startsWith("2 kilonet export:")
        .contains("let it end in .c");
    assertThat(kilonet("export", model)).startsWith("2 kilonet export: Missing required option");
    assertThat(kilonet("export", model, "--to", "tflite")).startsWith("2 kilonet export: Invalid");
    assertThat(kilonet("export", folder.resolve("no.zip"), "--to", "c"))
        .startsWith("2 kilonet export: There is no file");
    Files.createDirectory(folder.resolve("taken.onnx"));
    assertThat(
            kilonet(
                "export",
                model,
                "--to=onnx",
                "--data=digits",
                "--out",
                folder.resolve("taken.onnx")))
        .startsWith("1 ")
        .contains("taken.onnx cannot be written (it is a folder)");
    assertThat(
            kilonet(
                "export", model, "--to=onnx", "--data=digits", "--out", model.resolve("x.onnx")))
        .startsWith("1 kilonet export:")
        .contains("cannot be written");
    assertThat(files()).containsExactly("model.zip", "taken.onnx");
  }

  @Test
  void aNetThatNoFormatHasIsRefusedByItsLayer() throws IOException {
    MultiLayerNetwork tanh =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .updater(new NoOp())
                .list()
                .layer(
                    new ConvolutionLayer.Builder(3, 3).nOut(2).activation(Activation.TANH).build())
                .layer(
                    new OutputLayer.Builder(LossFunctions.LossFunction.MCXENT)
                        .nOut(10)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(28, 28, 1))
                .build());
    tanh.init();
    assertThat(kilonet("export", save("tanh.zip", tanh), "--to", "onnx", "--data", "digits"))
        .startsWith("2 kilonet export: This net cannot be exported: layer 1")
        .contains("tanh");
    MultiLayerNetwork deep = new MultiLayerNetwork(Models.Model_1().configuration(new NoOp(), 1));
    deep.init();
    assertThat(kilonet("export", save("large.zip", deep), "--to", "page", "--data", "digits"))
        .startsWith("2 kilonet export: The page of this net would take");
    assertThat(files()).containsExactly("large.zip", "model.zip", "tanh.zip");
  }
}
