package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import kilonet.data.PictureForm;
import kilonet.model.Models;
import kilonet.text.Text;
import kilonet.train.ModelFile;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;

/** A folder of one's own pictures on the command line. */
class OwnPicturesTest {

  @TempDir private Path folder;

  private record Outcome(int status, String out, String err) {

    JsonNode json() throws IOException {
      String stripped = out.stripTrailing();
      return new ObjectMapper().readTree(stripped.substring(stripped.lastIndexOf('\n') + 1));
    }
  }

  private static Outcome kilonet(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] words = new String[arguments.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = arguments[i].toString();
    }
    int status = Kilonet.execute(new PrintWriter(out, true), new PrintWriter(err, true), words);
    return new Outcome(status, out.toString(), err.toString());
  }

  /** Discs, bars and crosses in colours, of many sizes and kinds. */
  @BeforeEach
  void draw() throws IOException {
    String[] kinds = {"png", "bmp", "gif", "jpg"};
    for (String name : new String[] {"bar", "cross", "disc"}) {
      Path of = Files.createDirectories(folder.resolve("shapes").resolve(name));
      for (int i = 0; i < 20; i++) {
        int side = 20 + i;
        BufferedImage image = new BufferedImage(side, side + i % 3, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(new Color(20 * (i % 4), 30, 60));
        g.fillRect(0, 0, side, side + 3);
        g.setColor(new Color(255, 200, 10 * i));
        int third = side / 3;
        switch (name) {
          case "bar" -> g.fillRect(2, third, side - 4, third);
          case "cross" -> {
            g.drawLine(1, 1, side - 2, side - 2);
            g.drawLine(1, side - 2, side - 2, 1);
          }
          default -> g.fillOval(third / 2, third / 2, 2 * third, 2 * third);
        }
        g.dispose();
        String kind = kinds[i % kinds.length];
        ImageIO.write(image, kind, of.resolve(Text.of("%02d.%s", i, kind)).toFile());
      }
    }
  }

  @Test
  void fromFilesToAJudgedNet() throws IOException {
    Path shapes = folder.resolve("shapes");
    Path run = folder.resolve("run");
    Outcome trained =
        kilonet(
            "train",
            "--recipe",
            "model_3",
            "--data",
            shapes,
            "--epochs",
            2,
            "--size",
            "28x28",
            "--out",
            run);
    assertThat(trained.err)
        .contains(
            "The net of model_3 is changed to take pictures of 28 x 28 in colour and to tell 3"
                + " classes apart.");
    assertThat(trained.status).isZero();
    assertThat(trained.out).contains("no assignment is about shapes");
    JsonNode result = trained.json();
    assertThat(result.get("data").asText()).isEqualTo("shapes");
    assertThat(result.get("train_images").asInt()).isEqualTo(48);
    assertThat(result.get("definition").get("normalization").get("mean")).hasSize(3);
    assertThat(run.resolve("confusion.png")).exists();

    Path model = run.resolve("model.zip");
    Outcome evaluated = kilonet("evaluate", model, "--data", shapes);
    assertThat(evaluated.err).isEmpty();
    assertThat(evaluated.out).contains("cross").contains("disc");
    assertThat(evaluated.json().get("accuracy").asDouble())
        .isEqualTo(result.get("test_accuracy").get(1).asDouble());

    Outcome predicted = kilonet("predict", model, shapes.resolve("bar/00.png"));
    assertThat(predicted.status).isZero();
    assertThat(predicted.json().get("class").asText()).isIn("bar", "cross", "disc");
    assertThat(predicted.json().has("digit")).isFalse();
    assertThat(predicted.json().get("probabilities")).hasSize(3);

    assertThat(kilonet("report", run, "--data", shapes).status).isZero();
    assertThat(Files.readString(run.resolve("report.md")))
        .startsWith("# model_3 on shapes, seed 1")
        .contains("Misclassified images")
        .contains("none: no assignment is about shapes, unless the recipe has one")
        .contains("Its last 2 epochs lie between ")
        .doesNotContain("generated digits")
        .doesNotContain("99.4%");
    assertThat(kilonet("report", run).err)
        .contains(
            "The run was trained on pictures called 'shapes': name their folder with --data.");

    Outcome exported = kilonet("export", model, "--to", "onnx", "--data", shapes);
    assertThat(exported.status).isEqualTo(2);
    assertThat(exported.err).contains("only nets for grey pictures can be exported");
  }

  @Test
  void aNetIsTestedOnThePicturesThatWereDrawnForIt() throws IOException {
    Path shapes = folder.resolve("shapes");
    Path run = folder.resolve("drawn");
    Outcome trained =
        kilonet(
            "train",
            "--recipe",
            "model_2",
            "--data",
            shapes,
            "--epochs",
            1,
            "--test-share",
            0.3,
            "--split-seed",
            7,
            "--out",
            run);
    assertThat(trained.status).isZero();
    Path model = run.resolve("model.zip");
    Outcome evaluated = kilonet("evaluate", model, "--data", shapes);
    assertThat(evaluated.err).isEmpty();
    assertThat(evaluated.out).contains(" on 18 test images of shapes");
    assertThat(evaluated.json().get("accuracy"))
        .isEqualTo(trained.json().get("test_accuracy").get(0));
    Outcome same = kilonet("evaluate", model, "--data", shapes, "--split-seed", 7);
    assertThat(same.json()).isEqualTo(evaluated.json());
    assertThat(kilonet("report", run, "--data", shapes).status).isZero();
    for (String command : new String[] {"evaluate", "report"}) {
      Object of = command.equals("report") ? run : model;
      Outcome otherwise = kilonet(command, of, "--data", shapes, "--split-seed", 0);
      assertThat(otherwise.status).isEqualTo(2);
      assertThat(otherwise.err)
          .contains("The net's test pictures were drawn by --test-share 0.3 --split-seed 7,");
    }
    Files.delete(shapes.resolve("bar/00.png"));
    Outcome others = kilonet("evaluate", model, "--data", shapes);
    assertThat(others.status).isZero();
    assertThat(others.err).contains("are not those that the net was tested on in its training");
    assertThat(others.out).contains(" other images of shapes").doesNotContain("test images");
  }

  @Test
  void brokenPicturesStopARunUnlessTheyMayBeLeftOut() throws IOException {
    Path shapes = folder.resolve("shapes");
    Path broken = Files.writeString(shapes.resolve("bar/zz.png"), "no picture");
    Object[] train = {
      "train", "--recipe", "model_2", "--data", shapes, "--epochs", 1, "--out", folder.resolve("r")
    };
    Outcome refused = kilonet(train);
    assertThat(refused.status).isEqualTo(1);
    assertThat(refused.err)
        .contains("1 of 61 files are no pictures that can be read: " + broken)
        .contains("--skip-broken");
    Object[] more = Arrays.copyOf(train, train.length + 1);
    more[train.length] = "--skip-broken";
    Outcome borne = kilonet(more);
    assertThat(borne.err).contains("left out: " + broken + " (of no known kind)");
    assertThat(borne.status).isZero();
  }

  /** Nothing that was said is passed over. */
  @Test
  void optionsThatHaveNoUseAreRefused() throws IOException {
    Path shapes = folder.resolve("shapes");
    Path parted = folder.resolve("parted");
    for (String part : new String[] {"train", "test"}) {
      for (String name : new String[] {"bar", "disc"}) {
        Path of = Files.createDirectories(parted.resolve(part).resolve(name));
        Files.copy(shapes.resolve(name).resolve("00.png"), of.resolve("0.png"));
      }
    }
    Path net = folder.resolve("model.zip");
    Files.write(net, ModelFile.bytes(network()));
    Object[][] each = {
      {"--size", "train", "--recipe", "model_3", "--data", "mnist", "--size", 64},
      {"--fit", "train", "--recipe", "model_3", "--fit", "crop"},
      {"--test-share", "train", "--recipe", "model_3", "--data", "digits", "--test-share", 5},
      {"--split-seed", "evaluate", net, "--data", "digits", "--split-seed", 0},
      {"--skip-broken", "sweep", "--recipe", "model_3", "--seeds", 1, "--skip-broken"},
      {"--size", "reproduce", "--size", 9},
      {"--size", "export", net, "--to", "page", "--size", 12, "--test-share", 7},
    };
    for (Object[] words : each) {
      Outcome refused = kilonet(Arrays.copyOfRange(words, 1, words.length));
      assertThat(refused.err)
          .contains(
              words[0] + " is for a folder of pictures: name one with --data, or leave it out.");
      assertThat(refused.status).isEqualTo(2);
    }
    assertThat(kilonet("report", "--write", folder, "--data", "mnist").err)
        .contains("--data is for the report of a run, RUN_DIR: leave it out.");
    assertThat(kilonet("report", "--check", folder, "--size", 3).err)
        .contains("--size is for the report of a run, RUN_DIR: leave it out.");
    String drawn = "--data-dir is for a set with files, and digits are drawn by a generator";
    Object[][] digits = {
      {"train", "--recipe", "model_3", "--data", "digits", "--data-dir", folder},
      {"export", net, "--to", "page", "--data", "digits", "--data-dir", folder},
      {"data", "digits", "--data", folder},
    };
    for (Object[] words : digits) {
      Outcome refused = kilonet(words);
      assertThat(refused.err).contains(drawn);
      assertThat(refused.status).isEqualTo(2);
    }
    assertThat(kilonet("data", "kmnist", "--else-digits").err)
        .contains("--else-digits is for MNIST, and nothing stands in for kmnist");
    Object[] train = {"train", "--recipe", "model_2", "--data", parted, "--test-share", 0.5};
    assertThat(kilonet(train).err)
        .contains("has folders train and test, which are taken as they are: leave --test-share");
    train[5] = "--data-dir";
    train[6] = folder;
    assertThat(kilonet(train).err).contains("--data-dir is for a known set, and " + parted);
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(Models.Model_3().configuration(new Sgd(0.1), 1));
    network.init();
    return network;
  }

  @Test
  void whatIsNeitherASetNorAFolderIsRefused() {
    Outcome none = kilonet("train", "--recipe", "model_2", "--data", "nowhere");
    assertThat(none.status).isEqualTo(2);
    assertThat(none.err)
        .contains(
            "No data is called 'nowhere', and there is no such folder: use a folder of pictures, or"
                + " one of mnist, digits, fashion-mnist");
    Outcome wrong =
        kilonet(
            "train", "--recipe", "model_2", "--data", folder.resolve("shapes"), "--size", "big");
    assertThat(wrong.err).contains("'big' is no size: write it as 32 or as 24x32, height first.");
  }

  @Test
  void keptImagesAreNotCalledTheTest() {
    Object[] options = {
      "--recipe",
      "model_3",
      "--data",
      folder.resolve("shapes"),
      "--size",
      "28x28",
      "--epochs",
      1,
      "--validation",
      9
    };
    Outcome trained =
        kilonet(
            Stream.concat(Stream.of("train", "--out", folder.resolve("run")), Stream.of(options))
                .toArray());
    assertThat(trained.out).contains("% of the images kept out of training in the last epoch");
    Outcome swept =
        kilonet(
            Stream.concat(
                    Stream.of("sweep", "--seeds", "1..2", "--out", folder.resolve("sweep")),
                    Stream.of(options))
                .toArray());
    assertThat(swept.out).contains("no assignment is about these images");
  }

  /** Its net takes 28 x 28 pixels, as the digits are, but the file says another size. */
  @Test
  void aFileThatSaysOtherPicturesThanItsNetTakesIsRefused() throws IOException {
    MultiLayerNetwork network =
        new MultiLayerNetwork(Models.Model_3().configuration(new Sgd(0.1), 1));
    network.init();
    PictureForm digits = PictureForm.MNIST;
    PictureForm other =
        new PictureForm(
            digits.data(),
            digits.channels(),
            14,
            digits.width(),
            digits.fit(),
            digits.normalization(),
            digits.classes(),
            digits.dataset(),
            digits.testShare());
    Path model = Files.write(folder.resolve("model.zip"), ModelFile.bytes(network, other));
    Outcome evaluated = kilonet("evaluate", model, "--data", "digits");
    assertThat(evaluated.err).contains("takes no pictures of 14 x 28 pixels and one channel");
    assertThat(evaluated.status).isEqualTo(2);
  }
}
