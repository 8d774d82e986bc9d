package kilonet.kernel.render;

import java.util.List;

/** Small tables. */
final class Html {
  /** Characters of one cell. */
  private static final int CELL = 200;

  /** Characters of a cell of several lines. */
  private static final int TEXT = 4_000;

  private Html() {}

  static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  /** A table; the last line says what was left out, if that is not empty. */
  static String table(List<String> header, List<List<String>> rows, String leftOut) {
    StringBuilder out = new StringBuilder("<table>");
    if (!header.isEmpty()) {
      out.append("<thead>");
      row(out, header, "th");
      out.append("</thead>");
    }
    out.append("<tbody>");
    rows.forEach(row -> row(out, row, "td"));
    out.append("</tbody></table>");
    if (!leftOut.isEmpty()) {
      out.append("<p>").append(escape(leftOut)).append("</p>");
    }
    return out.toString();
  }

  private static void row(StringBuilder out, List<String> cells, String tag) {
    out.append("<tr>");
    for (String cell : cells) {
      if (cell.strip().contains("\n") && cell.length() <= TEXT) {
        // A table of text, such as the epochs of a run.
        out.append('<').append(tag).append("><pre style=\"text-align:left\">");
        out.append(escape(cell.stripTrailing())).append("</pre></").append(tag).append('>');
        continue;
      }
      String text = cell.length() > CELL ? cell.substring(0, CELL) + "…" : cell;
      out.append('<').append(tag).append('>').append(escape(text));
      out.append("</").append(tag).append('>');
    }
    out.append("</tr>");
  }
}
