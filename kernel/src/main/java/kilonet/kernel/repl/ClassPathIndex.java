package kilonet.kernel.repl;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;

/**
 * Which classes a class path holds, package by package, for the compiler. The compiler's own way
 * opens every jar as a file system, which takes longer than all the rest of the start; here a jar
 * is opened when a package of it is asked for, and which packages it has may be known from a file.
 */
public final class ClassPathIndex {
  private static final String SUFFIX = ".class";
  private static final String PROCESSORS =
      "META-INF/services/javax.annotation.processing.Processor";

  private final List<Path> classPath = new ArrayList<>();

  /** What of it is a file, so that the system is not asked again for each class. */
  private final Set<Path> files = new HashSet<>();

  private final Map<Path, Set<String>> packages = new HashMap<>();
  private final Map<Path, Map<String, List<String>>> opened = new HashMap<>();
  private final Map<Path, ZipFile> jars = new HashMap<>();

  ClassPathIndex() {
    String file = System.getProperty("kilonet.packages");
    if (file != null) {
      try {
        for (String line : Files.readAllLines(Path.of(file), StandardCharsets.UTF_8)) {
          String[] words = line.split("\t");
          packages.put(Path.of(words[0]), new HashSet<>(List.of(words)));
        }
      } catch (IOException e) {
        // It saves time and nothing else.
      }
    }
  }

  /**
   * Writes down which packages some jars have.
   *
   * @param jars the jars
   * @param file what the property {@code kilonet.packages} will name
   * @throws IOException if one cannot be read or the file not be written
   */
  public static void write(List<Path> jars, Path file) throws IOException {
    List<String> lines = new ArrayList<>();
    for (Path jar : jars) {
      try (ZipFile zip = new ZipFile(jar.toFile())) {
        lines.add(jar + "\t" + String.join("\t", new TreeSet<>(entries(zip).keySet())));
      }
    }
    Files.write(file, lines);
  }

  /** Whether a jar or folder has annotation processors. */
  static boolean hasProcessors(Path path) {
    if (Files.isDirectory(path)) {
      return Files.isRegularFile(path.resolve(PROCESSORS));
    }
    try (ZipFile zip = new ZipFile(path.toFile())) {
      return zip.getEntry(PROCESSORS) != null;
    } catch (IOException e) {
      return false;
    }
  }

  synchronized void add(List<Path> paths) {
    classPath.addAll(paths);
    paths.stream().filter(Files::isRegularFile).forEach(files::add);
  }

  synchronized void remove(Path path) {
    classPath.remove(path);
    files.remove(path);
  }

  private boolean isFolder(Path path) {
    return !files.contains(path) && Files.isDirectory(path);
  }

  synchronized boolean hasPackage(String name) {
    return classPath.stream().anyMatch(path -> hasPackage(path, name));
  }

  private boolean hasPackage(Path path, String name) {
    return isFolder(path)
        ? Files.isDirectory(path.resolve(name.replace('.', '/')))
        : packages(path).contains(name);
  }

  private Set<String> packages(Path jar) {
    Set<String> known = packages.get(jar);
    return known != null ? known : entries(jar).keySet();
  }

  /** The simple names of the packages in a package. */
  synchronized Set<String> packagesBelow(String name) {
    Set<String> below = new TreeSet<>();
    for (Path path : classPath) {
      if (isFolder(path)) {
        try (Stream<Path> files = list(path.resolve(name.replace('.', '/')))) {
          files
              .filter(Files::isDirectory)
              .forEach(each -> below.add(each.getFileName().toString()));
        }
        continue;
      }
      for (String each : packages(path)) {
        if (each.startsWith(name + ".")) {
          String rest = each.substring(name.length() + 1);
          below.add(rest.contains(".") ? rest.substring(0, rest.indexOf('.')) : rest);
        }
      }
    }
    return below;
  }

  /** What a folder holds; nothing where it cannot be read. */
  private static Stream<Path> list(Path folder) {
    try {
      return Files.isDirectory(folder) ? Files.list(folder) : Stream.empty();
    } catch (IOException e) {
      return Stream.empty();
    }
  }

  /**
   * A class file.
   *
   * @param name its binary name
   * @return its bytes; null if there is none
   */
  synchronized byte[] bytes(String name) {
    String entry = name.replace('.', '/') + SUFFIX;
    String packageName = name.substring(0, Math.max(0, name.lastIndexOf('.')));
    for (Path path : classPath) {
      try {
        if (isFolder(path)) {
          if (Files.isRegularFile(path.resolve(entry))) {
            return Files.readAllBytes(path.resolve(entry));
          }
        } else if (hasPackage(path, packageName)
            && entries(path).getOrDefault(packageName, List.of()).contains(entry)) {
          try (InputStream in = jars.get(path).getInputStream(new ZipEntry(entry))) {
            return in.readAllBytes();
          }
        }
      } catch (IOException e) {
        // What cannot be read holds nothing.
      }
    }
    return null;
  }

  /** The classes of a package, the first of a name only. */
  synchronized List<JavaFileObject> list(String packageName) {
    Map<String, JavaFileObject> found = new LinkedHashMap<>();
    for (Path path : classPath) {
      if (isFolder(path)) {
        listFolder(path, packageName, found);
        continue;
      }
      Set<String> known = packages.get(path);
      if (known != null && !known.contains(packageName)) {
        continue;
      }
      for (String entry : entries(path).getOrDefault(packageName, List.of())) {
        String name = entry.substring(0, entry.length() - SUFFIX.length()).replace('/', '.');
        found.putIfAbsent(name, new Entry(name, jars.get(path), entry));
      }
    }
    return new ArrayList<>(found.values());
  }

  private static void listFolder(Path root, String packageName, Map<String, JavaFileObject> found) {
    Path folder = root.resolve(packageName.replace('.', '/'));
    try (Stream<Path> files = list(folder)) {
      for (Path file : files.toList()) {
        String name = file.getFileName().toString();
        if (name.endsWith(SUFFIX)) {
          String simple = name.substring(0, name.length() - SUFFIX.length());
          String binary = packageName.isEmpty() ? simple : packageName + "." + simple;
          found.putIfAbsent(binary, new InFolder(binary, file));
        }
      }
    }
  }

  private Map<String, List<String>> entries(Path jar) {
    return opened.computeIfAbsent(
        jar,
        path -> {
          try {
            ZipFile zip = new ZipFile(path.toFile());
            jars.put(path, zip);
            Map<String, List<String>> entries = entries(zip);
            packages.put(path, new HashSet<>(entries.keySet()));
            return entries;
          } catch (IOException e) {
            return Map.of();
          }
        });
  }

  private static Map<String, List<String>> entries(ZipFile zip) {
    Map<String, List<String>> entries = new HashMap<>();
    for (Enumeration<? extends ZipEntry> all = zip.entries(); all.hasMoreElements(); ) {
      String name = all.nextElement().getName();
      if (name.endsWith(SUFFIX) && !name.startsWith("META-INF/")) {
        int slash = name.lastIndexOf('/');
        String packageName = slash < 0 ? "" : name.substring(0, slash).replace('/', '.');
        entries.computeIfAbsent(packageName, p -> new ArrayList<>()).add(name);
      }
    }
    return entries;
  }

  /** A class file that knows its binary name. */
  abstract static class Named extends SimpleJavaFileObject {
    private final String binaryName;

    Named(String binaryName, URI uri) {
      super(uri, Kind.CLASS);
      this.binaryName = binaryName;
    }

    String binaryName() {
      return binaryName;
    }
  }

  private static final class Entry extends Named {
    private final ZipFile zip;
    private final String entry;

    Entry(String binaryName, ZipFile zip, String entry) {
      super(binaryName, uri(entry));
      this.zip = zip;
      this.entry = entry;
    }

    private static URI uri(String entry) {
      try {
        return new URI("jar", "/" + entry, null);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(e);
      }
    }

    @Override
    public InputStream openInputStream() throws IOException {
      return zip.getInputStream(zip.getEntry(entry));
    }
  }

  private static final class InFolder extends Named {
    private final Path file;

    InFolder(String binaryName, Path file) {
      super(binaryName, file.toUri());
      this.file = file;
    }

    @Override
    public InputStream openInputStream() throws IOException {
      return Files.newInputStream(file);
    }
  }
}
