package kilonet.course;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import kilonet.data.ImageSet;
import kilonet.export.DrawPage;
import kilonet.export.Provenance;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Result;

/**
 * The page on which one draws for the net of the last step, held against the result of the run that
 * it says made its net, and where MNIST is at hand, against what its net makes of the test set.
 */
final class DrawingPage {

  /** What it is called among the reports; there need be none. */
  static final String FILE = "Draw.html";

  /** What the report of the last step says of it. */
  static final String LINK =
      "[Draw a digit yourself](Draw.html): the net in a page, with the activations of every layer,"
          + " and the digits that it gets wrong.";

  private static final String AGAIN =
      "train it again and write the page with kilonet export --to page";

  private DrawingPage() {}

  /**
   * What does not hold, a sentence each.
   *
   * @param recipe that of the last step
   * @param reports the folder of the page
   * @param results the folder of results, by recipe
   * @param test gives the test set, if it is at hand; asked only where all else holds
   */
  static List<String> problems(
      String recipe, Path reports, Path results, Supplier<Optional<ImageSet>> test) {
    Path file = reports.resolve(FILE);
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      return problems(recipe, file, DrawPage.read(Files.readString(file)), results, test);
    } catch (IOException | IllegalArgumentException e) {
      return List.of(Text.of("%s cannot be read (%s): %s.", file, e.getMessage(), AGAIN));
    }
  }

  private static List<String> problems(
      String recipe,
      Path file,
      DrawPage.Content page,
      Path results,
      Supplier<Optional<ImageSet>> test) {
    Map<String, String> said = page.provenance().entries();
    Path result = results.resolve(Text.of("%s/seed-%s.json", said.get("recipe"), said.get("seed")));
    List<String> problems = new ArrayList<>();
    if (!recipe.equals(said.get("recipe")) || !Files.exists(result)) {
      return List.of(
          Text.of("%s is of a run that has no result here, %s: %s.", file, result, AGAIN));
    }
    Map<String, String> right = Provenance.of(Json.read(result, Result.class)).entries();
    right.forEach(
        (name, value) -> {
          if (!value.equals(said.get(name))) {
            problems.add(
                Text.of(
                    "%s says %s for %s, and %s says %s: %s.",
                    file, said.get(name), name, result, value, AGAIN));
          }
        });
    if (problems.isEmpty()) {
      test.get()
          .map(page::accuracy)
          .map(accuracy -> Text.of("%.2f", accuracy))
          .filter(accuracy -> !accuracy.equals(right.get("test_accuracy")))
          .ifPresent(
              accuracy ->
                  problems.add(
                      Text.of(
                          "The net in %s is right on %s%% of the test set, not on %s%%: %s.",
                          file, accuracy, right.get("test_accuracy"), AGAIN)));
    }
    return problems;
  }
}
