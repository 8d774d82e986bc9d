package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import kilonet.kernel.repl.Repl;

/** {@code %jars}: adds jars of the file system. */
final class JarsMagic implements Magic {
  private final Jars jars;

  JarsMagic(Jars jars) {
    this.jars = jars;
  }

  @Override
  public String name() {
    return "jars";
  }

  @Override
  public String help() {
    return "%jars FILE_OR_PATTERN…: adds jars or folders, such as lib/*.jar, to the class path.";
  }

  @Override
  public Object run(Call call) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String word : Words.of(call.argument())) {
      List<Path> matching = matching(word);
      if (matching.isEmpty()) {
        throw new MagicFailure(
            "No file matches " + word + " in " + Path.of("").toAbsolutePath() + ".");
      }
      found.addAll(matching);
    }
    jars.add(found);
    found.forEach(path -> System.out.println("added " + path));
    return Repl.NOTHING;
  }

  private static List<Path> matching(String word) throws IOException {
    if (!word.matches(".*[*?\\[{].*")) {
      Path path = Path.of(word).toAbsolutePath();
      return Files.exists(path) ? List.of(path) : List.of();
    }
    int slash = word.lastIndexOf('/');
    Path folder = Path.of(slash < 0 ? "." : word.substring(0, slash + 1)).toAbsolutePath();
    PathMatcher matcher =
        FileSystems.getDefault().getPathMatcher("glob:" + word.substring(slash + 1));
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> matcher.matches(file.getFileName()))
          .map(Path::normalize)
          .sorted()
          .toList();
    }
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
