package kilonet.train;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.model.Models;
import kilonet.text.Text;

/** The recipes of the three steps by name. */
public final class Recipes {

  private static final Map<String, Recipe> ALL =
      Stream.of(
              Recipe.of("model_1", Models.Model_1(), Optimizer.sgd(0.01, 0.9)),
              Recipe.of("model_2", Models.Model_2(), Optimizer.sgd(0.05, 0.9)),
              Recipe.of("model_3", Models.Model_3(), Optimizer.nesterov(0.2, 0.9))
                  .augmentation(
                      "affine(degrees=10, shift=2, scale=0.9..1.1, interpolation=bilinear)")
                  .schedule("onecycle(max=0.2, pct_start=0.2, cycle_momentum=false)")
                  .averaging("ema(decay=0.995)")
                  .batch(64))
          .collect(Collectors.toMap(Recipe::name, Function.identity(), (a, b) -> a, TreeMap::new));

  private Recipes() {}

  /** All names in alphabetical order. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /** A recipe by its name; nothing if there is none of this name. */
  public static Optional<Recipe> find(String name) {
    return Optional.ofNullable(ALL.get(name));
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
