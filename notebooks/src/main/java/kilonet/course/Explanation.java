package kilonet.course;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.text.Text;
import kilonet.train.Json;

/**
 * Why a row of the published experiments differs from what was published.
 *
 * @param id the experiment
 * @param because the reason, a sentence
 */
record Explanation(String id, String because) {

  /**
   * The explanations of a file, by id; none where it is not there.
   *
   * @throws IllegalArgumentException if it is damaged, or a row is explained that is not there or
   *     does not differ
   */
  static Map<String, String> read(Path file, List<Reproduction> rows) {
    Map<String, String> explanations = new LinkedHashMap<>();
    if (!Files.exists(file)) {
      return explanations;
    }
    for (Explanation explanation : Json.read(file, Explanation[].class)) {
      Reproduction row =
          rows.stream()
              .filter(r -> r.published().id().equals(explanation.id))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          Text.of(
                                  "%s explains '%s', but no published experiment is called so: use"
                                      + " an id of",
                                  file, explanation.id)
                              + " Published.md."));
      if (!row.differs()) {
        throw new IllegalArgumentException(
            Text.of(
                "%s explains why %s differs from what was published, but it does not: delete that"
                    + " entry.",
                file, explanation.id));
      }
      explanations.put(explanation.id, explanation.because);
    }
    return explanations;
  }
}
