package kilonet.kernel;

import java.util.Locale;
import java.util.Map;

/** The names of the forms that values are shown in: MIME types, and short ones. */
final class Forms {
  private static final Map<String, String> SHORT =
      Map.ofEntries(
          Map.entry("text", "text/plain"),
          Map.entry("html", "text/html"),
          Map.entry("md", "text/markdown"),
          Map.entry("markdown", "text/markdown"),
          Map.entry("latex", "text/latex"),
          Map.entry("json", "application/json"),
          Map.entry("svg", "image/svg+xml"),
          Map.entry("png", "image/png"),
          Map.entry("jpg", "image/jpeg"),
          Map.entry("jpeg", "image/jpeg"),
          Map.entry("gif", "image/gif"));

  private Forms() {}

  /** Whether a text names one. */
  static boolean isForm(String name) {
    return mime(name).matches("(text|image|application|audio|video)/[\\w.+-]+");
  }

  /** The MIME type that a name stands for; itself where it is no short one. */
  static String mime(String name) {
    return SHORT.getOrDefault(name.toLowerCase(Locale.ROOT), name);
  }
}
