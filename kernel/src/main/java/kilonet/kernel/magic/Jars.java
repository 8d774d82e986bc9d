package kilonet.kernel.magic;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.jupyter.Rendering;
import kilonet.kernel.repl.Repl;

/** Puts jars on the notebook's class path, except those that are there already. */
final class Jars {
  private final Repl repl;
  private final Rendering rendering;

  Jars(Repl repl, Rendering rendering) {
    this.repl = repl;
    this.rendering = rendering;
  }

  /**
   * A jar of a Maven repository.
   *
   * @param artifact its name without version
   * @param classifier may be empty
   * @param version its version
   * @param file where it is
   */
  record Artifact(String artifact, String classifier, String version, Path file) {}

  /** Adds jars and folders. */
  void add(List<Path> paths) {
    repl.addToClassPath(paths);
    rendering.lookAgain();
  }

  /**
   * Adds artifacts; of those that are on the class path in another version, that version stays.
   *
   * @return what is to be said about it
   */
  List<String> addArtifacts(List<Artifact> artifacts) {
    List<String> said = new ArrayList<>();
    List<Path> fresh = new ArrayList<>();
    for (Artifact artifact : artifacts) {
      String present = present(artifact);
      if (present == null) {
        fresh.add(artifact.file());
        said.add("added " + artifact.file().getFileName());
      } else if (!present.equals(artifact.file().getFileName().toString())) {
        said.add(
            artifact.file().getFileName()
                + " was not added: "
                + present
                + " is on the class path already and stays until the kernel is restarted");
      }
    }
    add(fresh);
    return said.isEmpty() ? List.of("everything was on the class path already") : said;
  }

  private String present(Artifact artifact) {
    String classified = artifact.classifier().isEmpty() ? "" : "-" + artifact.classifier();
    String start = artifact.artifact() + "-";
    for (Path path : repl.classPath()) {
      String name = String.valueOf(path.getFileName());
      if (name.startsWith(start)
          && name.endsWith(classified + ".jar")
          && name.length() > start.length()
          && Character.isDigit(name.charAt(start.length()))
          && (!classified.isEmpty() || plainVersion(name, start))) {
        return name;
      }
    }
    return null;
  }

  /** Whether what follows the artifact's name is a version and no classifier. */
  private static boolean plainVersion(String name, String start) {
    String version = name.substring(start.length(), name.length() - ".jar".length());
    return !version.matches(".*-(linux|macosx|windows|android|ios|natives).*");
  }
}
