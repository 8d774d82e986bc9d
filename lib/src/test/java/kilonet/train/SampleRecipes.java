package kilonet.train;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Recipes of many kinds for tests of the library, from files of JSON. */
public final class SampleRecipes {

  /** The names of all. */
  public static final List<String> NAMES =
      List.of("000/step0", "001/step1", "002/step3", "003/step4_adam", "record/small", "taught");

  private SampleRecipes() {}

  /** One of {@link #NAMES}. */
  public static Recipe named(String name) {
    try (InputStream in =
        SampleRecipes.class.getResourceAsStream("/kilonet/recipes/" + name + ".json")) {
      return Json.read(new String(in.readAllBytes(), StandardCharsets.UTF_8), Recipe.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
