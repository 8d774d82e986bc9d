package kilonet.kernel.debug;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What values consist of, under numbers by which front ends ask for it. */
final class Values {
  /** More parts of a value than this nobody looks at. */
  private static final int PARTS = 200;

  private static final int CHARACTERS = 1000;

  private final List<Map<String, Object>> known = new ArrayList<>();

  /** Forgets all numbers. */
  synchronized void clear() {
    known.clear();
  }

  /** The number of a group of values. */
  synchronized int group(Map<String, Object> parts) {
    known.add(parts);
    return known.size();
  }

  private synchronized Map<String, Object> parts(int number) {
    return number < 1 || number > known.size() ? Map.of() : known.get(number - 1);
  }

  /** The values of a group, as the protocol writes them. */
  List<Object> variables(int number) {
    List<Object> all = new ArrayList<>();
    parts(number).forEach((name, value) -> all.add(variable(name, value)));
    return all;
  }

  /** A value as the protocol writes it. */
  Map<String, Object> variable(String name, Object value) {
    Map<String, Object> variable = new LinkedHashMap<>();
    variable.put("name", name);
    variable.put("evaluateName", name);
    variable.put("value", text(value));
    Map<String, Object> parts = parts(value);
    if (!parts.isEmpty()) {
      // JupyterLab shows a type in the value's place: so it is told where there is more to open.
      variable.put("type", value.getClass().getTypeName());
    }
    variable.put("variablesReference", parts.isEmpty() ? 0 : group(parts));
    return variable;
  }

  /** A value in a line. */
  static String text(Object value) {
    try {
      String text = value instanceof String string ? '"' + string + '"' : plain(value);
      return text.length() > CHARACTERS ? text.substring(0, CHARACTERS) + "…" : text;
    } catch (RuntimeException | StackOverflowError | LinkageError e) {
      // What turns it into text is the user's.
      return value.getClass().getTypeName() + " (toString fails: " + e + ")";
    }
  }

  private static String plain(Object value) {
    if (value == null || !value.getClass().isArray()) {
      return String.valueOf(value);
    }
    int length = Array.getLength(value);
    String type = value.getClass().getComponentType().getTypeName();
    return type + "[" + length + "]";
  }

  private static Map<String, Object> parts(Object value) {
    Map<String, Object> parts = new LinkedHashMap<>();
    if (value == null
        || value instanceof CharSequence
        || value instanceof Number
        || value instanceof Boolean
        || value instanceof Character
        || value instanceof Enum<?>
        || value instanceof Class<?>) {
      return parts;
    }
    try {
      if (value.getClass().isArray()) {
        for (int i = 0; i < Math.min(PARTS, Array.getLength(value)); i++) {
          parts.put("[" + i + "]", Array.get(value, i));
        }
      } else if (value instanceof Map<?, ?> map) {
        map.entrySet().stream()
            .limit(PARTS)
            .forEach(entry -> parts.put("[" + text(entry.getKey()) + "]", entry.getValue()));
      } else if (value instanceof java.util.Collection<?> all) {
        all.stream().limit(PARTS).forEach(each -> parts.put("[" + parts.size() + "]", each));
      } else if (value instanceof Optional<?> optional) {
        optional.ifPresent(present -> parts.put("value", present));
      } else {
        fields(value, parts);
      }
    } catch (RuntimeException e) {
      parts.put("(more)", e);
    }
    return parts;
  }

  private static void fields(Object value, Map<String, Object> parts) {
    for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && field.trySetAccessible()) {
          try {
            parts.putIfAbsent(field.getName(), field.get(value));
          } catch (IllegalAccessException e) {
            // Nobody may look at it.
          }
        }
      }
    }
  }
}
