package kilonet.kernel.render;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;

/** Maps as tables of at most 50 entries. */
@SuppressWarnings("rawtypes")
@Shows("java.util.Map")
public final class MapRenderer implements Renderer<Map> {
  private static final int ENTRIES = 50;

  /** A renderer. */
  public MapRenderer() {}

  @Override
  public Class<Map> type() {
    return Map.class;
  }

  @Override
  public MimeBundle render(Map value) {
    List<List<String>> rows = new ArrayList<>();
    for (Object item : value.entrySet()) {
      if (rows.size() == ENTRIES) {
        break;
      }
      Map.Entry<?, ?> entry = (Map.Entry<?, ?>) item;
      rows.add(List.of(String.valueOf(entry.getKey()), String.valueOf(entry.getValue())));
    }
    String leftOut =
        value.size() > ENTRIES ? "… " + (value.size() - ENTRIES) + " more entries" : "";
    return MimeBundle.of("text/html", Html.table(List.of("key", "value"), rows, leftOut));
  }
}
