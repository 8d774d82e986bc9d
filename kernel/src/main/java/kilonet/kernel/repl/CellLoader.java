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
   * The loader of a compiled cell.
   *
   * @param unit the cell's class
   * @param label shown as file name in stack traces
   * @param path under which a debugger knows the cell; null where nobody debugs
   * @param libraries what is not of this cell, nor of those it uses
   */
  static CellLoader of(Unit unit, String label, String path, LibraryLoader libraries) {
    int[] lines = unit.source().lines();
    Map<String, byte[]> fitted = new HashMap<>(unit.classes());
    fitted.replaceAll((name, bytes) -> CellBytecode.ofCell(bytes, label, lines));
    if (path != null) {
      fitted.replaceAll((name, bytes) -> DebugBytecode.of(bytes, path));
    }
    Map<String, CellLoader> earlier = new HashMap<>();
    unit.uses().forEach(home -> earlier.put(home, libraries.cell(home)));
    return new CellLoader(libraries, earlier, fitted);
  }

  private CellLoader(
      ClassLoader parent, Map<String, CellLoader> earlier, Map<String, byte[]> classes) {
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
      CellLoader cell = name.startsWith(Homes.PACKAGE + ".") ? find(simple(outermost)) : null;
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
