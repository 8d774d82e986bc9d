package kilonet.kernel.render;

import java.lang.reflect.Array;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import kilonet.kernel.Timing;

/** Records as tables of their components; long values are cut, lists of records counted. */
@Shows("java.lang.Record")
public final class RecordRenderer implements Renderer<Record> {
  /** Items of a list that are written out. */
  private static final int ITEMS = 20;

  /** Characters that a line may have; a {@code StoredResult}, which reports look for, has 250. */
  private static final int LINE = 400;

  /** A renderer. */
  public RecordRenderer() {}

  @Override
  public Class<Record> type() {
    return Record.class;
  }

  @Override
  public MimeBundle render(Record value) {
    if (value instanceof Timing || value.getClass().getRecordComponents().length == 0) {
      return MimeBundle.of("text/plain", value.toString());
    }
    List<List<String>> rows = new ArrayList<>();
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      rows.add(List.of(component.getName(), value(component, value)));
    }
    return MimeBundle.of("text/html", Html.table(List.of(), rows, ""))
        .with("text/plain", text(value, rows));
  }

  /** What the record says of itself; where every record would, at length, a line each component. */
  private static String text(Record value, List<List<String>> rows) {
    String whole = value.toString();
    boolean own = !whole.startsWith(value.getClass().getSimpleName() + "[");
    if (own || whole.length() <= LINE && !whole.contains("\n")) {
      return whole;
    }
    StringBuilder lines = new StringBuilder();
    for (List<String> row : rows) {
      String component = row.get(1);
      boolean several = component.strip().contains("\n");
      lines
          .append(lines.isEmpty() ? "" : "\n")
          .append(row.get(0))
          .append(several ? ":\n" + component.stripTrailing().indent(2) : ": " + component);
    }
    return lines.toString().replaceAll("\n+", "\n").stripTrailing();
  }

  static String value(RecordComponent component, Object value) {
    try {
      component.getAccessor().setAccessible(true);
      return text(component.getAccessor().invoke(value));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return "?";
    }
  }

  /** A value in a cell of a table. */
  private static String text(Object value) {
    if (value == null) {
      return "null";
    }
    List<Object> items = new ArrayList<>();
    int size;
    if (value.getClass().isArray()) {
      size = Array.getLength(value);
      for (int i = 0; i < Math.min(size, ITEMS); i++) {
        items.add(Array.get(value, i));
      }
    } else if (value instanceof Collection<?> collection) {
      size = collection.size();
      collection.stream().limit(ITEMS).forEach(items::add);
    } else {
      return String.valueOf(value);
    }
    if (size > 0 && items.get(0) instanceof Record first) {
      return size + " × " + first.getClass().getSimpleName();
    }
    List<String> texts = new ArrayList<>(items.stream().map(RecordRenderer::text).toList());
    if (size > items.size()) {
      texts.add("… " + (size - items.size()) + " more");
    }
    return texts.toString();
  }
}
