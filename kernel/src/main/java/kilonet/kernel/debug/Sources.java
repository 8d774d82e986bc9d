package kilonet.kernel.debug;

import java.io.File;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The cells' sources under the paths by which front ends know them. */
final class Sources {
  static final int SEED = 0xc70f6907;
  static final String SUFFIX = ".java";

  /** Cells whose source is remembered. */
  private static final int LIMIT = 2000;

  private final String prefix =
      System.getProperty("java.io.tmpdir")
          + File.separator
          + "kilonet_"
          + ProcessHandle.current().pid()
          + File.separator;
  private final Map<String, String> sources =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > LIMIT;
        }
      };

  /** What all paths begin with. */
  String prefix() {
    return prefix;
  }

  /** The path of a cell, whose source is remembered. */
  synchronized String path(String code) {
    String path = prefix + Murmur.hash(code, SEED) + SUFFIX;
    sources.put(path, code);
    return path;
  }

  /** The source of a cell; null for one that nobody has told of. */
  synchronized String code(String path) {
    return sources.get(path);
  }

  /** The first line from a wanted one on that is neither blank nor a comment; 0 for none. */
  static int lineWithCode(String code, int wanted) {
    List<String> lines = code.lines().toList();
    for (int i = Math.max(1, wanted); i <= lines.size(); i++) {
      String line = lines.get(i - 1).strip();
      if (!line.isEmpty() && !line.startsWith("//") && !line.matches("[{}\\s]*")) {
        return i;
      }
    }
    return 0;
  }
}
