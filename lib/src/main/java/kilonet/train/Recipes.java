package kilonet.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.model.Models;
import kilonet.text.Text;

/**
 * Recipes by name: those of the three steps, those of the records, such as {@code record/small},
 * and the records' {@link Ablations}, such as {@code record/small-without-averaging}.
 */
public final class Recipes {

  /** What the records' names begin with; they are resources of JSON. */
  private static final String RECORD = "record/";

  private static final List<String> RECORDS =
      Stream.of("sure", "small", "epochs", "clock").map(RECORD::concat).toList();

  private static final Map<String, Recipe> ALL =
      Stream.concat(
              Stream.of(
                  Recipe.of("model_1", Models.Model_1(), Optimizer.sgd(0.01, 0.9)),
                  Recipe.of("model_2", Models.Model_2(), Optimizer.sgd(0.05, 0.9)),
                  Recipe.of("model_3", Models.Model_3(), Optimizer.nesterov(0.2, 0.9))
                      .augmentation(
                          "affine(degrees=10, shift=2, scale=0.9..1.1, interpolation=bilinear)")
                      .schedule("onecycle(max=0.2, pct_start=0.2, cycle_momentum=false)")
                      .averaging("ema(decay=0.995)")
                      .batch(64)),
              RECORDS.stream().map(Recipes::resource))
          .collect(Collectors.toMap(Recipe::name, Function.identity(), (a, b) -> a, TreeMap::new));

  private Recipes() {}

  private static Recipe resource(String name) {
    try (InputStream in = Recipes.class.getResourceAsStream(name + ".json")) {
      return Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), Recipe.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All names in alphabetical order, without the ablations. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** The names of the records: the surest, the smallest, the fewest epochs, the least time. */
  public static List<String> records() {
    return RECORDS;
  }

  /** A recipe by its name, an ablation included; nothing if there is none of this name. */
  public static Optional<Recipe> find(String name) {
    Recipe recipe = ALL.get(name);
    return recipe != null
        ? Optional.of(recipe)
        : RECORDS.stream()
            .filter(record -> name.startsWith(record + "-"))
            .flatMap(record -> Ablations.of(ALL.get(record)).stream())
            .filter(ablation -> ablation.name().equals(name))
            .findFirst();
  }

  /**
   * A recipe by its name.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static Recipe named(String name) {
    return find(name)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    Text.of(
                        "No recipe is called '%s': use one of %s.",
                        name, String.join(", ", names()))));
  }
}
