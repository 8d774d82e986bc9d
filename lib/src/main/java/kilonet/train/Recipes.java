package kilonet.train;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.model.Models;

/** The recipes of the three steps, by name. */
public final class Recipes {

  private static final Map<String, Recipe> ALL =
      Stream.of(
              Recipe.of("model_1", Models.Model_1(), Optimizer.sgd(0.01, 0.9)),
              Recipe.of("model_2", Models.Model_2(), Optimizer.sgd(0.05, 0.9)),
              Recipe.of("model_3", Models.Model_3(), Optimizer.nesterov(0.1, 0.9))
                  .augmentation(
                      "affine(degrees=10, shift=2, scale=0.9..1.1, interpolation=bilinear)")
                  .schedule("onecycle(max=0.1, pct_start=0.2, cycle_momentum=false)")
                  .averaging("ema(decay=0.995)"))
          .collect(Collectors.toMap(Recipe::name, Function.identity(), (a, b) -> a, TreeMap::new));

  private Recipes() {}

  /** All names in alphabetical order. */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * A recipe by its name.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static Recipe named(String name) {
    Recipe recipe = ALL.get(name);
    if (recipe == null) {
      throw new IllegalArgumentException(
          "No recipe is called '%s': use one of %s.".formatted(name, String.join(", ", names())));
    }
    return recipe;
  }
}
