package kilonet.course;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import kilonet.text.Text;

/**
 * An executed notebook as a page of Markdown without its code: all texts, tables and pictures, the
 * latter as PNG beside the page.
 */
final class StepPage {

  private static final Pattern ROW = Pattern.compile("<tr>(.*?)</tr>", Pattern.DOTALL);
  private static final Pattern CELL = Pattern.compile("<t[hd]>(.*?)</t[hd]>", Pattern.DOTALL);

  private final String name;
  private final Map<String, byte[]> files = new LinkedHashMap<>();
  private final StringBuilder page = new StringBuilder();
  private String heading = "";

  private StepPage(String name) {
    this.name = name;
  }

  /**
   * The page and its pictures.
   *
   * @param name of the page, without {@code .md}
   * @param notebook executed
   * @param seeds what is said about further seeds, as Markdown; empty where there is nothing
   */
  static Map<String, byte[]> of(String name, Notebook notebook, String seeds) {
    StepPage page = new StepPage(name);
    for (Notebook.Cell cell : notebook.cells()) {
      page.add(cell);
      if (cell.number() == 1) {
        page.add(
            Text.of(
                "This page shows what [the notebook](../%s.ipynb) left behind, without its code.",
                name));
      }
    }
    if (!seeds.isEmpty()) {
      page.add(seeds);
    }
    page.files.put(
        name + ".md", (page.page.toString().strip() + "\n").getBytes(StandardCharsets.UTF_8));
    return page.files;
  }

  private void add(String block) {
    page.append(block.strip()).append("\n\n");
  }

  private void add(Notebook.Cell cell) {
    if (!cell.code()) {
      add(cell.source());
      cell.source().lines().filter(l -> l.startsWith("#")).forEach(l -> heading = title(l));
      return;
    }
    for (Notebook.Output output : cell.outputs()) {
      Optional<byte[]> png = png(output);
      if (png.isPresent()) {
        String file = Text.of("%s_%d.png", name, files.size() + 1);
        files.put(file, png.get());
        add(Text.of("![%s](%s)", heading, file));
      } else if (output.form("text/html").map(html -> html.contains("<tr>")).orElse(false)) {
        add(table(output.form("text/html").get()));
      } else {
        output.form("text/plain").ifPresent(text -> add("```text\n" + text.strip() + "\n```"));
      }
    }
  }

  private static String title(String line) {
    return line.replaceFirst("^#+ *", "");
  }

  /** The picture of an output, if it has one. */
  static Optional<byte[]> png(Notebook.Output output) {
    return output
        .form("image/png")
        .map(base64 -> Base64.getMimeDecoder().decode(base64.getBytes(StandardCharsets.US_ASCII)));
  }

  /** A table of HTML as one of Markdown, and the words after it. */
  private static String table(String html) {
    List<List<String>> rows = rows(html);
    StringBuilder table = new StringBuilder();
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    if (!html.contains("<th>")) {
      table.append("|").append(" |".repeat(columns)).append("\n");
      table.append("|").append("---|".repeat(columns)).append("\n");
    }
    for (int i = 0; i < rows.size(); i++) {
      table.append(rows.get(i).stream().collect(Collectors.joining(" | ", "| ", " |\n")));
      if (i == 0 && html.contains("<th>")) {
        table.append("|").append("---|".repeat(columns)).append("\n");
      }
    }
    String after = text(html.substring(html.lastIndexOf("</table>")));
    return after.isEmpty() ? table.toString() : table + "\n" + after;
  }

  /** The rows of a table of HTML, cell by cell. */
  static List<List<String>> rows(String html) {
    List<List<String>> rows = new ArrayList<>();
    Matcher row = ROW.matcher(html);
    while (row.find()) {
      List<String> cells = new ArrayList<>();
      Matcher cell = CELL.matcher(row.group(1));
      while (cell.find()) {
        cells.add(text(cell.group(1)));
      }
      rows.add(cells);
    }
    return rows;
  }

  private static String text(String html) {
    return html.replaceAll("<[^>]*>", "")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
        .strip();
  }
}
