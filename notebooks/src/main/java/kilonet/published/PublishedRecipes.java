package kilonet.published;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import kilonet.train.Json;
import kilonet.train.Recipe;

/**
 * Twenty-four experiments that five people published as their answers to the assignment, in
 * PyTorch, as recipes {@code 000/step0} to {@code 004/step5}: layers, order, dropout, augmentation,
 * optimizer, schedule, batch size and epochs as published; initialization as PyTorch's.
 *
 * <p>{@link #sources()} says where they come from, and what is assumed where a document is silent.
 *
 * <p>Rotations fill with black and take the nearest pixel, torchvision's defaults. Jitter of
 * saturation and hue, which one of them names, does nothing to grey pictures.
 */
public final class PublishedRecipes {

  private static final String RESOURCE = "recipes.json";

  /**
   * All by name, in their order: those of {@link Published}, then what else two documents may mean.
   */
  private static final Map<String, Recipe> ALL = read();

  private PublishedRecipes() {}

  private static Map<String, Recipe> read() {
    try (InputStream in = PublishedRecipes.class.getResourceAsStream(RESOURCE)) {
      Map<String, Recipe> recipes = new LinkedHashMap<>();
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (Recipe recipe : Json.read(text, Recipe[].class)) {
        recipes.put(recipe.name(), recipe);
      }
      return recipes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whose experiments these are, document by document, and what is assumed; as Markdown. */
  public static List<String> sources() {
    return List.of(
        "000: `sumsumsp/ERA_2023`, S7.",
        "001: `dine1717/ERA2`, Session7. Steps 2 and 3 end in sixteen channels: a softmax"
            + " over sixteen logits, of which ten are classes. How large step 3's dropout is, the"
            + " document does not say; see [below](#the-dropout-of-document-001s-step-3).",
        "002: `MPGarg/ERA1_Session7`.",
        "003: `seepala98/EVA-4`, PHASE_1/S4.",
        "004: repository unknown; see [below](#the-stack-of-document-004).");
  }

  /** All names, in order. */
  public static List<String> names() {
    return Published.all().stream().map(Published::id).toList();
  }

  /**
   * Names of the recipes that a published one was chosen among, where its document does not say all
   * of it: {@code 001/step3-dropout-0.02} for {@code 001/step3}, {@code 004/step2-6-12-16-16-16}
   * for {@code 004/step2}. They differ from it in what is not said.
   *
   * @param name of a published one
   */
  public static List<String> candidates(String name) {
    return ALL.keySet().stream().filter(other -> other.startsWith(name + "-")).toList();
  }

  /**
   * A recipe by its name, such as {@code 002/step3}, or the name of a candidate; nothing if there
   * is none of this name.
   */
  public static Optional<Recipe> named(String name) {
    return Optional.ofNullable(ALL.get(name));
  }
}
