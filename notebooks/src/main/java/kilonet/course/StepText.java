package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Reads what a step wants, why, and what it claims from the text beside its notebook: Markdown with
 * a small head.
 *
 * <pre>{@code
 * ---
 * title: Get the set-up right
 * recipe: model_1
 * ---
 *
 * Why this is the target here, in a paragraph or more.
 *
 * ## Target
 *
 * - best epoch at least 99
 *
 * ## Analysis
 *
 * - overfits
 * }</pre>
 *
 * <p>The lines of the target are {@link Demand}s, those of the analysis {@link Claims}. Everything
 * that cannot be read is told, with its line, and what is right there.
 */
final class StepText {

  private static final String FENCE = "---";
  private static final String TARGET = "## Target";
  private static final String ANALYSIS = "## Analysis";
  private static final Set<String> KEYS = Set.of("title", "recipe", "links");

  private final Path file;
  private final int number;
  private final Consumer<String> problems;
  private final Map<String, String> head = new LinkedHashMap<>();
  private final StringBuilder reason = new StringBuilder();
  private final List<Demand> target = new ArrayList<>();
  private final List<Claims.Maker> analysis = new ArrayList<>();
  private boolean sound = true;

  private StepText(Path file, int number, Consumer<String> problems) {
    this.file = file;
    this.number = number;
    this.problems = problems;
  }

  /** Where the text of a step is kept. */
  static Path file(Path folder, int number) {
    return folder.resolve(Step.name(number) + ".md");
  }

  /**
   * Reads the text of a step.
   *
   * @param problems is told what is missing or wrong, a sentence each
   * @return nothing where anything is
   */
  static Optional<Step> read(Path folder, int number, Consumer<String> problems) {
    Path file = file(folder, number);
    if (!Files.isRegularFile(file)) {
      problems.accept(
          Text.of(
              "%s is missing: it says what the step wants and claims; 'kilonet course new' writes"
                  + " one to start from.",
              file));
      return Optional.empty();
    }
    try {
      return new StepText(file, number, problems).read(Files.readString(file).lines().toList());
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s cannot be read as UTF-8: %s", file, e), e);
    }
  }

  private Optional<Step> read(List<String> lines) {
    int body = head(lines);
    String section = "";
    for (int i = body; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.startsWith("#")) {
        section = line;
        if (!line.equals(TARGET) && !line.equals(ANALYSIS)) {
          wrong(i, "the headings are '%s' and '%s', not '%s'.", TARGET, ANALYSIS, line);
        }
      } else if (section.isEmpty()) {
        reason.append(line.isEmpty() ? "\n\n" : line + " ");
      } else if (!line.isEmpty()) {
        item(i, section, line);
      }
    }
    try {
      for (String part : head.getOrDefault("recipe", "").split("/")) {
        Check.fileName("A part of a recipe's name", part.isEmpty() ? "none" : part);
      }
    } catch (IllegalArgumentException e) {
      wrong(0, "%s", e.getMessage());
    }
    for (String key : List.of("title", "recipe")) {
      if (sound && head.getOrDefault(key, "").isEmpty()) {
        wrong(0, "the head says no %s: write '%s: …' between two lines of '%s'.", key, key, FENCE);
      }
    }
    if (sound && target.isEmpty()) {
      wrong(lines.size() - 1, "there is no target: write '%s' and a list below it.", TARGET);
    }
    if (!sound) {
      return Optional.empty();
    }
    return Optional.of(
        new Step(
            file,
            number,
            head.get("title"),
            head.get("recipe"),
            head.getOrDefault("links", ""),
            reason.toString().replaceAll(" *\n\n(\\s*)", "\n\n").strip(),
            target,
            analysis));
  }

  /** Reads the head; returns the index of the line after it. */
  private int head(List<String> lines) {
    if (lines.isEmpty() || !lines.get(0).strip().equals(FENCE)) {
      wrong(0, "the text begins with a head: a line of '%s', then title and recipe.", FENCE);
      return 0;
    }
    for (int i = 1; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      int colon = line.indexOf(':');
      if (line.equals(FENCE)) {
        return i + 1;
      } else if (colon > 0 && KEYS.contains(line.substring(0, colon).strip())) {
        head.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      } else if (!line.isEmpty()) {
        wrong(i, "the head has lines of 'title: …', 'recipe: …' and 'links: …', not '%s'.", line);
      }
    }
    wrong(0, "the head does not end: close it with a line of '%s'.", FENCE);
    return lines.size();
  }

  private void item(int index, String section, String line) {
    String said = line.replaceFirst("^[-*]\\s+", "");
    if (said.equals(line)) {
      wrong(index, "below '%s' stands a list: begin '%s' with '- '.", section, line);
    } else if (section.equals(TARGET)) {
      Form.read(Demand.FORMS, said)
          .ifPresentOrElse(
              target::add,
              () ->
                  wrong(
                      index,
                      "there is no target '%s': write one of %s, with numbers for N.",
                      said,
                      Form.list(Demand.FORMS)));
    } else if (section.equals(ANALYSIS)) {
      claim(index, said);
    }
  }

  private void claim(int index, String said) {
    try {
      Form.read(Claims.FORMS, said)
          .ifPresentOrElse(
              analysis::add,
              () ->
                  wrong(
                      index,
                      "there is no claim '%s': write one of %s, with numbers for N.",
                      said,
                      Form.list(Claims.FORMS)));
    } catch (IllegalArgumentException e) {
      wrong(index, "'%s' cannot be judged: %s.", said, e.getMessage());
    }
  }

  private void wrong(int index, String format, Object... values) {
    sound = false;
    problems.accept(Text.of("%s, line %d: ", file, index + 1) + Text.of(format, values));
  }
}
