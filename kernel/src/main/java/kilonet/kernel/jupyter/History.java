package kilonet.kernel.jupyter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kilonet.kernel.content.Json;

/** The cells that were run, of this session and of earlier ones. Bounded. */
final class History {
  /** Cells that are kept in the file. */
  static final int LIMIT = 5000;

  private record Entry(int session, int line, String input, String output) {
    Object triple(boolean withOutput) {
      List<Object> pair = new ArrayList<>();
      pair.add(input);
      pair.add(output);
      return List.of(session, line, withOutput ? pair : input);
    }
  }

  private final Path file;
  private final List<Entry> entries = new ArrayList<>();
  private int session = 1;
  private boolean read;
  private boolean writable;

  /**
   * A history that is read when it is first needed; a file that cannot be read or written is left
   * alone.
   *
   * @param file may be missing
   */
  History(Path file) {
    this.file = file;
  }

  /** Reads the history of earlier sessions, unless that is done. */
  private void read() {
    if (read) {
      return;
    }
    read = true;
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      if (Files.exists(file)) {
        load();
      }
      writable = true;
    } catch (IOException e) {
      Log.warn("The history " + file + " cannot be used: " + e);
    }
  }

  private void load() throws IOException {
    List<String> lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    for (String line : lines.subList(Math.max(0, lines.size() - LIMIT), lines.size())) {
      try {
        Map<String, Object> entry = Json.object(line.getBytes(StandardCharsets.UTF_8));
        if (entry.get("session") instanceof Number of
            && entry.get("line") instanceof Number at
            && entry.get("input") instanceof String input) {
          entries.add(
              new Entry(
                  of.intValue(),
                  at.intValue(),
                  input,
                  entry.get("output") instanceof String output ? output : null));
        }
      } catch (IOException e) {
        // Another kernel was killed while it wrote this line.
      }
    }
    session = entries.stream().mapToInt(Entry::session).max().orElse(0) + 1;
    if (lines.size() > 2 * LIMIT) {
      Path fresh = Files.createTempFile(file.toAbsolutePath().getParent(), "history", ".tmp");
      Files.write(fresh, entries.stream().map(History::line).toList());
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static String line(Entry entry) {
    Map<String, Object> members = new LinkedHashMap<>();
    members.put("session", entry.session());
    members.put("line", entry.line());
    members.put("input", entry.input());
    if (entry.output() != null) {
      members.put("output", entry.output());
    }
    return Json.text(members);
  }

  /** Adds a cell; the output is its value's text, or null. */
  synchronized void add(int line, String input, String output) {
    read();
    Entry entry = new Entry(session, line, input, output);
    entries.add(entry);
    if (entries.size() > 2 * LIMIT) {
      entries.subList(0, LIMIT).clear();
    }
    if (writable) {
      try {
        Files.writeString(
            file, line(entry) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        writable = false;
        Log.warn("The history " + file + " cannot be written: " + e);
      }
    }
  }

  /** The content of the reply to a history_request. */
  synchronized Map<String, Object> answer(Message request) {
    read();
    boolean output = request.flag("output", false);
    List<Entry> found =
        switch (request.text("hist_access_type", "tail")) {
          case "range" -> range(request);
          case "search" -> search(request);
          default -> last(entries, request.number("n", 10));
        };
    Map<String, Object> content = Outbox.ok();
    content.put(
        "history", found.stream().map(entry -> entry.triple(output)).collect(Collectors.toList()));
    return content;
  }

  private List<Entry> range(Message request) {
    int wanted = request.number("session", 0);
    int of = wanted <= 0 ? session + wanted : wanted;
    int start = request.number("start", 0);
    int stop = request.number("stop", Integer.MAX_VALUE);
    return entries.stream()
        .filter(entry -> entry.session() == of && entry.line() >= start && entry.line() < stop)
        .toList();
  }

  private List<Entry> search(Message request) {
    String pattern = request.text("pattern", "*");
    List<Entry> found = entries.stream().filter(entry -> fits(entry.input(), pattern)).toList();
    if (request.flag("unique", false)) {
      Map<String, Entry> latest = new LinkedHashMap<>();
      for (Entry entry : found) {
        latest.remove(entry.input());
        latest.put(entry.input(), entry);
      }
      found = List.copyOf(latest.values());
    }
    return last(found, request.number("n", Integer.MAX_VALUE));
  }

  private static List<Entry> last(List<Entry> entries, int n) {
    return List.copyOf(
        entries.subList(Math.max(0, entries.size() - Math.max(0, n)), entries.size()));
  }

  /** Whether a text is what a pattern of the shell describes, in time that grows with both. */
  private static boolean fits(String text, String pattern) {
    int at = 0;
    int p = 0;
    int star = -1;
    int starredFrom = 0;
    while (at < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        star = p++;
        starredFrom = at;
      } else if (p < pattern.length()
          && (pattern.charAt(p) == '?' || pattern.charAt(p) == text.charAt(at))) {
        p++;
        at++;
      } else if (star >= 0) {
        p = star + 1;
        at = ++starredFrom;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
