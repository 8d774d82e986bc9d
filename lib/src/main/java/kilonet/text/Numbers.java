package kilonet.text;

import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.util.Locale;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.FloatColumn;
import tech.tablesaw.api.NumberColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.numbers.NumberColumnFormatter;

/** Numbers as people write them. */
public final class Numbers {

  private Numbers() {}

  /**
   * The shortest text that reads back as the same number: {@code 7}, {@code 0.25}, {@code 1e-5}.
   */
  public static String text(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e7) {
      return Long.toString((long) value);
    }
    return Double.toString(value).replace(".0E", "e").replace('E', 'e');
  }

  /**
   * Lets a table print its numbers in the same digits in every locale: whole numbers as they are,
   * others with as many decimals as they have.
   *
   * @return the table
   */
  public static Table plain(Table table) {
    for (NumericColumn<?> column : table.numericColumns()) {
      if (column instanceof NumberColumn<?, ?> numbers) {
        boolean whole = !(column instanceof DoubleColumn || column instanceof FloatColumn);
        numbers.setPrintFormatter(format(whole ? "0" : "0." + "#".repeat(340)));
      }
    }
    return table;
  }

  /**
   * How a column of a table prints, in the same digits in every locale.
   *
   * @param pattern as {@link DecimalFormat} has it, such as {@code #,##0.00}
   */
  public static NumberColumnFormatter format(String pattern) {
    return new NumberColumnFormatter(
        new DecimalFormat(pattern, DecimalFormatSymbols.getInstance(Locale.ROOT)));
  }
}
