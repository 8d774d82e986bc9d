package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import kilonet.data.DataIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResultTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private static Result result(DataIdentity data) {
    History history =
        new History(
            List.of(
                new EpochResult(1, 0.5, 80, 0.3, 90, 89, 0.1, 2.5, 400),
                new EpochResult(2, 0.2, 95, 0.1, 99, 98, 0.05, 1.5, 666)));
    Recipe recipe = Recipes.named("model_3").epochs(2).seed(7);
    return new Result(7_806, "fused lanes-2", data, 1_000, 100, recipe, history);
  }

  @Test
  void whatFollowsFromTheRestIsDerivedAndWritten() throws IOException {
    Result result = result(DataIdentity.MNIST);
    assertThat(result.recipe()).isEqualTo("model_3");
    assertThat(result.seed()).isEqualTo(7);
    assertThat(result.data()).isEqualTo("mnist");
    assertThat(result.epochs()).isEqualTo(2);
    assertThat(result.testAccuracy()).containsExactly(90.0, 99.0);
    assertThat(result.rawTestAccuracy()).containsExactly(89.0, 98.0);
    assertThat(result.trainLoss()).containsExactly(0.5, 0.2);
    assertThat(result.seconds()).isEqualTo(4);
    assertThat(result.imagesPerSecond()).isEqualTo(500);
    assertThat(result.contract().met()).isFalse();
    ObjectNode written = (ObjectNode) MAPPER.readTree(Json.line(result));
    assertThat(written.fieldNames())
        .toIterable()
        .containsExactly(
            "recipe",
            "parameters",
            "seed",
            "engine",
            "data",
            "dataset",
            "train_images",
            "test_images",
            "epochs",
            "train_accuracy",
            "train_loss",
            "test_accuracy",
            "test_loss",
            "raw_test_accuracy",
            "images_per_second",
            "seconds",
            "contract",
            "definition",
            "history");
    assertThat(Json.read(Json.pretty(result), Result.class)).isEqualTo(result);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "recipe | \"model_2\"",
        "seed | 8",
        "data | \"digits\"",
        "epochs | 3",
        "train_accuracy | [80.0, 95.1]",
        "train_loss | [0.5]",
        "test_accuracy | [90.0, 99.4]",
        "test_accuracy | null",
        "test_loss | []",
        "raw_test_accuracy | \"99\"",
        "images_per_second | 501",
        "seconds | 3.0",
        "contract | {\"params\": 7806, \"epochs\": 2, \"last_five\": [90.0, 99.0], \"met\": true,"
            + " \"misses\": []}"
      })
  void aFigureThatDoesNotFollowIsRefused(String part, String value) throws IOException {
    ObjectNode written = (ObjectNode) MAPPER.readTree(Json.line(result(DataIdentity.MNIST)));
    written.set(part, MAPPER.readTree(value));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.read(written.toString(), Result.class))
        .withMessage(
            "This is no JSON of a Result: its '" + part + "' does not follow from the rest of it.");
    written.remove(part);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Json.read(written.toString(), Result.class))
        .withMessage("This is no JSON of a Result: '" + part + "' is missing.");
  }

  @Test
  void ofAFileWithoutTheContentOfItsImagesTheirNameCounts() {
    assertThat(result(null).contract().misses())
        .isEqualTo(result(DataIdentity.MNIST).contract().misses());
    Result digits =
        new Result(
            7_806,
            "fused",
            null,
            1_000,
            100,
            result(null).definition().data("digits"),
            result(null).history());
    assertThat(digits.contract().misses())
        .contains("It was tested on generated digits, not on MNIST.");
    assertThat(Json.read(Json.line(digits), Result.class)).isEqualTo(digits);
  }
}
