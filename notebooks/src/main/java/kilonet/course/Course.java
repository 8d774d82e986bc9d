package kilonet.course;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kilonet.text.Text;
import kilonet.train.Json;

/**
 * What a folder of notebooks is told of outside it, from its {@code course.json}, which may be
 * missing where there is nothing of the kind.
 *
 * @param readme the page that holds the table of the steps, from the folder; null for none
 * @param pages further pages that are made of the results: {@code published}, {@code records}
 */
record Course(String readme, List<String> pages) {

  private static final String FILE = "course.json";

  /** Further pages by name: the folder of results to what is told of them, by file name. */
  private static final Map<String, Function<Path, Map<String, byte[]>>> PAGES =
      Map.of("published", PublishedReport::files, "records", RecordsReport::files);

  /**
   * Keeps a copy.
   *
   * @throws IllegalArgumentException if there is no page of a name
   */
  Course {
    pages = pages == null ? List.of() : List.copyOf(pages);
    for (String page : pages) {
      if (!PAGES.containsKey(page)) {
        throw new IllegalArgumentException(
            Text.of("There is no page '%s': use published or records.", page));
      }
    }
  }

  /**
   * Reads that of a folder.
   *
   * @throws IllegalArgumentException if it is there and cannot be understood
   */
  static Course of(Path folder) {
    Path file = folder.resolve(FILE);
    return Files.isRegularFile(file) ? Json.read(file, Course.class) : new Course(null, List.of());
  }

  /** Makes the further pages from a folder of results. */
  List<Map<String, byte[]>> further(Path results) {
    return pages.stream().map(page -> PAGES.get(page).apply(results)).toList();
  }
}
