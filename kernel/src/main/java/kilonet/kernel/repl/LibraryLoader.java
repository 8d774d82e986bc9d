package kilonet.kernel.repl;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Loads what cells see: the library, its dependencies and the jars that a notebook adds. The
 * kernel's own dependencies are not among them, so a notebook may bring other versions; of the
 * kernel itself only the package {@code kilonet.kernel} shines through.
 */
public final class LibraryLoader extends URLClassLoader {
  /**
   * Its threads wait for each other within a batch: one that left a loop there would leave the
   * others waiting for ever. The loops over batches are outside of it.
   */
  private static final String IN_STEP = "kilonet.fused.";

  private static final String API = "kilonet.kernel.";

  static {
    registerAsParallelCapable();
  }

  private final ClassLoader kernel = LibraryLoader.class.getClassLoader();
  private final Map<String, CellLoader> cells = new ConcurrentHashMap<>();

  /**
   * A loader.
   *
   * @param classPath jars and folders
   */
  public LibraryLoader(List<Path> classPath) {
    super("notebook", new URL[0], ClassLoader.getPlatformClassLoader());
    classPath.forEach(this::add);
  }

  /**
   * Adds a jar or a folder of classes.
   *
   * @param path where it is
   */
  public void add(Path path) {
    try {
      addURL(path.toUri().toURL());
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException("not a path of the file system: " + path, e);
    }
  }

  /** Makes the classes of a cell known by the name of its outermost class. */
  void register(String home, CellLoader cell) {
    cells.put(home, cell);
  }

  /** The loader of a cell's classes; null if there is none. */
  CellLoader cell(String home) {
    return cells.get(home);
  }

  /** Forgets a cell whose declarations have all been replaced. */
  void forget(String home) {
    cells.remove(home);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (name.startsWith(API) && name.indexOf('.', API.length()) < 0) {
      return kernel.loadClass(name);
    }
    String prefix = Repl.PACKAGE + ".";
    CellLoader cell = null;
    if (name.startsWith(prefix)) {
      int dollar = name.indexOf('$');
      cell = cells.get(name.substring(prefix.length(), dollar < 0 ? name.length() : dollar));
    }
    return cell != null ? cell.loadClass(name, resolve) : super.loadClass(name, resolve);
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    if (name.startsWith(IN_STEP)) {
      return super.findClass(name);
    }
    URL resource = findResource(name.replace('.', '/') + ".class");
    if (resource == null) {
      throw new ClassNotFoundException(name);
    }
    byte[] bytes;
    try (InputStream in = resource.openStream()) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    byte[] fitted = CellBytecode.ofLibrary(bytes);
    if (fitted == bytes) {
      return super.findClass(name);
    }
    int dot = name.lastIndexOf('.');
    if (dot > 0 && getDefinedPackage(name.substring(0, dot)) == null) {
      try {
        definePackage(name.substring(0, dot), null, null, null, null, null, null, null);
      } catch (IllegalArgumentException e) {
        // Another thread was faster.
      }
    }
    return defineClass(
        name, fitted, 0, fitted.length, new CodeSource(source(resource), (Certificate[]) null));
  }

  /** The jar or folder that a class was found in. */
  private static URL source(URL resource) {
    try {
      return resource.openConnection() instanceof java.net.JarURLConnection jar
          ? jar.getJarFileURL()
          : resource;
    } catch (IOException e) {
      return resource;
    }
  }
}
