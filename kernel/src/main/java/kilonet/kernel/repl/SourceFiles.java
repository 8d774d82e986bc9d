package kilonet.kernel.repl;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * What the compiler reads and writes: sources and classes of cells in memory, and the class path.
 */
final class SourceFiles extends ForwardingJavaFileManager<StandardJavaFileManager> {
  private static final ClassLoader NO_PLUGINS =
      new ClassLoader(null) {
        @Override
        public Enumeration<URL> getResources(String name) {
          return Collections.emptyEnumeration();
        }
      };

  /** A source in memory. */
  static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String name, String text) {
      super(URI.create("cell:///" + name + ".java"), Kind.SOURCE);
      this.text = text;
    }

    int length() {
      return text.length();
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Output extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Output(String name, Kind kind) {
      super(URI.create("cell:///" + name.replace('.', '/') + kind.extension), kind);
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  private static final class Input extends ClassPathIndex.Named {
    private final byte[] bytes;

    Input(String binaryName, byte[] bytes) {
      super(binaryName, URI.create("cell:///" + binaryName.replace('.', '/') + ".class"));
      this.bytes = bytes;
    }

    @Override
    public InputStream openInputStream() {
      return new ByteArrayInputStream(bytes);
    }
  }

  /** The classes of cells that later ones may see, by the name of the outermost. */
  private final Map<String, Map<String, byte[]>> kept = new ConcurrentHashMap<>();

  private final ClassPathIndex index = new ClassPathIndex();

  /** What the compiler has written since it was last asked; replaced where one is left behind. */
  private volatile Map<String, Output> output = new LinkedHashMap<>();

  /** Reads class files of the class path and the JDK. */
  SourceFiles() {
    super(
        ToolProvider.getSystemJavaCompiler()
            .getStandardFileManager(null, null, StandardCharsets.UTF_8));
    try {
      // The index lists the class path; the standard manager would list the current folder.
      fileManager.setLocation(StandardLocation.CLASS_PATH, List.of());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Which classes the class path holds. */
  ClassPathIndex index() {
    return index;
  }

  /** Makes the classes of a cell known to later ones; home is the name of the outermost. */
  void keep(String home, Map<String, byte[]> classes) {
    kept.put(home, classes);
  }

  /** Forgets the classes of a cell. */
  void forget(String home) {
    kept.remove(home);
  }

  /** Where annotation processors are looked for. */
  void processorPath(List<Path> path) throws IOException {
    fileManager.setLocationFromPaths(StandardLocation.ANNOTATION_PROCESSOR_PATH, path);
  }

  /** Lets go of what has been written. */
  void clear() {
    output.clear();
  }

  /** Lets go of what has been written, and of who is still writing it. */
  void renew() {
    output = new LinkedHashMap<>();
  }

  /** The class files that have been written, by binary name. */
  Map<String, byte[]> written() {
    Map<String, byte[]> classes = new LinkedHashMap<>();
    output.forEach((name, file) -> classes.put(name, file.bytes.toByteArray()));
    return classes;
  }

  @Override
  public Iterable<JavaFileObject> list(
      Location location, String packageName, Set<JavaFileObject.Kind> kinds, boolean recurse)
      throws IOException {
    if (location == StandardLocation.CLASS_PATH && !packageName.equals(Homes.PACKAGE)) {
      return kinds.contains(JavaFileObject.Kind.CLASS) ? index.list(packageName) : List.of();
    }
    if (!packageName.equals(Homes.PACKAGE)) {
      return super.list(location, packageName, kinds, recurse);
    }
    if (location != StandardLocation.CLASS_PATH || !kinds.contains(JavaFileObject.Kind.CLASS)) {
      return List.of();
    }
    List<JavaFileObject> found = new ArrayList<>();
    kept.values().forEach(cell -> cell.forEach((name, bytes) -> found.add(new Input(name, bytes))));
    return found;
  }

  /**
   * Where the compiler looks for plug-ins of its own before each source; there are none on the
   * class path of cells, and looking through all of it takes longer than to parse a small cell.
   */
  @Override
  public ClassLoader getClassLoader(Location location) {
    return location == StandardLocation.CLASS_PATH ? NO_PLUGINS : super.getClassLoader(location);
  }

  @Override
  public String inferBinaryName(Location location, JavaFileObject file) {
    return file instanceof ClassPathIndex.Named named
        ? named.binaryName()
        : super.inferBinaryName(location, file);
  }

  @Override
  public boolean isSameFile(FileObject a, FileObject b) {
    return a instanceof SimpleJavaFileObject || b instanceof SimpleJavaFileObject
        ? a.toUri().equals(b.toUri())
        : super.isSameFile(a, b);
  }

  @Override
  public JavaFileObject getJavaFileForOutput(
      Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
    Output file = new Output(className, kind);
    if (kind == JavaFileObject.Kind.CLASS) {
      output.put(className, file);
    }
    return file;
  }

  @Override
  public FileObject getFileForOutput(
      Location location, String packageName, String relativeName, FileObject sibling) {
    // What processors write beside classes; nobody reads it.
    return new Output(relativeName, JavaFileObject.Kind.OTHER);
  }
}
