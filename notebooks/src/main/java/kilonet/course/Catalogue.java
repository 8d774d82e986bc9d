package kilonet.course;

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
import kilonet.published.PublishedRecipes;
import kilonet.text.Text;
import kilonet.train.Ablations;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Recipes;

/**
 * Every recipe that is known by name: those of the three steps, those of the records, such as
 * {@code record/small}, the records' {@link Ablations}, such as {@code
 * record/small-without-averaging}, the published experiments, such as {@code 002/step3}, and those
 * on other data: {@code fashion/small}, below 8,000 parameters on Fashion-MNIST, and {@code
 * next/cifar-10}, the next assignment of such a course.
 */
public final class Catalogue {

  /** The names of the records; each is a resource of JSON. */
  private static final List<String> RECORDS =
      Stream.of("sure", "small", "epochs", "clock", "tiny").map("record/"::concat).toList();

  /** Recipes on other data than MNIST. */
  private static final List<String> ELSEWHERE = List.of("fashion/small", "next/cifar-10");

  /** The steps, the records and the recipes on other data. */
  private static final Map<String, Recipe> OURS =
      Stream.concat(
              Recipes.names().stream().map(Recipes::named),
              Stream.concat(RECORDS.stream(), ELSEWHERE.stream()).map(Catalogue::resource))
          .collect(Collectors.toMap(Recipe::name, Function.identity(), (a, b) -> a, TreeMap::new));

  private Catalogue() {}

  private static Recipe resource(String name) {
    try (InputStream in = Catalogue.class.getResourceAsStream(name + ".json")) {
      return Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), Recipe.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The names of the records: the surest, the smallest, the fewest epochs, the least time, the best
   * below 1,000 parameters.
   */
  public static List<String> records() {
    return RECORDS;
  }

  /** The names of the recipes on other data than MNIST. */
  public static List<String> elsewhere() {
    return ELSEWHERE;
  }

  /** The names of the steps and the records in alphabetical order, without the ablations. */
  public static List<String> ours() {
    return OURS.keySet().stream().filter(name -> !ELSEWHERE.contains(name)).toList();
  }

  /**
   * All names but those of ablations: the steps and the records, those on other data, then the
   * published experiments.
   */
  public static List<String> names() {
    return Stream.of(ours(), ELSEWHERE, PublishedRecipes.names()).flatMap(List::stream).toList();
  }

  /** A recipe by its name, an ablation included; nothing if there is none of this name. */
  public static Optional<Recipe> find(String name) {
    return Optional.ofNullable(OURS.get(name))
        .or(() -> ablation(name))
        .or(() -> PublishedRecipes.named(name));
  }

  private static Optional<Recipe> ablation(String name) {
    return RECORDS.stream()
        .filter(record -> name.startsWith(record + "-"))
        .flatMap(record -> Ablations.of(OURS.get(record)).stream())
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
                        "No recipe is called '%s': use one of %s, or a file NAME.json.",
                        name, String.join(", ", names()))));
  }
}
