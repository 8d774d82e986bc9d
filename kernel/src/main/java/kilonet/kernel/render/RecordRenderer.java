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
  /** Characters of a value in plain text. */
  private static final int WIDTH = 120;

  /** Items of a list that are written out. */
  private static final int ITEMS = 20;

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
    int longest = 0;
    for (RecordComponent component : value.getClass().getRecordComponents()) {
      rows.add(List.of(component.getName(), value(component, value)));
      longest = Math.max(longest, component.getName().length());
    }
    StringBuilder text = new StringBuilder(value.getClass().getSimpleName());
    for (List<String> row : rows) {
      String shown = row.get(1).replace("\n", " ");
      text.append("\n  ")
          .append(row.get(0))
          .append(" ".repeat(longest - row.get(0).length() + 2))
          .append(shown.length() > WIDTH ? shown.substring(0, WIDTH) + "…" : shown);
    }
    String own = value.toString();
    boolean generated =
        own.startsWith(value.getClass().getSimpleName() + "[" + rows.get(0).get(0) + "=");
    return MimeBundle.of("text/html", Html.table(List.of(), rows, ""))
        .with("text/plain", generated ? text.toString() : own);
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
