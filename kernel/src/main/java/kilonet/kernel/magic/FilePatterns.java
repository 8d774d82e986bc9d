package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** Files and folders by patterns such as {@code lib/*.jar}. */
public final class FilePatterns {
  private static final String SPECIAL = ".*[*?\\[{].*";

  private FilePatterns() {}

  /**
   * The files that a pattern describes.
   *
   * @param pattern a path in which {@code *} stands for a part of a name, {@code **} for any
   *     folders and {@code ?} for a character; a slash at its end means all that is in the folder
   * @return absolute paths in order; empty where nothing fits
   * @throws IOException if a folder cannot be read
   * @throws MagicFailure if the pattern is none
   */
  public static List<Path> matching(String pattern) throws IOException {
    String home = System.getProperty("user.home").replace('\\', '/');
    String wanted = pattern.startsWith("~/") ? home + pattern.substring(1) : pattern;
    if (wanted.length() > 1 && wanted.endsWith("/")) {
      wanted += "*";
    }
    if (!wanted.matches(SPECIAL)) {
      Path path = Path.of(wanted).toAbsolutePath().normalize();
      return Files.exists(path) ? List.of(path) : List.of();
    }
    // The folder up to which nothing is left open.
    int open = 0;
    for (int slash = wanted.indexOf('/');
        slash >= 0 && !wanted.substring(0, slash).matches(SPECIAL);
        slash = wanted.indexOf('/', slash + 1)) {
      open = slash + 1;
    }
    Path folder = Path.of(open == 0 ? "." : wanted.substring(0, open)).toAbsolutePath().normalize();
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    String rest = wanted.substring(open);
    PathMatcher matcher = matcher(pattern, rest);
    int depth = rest.contains("**") ? Integer.MAX_VALUE : rest.split("/").length;
    try (Stream<Path> files = Files.walk(folder, depth)) {
      return files
          .filter(file -> !file.equals(folder) && matcher.matches(folder.relativize(file)))
          .sorted()
          .toList();
    }
  }

  private static PathMatcher matcher(String pattern, String rest) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + rest);
    } catch (PatternSyntaxException e) {
      throw new MagicFailure(
          pattern
              + " is no pattern: "
              + e.getDescription()
              + "; put a backslash before a bracket or brace that is part of a name.");
    }
  }
}
