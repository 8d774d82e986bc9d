package kilonet.report;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Locale;
import kilonet.train.Predictions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * How often a class was taken for which.
 *
 * @param counts {@code [true class][predicted class]}
 */
public record ConfusionMatrix(@JsonValue int[][] counts) {

  /** The matrix of a net's predictions. */
  public static ConfusionMatrix of(Predictions predictions) {
    return new ConfusionMatrix(predictions.confusion());
  }

  private int trueOf(int c) {
    return Arrays.stream(counts[c]).sum();
  }

  private int predictedAs(int c) {
    return Arrays.stream(counts).mapToInt(row -> row[c]).sum();
  }

  /**
   * Images, precision, recall and F1 of each class, in percent; not a number where a class was
   * never there or never predicted.
   */
  public Table perClass() {
    Table table =
        Table.create(
            "per class",
            IntColumn.create("class"),
            IntColumn.create("images"),
            DoubleColumn.create("precision"),
            DoubleColumn.create("recall"),
            DoubleColumn.create("f1"));
    for (int c = 0; c < counts.length; c++) {
      double precision = 100.0 * counts[c][c] / predictedAs(c);
      double recall = 100.0 * counts[c][c] / trueOf(c);
      table.intColumn("class").append(c);
      table.intColumn("images").append(trueOf(c));
      table.doubleColumn("precision").append(precision);
      table.doubleColumn("recall").append(recall);
      table.doubleColumn("f1").append(2 * precision * recall / (precision + recall));
    }
    return table;
  }

  /** The counts with a row for each true and a column for each predicted class. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("true \\ predicted");
    for (int c = 0; c < counts.length; c++) {
      text.append(String.format(Locale.ROOT, "%6d", c));
    }
    for (int c = 0; c < counts.length; c++) {
      text.append(String.format(Locale.ROOT, "%n%16d", c));
      for (int count : counts[c]) {
        text.append(count == 0 ? "     ." : String.format(Locale.ROOT, "%6d", count));
      }
    }
    return text.toString();
  }
}
