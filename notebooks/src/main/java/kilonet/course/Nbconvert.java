package kilonet.course;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kilonet.text.Text;

/** Jupyter's converter, with this library's template for pages that fit phones and paper. */
final class Nbconvert {

  /** What is called. */
  static final String COMMAND = "jupyter-nbconvert";

  /** What to do where it is missing. */
  static final String TO_INSTALL =
      "install it (on Debian and Ubuntu: apt-get install jupyter-nbconvert; elsewhere: pip install"
          + " nbconvert)";

  private static final String TEMPLATE = "kilonet";
  private static final List<String> FILES = List.of("conf.json", "index.html.j2");

  private Nbconvert() {}

  /**
   * A notebook as one file of HTML, with all pictures in it.
   *
   * @return nothing where there is no nbconvert
   * @throws IllegalStateException if it fails, with what it said
   */
  static Optional<String> html(Path notebook) {
    try {
      Path folder = Files.createTempDirectory("kilonet");
      try {
        return html(notebook, folder);
      } finally {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(file);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s was not rendered: %s", notebook, e), e);
    }
  }

  private static Optional<String> html(Path notebook, Path folder) throws IOException {
    Path template = Files.createDirectories(folder.resolve(TEMPLATE));
    for (String file : FILES) {
      try (InputStream in = Nbconvert.class.getResourceAsStream("nbconvert/" + file)) {
        Files.copy(in, template.resolve(file));
      }
    }
    Process process;
    try {
      process =
          new ProcessBuilder(
                  COMMAND,
                  "--to=html",
                  "--template=" + TEMPLATE,
                  "--TemplateExporter.extra_template_basedirs=" + folder,
                  "--output-dir=" + folder,
                  "--output=page",
                  notebook.toAbsolutePath().toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      return Optional.empty();
    }
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Path page = folder.resolve("page.html");
    try {
      if (process.waitFor() != 0 || !Files.exists(page)) {
        throw new IllegalStateException(
            Text.of("jupyter-nbconvert failed on %s: %s", notebook, said.strip()));
      }
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while rendering " + notebook, e);
    }
    return Optional.of(Files.readString(page));
  }
}
