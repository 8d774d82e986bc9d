package kilonet.export;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A text with gaps: {@code @name@} is replaced by what belongs there, and a line that begins with
 * {@code @case } is kept, without that, where the case applies.
 */
final class Template {

  private final String text;
  private final Map<String, String> values = new LinkedHashMap<>();

  private Template(String text) {
    this.text = text;
  }

  /** A resource beside this class. */
  static Template of(String name) {
    try (InputStream in = Template.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("The resource " + name + " is missing: build again.");
      }
      return new Template(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What belongs in a gap; it may have gaps of its own that are set later. */
  Template set(String name, Object value) {
    values.put(name, String.valueOf(value));
    return this;
  }

  /**
   * The whole text.
   *
   * @param all the cases there are
   * @param some those that apply
   */
  String filled(Set<String> all, Set<String> some) {
    String result =
        text.lines()
            .map(line -> kept(line, all, some))
            .filter(line -> line != null)
            .collect(Collectors.joining("\n", "", "\n"));
    for (Map.Entry<String, String> value : values.entrySet()) {
      result = result.replace("@" + value.getKey() + "@", value.getValue());
    }
    return result;
  }

  private static String kept(String line, Set<String> all, Set<String> some) {
    for (String one : all) {
      if (line.startsWith("@" + one + " ")) {
        return some.contains(one) ? kept(line.substring(one.length() + 2), all, some) : null;
      }
    }
    return line;
  }
}
