package kilonet.course;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import kilonet.model.Summary;
import kilonet.text.Text;
import kilonet.train.Result;

/** The three steps in one table of Markdown, and its place in the README. */
final class StepTable {

  /** The line before the table. */
  static final String BEGIN = "<!-- steps: written by kilonet report -->";

  /** The line after it. */
  static final String END = "<!-- end of steps -->";

  private StepTable() {}

  /** A README with its table as it should be; nothing where it lacks the two lines around it. */
  static Optional<String> in(String readme, String folder, StepResults results, String chart) {
    int from = readme.indexOf(BEGIN + "\n");
    int to = readme.indexOf(END);
    if (from < 0 || to < from) {
      return Optional.empty();
    }
    return Optional.of(
        readme.substring(0, from + BEGIN.length())
            + "\n\n"
            + of(folder, results, chart)
            + "\n"
            + readme.substring(to));
  }

  private static String of(String folder, StepResults results, String chart) {
    StringBuilder table =
        new StringBuilder(
            """
            | step | target | parameters | receptive field | best epoch | last five epochs | |
            |---|---|---:|---:|---:|---|---|
            """);
    for (Step step : results.steps()) {
      Optional<Result> run = results.run(step).map(StepResults.Run::result);
      Optional<Summary> summary =
          run.map(Result::definition)
              .or(() -> Catalogue.find(step.recipe()))
              .map(recipe -> Summary.of(recipe.model()));
      table.append(
          Text.of(
              "| [%s](%s/%s.ipynb) | %s | %s | %s | %s | %s | [report](%s/reports/%s.md)%s |\n",
              step.heading(),
              folder,
              step.name(),
              step.target().stream().map(Demand::text).collect(Collectors.joining("; ")),
              summary.map(s -> Text.of("%,d", s.parameters())).orElse("–"),
              summary.map(StepTable::field).orElse("–"),
              run.map(r -> Text.of("%.2f%%", Measurements.best(r))).orElse("–"),
              run.map(StepTable::lastFive).orElse("–"),
              folder,
              step.name(),
              step.links().isEmpty() ? "" : ", " + step.links()));
    }
    if (!results.runs().isEmpty()) {
      table.append(
          Text.of(
              "\n![Test accuracy by epoch of the three steps](%s/reports/%s)\n", folder, chart));
    }
    return table.toString();
  }

  /** What the last layer sees that still has places, and what the head sees. */
  private static String field(Summary summary) {
    List<Summary.Row> rows = summary.rows();
    long before =
        rows.stream()
            .filter(row -> row.output().matches("\\d+x\\d+x\\d+"))
            .filter(row -> !row.output().endsWith("x1x1"))
            .mapToLong(Summary.Row::receptiveField)
            .max()
            .orElse(1);
    return Text.of("%d, with the head %d", before, rows.get(rows.size() - 1).receptiveField());
  }

  private static String lastFive(Result run) {
    return Findings.last(run).stream()
        .map(accuracy -> Text.of("%.2f", accuracy))
        .collect(Collectors.joining(", "));
  }
}
