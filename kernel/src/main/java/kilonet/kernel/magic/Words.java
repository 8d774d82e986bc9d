package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Splits a magic's argument; a word with blanks stands in quotes. */
final class Words {
  private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|'([^']*)'|(\\S+)");

  private Words() {}

  static List<String> of(String argument) {
    List<String> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(argument);
    while (matcher.find()) {
      for (int group = 1; group <= 3; group++) {
        if (matcher.group(group) != null) {
          words.add(matcher.group(group));
        }
      }
    }
    return words;
  }

  /** The argument that these words are, each in quotes where it needs them. */
  static String join(List<String> words) {
    return words.stream()
        .map(
            word ->
                !word.isEmpty() && word.matches("[^\\s\"']+")
                    ? word
                    : word.contains("\"") ? "'" + word + "'" : "\"" + word + "\"")
        .collect(Collectors.joining(" "));
  }

  /** A text as Java writes it. */
  static String quoted(String text) {
    return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
  }

  /** Blanks in place of all characters but the ends of lines. */
  static String blank(String text) {
    return text.replaceAll("[^\n]", " ");
  }

  /** Files whose path begins so. */
  static List<String> files(String start) {
    int slash = start.lastIndexOf('/') + 1;
    String folder = start.substring(0, slash);
    try (Stream<Path> files = Files.list(Path.of(folder.isEmpty() ? "." : folder))) {
      return files
          .map(file -> folder + file.getFileName() + (Files.isDirectory(file) ? "/" : ""))
          .filter(name -> name.startsWith(start))
          .sorted()
          .toList();
    } catch (IOException | InvalidPathException e) {
      return List.of();
    }
  }
}
