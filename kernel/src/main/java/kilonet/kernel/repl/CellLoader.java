package kilonet.kernel.repl;

import java.util.HashMap;
import java.util.Map;

/** Loads the classes of one cell; collected with them when nothing refers to the cell any more. */
final class CellLoader extends ClassLoader {
  private final String prefix;
  private final Map<String, byte[]> classes;
  private final Map<String, CellLoader> earlier;

  /**
   * A loader.
   *
   * @param parent the notebook's library
   * @param earlier loaders of the cells that this one imports from, by package
   * @param packageName the package of the cell
   * @param classes class files by binary name, see {@link CellBytecode#ofCell}
   */
  CellLoader(
      ClassLoader parent,
      Map<String, CellLoader> earlier,
      String packageName,
      Map<String, byte[]> classes) {
    super(parent);
    this.earlier = Map.copyOf(earlier);
    prefix = packageName + ".";
    this.classes = new HashMap<>(classes);
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(prefix)) {
      int dot = name.indexOf('.');
      CellLoader cell = dot > 0 && name.startsWith("cell") ? find(name.substring(0, dot)) : null;
      return cell != null ? cell.loadClass(name, resolve) : super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }

  /** An earlier cell's loader, also one that is only used by way of another. */
  private CellLoader find(String packageName) {
    CellLoader direct = earlier.get(packageName);
    if (direct != null) {
      return direct;
    }
    for (CellLoader cell : earlier.values()) {
      CellLoader found = cell.find(packageName);
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = classes.remove(name);
    if (bytes == null) {
      throw new ClassNotFoundException(name);
    }
    return defineClass(name, bytes, 0, bytes.length);
  }
}
