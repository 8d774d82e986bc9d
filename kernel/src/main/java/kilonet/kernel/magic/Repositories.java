package kilonet.kernel.magic;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The Maven repositories that a notebook has added, by their names. */
final class Repositories {
  private final Map<String, String> urls = new LinkedHashMap<>();

  void add(String id, String url) {
    urls.put(id, url);
  }

  /**
   * Those that are asked besides Maven Central and those of settings.xml.
   *
   * @param more names of known ones, or addresses of others
   * @return addresses by name
   */
  Map<String, String> all(List<String> more) {
    Map<String, String> all = new LinkedHashMap<>();
    for (String word : more) {
      if (!urls.containsKey(word)) {
        all.put("notebook" + all.size(), word);
      }
    }
    all.putAll(urls);
    return all;
  }
}
