package kilonet.kernel.content;

import java.lang.reflect.Array;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;

/** Values as text of bounded length. */
final class PlainText {
  private static final int CHARACTERS = 50_000;
  private static final int ITEMS = 1000;

  private PlainText() {}

  /** The text of a value. */
  static String of(Object value) {
    if (value instanceof CharSequence text) {
      return text.toString();
    }
    StringBuilder out = new StringBuilder();
    append(out, value, new IdentityHashMap<>());
    if (out.length() > CHARACTERS) {
      int left = out.length() - CHARACTERS;
      out.setLength(CHARACTERS);
      out.append("… (").append(left).append(" characters more)");
    }
    return out.toString();
  }

  private static void append(StringBuilder out, Object value, Map<Object, Object> above) {
    if (out.length() > CHARACTERS) {
      return;
    }
    boolean array = value != null && value.getClass().isArray();
    boolean collection = value instanceof Collection<?> && isJdk(value);
    boolean map = value instanceof Map<?, ?> && isJdk(value);
    if (!array && !collection && !map) {
      out.append(value);
      return;
    }
    if (above.put(value, value) != null) {
      out.append("(this one)");
      return;
    }
    if (array) {
      int length = Array.getLength(value);
      out.append('[');
      for (int i = 0; i < length && more(out, i, length); i++) {
        append(out, Array.get(value, i), above);
      }
      out.append(']');
    } else if (collection) {
      Collection<?> items = (Collection<?>) value;
      int i = 0;
      out.append('[');
      for (Iterator<?> it = items.iterator(); it.hasNext() && more(out, i, items.size()); i++) {
        append(out, it.next(), above);
      }
      out.append(']');
    } else {
      Map<?, ?> entries = (Map<?, ?>) value;
      int i = 0;
      out.append('{');
      for (var it = entries.entrySet().iterator();
          it.hasNext() && more(out, i, entries.size());
          i++) {
        Map.Entry<?, ?> entry = it.next();
        append(out, entry.getKey(), above);
        out.append('=');
        append(out, entry.getValue(), above);
      }
      out.append('}');
    }
    above.remove(value);
  }

  private static boolean isJdk(Object value) {
    return value.getClass().getClassLoader() == null;
  }

  /** Separates items; says how many are left where the limit is reached. */
  private static boolean more(StringBuilder out, int i, int length) {
    if (i > 0) {
      out.append(", ");
    }
    if (i < ITEMS && out.length() <= CHARACTERS) {
      return true;
    }
    out.append("… ").append(length - i).append(" more");
    return false;
  }
}
