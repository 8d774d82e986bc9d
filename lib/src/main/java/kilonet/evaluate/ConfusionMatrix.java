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
import tech.tablesaw.columns.Column;

/**
 * How often a class was taken for which.
 *
 * @param counts {@code [true class][predicted class]}
 * @param classes what each is called
 */
public record ConfusionMatrix(@JsonValue int[][] counts, List<String> classes) {

  /** Of classes that are called by their numbers. */
  public ConfusionMatrix(int[][] counts) {
    this(counts, IntStream.range(0, counts.length).mapToObj(Integer::toString).toList());
  }

  /** The matrix of a net's predictions. */
  public static ConfusionMatrix of(Predictions predictions) {
    int[][] counts = predictions.confusion();
    return new ConfusionMatrix(
        counts, IntStream.range(0, counts.length).mapToObj(predictions::className).toList());
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
            named("true", pairs.stream().mapToInt(Confusion::truth)),
            named("predicted", pairs.stream().mapToInt(Confusion::predicted)),
            IntColumn.create("count", pairs.stream().mapToInt(Confusion::count).toArray()),
            DoubleColumn.create(
                "percent of true", pairs.stream().mapToDouble(Confusion::share).toArray())));
  }

  /**
   * The counts as a table of Tablesaw: a row for each true, a column for each predicted class.
   * Tablesaw takes {@code a} and {@code A} for one name: the later column has its number behind it.
   */
  public Table table() {
    Table table = Table.create("confusion", named("true", all()));
    for (int c = 0; c < counts.length; c++) {
      int predicted = c;
      String name = "as " + classes.get(c);
      table.addColumns(
          IntColumn.create(
              table.containsColumn(name) ? Text.of("%s (%d)", name, c) : name,
              Arrays.stream(counts).mapToInt(row -> row[predicted]).toArray()));
    }
    return Numbers.plain(table);
  }

  /**
   * Images, precision, recall and F1 of each class, in percent, as a table of Tablesaw; see {@link
   * #precision}, {@link #recall} and {@link #f1} for classes that were never there or predicted.
   */
  public Table perClass() {
    return Numbers.plain(
        Table.create(
            "per class",
            named("class", all()),
            IntColumn.create("images", all().map(this::trueOf).toArray()),
            DoubleColumn.create("precision", all().mapToDouble(this::precision).toArray()),
            DoubleColumn.create("recall", all().mapToDouble(this::recall).toArray()),
            DoubleColumn.create("f1", all().mapToDouble(this::f1).toArray())));
  }

  private IntStream all() {
    return IntStream.range(0, counts.length);
  }

  private Column<?> named(String title, IntStream outputs) {
    return ClassNames.column(title, outputs.toArray(), classes);
  }

  /** The counts with a row for each true and a column for each predicted class. */
  @Override
  public String toString() {
    int side = Math.max(16, classes.stream().mapToInt(String::length).max().orElse(0));
    StringBuilder text = new StringBuilder(" ".repeat(side - 16) + "true \\ predicted");
    for (String name : classes) {
      text.append(Text.of("%" + wide(name) + "s", name));
    }
    for (int c = 0; c < counts.length; c++) {
      text.append(Text.of("%n%" + side + "s", classes.get(c)));
      for (int p = 0; p < counts.length; p++) {
        String count = counts[c][p] == 0 ? "." : Integer.toString(counts[c][p]);
        text.append(Text.of("%" + wide(classes.get(p)) + "s", count));
      }
    }
    return text.toString();
  }

  private static int wide(String name) {
    return Math.max(6, name.length() + 1);
  }
}
