package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Summary;
import org.junit.jupiter.api.Test;

/**
 * Recipes that are changed at random, as values and as text. One that is accepted says exactly what
 * its text says, reads back, and trains a small net; any other is refused with a sentence. See
 * {@link Outcomes}.
 */
class RecipeFaultsTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final TrainTest DIGITS = PenDigits.generate(24, 10, 1);

  /** What is trained: larger nets are built and summed up alone. */
  private static final long SMALL = 2_000_000;

  private static final List<String> RECIPES =
      Stream.concat(
              Recipes.names().stream().map(Recipes::named),
              SampleRecipes.NAMES.stream().map(SampleRecipes::named))
          .map(Json::line)
          .toList();

  /** Values for any field. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "false",
          "0",
          "1",
          "-1",
          "2",
          "3.5",
          "1.0",
          "0.5",
          "-0.5",
          "1e-9",
          "1e9",
          "1e999",
          "-1e999",
          "64.9",
          "2147483647",
          "2147483648",
          "-2147483648",
          "9223372036854775807",
          "9223372036854775808",
          "\"\"",
          "\" \"",
          "\"none\"",
          "\"NaN\"",
          "\"Infinity\"",
          "\"64\"",
          "\"mnist\"",
          "\"\\u0660\\u0661\"",
          "\"..\"",
          "\"/tmp/x\"",
          "[]",
          "{}",
          "[[]]",
          "[1]",
          "[\"conv 4 3x3\"]",
          "\"ADAM\"",
          "\"SGD\"",
          "\"conv-bn\"");

  /** Texts for the small language and the blocks. */
  private static final List<String> TEXTS =
      List.of(
          "rotation(7)",
          "rotation(1e308)",
          "rotation(1e39)",
          "rotation(1e9)",
          "affine(1e9, scale=1e-9..1e9, shear=89.9999)",
          "affine(1, scale=1e-30, interpolation=bilinear)",
          "affine(0, shift=1073741824)",
          "crop(28, padding=2147483647)",
          "crop(28, padding=10000)",
          "blur(100001)",
          "blur(1001)",
          "elastic(1, 1e9)",
          "jitter(1e300, 1)",
          "noise(sigma=1e39, clip=false)",
          "normalize(mean=0, std=1e-300)",
          "cutout(3, value=1e39)",
          "erasing(value=1, noise=true)",
          "mixup(alpha=1e-320)",
          "choice(none, none, p=[1e308, 1e308])",
          "cyclic(base=0.1, up=2147483647, down=2147483647)",
          "cyclic(base=0.1, up=3, gamma=0.5)",
          "onecycle(cycle_momentum=false, base_momentum=0.5)",
          "shift(2)",
          "shift(30)",
          "shift(2000000000)",
          "crop(28, padding=2)",
          "affine(degrees=10, translate=[0.1, 0.2], scale=0..0)",
          "perspective(distortion=1, p=1)",
          "erasing(p=1, scale=1..1, ratio=1e-9..1e9)",
          "cutout(28, holes=3)",
          "elastic(alpha=1e9, sigma=1e-9)",
          "jitter(brightness=1, contrast=0..9)",
          "noise(sigma=1e30, clip=false)",
          "blur(3)",
          "blur(3, sigma=1e-30)",
          "normalize(mean=0, std=1e-30)",
          "apply(rotation(3), p=2)",
          "choice(shift(1), none, p=[0, 1])",
          "choice()",
          "mixup(alpha=1e-9)",
          "cutmix(alpha=1e9)",
          "constant",
          "constant(factor=0)",
          "step(size=1, gamma=0)",
          "step(size=1, gamma=-2)",
          "multistep(milestones=[1, 1, 0])",
          "linear(start=0, end=0)",
          "exponential(gamma=0)",
          "exponential(gamma=1e30)",
          "polynomial(power=0)",
          "polynomial(power=-1)",
          "cosine(min=9)",
          "restarts(first=1, mult=2)",
          "lambda(factors=[1, 0.5])",
          "lambda(factors=[])",
          "onecycle",
          "onecycle(max=1e-30, div=1e30)",
          "onecycle(pct_start=0)",
          "onecycle(pct_start=1)",
          "cyclic(base=0.1, max=0.01, up=1)",
          "cyclic(base=0.001, up=2000000000, down=2000000000)",
          "plateau(metric=loss)",
          "plateau(metric=accuracy, factor=1e-30, patience=0)",
          "sequential(constant, cosine, milestones=[1])",
          "sequential(constant, milestones=[])",
          "cosine after warmup(iterations=1)",
          "cosine after warmup(epochs=2147483647)",
          "cosine after warmup(iterations=-5)",
          "ema(decay=0.5)",
          "ema(decay=0.999999999)",
          "swa(from=1)",
          "swa(from=2147483647)",
          "conv 4 3x3",
          "conv 4 3x3 pad 2",
          "conv 4 3x5",
          "conv 999999 9x9",
          "depthwise 3x3",
          "depthwise 3x3 pad 1 plain",
          "maxpool 1",
          "maxpool 99",
          "avgpool 2",
          "global avgpool",
          "conv 10 1x1 plain");

  private final SplittableRandom random = new SplittableRandom(Outcomes.seed());

  private <T> T any(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  @Test
  void aRecipeIsUsedAsItStandsOrRefused() {
    int count = Outcomes.count("recipes", 250);
    Outcomes outcomes = new Outcomes("recipes");
    for (int i = 0; i < count; i++) {
      String text = any(RECIPES);
      for (int changes = random.nextInt(4); changes > 0; changes--) {
        text = changed(text);
      }
      String input = text;
      outcomes.of(input, () -> use(input));
    }
    outcomes.end();
  }

  private static void use(String text) throws Exception {
    Recipe recipe = Json.read(text, Recipe.class);
    JsonNode said = MAPPER.readTree(text);
    JsonNode understood = MAPPER.readTree(Json.line(recipe));
    assertThat(said.equals(SAME, understood)).as("%s is not what is said", understood).isTrue();
    assertThat(Json.read(Json.line(recipe), Recipe.class)).isEqualTo(recipe);
    Teacher teacher = recipe.teacher();
    if (isSmall(recipe) && (teacher == null || isSmall(teacher.recipe()))) {
      Recipe shorter = shorter(recipe);
      if (teacher != null) {
        shorter =
            shorter.teacher(
                new Teacher(shorter(teacher.recipe()), teacher.weight(), teacher.temperature()));
      }
      Result result = new Trainer(shorter, DIGITS).run();
      assertThat(result.history().isComplete()).isTrue();
      assertThat(result.contract().met()).isFalse();
    }
  }

  private static boolean isSmall(Recipe recipe) {
    Summary summary = Summary.of(recipe.model());
    return summary.multiplyAdds() < SMALL && summary.parameters() < SMALL;
  }

  private static Recipe shorter(Recipe recipe) {
    return recipe.epochs(Math.min(2, recipe.epochs()));
  }

  /** Numbers are the same where their values are. */
  private static final Comparator<JsonNode> SAME =
      (a, b) ->
          a.isNumber() && b.isNumber()
              ? a.decimalValue().doubleValue() == b.decimalValue().doubleValue() ? 0 : 1
              : a.equals(b) ? 0 : 1;

  private String changed(String text) {
    JsonNode tree;
    try {
      tree = MAPPER.readTree(text);
    } catch (Exception e) {
      return scratched(text);
    }
    if (!(tree instanceof ObjectNode object) || random.nextInt(8) == 0) {
      return scratched(text);
    }
    ObjectNode parent = object;
    while (random.nextInt(3) == 0
        && parent.get(any(List.of("model", "optimizer", "teacher", "recipe")))
            instanceof ObjectNode in) {
      parent = in;
    }
    List<String> names = new ArrayList<>();
    parent.fieldNames().forEachRemaining(names::add);
    if (names.isEmpty()) {
      return text;
    }
    String name = any(names);
    JsonNode value = parent.get(name);
    switch (random.nextInt(9)) {
      case 0 -> parent.remove(name);
      case 1 -> parent.set(name + "_", value);
      case 2, 3 -> parent.set(name, node(any(VALUES)));
      case 4 -> parent.set(name, MAPPER.getNodeFactory().textNode(any(TEXTS)));
      case 5 -> parent.set(name, parent.get(any(names)));
      case 6 -> {
        if (value instanceof ArrayNode array) {
          block(array);
        }
      }
      case 7 -> {
        if (value.isTextual()) {
          parent.put(name, scratched(value.asText()));
        }
      }
      default -> {
        if (value.isNumber()) {
          parent.put(name, value.asInt() + random.nextInt(-3, 4));
        } else if (value.isTextual()) {
          parent.put(name, value.asText() + any(List.of(" + ", " after ", ", ")) + any(TEXTS));
        }
      }
    }
    String written = object.toString();
    // A name that is said twice, which no tree can hold.
    return random.nextInt(20) == 0
        ? written.replaceFirst(
            "\\{", "{\"%s\":%s,".formatted(name, any(VALUES)).replace("\\", "\\\\"))
        : written;
  }

  private void block(ArrayNode blocks) {
    int at = random.nextInt(blocks.size() + 1);
    switch (random.nextInt(3)) {
      case 0 -> blocks.insert(at, any(TEXTS));
      case 1 -> blocks.insert(at, node(any(VALUES)));
      default -> {
        if (at < blocks.size()) {
          blocks.remove(at);
        }
      }
    }
  }

  private static JsonNode node(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (Exception e) {
      throw new IllegalStateException(json, e);
    }
  }

  /** A text with a sign changed, left out, or put in. */
  private String scratched(String text) {
    StringBuilder changed = new StringBuilder(text);
    String signs = "0123456789.-+eE()[]{},:\"\\ abnx=_/\u0000\u0661\u00e9\n";
    int at = random.nextInt(text.length() + 1);
    char sign = signs.charAt(random.nextInt(signs.length()));
    switch (random.nextInt(3)) {
      case 0 -> changed.insert(at, sign);
      case 1 -> changed.delete(at, Math.min(text.length(), at + 1 + random.nextInt(3)));
      default -> {
        if (at < text.length()) {
          changed.setCharAt(at, sign);
        }
      }
    }
    return changed.toString();
  }
}
