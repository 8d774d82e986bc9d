package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import kilonet.chart.Gallery;
import kilonet.data.PenDigits;
import kilonet.train.Json;
import kilonet.train.Recipes;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/** Input that is odd but possible ends in one sentence and the right exit status. */
class OddInputTest {

  private static final String[] ODD_NUMBERS = {
    "0", "-1", "2147483647", "-2147483648", "99999999999", "1.5", "x", "", "NaN", "1e3"
  };

  /** Without 0, which stands for all images. */
  private static final String[] ODD_LIMITS = {"-1", "-2147483648", "99999999999", "1.5", "x", ""};

  @TempDir private Path folder;

  private final Map<String, String> wrong = new TreeMap<>();

  private String kilonet(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Kilonet.execute(new PrintWriter(out), new PrintWriter(err), arguments);
    return status + " " + err + "|" + out;
  }

  /** Notes what is no sentence; a command that could do its work is no fault. */
  private void refuses(String... arguments) {
    String said;
    try {
      said = kilonet(arguments);
    } catch (Throwable e) {
      said = "threw " + e;
    }
    String sentence = said.replaceAll("(?s)\\|.*", "").strip();
    long lines = sentence.replaceAll("\nTry '.*--help'\\.", "").lines().count();
    if (!sentence.matches("(?s)[12] kilonet.*")
        || sentence.contains("unforeseen")
        || sentence.contains("null")
        || lines != 1) {
      wrong.put(String.join(" ", arguments).replace(folder.toString(), ""), said);
    }
  }

  private void refusesEach(String option, String[] values, String... command) {
    for (String value : values) {
      List<String> arguments = new ArrayList<>(List.of(command));
      arguments.add(option + "=" + value);
      refuses(arguments.toArray(String[]::new));
    }
  }

  @Test
  void numbersOutOfTheirRange() {
    String[] train = {"train", "--recipe", "model_3", "--data", "digits", "--out", folder + "/t"};
    String[] search = {
      "search",
      "--recipe",
      "model_3",
      "--data",
      "digits",
      "--space",
      "s.json",
      "--out",
      folder + "/s"
    };
    refusesEach("--epochs", ODD_NUMBERS, train);
    refusesEach("--limit", ODD_LIMITS, train);
    refusesEach(
        "--validation",
        new String[] {
          "-1",
          "60000",
          "2147483647",
          "99999999999",
          "x",
          "1.5",
          "",
          "writers",
          "writers:",
          "writers:0",
          "writers:-1",
          "writers:539",
          "writers:x",
          "writers:99999999999",
          "writers:54:-1",
          "writers:54:10",
          "writers:54:x",
          "writers:54:0:0",
          "writers:54"
        },
        train);
    refusesEach("--validation", new String[] {"writers:0", "x", "writers:54"}, search);
    refusesEach("--seed", new String[] {"x", "1.5", "", "99999999999999999999"}, train);
    refusesEach("--jobs", ODD_NUMBERS, "sweep", "--recipe=model_3", "--seeds=1", "--data=digits");
    refusesEach(
        "--seeds",
        new String[] {"0..", "", "x", "3..1", "1..99999", "-1", "1,,2"},
        "sweep",
        "--recipe=model_3",
        "--data=digits");
    refusesEach("--trials", ODD_NUMBERS, search);
    refusesEach("--rounds", new String[] {"0", "-1", "x", "", "2147483647"}, search);
    refusesEach("--max-parameters", new String[] {"0", "-1", "x"}, search);
    refusesEach(
        "--from",
        new String[] {"0", "-1", "x", "NaN", "Infinity", "20"},
        "lr-find",
        "--recipe=model_3",
        "--data=digits",
        "--out=" + folder);
    refusesEach(
        "--to",
        new String[] {"0", "-1", "x", "NaN", "Infinity", "1e-5"},
        "lr-find",
        "--recipe=model_3",
        "--data=digits",
        "--out=" + folder);
    refusesEach(
        "--batches",
        ODD_NUMBERS,
        "lr-find",
        "--recipe=model_3",
        "--data=digits",
        "--out=" + folder);
    refusesEach("--rounds", ODD_NUMBERS, "bench");
    refusesEach("--batch", ODD_NUMBERS, "bench");
    refusesEach("--epochs", ODD_NUMBERS, "reproduce", "--data=digits", "--work=" + folder, "000");
    refusesEach("--limit", ODD_LIMITS, "reproduce", "--data=digits", "--work=" + folder, "000");
    assertThat(wrong).isEmpty();
  }

  @Test
  void filesThatAreNotWhatTheyShouldBe() throws Exception {
    Path text = Files.writeString(folder.resolve("text.zip"), "no zip");
    Path picture = folder.resolve("digit.png");
    Gallery.samples(PenDigits.generate(100, 100, 1).test(), 1).save(picture);
    for (String file :
        new String[] {text.toString(), folder.toString(), folder + "/none.zip", ""}) {
      refuses("predict", file, picture.toString());
      refuses("evaluate", file, "--data", "digits");
      refuses("predict", text.toString(), file);
      refuses("report", file);
      refuses("report", "--check", file);
      refuses("train", "--data=digits", "--recipe", file);
      refuses("data", "--data-dir=" + folder + file);
    }
    refuses("train", "--data=digits", "--recipe=" + folder + "/none.json");
    refuses("train", "--data=digits", "--recipe=model_3", "--limit=64", "--out=" + text);
    refuses("summary", "--recipe=");
    refuses("train", "--data=digits", "--recipe=model_3", "--limit=64", "--out=a\0b");
    assertThat(wrong).isEmpty();
  }

  @Test
  void recipesThatCannotBe() throws Exception {
    String whole = Json.pretty(Recipes.named("model_3").limit(128).validation(64).epochs(1));
    Map<String, String> changed = new TreeMap<>();
    for (String augmentation :
        List.of(
            "crop(20)",
            "crop(2000000000)",
            "cutout(28, holes=2e9)",
            "blur(999999999)",
            "elastic(1e308, 1e308)",
            "choice()",
            "rotation(1e400)")) {
      changed.put(
          "augmentation " + augmentation.replaceAll("\\W", "_"),
          whole.replaceFirst(
              "\"augmentation\" : \"[^\"]*\"", "\"augmentation\" : \"" + augmentation + "\""));
    }
    for (String block :
        List.of(
            "conv 2147483647 3x3",
            "conv 8 2147483647x3",
            "conv 0 3x3",
            "maxpool 0",
            "maxpool 100",
            "nosuch 3",
            "conv 8 30x30")) {
      changed.put("block " + block, whole.replaceFirst("\"conv 12 3x3\"", "\"" + block + "\""));
    }
    for (var each : changed.entrySet()) {
      if (each.getValue().equals(whole)) {
        continue;
      }
      Path file = Files.writeString(folder.resolve(each.getKey() + ".json"), each.getValue());
      refuses(
          "train",
          "--data=digits",
          "--recipe",
          file.toString(),
          "--out",
          folder + "/" + each.getKey());
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void netsOfAnotherKind() throws Exception {
    Path picture = folder.resolve("digit.png");
    Gallery.samples(PenDigits.generate(100, 100, 1).test(), 1).save(picture);
    List<MultiLayerConfiguration> nets = new ArrayList<>();
    for (InputType input :
        List.of(
            InputType.convolutional(20, 20, 1),
            InputType.convolutional(28, 28, 3),
            InputType.convolutional(2, 2, 1))) {
      nets.add(
          new NeuralNetConfiguration.Builder()
              .list()
              .layer(new ConvolutionLayer.Builder(2, 2).nOut(4).build())
              .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
              .setInputType(input)
              .build());
    }
    for (int classes : new int[] {1, 3, 9}) {
      nets.add(
          new NeuralNetConfiguration.Builder()
              .list()
              .layer(new ConvolutionLayer.Builder(3, 3).nOut(4).build())
              .layer(
                  new OutputLayer.Builder(LossFunctions.LossFunction.XENT)
                      .nOut(classes)
                      .activation(Activation.SIGMOID)
                      .build())
              .setInputType(InputType.convolutional(28, 28, 1))
              .build());
    }
    nets.add(
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new DenseLayer.Builder().nIn(13).nOut(4).build())
            .layer(new OutputLayer.Builder().nIn(4).nOut(10).activation(Activation.SOFTMAX).build())
            .build());
    nets.add(
        new NeuralNetConfiguration.Builder()
            .list()
            .layer(new LSTM.Builder().nIn(28).nOut(3).build())
            .layer(
                new RnnOutputLayer.Builder().nIn(3).nOut(10).activation(Activation.SOFTMAX).build())
            .build());
    int number = 0;
    for (MultiLayerConfiguration configuration : nets) {
      MultiLayerNetwork network = new MultiLayerNetwork(configuration);
      network.init();
      asked(network, number++, picture);
    }
    MultiLayerNetwork hollow =
        new MultiLayerNetwork(
            Recipes.named("model_3")
                .model()
                .configuration(new org.nd4j.linalg.learning.config.Sgd(0.1), 1));
    hollow.init();
    hollow.params().assign(Double.NaN);
    asked(hollow, number++, picture);
    ComputationGraphConfiguration graph =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .addLayer("out", new OutputLayer.Builder().nIn(784).nOut(10).build(), "in")
            .setOutputs("out")
            .build();
    ComputationGraph other = new ComputationGraph(graph);
    other.init();
    save(other, number);
    refuses("predict", folder + "/net" + number + ".zip", picture.toString());
    refuses("evaluate", folder + "/net" + number + ".zip", "--data=digits");
    assertThat(wrong).isEmpty();
  }

  private void save(ComputationGraph graph, int number) throws Exception {
    ModelSerializer.writeModel(graph, folder.resolve("net" + number + ".zip").toFile(), false);
  }

  private void asked(MultiLayerNetwork network, int number, Path picture) throws Exception {
    Path file = folder.resolve("net" + number + ".zip");
    ModelSerializer.writeModel(network, file.toFile(), false);
    refuses("predict", file.toString(), picture.toString());
    for (String engine : List.of("fused", "dl4j")) {
      refuses("evaluate", file.toString(), "--data=digits", "--engine=" + engine);
    }
  }

  @Test
  void archivesThatSwell() throws Exception {
    Path bomb = folder.resolve("bomb.zip");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(bomb))) {
      zip.putNextEntry(new ZipEntry("configuration.json"));
      byte[] blank = " ".repeat(1 << 20).getBytes();
      for (int i = 0; i < 1_100; i++) {
        zip.write(blank);
      }
    }
    Path picture = folder.resolve("digit.png");
    Gallery.samples(PenDigits.generate(100, 100, 1).test(), 1).save(picture);
    refuses("predict", bomb.toString(), picture.toString());
    refuses("evaluate", bomb.toString(), "--data=digits");
    assertThat(wrong).isEmpty();
  }
}
