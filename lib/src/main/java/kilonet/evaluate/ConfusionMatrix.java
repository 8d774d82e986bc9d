package kilonet.evaluate;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.text.Numbers;
import kilonet.text.Text;
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

  /** Images of all classes. */
  public int images() {
    return Arrays.stream(counts).mapToInt(row -> Arrays.stream(row).sum()).sum();
  }

  /** Images classified rightly. */
  public int right() {
    return IntStream.range(0, counts.length).map(c -> counts[c][c]).sum();
  }

  /**
   * Percent of the images predicted as a class that are of it; not a number where there is none.
   */
  public double precision(int c) {
    return 100.0 * counts[c][c] / predictedAs(c);
  }

  /** Percent of the images of a class predicted as it; not a number where there is none. */
  public double recall(int c) {
    return 100.0 * counts[c][c] / trueOf(c);
  }

  /**
   * The harmonic mean of precision and recall in percent, which is {@code 2 hits / (true +
   * predicted)}: 0 where a class is never hit, not a number where it is neither there nor
   * predicted.
   */
  public double f1(int c) {
    return 200.0 * counts[c][c] / (trueOf(c) + predictedAs(c));
  }

  /**
   * Two classes that are taken for each other.
   *
   * @param truth the true class
   * @param predicted the class it is taken for
   * @param count how often
   * @param share percent of the true class's images
   */
  public record Confusion(int truth, int predicted, int count, double share) {}

  /**
   * The confusions that happened, most frequent first, then by true and predicted class.
   *
   * @param most how many at most, 0 or more
   */
  public List<Confusion> mostConfused(int most) {
    List<Confusion> pairs = new ArrayList<>();
    for (int t = 0; t < counts.length; t++) {
      for (int p = 0; p < counts.length; p++) {
        if (t != p && counts[t][p] > 0) {
          pairs.add(new Confusion(t, p, counts[t][p], 100.0 * counts[t][p] / trueOf(t)));
        }
      }
    }
    pairs.sort(Comparator.comparingInt(Confusion::count).reversed());
    return List.copyOf(pairs.subList(0, Math.min(most, pairs.size())));
  }

  /** The most frequent confusions as a table of Tablesaw; see {@link #mostConfused}. */
  public Table mostConfusedTable(int most) {
    List<Confusion> pairs = mostConfused(most);
    return Numbers.plain(
        Table.create(
            "most confused",
            IntColumn.create("true", pairs.stream().mapToInt(Confusion::truth).toArray()),
            IntColumn.create("predicted", pairs.stream().mapToInt(Confusion::predicted).toArray()),
            IntColumn.create("count", pairs.stream().mapToInt(Confusion::count).toArray()),
            DoubleColumn.create(
                "percent of true", pairs.stream().mapToDouble(Confusion::share).toArray())));
  }

  /** The counts as a table of Tablesaw: a row for each true, a column for each predicted class. */
  public Table table() {
    Table table =
        Table.create(
            "confusion", IntColumn.create("true", IntStream.range(0, counts.length).toArray()));
    for (int c = 0; c < counts.length; c++) {
      int predicted = c;
      table.addColumns(
          IntColumn.create(
              "as " + c, Arrays.stream(counts).mapToInt(row -> row[predicted]).toArray()));
    }
    return Numbers.plain(table);
  }

  /**
   * Images, precision, recall and F1 of each class, in percent, as a table of Tablesaw; see {@link
   * #precision}, {@link #recall} and {@link #f1} for classes that were never there or predicted.
   */
  public Table perClass() {
    Table table =
        Numbers.plain(
            Table.create(
                "per class",
                IntColumn.create("class"),
                IntColumn.create("images"),
                DoubleColumn.create("precision"),
                DoubleColumn.create("recall"),
                DoubleColumn.create("f1")));
    for (int c = 0; c < counts.length; c++) {
      table.intColumn("class").append(c);
      table.intColumn("images").append(trueOf(c));
      table.doubleColumn("precision").append(precision(c));
      table.doubleColumn("recall").append(recall(c));
      table.doubleColumn("f1").append(f1(c));
    }
    return table;
  }

  /** The counts with a row for each true and a column for each predicted class. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("true \\ predicted");
    for (int c = 0; c < counts.length; c++) {
      text.append(Text.of("%6d", c));
    }
    for (int c = 0; c < counts.length; c++) {
      text.append(Text.of("%n%16d", c));
      for (int count : counts[c]) {
        text.append(count == 0 ? "     ." : Text.of("%6d", count));
      }
    }
    return text.toString();
  }
}
