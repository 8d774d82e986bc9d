package kilonet.kernel.render;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import kilonet.kernel.Timing;

/** Records as tables of their components. */
@Shows("java.lang.Record")
public final class RecordRenderer implements Renderer<Record> {
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
    return MimeBundle.of("text/html", Html.table(List.of(), rows, ""));
  }

  static String value(RecordComponent component, Object value) {
    try {
      component.getAccessor().setAccessible(true);
      return String.valueOf(component.getAccessor().invoke(value));
    } catch (ReflectiveOperationException | RuntimeException e) {
      return "?";
    }
  }
}
