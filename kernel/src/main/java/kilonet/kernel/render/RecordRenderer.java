package kilonet.kernel.render;

import java.lang.reflect.Array;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import kilonet.kernel.Timing;

/**
 * Records as tables of their components, and of what they derive of them and mark as a property for
 * Jackson ({@code @JsonGetter}); long values are cut, lists of records counted.
 */
@Shows("java.lang.Record")
public final class RecordRenderer implements Renderer<Record> {
  /** Items of a list that are written out. */
  private static final int ITEMS = 20;

  /** Characters that a line may have; a {@code StoredResult}, which reports look for, has 250. */
  private static final int LINE = 400;

  /** By name: whoever wrote the record has a Jackson of their own. */
  private static final String GETTER = "com.fasterxml.jackson.annotation.JsonGetter";

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
    derived(value.getClass()).forEach(m -> rows.add(List.of(m.getName(), value(m, value))));
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

  /** What a record derives of its components and marks as a property, in the order of names. */
  private static List<Method> derived(Class<?> record) {
    return Stream.of(record.getDeclaredMethods())
        .filter(m -> m.getParameterCount() == 0 && !Modifier.isStatic(m.getModifiers()))
        .filter(
            m ->
                Stream.of(m.getAnnotations())
                    .anyMatch(a -> a.annotationType().getName().equals(GETTER)))
        .sorted(Comparator.comparing(Method::getName))
        .toList();
  }

  static String value(RecordComponent component, Object value) {
    return value(component.getAccessor(), value);
  }

  private static String value(Method accessor, Object value) {
    try {
      accessor.setAccessible(true);
      return text(accessor.invoke(value));
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
