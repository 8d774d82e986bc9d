package kilonet.kernel.render;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;

/** Collections of records of one type as tables; other collections as text. */
@SuppressWarnings("rawtypes")
@Shows("java.util.Collection")
public final class RecordsRenderer implements Renderer<Collection> {
  private static final int ROWS = 50;

  /** A renderer. */
  public RecordsRenderer() {}

  @Override
  public Class<Collection> type() {
    return Collection.class;
  }

  @Override
  public MimeBundle render(Collection value) {
    Class<?> type = null;
    for (Object item : value) {
      if (item == null || !item.getClass().isRecord() || type != null && type != item.getClass()) {
        return new MimeBundle(Map.of(), Map.of());
      }
      type = item.getClass();
    }
    return type == null
        ? new MimeBundle(Map.of(), Map.of())
        : MimeBundle.of("text/html", table(type, value));
  }

  private static String table(Class<?> type, Collection<?> records) {
    RecordComponent[] components = type.getRecordComponents();
    List<List<String>> rows = new ArrayList<>();
    for (Object item : records) {
      if (rows.size() == ROWS) {
        break;
      }
      List<String> row = new ArrayList<>();
      for (RecordComponent component : components) {
        row.add(RecordRenderer.value(component, item));
      }
      rows.add(row);
    }
    String leftOut = records.size() > ROWS ? "… " + (records.size() - ROWS) + " more records" : "";
    return Html.table(
        Arrays.stream(components).map(RecordComponent::getName).toList(), rows, leftOut);
  }
}
