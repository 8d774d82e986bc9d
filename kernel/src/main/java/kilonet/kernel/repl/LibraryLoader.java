package kilonet.kernel.repl;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.cert.Certificate;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /** Cells that nothing refers to by name, found as long as one of their objects is alive. */
  private final Map<String, WeakReference<CellLoader>> passing = new ConcurrentHashMap<>();

  private final Set<String> removed = ConcurrentHashMap.newKeySet();
  private final Set<String> loadedFrom = ConcurrentHashMap.newKeySet();

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
    URL url = url(path);
    if (!removed.remove(url.toString())) {
      addURL(url);
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (java.net.MalformedURLException e) {
      throw new IllegalArgumentException("not a path of the file system: " + path, e);
    }
  }

  /**
   * Takes a jar or folder away.
   *
   * @param path what was added
   * @return whether it could be done: no class of it has been loaded yet
   */
  boolean remove(Path path) {
    URL url = url(path);
    if (loadedFrom.contains(url.toString())) {
      return false;
    }
    removed.add(url.toString());
    return true;
  }

  /**
   * Makes the classes of a cell known by the name of its outermost class.
   *
   * @param kept whether it stays known until it is forgotten, or only while it is in use
   */
  void register(String home, CellLoader cell, boolean kept) {
    if (kept) {
      cells.put(home, cell);
    } else {
      passing.values().removeIf(reference -> reference.get() == null);
      passing.put(home, new WeakReference<>(cell));
    }
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
    String prefix = Homes.PACKAGE + ".";
    CellLoader cell = null;
    if (name.startsWith(prefix)) {
      int dollar = name.indexOf('$');
      String home = name.substring(prefix.length(), dollar < 0 ? name.length() : dollar);
      cell = cells.get(home);
      WeakReference<CellLoader> reference = cell == null ? passing.get(home) : null;
      cell = reference == null ? cell : reference.get();
    }
    return cell != null ? cell.loadClass(name, resolve) : super.loadClass(name, resolve);
  }

  @Override
  public URL findResource(String name) {
    if (removed.isEmpty()) {
      return super.findResource(name);
    }
    try {
      Enumeration<URL> found = findResources(name);
      return found.hasMoreElements() ? found.nextElement() : null;
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public Enumeration<URL> findResources(String name) throws IOException {
    Enumeration<URL> all = super.findResources(name);
    if (removed.isEmpty()) {
      return all;
    }
    return Collections.enumeration(
        Collections.list(all).stream()
            .filter(url -> !removed.contains(String.valueOf(source(url, name))))
            .toList());
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    String file = name.replace('.', '/') + ".class";
    URL resource = findResource(file);
    if (resource == null) {
      throw new ClassNotFoundException(name);
    }
    byte[] bytes;
    try (InputStream in = resource.openStream()) {
      bytes = in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
    URL source = source(resource, file);
    loadedFrom.add(String.valueOf(source));
    byte[] fitted = name.startsWith(IN_STEP) ? bytes : CellBytecode.ofLibrary(bytes);
    if (fitted == bytes && removed.isEmpty()) {
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
        name, fitted, 0, fitted.length, new CodeSource(source, (Certificate[]) null));
  }

  /** The jar or folder that a file was found in. */
  private static URL source(URL resource, String name) {
    try {
      if (resource.openConnection() instanceof java.net.JarURLConnection jar) {
        return jar.getJarFileURL();
      }
      String text = resource.toString();
      return text.endsWith(name)
          ? new URI(text.substring(0, text.length() - name.length())).toURL()
          : resource;
    } catch (IOException | URISyntaxException e) {
      return resource;
    }
  }
}
