package kilonet.course;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import kilonet.model.Summary;
import kilonet.text.Text;
import kilonet.train.Recipe;
import kilonet.train.Result;

/** The three steps in one table of Markdown, and its place in the README. */
final class StepTable {

  /** The line before the table. */
  static final String BEGIN = "<!-- steps: written by kilonet report -->";

  /** The line after it. */
  static final String END = "<!-- end of steps -->";

  private static final String JAVA = "lib/src/main/java/kilonet/";

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
    for (Step step : Step.values()) {
      Optional<Result> run = results.run(step).map(StepResults.Run::result);
      Recipe recipe = run.map(Result::definition).orElseGet(() -> step.recipe(false));
      Summary summary = Summary.of(recipe.model());
      table.append(
          Text.of(
              "| [%s](%s/%s.ipynb) | %s | %,d | %s | %s | %s | [report](%s/reports/%s.md),"
                  + " [recipe](%strain/Recipes.java), [net](%smodel/Models.java) |\n",
              step.heading(),
              folder,
              step.file(),
              String.join("; ", step.target()),
              summary.parameters(),
              field(summary),
              run.map(r -> Text.of("%.2f%%", Step.best(r))).orElse("–"),
              run.map(StepTable::lastFive).orElse("–"),
              folder,
              step.file(),
              JAVA,
              JAVA));
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
