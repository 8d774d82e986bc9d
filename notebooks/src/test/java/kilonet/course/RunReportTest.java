package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.data.DataIdentity;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.train.Engine;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Json;
import kilonet.train.Optimizer;
import kilonet.train.Predictions;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.Trainer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunReportTest {

  private static final TrainTest IMAGES = PenDigits.generate(256, 100, 5);

  private static final Recipe RECIPE =
      Recipe.of(
              "tiny",
              Stack.of("conv-bn-relu").conv(4).maxPool(4).conv(8).globalAveragePool().plain(10, 1),
              Optimizer.sgd(0.1, 0.9))
          .data(Recipe.DIGITS)
          .augmentation("rotation(10)")
          .epochs(2)
          .batch(32);

  @TempDir static Path folder;

  private static Result run;

  @BeforeAll
  static void train() {
    run = new Trainer(RECIPE, IMAGES).engine(Engine.DL4J).folder(folder).run();
  }

  @Test
  void aReportIsOneFileOfHtmlAndMarkdownWithItsPicturesBesideIt() throws Exception {
    Path html = RunReport.write(folder, IMAGES);
    String page = Files.readString(html);
    assertThat(html).isEqualTo(folder.resolve("report.html"));
    assertThat(page)
        .startsWith("<!DOCTYPE html>")
        .contains(
            "<title>tiny on generated digits, seed 1</title>", "name=\"viewport\"", "@media print");
    // Pictures are letters at random, in which any word may come up.
    assertThat(page.replaceAll("base64,[^\"]+", "")).doesNotContain("http");
    assertThat(page).doesNotContainPattern("src=\"(?!data:)");
    String markdown = Files.readString(folder.resolve("report.md"));
    Matcher pictures = Pattern.compile("!\\[[^]]+]\\(([^)]+)\\)").matcher(markdown);
    int count = 0;
    while (pictures.find()) {
      assertThat(folder.resolve(pictures.group(1))).isRegularFile();
      count++;
    }
    assertThat(count).isEqualTo(11);
    assertThat(markdown)
        .contains("## Target", "## Result", "## Analysis", "It was tested on generated digits")
        .contains("test accuracy of the last 2 epochs: ")
        .doesNotContain("null", "NaN");
  }

  @Test
  void aRunsPlotsAreWrittenIntoItsFolder(@TempDir Path plots) {
    Predictions predictions = predictions(90, 100);
    RunReport.plots(plots, run, predictions, IMAGES.test());
    for (String name :
        List.of(
            "curves.png",
            "learning_rate.png",
            "confusion.png",
            "mistakes.png",
            "calibration.png")) {
      assertThat(plots.resolve(name)).isRegularFile();
    }
  }

  @Test
  void aReportOfAnotherRunsNetOrDataIsRefused(@TempDir Path other) throws Exception {
    String json = Files.readString(folder.resolve("result.json"));
    double last = run.testAccuracy().get(1);
    Files.writeString(
        other.resolve("result.json"),
        json.replace(Double.toString(last), Double.toString(last - 1)));
    assertThatThrownBy(() -> RunReport.write(other, IMAGES)).hasMessageContaining("model.zip");
    Files.copy(folder.resolve("model.zip"), other.resolve("model.zip"));
    assertThatThrownBy(() -> RunReport.write(other, IMAGES))
        .hasMessageContaining("they are of different runs or data");
    Result elsewhere =
        new Result(
            run.parameters(),
            run.engine(),
            run.dataset(),
            run.trainImages(),
            run.testImages(),
            run.definition().data("mnist"),
            run.history());
    Files.writeString(other.resolve("result.json"), Json.pretty(elsewhere));
    assertThatThrownBy(() -> RunReport.write(other, IMAGES))
        .hasMessageContaining("trained on mnist, but the images at hand are digits");
    assertThatThrownBy(() -> RunReport.write(other.resolve("none"), IMAGES))
        .hasMessageContaining("There is no file");
  }

  private static Predictions predictions(int right, int images) {
    float[][] probabilities = new float[images][10];
    int[] labels = new int[images];
    for (int i = 0; i < images; i++) {
      labels[i] = i % 10;
      probabilities[i][i < right ? labels[i] : (labels[i] + 1) % 10] = 1;
    }
    return new Predictions(probabilities, labels);
  }

  /** A run of MNIST with these accuracies. */
  private static Result mnist(double[] train, double[] test) {
    List<EpochResult> epochs = new ArrayList<>();
    for (int i = 0; i < train.length; i++) {
      epochs.add(ResultFiles.epoch(i + 1, train[i], test[i]));
    }
    History history = new History(epochs);
    return new Result(
        7_000, "fused", DataIdentity.MNIST, 60_000, 10_000, RECIPE.data("mnist"), history);
  }

  @Test
  void theBlockSaysWhatTheFiguresSay() {
    RunBlock good =
        RunBlock.of(
            mnist(
                new double[] {97, 98.5, 98.5, 98.5, 98.5, 98.5},
                new double[] {99, 99.45, 99.5, 99.5, 99.5, 99.55}),
            predictions(9_955, 10_000));
    assertThat(good.result())
        .contains(
            "parameters: 7,000",
            "best train accuracy: 98.50%, best test accuracy: 99.55% (epoch 6)",
            "test accuracy of the last 5 epochs: 99.45%, 99.50%, 99.50%, 99.50%, 99.55%",
            "accuracy of the net that is kept: 99.55% ± 0.07 (standard error)",
            "The target is met.");
    assertThat(good.analysis())
        .contains(
            "It does not overfit: over the last 5 epochs, train accuracy is 1.00 points below test"
                + " accuracy; it is measured on augmented images.",
            "It reaches 99.4% first in epoch 2.",
            "Its last 5 epochs lie between 99.45% and 99.55%; none of them are below 99.4%.",
            "With 10,000 test images the standard error is 0.07 points: the last epoch lies 2.2 of"
                + " them above 99.4%, so that chance alone hardly explains it.");
    RunBlock bad =
        RunBlock.of(
            mnist(new double[] {99.5, 99.9}, new double[] {99.0, 99.3}),
            predictions(9_930, 10_000));
    assertThat(bad.result())
        .contains(
            "The target is not met. It ran 2 epochs, too few to judge the last 5. Its last 2 epochs are"
                + " all below 99.4%.");
    assertThat(bad.analysis())
        .contains(
            "It overfits: over the last 2 epochs, train accuracy is 0.55 points above test"
                + " accuracy.",
            "It never reaches 99.4%: its best epoch is 0.10 points short of it.",
            "Its last 2 epochs lie between 99.00% and 99.30%; 2 of them are below 99.4%.",
            "With 10,000 test images the standard error is 0.08 points: the last epoch lies 1.2 of"
                + " them below 99.4%, so that another seed may well end on its other side.");
    assertThat(bad.markdown()).startsWith("## Target\n\n- 99.4% of MNIST");
    RunBlock one =
        RunBlock.of(mnist(new double[] {99}, new double[] {99.3}), predictions(9_930, 10_000));
    assertThat(one.markdown())
        .contains(
            "- test accuracy of the only epoch: 99.30%",
            " images for 1 epoch in ",
            "- It does not overfit: over the only epoch, ",
            "- Its only epoch is at 99.30%, below 99.4%.")
        .doesNotContain("1 epochs");
  }
}
