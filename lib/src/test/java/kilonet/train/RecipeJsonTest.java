package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a recipe says is used or refused. */
class RecipeJsonTest {

  private static final String JSON = Json.line(Recipes.named("model_3"));

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"batch\":64|\"batch\":64.9|at batch: a value of another kind was expected, int.",
        "\"batch\":64|\"batch\":64.0|at batch: a value of another kind was expected, int.",
        "\"batch\":64|\"batch\":\"64\"|at batch: a value of another kind was expected, int.",
        "\"limit\":0|\"limit\":\" \"|at limit: a value of another kind was expected, int.",
        "\"limit\":0|\"limit\":\"\"|at limit: a value of another kind was expected, int.",
        "\"limit\":0|\"limit\":[]|at limit: a value of another kind was expected, int.",
        "\"clipping\":0.0|\"clipping\":\" \"|at clipping: a value of another kind was expected",
        "\"bias\":false|\"bias\":\" \"|at model.bias: a value of another kind was expected",
        "\"batch\":64|\"batch\":true|at batch: a value of another kind was expected, int.",
        "\"batch\":64|\"batch\":99999999999|at batch: Numeric value (99999999999) out of range",
        "\"batch\":64|\"batch\":100001|batch is 100001: use up to 100,000.",
        "\"batch\":64|\"batch\":64,\"batch\":32|Duplicate field 'batch'",
        "\"batch\":64|\"batch\":64,\"Batch\":32|at Batch: there is no \"Batch\", but [",
        "\"batch\":64,||'batch' is missing.",
        "\"accumulation\":1|\"accumulation\":100001|accumulation is 100001: use up to 100,000.",
        "\"seed\":1|\"seed\":1.9|at seed: a value of another kind was expected, long.",
        "\"epochs\":15|\"epochs\":2147483647|epochs is 2147483647: use up to 10,000",
        "\"epochs\":15|\"epochs\":15e0|at epochs: a value of another kind was expected, int.",
        "\"bias\":false|\"bias\":0|at model.bias: a value of another kind was expected, boolean.",
        "\"bias\":false|\"bias\":\"false\"|at model.bias: a value of another kind was expected",
        "\"name\":\"model_3\"|\"name\":3|at name: a value of another kind was expected, String.",
        "\"name\":\"model_3\"|\"name\":null|at name: null is no value: give one.",
        "\"kind\":\"NESTEROV\"|\"kind\":null|at optimizer.kind: null is no value: give one.",
        "\"kind\":\"NESTEROV\"|\"kind\":1|at optimizer.kind: one of \"SGD\", \"NESTEROV\", ",
        "\"kind\":\"NESTEROV\"|\"kind\":\"\"|at optimizer.kind: one of \"SGD\", \"NESTEROV\", ",
        "\"kind\":\"NESTEROV\"|\"kind\":\" NESTEROV\"|at optimizer.kind: one of \"SGD\", \"NESTEROV\", ",
        "\"kind\":\"NESTEROV\"|\"kind\":\"NESTEROV\\u2003\"|at optimizer.kind: one of \"SGD\", \"NESTEROV\", ",
        "\"kind\":\"NESTEROV\"|\"kind\":\"nesterov\"|at optimizer.kind: one of \"SGD\", \"NESTEROV\", ",
        "\"beta2\":0.0|\"beta2\":0.9|at optimizer: A beta2 of 0.9 says nothing to NESTEROV",
        "\"momentum\":0.9|\"momentum\":\"NaN\"|A momentum of NaN",
        "\"learning_rate\":0.2|\"learning_rate\":1e999|A learning rate of Infinity cannot be",
        "\"clipping\":0.0|\"clipping\":\"Infinity\"|clipping is Infinity: use a norm above 0",
        "\"maxpool 2\"|null|null is no value: give one.",
        "\"maxpool 2\"|2|a value of another kind was expected",
        "\"maxpool 2\"|\"conv 99999999999 3x3\"|'conv 99999999999 3x3' is no block",
        "\"conv-bn-relu-dropout\"|\"conv-bn-relu\"|A dropout of 0.02 has no place in",
        "\"conv-bn-relu-dropout\"|\"conv-bn-relu-dropout-\"|is no order of a block",
        "\"ema(decay=0.995)\"|\"ema(decay=0.995) + swa(from=3)\"|a run keeps one average",
        "\"ema(decay=0.995)\"|\"ema(decay=0.995, decay=0.9)\"|decay is given twice",
        "\"mixing\":\"none\"|\"mixing\":\"mixup + cutmix\"|a batch is mixed once",
        "\"mixing\":\"none\"|\"mixing\":\"none\",\"unaugmented\":1.5|unaugmented is 1.5: it is the",
        "\"mixing\":\"none\"|\"mixing\":\"none\",\"unaugmented\":-0.1|unaugmented is -0.1: it is the",
        "\"mixing\":\"none\"|\"mixing\":\"none\",\"unaugmented\":\"NaN\"|unaugmented is NaN: it is",
        "\"limit\":0,|\"limit\":0,\"size\":1,|at size: there is no \"size\"",
        "\"limit\":0,|\"limit\":-1,|limit is -1: use 0 or more.",
      })
  void whatCannotBeUsedAsItStandsIsRefused(String said, String instead, String sentence) {
    assertThat(JSON).contains(said);
    String changed =
        JSON.replaceFirst(
            java.util.regex.Pattern.quote(said),
            java.util.regex.Matcher.quoteReplacement(instead == null ? "" : instead));
    assertThatThrownBy(() -> Json.read(changed, Recipe.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("This is no JSON of a Recipe: ")
        .hasMessageContaining(sentence)
        .hasMessageNotContainingAny("kilonet.", "java.", "jackson");
  }

  @Test
  void whatStandsBehindARecipeIsRefused() {
    assertThatThrownBy(() -> Json.read(JSON + JSON, Recipe.class))
        .hasMessageStartingWith("This is no JSON of a Recipe: ");
  }

  @Test
  void thePartWithoutAugmentationMayBeLeftOut() {
    Recipe recipe = Recipes.named("model_3");
    assertThat(JSON).doesNotContain("unaugmented");
    assertThat(Json.read(JSON, Recipe.class).unaugmented()).isZero();
    assertThat(Json.read(Json.line(recipe.unaugmented(0.25)), Recipe.class))
        .isEqualTo(recipe.unaugmented(0.25));
  }

  @Test
  void wholeNumbersStandForFractions() {
    assertThat(Json.read(JSON.replace("\"clipping\":0.0", "\"clipping\":1"), Recipe.class))
        .isEqualTo(Recipes.named("model_3").clipping(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "..", ".", "../../x", "/tmp/x", "a/../b", "a//b", "a/", "C:\\x", "a\\b", "x\u0000",
        "x\n", " x", "x ", "x.", ".hidden", "-rf", "a*b", "ü", "a:b"
      })
  void aNameThatCouldLeaveTheFolderOfResultsIsRefused(String name) {
    assertThatThrownBy(() -> Recipes.named("model_1").name(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A part of a recipe's name is '");
    assertThatThrownBy(() -> Recipes.named("model_1").data(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A recipe's data is '");
  }

  @ParameterizedTest
  @ValueSource(strings = {"x", "record/small-without-weight-decay", "a b (2)", "v1.2", "_", "a..b"})
  void otherNamesAreTaken(String name) {
    assertThat(Recipes.named("model_1").name(name).name()).isEqualTo(name);
  }

  @Test
  void termsThatAreNestedTooDeepAreRefused() {
    String deep = "apply(".repeat(100_000);
    assertThatThrownBy(() -> Recipes.named("model_1").augmentation(deep))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("more than 20 terms lie inside each other");
    assertThat(Recipes.named("model_1").augmentation("apply(apply(rotation(7)))")).isNotNull();
  }

  @TempDir private Path folder;

  /** As shells and editors of Windows write files. */
  @Test
  void aFileIsUtf8WithOrWithoutAByteOrderMark() throws IOException {
    Recipe recipe = Recipes.named("model_2");
    String text = Json.pretty(recipe);
    Path file = folder.resolve("mine.json");
    Files.writeString(file, "\uFEFF" + text);
    assertThat(Json.read(file, Recipe.class)).isEqualTo(recipe);
    Files.writeString(file, "\uFEFF" + text, StandardCharsets.UTF_16LE);
    assertThatThrownBy(() -> Json.read(file, Recipe.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(file + " is not UTF-8, as JSON must be: save it again as UTF-8.");
    Files.writeString(
        file, text.replace("model_2", "Gr\u00f6\u00dfe"), StandardCharsets.ISO_8859_1);
    assertThatThrownBy(() -> Json.read(file, Recipe.class))
        .hasMessageContaining(" is not UTF-8, as JSON must be");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "null|This is no JSON of a Recipe: null is no value.",
        "~~|This is no JSON of a Recipe: it is empty.",
        "~ ~|This is no JSON of a Recipe: it is empty.",
        "{\"name\": NaN}|This is no JSON of a Recipe: 'NaN' is no value of JSON.",
        "{\"name\"|This is no JSON of a Recipe: Unexpected end-of-input",
        "// a|This is no JSON of a Recipe: Unexpected character ('/' (code 47)).",
      })
  void whatIsNoRecipeAtAllIsToldWithoutTheWordsOfTheReader(String text, String sentence) {
    assertThatThrownBy(() -> Json.read(text, Recipe.class))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(sentence)
        .hasMessageNotContaining("Feature")
        .hasMessageNotContaining("Source");
  }
}
