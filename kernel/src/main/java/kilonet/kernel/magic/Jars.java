package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.repl.Repl;

/**
 * Puts jars on the notebook's class path. A version that is asked for takes the place of another
 * one, as long as nothing of that has been loaded.
 */
final class Jars {
  /** What a jar holds that binds slf4j to a way of logging; the kernel's own gives way. */
  private static final List<String> BINDINGS =
      List.of(
          "META-INF/services/org.slf4j.spi.SLF4JServiceProvider",
          "org/slf4j/impl/StaticLoggerBinder.class");

  private final Repl repl;
  private final Rendering rendering;

  /** The artifacts that the notebook has added. */
  private final Map<Path, Artifact> added = new HashMap<>();

  Jars(Repl repl, Rendering rendering) {
    this.repl = repl;
    this.rendering = rendering;
  }

  /**
   * A jar of a Maven repository.
   *
   * @param group its group
   * @param artifact its name without version
   * @param classifier may be empty
   * @param version its version
   * @param file where it is
   */
  record Artifact(String group, String artifact, String classifier, String version, Path file) {
    String id() {
      return group + ":" + artifact + ":" + classifier;
    }
  }

  /** Adds jars and folders. */
  void add(List<Path> paths) {
    for (Path path : paths) {
      giveWayToBinding(path);
    }
    repl.addToClassPath(paths);
    rendering.lookAgain();
  }

  /** Adds artifacts and says so; returns their files. */
  Added addArtifacts(List<Artifact> artifacts) {
    List<String> said = new ArrayList<>();
    List<Path> fresh = new ArrayList<>();
    for (Artifact artifact : artifacts) {
      String name = artifact.file().getFileName().toString();
      Optional<Path> present = present(artifact);
      if (present.isEmpty()) {
        fresh.add(artifact.file());
        added.put(artifact.file(), artifact);
        said.add("added " + name);
      } else if (!present.get().getFileName().toString().equals(name)) {
        if (repl.removeFromClassPath(present.get())) {
          fresh.add(artifact.file());
          added.put(artifact.file(), artifact);
          said.add("added " + name + " in place of " + present.get().getFileName());
        } else {
          said.add(
              name
                  + " was not added: "
                  + present.get().getFileName()
                  + " is in use already and stays until the kernel is restarted");
        }
      }
    }
    add(fresh);
    (said.isEmpty() ? List.of("everything was on the class path already") : said)
        .forEach(System.out::println);
    return Added.of(artifacts.stream().map(Artifact::file).toList());
  }

  private Optional<Path> present(Artifact wanted) {
    return repl.classPath().stream()
        .filter(
            path ->
                added.containsKey(path)
                    ? added.get(path).id().equals(wanted.id())
                    : isBundled(path, wanted))
        .findFirst();
  }

  /** Whether a jar that came with the kernel is another version of an artifact. */
  private static boolean isBundled(Path path, Artifact wanted) {
    String classified = wanted.classifier().isEmpty() ? "" : "-" + wanted.classifier();
    String start = wanted.artifact() + "-";
    String name = String.valueOf(path.getFileName());
    return name.startsWith(start)
        && name.endsWith(classified + ".jar")
        && name.length() > start.length()
        && Character.isDigit(name.charAt(start.length()))
        && (!classified.isEmpty() || plainVersion(name, start))
        && mayBeOf(path, wanted);
  }

  /** Whether what follows the artifact's name is a version and no classifier. */
  private static boolean plainVersion(String name, String start) {
    String version = name.substring(start.length(), name.length() - ".jar".length());
    return !version.matches(".*-(linux|macosx|windows|android|ios|natives).*");
  }

  /** Whether a jar belongs to a group; one that does not say so is taken to. */
  private static boolean mayBeOf(Path jar, Artifact wanted) {
    Set<String> groups = new TreeSet<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      zip.stream()
          .map(entry -> entry.getName().split("/"))
          .filter(
              parts ->
                  parts.length == 5
                      && parts[0].equals("META-INF")
                      && parts[1].equals("maven")
                      && parts[3].equals(wanted.artifact()))
          .forEach(parts -> groups.add(parts[2]));
    } catch (IOException e) {
      return true;
    }
    if (!groups.isEmpty()) {
      return groups.contains(wanted.group());
    }
    // Maven's local repository has the group as folders.
    Path folder = Path.of(wanted.group().replace('.', '/'), wanted.artifact());
    Path two = jar.toAbsolutePath().getParent().getParent();
    boolean repository =
        two != null && two.endsWith(wanted.artifact()) && Files.isDirectory(two.getParent());
    return !repository || two.endsWith(folder);
  }

  private void giveWayToBinding(Path path) {
    if (!Files.isRegularFile(path)) {
      return;
    }
    try (ZipFile zip = new ZipFile(path.toFile())) {
      if (BINDINGS.stream().allMatch(entry -> zip.getEntry(entry) == null)) {
        return;
      }
    } catch (IOException e) {
      return;
    }
    for (Path own : List.copyOf(repl.classPath())) {
      String name = String.valueOf(own.getFileName());
      if (name.startsWith("slf4j-simple-") && !added.containsKey(own) && !own.equals(path)) {
        if (!repl.removeFromClassPath(own)) {
          System.out.println(
              path.getFileName()
                  + " will not log: something has been logged by "
                  + name
                  + " already; add it before, in a fresh kernel");
        }
      }
    }
  }
}
