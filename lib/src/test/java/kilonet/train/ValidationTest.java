package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import kilonet.data.DataException;
import kilonet.data.Mnist;
import kilonet.data.MnistWriters;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which images a recipe keeps out of training. */
class ValidationTest {

  private static final Recipe RECIPE = Recipes.named("model_3");

  private static String with(String validation) {
    return Json.line(RECIPE).replace(",\"validation\":0}", ",\"validation\":" + validation + "}");
  }

  private static Recipe read(String validation) {
    return Json.read(with(validation), Recipe.class);
  }

  @Test
  void aNumberOfImagesIsWrittenAndReadAsItAlwaysWas() {
    assertThat(Json.line(RECIPE)).endsWith(",\"validation\":0}");
    assertThat(Json.line(RECIPE.validation(5_000))).isEqualTo(with("5000"));
    assertThat(read("5000")).isEqualTo(RECIPE.validation(5_000));
    assertThat(read("0")).isEqualTo(RECIPE);
    assertThat(RECIPE.validation(5_000).validation().images()).isEqualTo(5_000);
  }

  @Test
  void writersAreWrittenAndReadAsAText() {
    Recipe first = RECIPE.validation(new Validation.Writers(54, 0));
    Recipe third = RECIPE.validation(new Validation.Writers(54, 2));
    assertThat(Json.line(first)).isEqualTo(with("\"writers:54\""));
    assertThat(Json.line(third)).isEqualTo(with("\"writers:54:2\""));
    assertThat(read("\"writers:54\"")).isEqualTo(read("\"writers:54:0\"")).isEqualTo(first);
    assertThat(read("\"writers:54:2\"")).isEqualTo(third);
    assertThat(first.differences(third)).isEqualTo(1);
    for (String text : List.of("0", "5000", "writers:54", "writers:1:538", "writers:538:1")) {
      assertThat(Validation.parse(text)).hasToString(text);
    }
    assertThat(third.validation().words()).isEqualTo("the 6,013 images by 54 of 539 writers");
    assertThat(RECIPE.validation(5_000).validation().words()).isEqualTo("5,000 images");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"5000\"",
        "5000.0",
        "5e3",
        "true",
        "[54]",
        "{\"writers\": 54}",
        "99999999999",
        "\"\"",
        "\"writers\"",
        "\"writers:\"",
        "\"writers:54:\"",
        "\"writers:54:1:1\"",
        "\"writers:054\"",
        "\"writers:+54\"",
        "\"writers: 54\"",
        "\"writers:54 \"",
        "\"Writers:54\"",
        "\"writers:5.4\"",
        "\"writers:99999999999\"",
        "\"writers:\u0665\u0664\""
      })
  void whatIsNeitherIsRefused(String json) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("This is no JSON of a Recipe: at validation: '")
        .hasMessageEndingWith(
            "' does not say which images are kept out of training: give a number of them, such as"
                + " 5000, or of writers and a fold of them, such as writers:54 or writers:54:2.");
  }

  @Test
  void numbersOutOfTheirRangeAreRefused() {
    String writers = "The number of writers whose images are kept out of training is ";
    for (int wrong : new int[] {0, -1, 539, 540, 999_999_999}) {
      assertThatThrownBy(() -> read("\"writers:" + wrong + "\""))
          .hasMessageEndingWith(writers + wrong + ": give a whole number from 1 to 538.");
    }
    for (int wrong : new int[] {-1, 10, 999_999_999}) {
      assertThatThrownBy(() -> read("\"writers:54:" + wrong + "\""))
          .hasMessageEndingWith(
              "The fold of 54 writers is " + wrong + ": give a whole number from 0 to 9.");
    }
    assertThatThrownBy(() -> read("-1"))
        .hasMessageEndingWith(
            "The number of images kept out of training is -1: give a whole number of at least 0.");
    assertThatThrownBy(() -> read("null")).hasMessageContaining("at validation: null is no value");
  }

  @Test
  void earlyStoppingMayLookAtKeptWritersToo() {
    assertThat(RECIPE.validation(new Validation.Writers(54, 0)).patience(3).validates()).isTrue();
    assertThatThrownBy(() -> RECIPE.patience(3))
        .hasMessageStartingWith("A patience of 3 epochs needs validation images");
  }

  @Test
  void onlyOfMnistAreTheWritersKnown(@TempDir Path folder) {
    TrainTest digits = PenDigits.generate(240, 20, 1);
    Recipe recipe = RECIPE.validation(new Validation.Writers(54, 1));
    String sentence = "Who wrote an image is known of MNIST's 60,000 training images alone";
    assertThatThrownBy(() -> new Trainer(recipe, digits))
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(sentence);
    Runs runs = new Runs(List.of(Runs.Run.in(folder, recipe)), digits);
    assertThatThrownBy(runs::run)
        .isInstanceOf(DataException.class)
        .hasMessageStartingWith(sentence);
  }

  @Test
  void nothingByAKeptWriterIsTrainedOn() {
    String folder = System.getenv(Mnist.FOLDER_VARIABLE);
    assumeTrue(folder != null, "KILONET_DATA names no folder with MNIST.");
    TrainTest mnist = Mnist.load(Path.of(folder));
    Recipe recipe = RECIPE.validation(new Validation.Writers(54, 3));
    TrainTest images = recipe.images(mnist);
    assertThat(images.train().size() + images.test().size()).isEqualTo(60_000);
    assertThat(images.test().size())
        .isEqualTo(recipe.validation().images())
        .isEqualTo(MnistWriters.images(54, 3));
    assertThat(images.train().sha256())
        .isEqualTo(MnistWriters.split(mnist.train(), 54, 3).train().sha256());
    assertThat(recipe.seed(2).images(mnist).identity()).isEqualTo(images.identity());
    assertThat(recipe.limit(100).images(mnist).test().sha256()).isEqualTo(images.test().sha256());
    Result result = new Trainer(recipe.limit(64).epochs(1), mnist).run();
    assertThat(result.testImages()).isEqualTo(images.test().size());
    assertThat(result.contract().misses())
        .contains("It was tested on a part of the training set, not on the test set.");
    assertThat(Json.read(Json.pretty(result), Result.class)).isEqualTo(result);
  }
}
