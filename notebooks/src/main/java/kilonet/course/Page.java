package kilonet.course;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import kilonet.chart.Figure;
import kilonet.text.Text;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** A page that is written as Markdown, with pictures beside it, and as one file of HTML. */
final class Page {

  private static final String STYLE =
      """
      body { font: 16px/1.5 Verdana, "DejaVu Sans", sans-serif; color: #222; background: #fff;
        max-width: 52rem; margin: 0 auto; padding: 1rem; overflow-wrap: anywhere; }
      h1 { font-size: 1.6rem; line-height: 1.2; } h2 { font-size: 1.2rem; margin-top: 2rem; }
      figure { margin: 1rem 0; } img { width: 100%; height: auto; }
      .wide { overflow-x: auto; }
      table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: .9rem; }
      th, td { padding: .25rem .75rem; border-bottom: 1px solid #ddd; text-align: right;
        white-space: nowrap; }
      th { border-bottom: 2px solid #222; }
      pre { overflow-x: auto; background: #f6f6f6; padding: .75rem; font-size: .8rem; }
      @media (max-width: 40rem) { body { padding: .5rem; } figure { overflow-x: auto; }
        img { min-width: 36rem; } }
      @media print { body { font-size: 10pt; max-width: none; padding: 0; }
        figure, table { break-inside: avoid; } h2 { break-after: avoid; }
        .wide, pre { overflow: visible; } pre { white-space: pre-wrap; } }
      """;

  /** What means something to Markdown: an underscore does not between letters and digits. */
  private static final String MARKS =
      "[\\\\`*\\[\\]<>|$]|~(?=~)|&(?=[#\\w])|(?<![\\p{L}\\p{N}])_|_(?![\\p{L}\\p{N}])";

  private final String title;
  private final boolean marked;
  private final StringBuilder markdown = new StringBuilder();
  private final StringBuilder html = new StringBuilder();

  /** A page whose texts are Markdown. */
  Page(String title) {
    this(title, true);
  }

  /** A page whose texts are Markdown, or to be read as they are. */
  Page(String title, boolean marked) {
    this.title = title;
    this.marked = marked;
    if (!title.isEmpty()) {
      markdown.append("# ").append(said(title)).append("\n\n");
      html.append("<h1>").append(escaped(title)).append("</h1>\n");
    }
  }

  Page heading(String text) {
    markdown.append("## ").append(said(text)).append("\n\n");
    html.append("<h2>").append(escaped(text)).append("</h2>\n");
    return this;
  }

  Page paragraph(String text) {
    markdown.append(said(text)).append("\n\n");
    html.append("<p>").append(escaped(text)).append("</p>\n");
    return this;
  }

  Page list(List<String> items) {
    html.append("<ul>\n");
    for (String item : items) {
      markdown.append("- ").append(said(item)).append('\n');
      html.append("<li>").append(escaped(item)).append("</li>\n");
    }
    markdown.append('\n');
    html.append("</ul>\n");
    return this;
  }

  Page code(String text) {
    String fence = "```";
    while (text.contains(fence)) {
      fence += "`";
    }
    markdown.append(fence).append("text\n").append(text.strip()).append('\n').append(fence);
    markdown.append("\n\n");
    html.append("<pre>").append(escaped(text.strip())).append("</pre>\n");
    return this;
  }

  /** A picture, for Markdown in a file beside it, for HTML within it. */
  Page figure(String file, String description, Figure figure) {
    markdown.append("![").append(said(description)).append("](").append(file).append(")\n\n");
    html.append(
            Text.of(
                "<figure><img alt=\"%s\" width=\"%d\" height=\"%d\" src=\"data:image/png;base64,",
                escaped(description), figure.getWidth(), figure.getHeight()))
        .append(Base64.getEncoder().encodeToString(figure.png(2)))
        .append("\"></figure>\n");
    return this;
  }

  /** A table; numbers with a fraction have two decimals, losses and probabilities four. */
  Page table(Table table) {
    markdown.append('|');
    for (String name : table.columnNames()) {
      markdown.append(' ').append(said(name)).append(" |");
    }
    markdown.append("\n|");
    html.append("<div class=\"wide\"><table>\n<tr>");
    for (String name : table.columnNames()) {
      markdown.append("---:|");
      html.append("<th>").append(escaped(name)).append("</th>");
    }
    markdown.append('\n');
    html.append("</tr>\n");
    for (int row = 0; row < table.rowCount(); row++) {
      html.append("<tr>");
      markdown.append('|');
      for (Column<?> column : table.columns()) {
        String text = cell(column, row);
        markdown.append(' ').append(said(text)).append(" |");
        html.append("<td>").append(escaped(text)).append("</td>");
      }
      markdown.append('\n');
      html.append("</tr>\n");
    }
    markdown.append('\n');
    html.append("</table></div>\n");
    return this;
  }

  /** A table of texts, a row a value. */
  <T> Page table(Map<String, Function<T, String>> columns, List<T> rows) {
    Table table = Table.create();
    columns.forEach(
        (name, text) -> table.addColumns(StringColumn.create(name, rows.stream().map(text))));
    return table(table);
  }

  private static String cell(Column<?> column, int row) {
    if (column.isMissing(row)) {
      return "–";
    }
    Object value = column.get(row);
    boolean fine = column.name().contains("loss") || column.name().contains("probability");
    return value instanceof Double number
        ? Text.of(fine ? "%.4f" : "%.2f", number)
        : value instanceof Long || value instanceof Integer
            ? Text.of("%,d", value)
            : value.toString();
  }

  String markdown() {
    return markdown.toString().strip() + "\n";
  }

  String html() {
    return Text.of(
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>%s</title>
        <style>
        %s</style>
        </head>
        <body>
        %s</body>
        </html>
        """,
        escaped(title), STYLE, html);
  }

  private String said(String text) {
    return marked ? text : plain(text);
  }

  /** Text in which Markdown finds nothing to do, in one line. */
  private static String plain(String text) {
    return text.replaceAll("\\R", " ").replaceAll(MARKS, "\\\\$0");
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
