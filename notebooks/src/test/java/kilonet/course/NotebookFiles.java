package kilonet.course;

import java.awt.Color;
import java.awt.Graphics2D;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import kilonet.chart.Figure;
import kilonet.model.Summary;
import kilonet.train.Json;
import kilonet.train.Result;
import tech.tablesaw.api.Table;

/** Notebooks as Jupyter leaves them, with the outputs of runs. */
final class NotebookFiles {

  private NotebookFiles() {}

  /** Writes the notebook of a step, executed, and the file of its result. */
  static void write(Path notebooks, int step, Result run) throws IOException {
    StoredResult tie = StoredResult.write(notebooks, "results", run);
    Table verdict = Verdict.of(run);
    String png = Base64.getEncoder().encodeToString(Figure.of(20, 10, NotebookFiles::cross).png());
    List<Map<String, Object>> cells =
        List.of(
            Map.of("cell_type", "markdown", "metadata", Map.of(), "source", List.of("# Old")),
            code(
                "Summary.of(recipe.model())",
                "text/plain",
                Summary.of(run.definition().model()).toString()),
            code("Result result = trainer.run();", "text/plain", run.history().toString()),
            code("TrainingCurves.of(result.history())", "image/png", png),
            code("Verdict.of(result)", "text/plain", verdict.print(), "text/html", html(verdict)),
            code("step.keep(result)", "text/plain", tie.toString()));
    Files.writeString(
        notebooks.resolve(Step.name(step) + ".ipynb"),
        Json.pretty(
            Map.of("cells", cells, "metadata", Map.of(), "nbformat", 4, "nbformat_minor", 5)));
  }

  private static void cross(Graphics2D g) {
    g.setColor(Color.BLACK);
    g.drawLine(0, 0, 9, 9);
  }

  private static Map<String, Object> code(String source, String... forms) {
    Map<String, Object> data =
        Stream.iterate(0, i -> i < forms.length, i -> i + 2)
            .collect(Collectors.toMap(i -> forms[i], i -> List.of(forms[i + 1])));
    return Map.of(
        "cell_type",
        "code",
        "metadata",
        Map.of(),
        "source",
        List.of(source),
        "outputs",
        List.of(Map.of("output_type", "execute_result", "data", data, "metadata", Map.of())));
  }

  private static String html(Table table) {
    StringBuilder html = new StringBuilder("<table><thead><tr>");
    table.columnNames().forEach(name -> html.append("<th>").append(name).append("</th>"));
    html.append("</tr></thead>");
    for (int row = 0; row < table.rowCount(); row++) {
      html.append("<tr>");
      for (int column = 0; column < table.columnCount(); column++) {
        html.append("<td>").append(table.getString(row, column)).append("</td>");
      }
      html.append("</tr>");
    }
    return html + "</table>";
  }
}
