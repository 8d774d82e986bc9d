package kilonet.kernel.repl;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Loads the classes of one cell; collected with them when nothing refers to the cell any more. */
final class CellLoader extends ClassLoader {
  private final Set<String> own = new HashSet<>();
  private final Map<String, byte[]> classes;
  private final Map<String, CellLoader> earlier;

  /**
   * A loader.
   *
   * @param parent the notebook's library
   * @param earlier loaders of the cells that this one imports from, by name of their outermost
   *     class
   * @param classes class files by binary name, see {@link CellBytecode#ofCell}
   */
  CellLoader(ClassLoader parent, Map<String, CellLoader> earlier, Map<String, byte[]> classes) {
    super(parent);
    this.earlier = Map.copyOf(earlier);
    this.classes = new HashMap<>(classes);
    // More than one where an annotation processor has written some.
    classes.keySet().forEach(name -> own.add(outermost(name)));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    String outermost = outermost(name);
    if (!own.contains(outermost)) {
      CellLoader cell = name.startsWith(Repl.PACKAGE + ".") ? find(simple(outermost)) : null;
      return cell != null ? cell.loadClass(name, resolve) : super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded != null ? loaded : findClass(name);
    }
  }

  private static String outermost(String name) {
    int dollar = name.indexOf('$');
    return dollar < 0 ? name : name.substring(0, dollar);
  }

  private static String simple(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** An earlier cell's loader, also one that is only used by way of another. */
  private CellLoader find(String home) {
    CellLoader direct = earlier.get(home);
    if (direct != null) {
      return direct;
    }
    for (CellLoader cell : earlier.values()) {
      CellLoader found = cell.find(home);
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
