package kilonet.kernel.jupyter;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import kilonet.kernel.content.Json;
import kilonet.kernel.jupyter.KernelProcess.Outcome;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The cells of the example pages, with fewer pictures and epochs than the pages have: each runs,
 * and makes as many outputs of the same kinds and words as the page shows, with other numbers.
 */
class ExamplePagesTest {
  private static final Path PAGES = Path.of("..", "notebooks", "examples");

  @TempDir private Path folder;

  /** For each page, what makes it long and what takes its place here. */
  private static final Map<String, Map<String, String>> SHORTER =
      Map.of("Own_pictures.ipynb", Map.of("i < 400", "i < 40", "epochs(20)", "epochs(3)"));

  static List<String> pages() throws IOException {
    try (Stream<Path> files = Files.list(PAGES)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".ipynb"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("pages")
  @Timeout(value = 300, unit = TimeUnit.SECONDS)
  void aPageDoesWhatItShows(String name) throws IOException {
    Map<String, String> replacements = SHORTER.getOrDefault(name, Map.of());
    List<Map<?, ?>> cells = cells(Files.readAllBytes(PAGES.resolve(name)));
    String all = String.join("\n", cells.stream().map(cell -> text(cell.get("source"))).toList());
    assertThat(all).contains(replacements.keySet());
    try (KernelProcess kernel = new KernelProcess(folder, this::asInstalled).ready()) {
      for (Map<?, ?> cell : cells) {
        String code = text(cell.get("source"));
        for (Map.Entry<String, String> shorter : replacements.entrySet()) {
          code = code.replace(shorter.getKey(), shorter.getValue());
        }
        Outcome outcome = kernel.run(code);
        assertThat(outcome.status()).as(code + outcome.traceback()).isEqualTo("ok");
        assertThat(made(outcome)).as(code).isEqualTo(shown(cell));
      }
    }
  }

  /** With compiled and vector code, as the kernel is started by Jupyter. */
  private void asInstalled(ProcessBuilder builder) {
    builder.command().remove("-XX:TieredStopAtLevel=1");
    builder.command().addAll(1, List.of("--add-modules", "jdk.incubator.vector"));
    builder.environment().put("TMPDIR", folder.toString());
  }

  private static List<Map<?, ?>> cells(byte[] page) throws IOException {
    List<Map<?, ?>> code = new ArrayList<>();
    for (Object cell : (List<?>) Json.object(page).get("cells")) {
      if (((Map<?, ?>) cell).get("cell_type").equals("code")) {
        code.add((Map<?, ?>) cell);
      }
    }
    return code;
  }

  /** Notebooks keep texts as lists of lines, or as they are. */
  private static String text(Object lines) {
    return lines instanceof List<?> list
        ? String.join("", list.stream().map(String::valueOf).toList())
        : String.valueOf(lines);
  }

  private static List<String> shown(Map<?, ?> cell) {
    List<String> all = new ArrayList<>();
    for (Object each : (List<?>) cell.get("outputs")) {
      Map<?, ?> output = (Map<?, ?>) each;
      all.add(
          output.get("output_type").equals("stream")
              ? words(text(output.get("text")))
              : kinds(output.get("data")));
    }
    return all;
  }

  private static List<String> made(Outcome outcome) {
    List<String> all = new ArrayList<>();
    String said = outcome.stream("stdout");
    if (!said.isEmpty()) {
      all.add(words(said));
    }
    for (String type : List.of("display_data", "execute_result")) {
      outcome.of(type).forEach(message -> all.add(kinds(message.content().get("data"))));
    }
    return all;
  }

  private static String kinds(Object data) {
    return ((Map<?, ?>) data).keySet().stream().map(String::valueOf).sorted().toList().toString();
  }

  /** A text without its numbers, and without a verdict and its reasons, which depend on them. */
  private static String words(String text) {
    return text.replaceAll("met=.*", "met")
        .replaceAll("\\p{Nd}([\\p{Nd}.,\u066b\u066cE-]*\\p{Nd})?", "#");
  }
}
