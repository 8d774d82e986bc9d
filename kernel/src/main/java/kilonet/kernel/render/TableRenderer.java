package kilonet.kernel.render;

import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import tech.tablesaw.columns.Column;
import tech.tablesaw.table.Relation;

/** Tablesaw's tables as HTML: at most 20 rows and 30 columns. */
@Shows("tech.tablesaw.table.Relation")
public final class TableRenderer implements Renderer<Relation> {
  private static final int ROWS = 20;
  private static final int COLUMNS = 30;

  /** A renderer. */
  public TableRenderer() {}

  @Override
  public Class<Relation> type() {
    return Relation.class;
  }

  @Override
  public MimeBundle render(Relation table) {
    return MimeBundle.of("text/html", html(table, ROWS)).with("text/plain", table.print(ROWS));
  }

  /** A table, of whose rows at most so many are shown. */
  static String html(Relation table, int most) {
    int rows = table.rowCount();
    int columns = Math.min(COLUMNS, table.columnCount());
    List<String> header = new ArrayList<>();
    for (int c = 0; c < columns; c++) {
      header.add(table.column(c).name());
    }
    List<List<String>> shown = new ArrayList<>();
    for (int r = 0; r < rows; r++) {
      if (rows > most && r == most / 2) {
        List<String> gap = new ArrayList<>();
        header.forEach(name -> gap.add("…"));
        shown.add(gap);
        r = rows - most / 2;
      }
      List<String> row = new ArrayList<>();
      for (int c = 0; c < columns; c++) {
        Column<?> column = table.column(c);
        row.add(column.getString(r));
      }
      shown.add(row);
    }
    String size = rows + " rows, " + table.columnCount() + " columns";
    boolean whole = rows <= most && table.columnCount() <= COLUMNS;
    return Html.table(header, shown, whole ? "" : size);
  }
}
