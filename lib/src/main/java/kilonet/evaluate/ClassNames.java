package kilonet.evaluate;

import java.util.Arrays;
import java.util.List;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.columns.Column;

/** Columns of classes: of numbers where these are their names, else of words. */
final class ClassNames {

  private ClassNames() {}

  static Column<?> column(String title, int[] outputs, List<String> classes) {
    boolean numbers =
        Arrays.stream(outputs).allMatch(c -> Integer.toString(c).equals(name(c, classes)));
    return numbers
        ? IntColumn.create(title, outputs)
        : StringColumn.create(title, Arrays.stream(outputs).mapToObj(c -> name(c, classes)));
  }

  /** An output beyond the classes has no name. */
  private static String name(int output, List<String> classes) {
    return output < classes.size() ? classes.get(output) : Integer.toString(output);
  }
}
