package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** {@code %jars}: adds jars of the file system. */
final class JarsMagic implements Magic {
  private final Jars jars;

  JarsMagic(Jars jars) {
    this.jars = jars;
  }

  @Override
  public List<String> names() {
    return List.of("jars");
  }

  @Override
  public String help() {
    return "%jars FILE_OR_PATTERN…: adds jars or folders, such as lib/*.jar, to the class path.";
  }

  @Override
  public Object run(Call call) throws IOException {
    List<Path> found = new ArrayList<>();
    for (String word : Words.of(call.argument())) {
      List<Path> matching = FilePatterns.matching(word);
      if (matching.isEmpty()) {
        // No failure: notebooks name jars for one machine and another, and go on without.
        System.err.println(
            "No file matches " + word + " in " + Path.of("").toAbsolutePath() + "; none is added.");
      }
      found.addAll(matching);
      for (Path path : matching) {
        if (Files.isDirectory(path)) {
          // A folder of classes, or of jars.
          found.addAll(FilePatterns.matching(path + "/*.jar"));
        }
      }
    }
    jars.add(found);
    found.forEach(path -> System.out.println("added " + path));
    return Added.of(found);
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
