package kilonet.published;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import kilonet.train.Json;

/**
 * What the author of a published experiment says that it reached. All accuracies are percent.
 *
 * @param id the experiment's name in {@link PublishedRecipes}
 * @param claimedTrain best train accuracy that the text claims; null where it claims none
 * @param claimedTest best test accuracy that the text claims; null where it claims none
 * @param logged test accuracy of each epoch in the log that was published, whose end may be
 *     missing; empty where there is no log
 */
public record Published(
    String id,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double claimedTrain,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double claimedTest,
    List<Double> logged) {

  private static final String RESOURCE = "published.json";

  private static final List<Published> ALL = read();

  /** Keeps a copy. */
  public Published {
    logged = List.copyOf(logged);
  }

  /** All of them, in the order of {@link PublishedRecipes#names}. */
  public static List<Published> all() {
    return ALL;
  }

  private static List<Published> read() {
    try (InputStream in = Published.class.getResourceAsStream(RESOURCE)) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return List.of(Json.read(text, Published[].class));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
