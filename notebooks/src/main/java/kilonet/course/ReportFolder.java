package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import kilonet.chart.PngNote;
import kilonet.text.Text;
import kilonet.train.RunFolder;

/** The pages and pictures about notebooks: written, or held against what they should be. */
final class ReportFolder {

  private final Path path;
  private final Function<Path, Optional<String>> html;
  private final String toWrite;
  private final Function<Path, String> orBack;
  private final Consumer<String> problems;

  /**
   * A folder of reports.
   *
   * @param path where it is
   * @param html makes HTML of a notebook's file, where it can
   * @param toWrite what to do to have all written anew, as part of a sentence
   * @param orBack how to undo what was done to a notebook, as the end of a sentence, or nothing
   * @param problems is told what does not hold, a sentence each
   */
  ReportFolder(
      Path path,
      Function<Path, Optional<String>> html,
      String toWrite,
      Function<Path, String> orBack,
      Consumer<String> problems) {
    this.path = path;
    this.html = html;
    this.toWrite = toWrite;
    this.orBack = orBack;
    this.problems = problems;
  }

  /** Where it is. */
  Path path() {
    return path;
  }

  /** Writes a page or picture. */
  void write(String name, byte[] bytes) {
    RunFolder.replace(path.resolve(name), bytes);
  }

  /** Writes the HTML of a notebook. */
  void render(Notebook notebook) {
    Optional<String> page;
    try {
      page = html.apply(notebook.file()).map(text -> text.strip() + "\n");
    } catch (IllegalStateException e) {
      problems.accept(e.getMessage());
      return;
    }
    if (page.isEmpty()) {
      problem(
          "%s was not rendered as HTML, because %s is missing: %s.",
          notebook.file(), Nbconvert.COMMAND, Nbconvert.TO_INSTALL);
      return;
    }
    RunFolder.replace(page(notebook), RenderedPage.bytes(page.get(), bytes(notebook.file())));
  }

  /** Sees that a page or picture is as it should be. */
  void check(String name, byte[] expected) {
    Path file = path.resolve(name);
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: %s.", file, toWrite);
    } else if (name.endsWith(".png")) {
      if (!isSame(bytes(file), expected)) {
        problem("%s is not the picture of these results: %s.", file, toWrite);
      }
    } else {
      compare(file.toString(), text(file), new String(expected, StandardCharsets.UTF_8));
    }
  }

  /**
   * Whether a picture is the expected one, or was drawn from the same data on another machine:
   * fonts differ, and with them the pixels.
   */
  private static boolean isSame(byte[] found, byte[] expected) {
    return Arrays.equals(found, expected)
        || PngNote.of(expected)
            .filter(PngNote::hasData)
            .flatMap(
                right ->
                    PngNote.of(found)
                        .filter(note -> note.data().equals(right.data()) && note.isOf(found)))
            .isPresent();
  }

  /** Sees that the HTML of a notebook is of what the notebook is now. */
  void checkHtml(Notebook notebook) {
    Path file = page(notebook);
    if (!Files.isRegularFile(file)) {
      problem("%s is missing: %s.", file, toWrite);
      return;
    }
    RenderedPage.fault(text(file), bytes(notebook.file()))
        .ifPresent(
            fault ->
                problem(
                    "%s was %s %s: %s%s.",
                    file, fault, notebook.file(), toWrite, orBack.apply(notebook.file())));
  }

  /** Pages and pictures that nothing writes any more would be taken for true. */
  void checkNothingElse(Set<String> pages, List<Step> steps) {
    Set<String> known = new HashSet<>(pages);
    known.add(DrawingPage.FILE);
    steps.forEach(step -> known.add(step.name() + ".html"));
    try (Stream<Path> files = Files.list(path)) {
      files
          .filter(file -> file.toString().matches(".*\\.(png|svg|md|html|csv)"))
          .filter(file -> !known.contains(file.getFileName().toString()))
          .sorted()
          .forEach(file -> problem("%s belongs to no result: delete it.", file));
    } catch (IOException e) {
      problem("%s cannot be read (%s).", path, e);
    }
  }

  /** Sees that a text is as it should be. */
  void compare(String place, String found, String expected) {
    Difference.of(found, expected)
        .ifPresent(
            difference -> problem("%s does not say what the results say: %s", place, difference));
  }

  private Path page(Notebook notebook) {
    String name = notebook.file().getFileName().toString();
    return path.resolve(name.replace(".ipynb", ".html"));
  }

  private void problem(String format, Object... values) {
    problems.accept(Text.of(format, values));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s cannot be read: %s", file, e), e);
    }
  }

  /** What a file of text holds. */
  static String text(Path file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }
}
