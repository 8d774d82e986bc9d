package kilonet.data;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import kilonet.text.Text;

/**
 * What lies in a folder of classes.
 *
 * @param classes what they are called, in order
 * @param files all files, class by class, in the order of their paths
 */
record ClassFolders(List<String> classes, List<LabelledFile> files) {

  /** What systems leave behind where people look at pictures. */
  private static final Set<String> LEFT_BEHIND = Set.of("Thumbs.db", "desktop.ini");

  /**
   * Looks into a folder.
   *
   * @param folder holds a folder for each class
   * @param known the classes that there may be, in order; null for those of the folder
   * @throws DataException if there is no such folder, it holds fewer than two classes or more than
   *     a label can tell, one that is not known, or a class without files
   */
  static ClassFolders in(Path folder, List<String> known) {
    List<Path> folders = folders(folder);
    List<String> names = folders.stream().map(f -> f.getFileName().toString()).toList();
    requireLegible(folder, names);
    List<String> classes = known == null ? names : known;
    if (classes.size() < 2 || classes.size() > PictureForm.MOST_CLASSES) {
      throw new DataException(
          Text.of(
              "%s: 2 to %d folders, one for each class of pictures, were expected, but there %s %d.",
              folder, PictureForm.MOST_CLASSES, names.size() == 1 ? "is" : "are", names.size()));
    }
    List<LabelledFile> files = new ArrayList<>();
    for (Path each : folders) {
      String name = each.getFileName().toString();
      int label = classes.indexOf(name);
      if (label < 0) {
        throw new DataException(
            Text.of(
                "%s: the classes %s were expected, but there is a folder %s.",
                folder, String.join(", ", classes), name));
      }
      List<Path> own = files(each);
      if (own.isEmpty()) {
        throw new DataException(
            Text.of("%s: pictures of class %s were expected, but there is none.", each, name));
      }
      own.forEach(file -> files.add(new LabelledFile(file, label)));
    }
    if (files.isEmpty()) {
      throw new DataException(Text.of("%s: pictures were expected, but there is none.", folder));
    }
    return new ClassFolders(classes, files);
  }

  /** Names whose letters this Java cannot read would be other names elsewhere. */
  private static void requireLegible(Path folder, List<String> names) {
    for (String name : names) {
      if (!Text.isLegible(name)) {
        throw new DataException(
            Text.of(
                "%s: the name of the folder %s has letters that Java does not read in this locale: set"
                    + " LC_ALL=C.UTF-8, or rename it.",
                folder, name));
      }
    }
  }

  private static List<Path> folders(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new DataException(
          Text.of(
              "%s: a folder of pictures was expected to be there, but %s.",
              folder, Files.exists(folder) ? "this is no folder" : "there is none"));
    }
    try (Stream<Path> inside = Files.list(folder)) {
      return sorted(inside.filter(Files::isDirectory).filter(each -> !isHidden(each)));
    } catch (IOException e) {
      throw unreadable(folder, e);
    }
  }

  private static List<Path> files(Path folder) {
    try (Stream<Path> inside = Files.walk(folder, FileVisitOption.FOLLOW_LINKS)) {
      return sorted(
          inside
              .filter(each -> !Files.isDirectory(each))
              .filter(each -> !isHidden(each))
              .filter(each -> !LEFT_BEHIND.contains(each.getFileName().toString())));
    } catch (IOException e) {
      throw unreadable(folder, e);
    } catch (UncheckedIOException e) {
      throw unreadable(folder, e.getCause());
    }
  }

  /** By characters, the same on every system. */
  private static List<Path> sorted(Stream<Path> paths) {
    return paths.sorted(Comparator.comparing(path -> path.toString().replace('\\', '/'))).toList();
  }

  private static boolean isHidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  private static DataException unreadable(Path folder, IOException e) {
    return new DataException(
        Text.of("%s: the folder cannot be read (%s).", folder, Text.reason(e)), e);
  }
}
