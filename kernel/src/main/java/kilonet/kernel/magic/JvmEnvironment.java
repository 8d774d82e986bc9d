package kilonet.kernel.magic;

import java.lang.reflect.Field;
import java.util.Map;

/**
 * The environment that {@link System#getenv} shows. The JVM copies it at its start and offers no
 * way to change the copy, so this one is changed behind its back, where {@code
 * --add-opens=java.base/java.util=ALL-UNNAMED} allows that.
 */
final class JvmEnvironment {
  private JvmEnvironment() {}

  /**
   * Sets a variable for the code of cells. Programs that it starts do not see it, unless they are
   * given {@link ProcessBuilder#environment} by it.
   *
   * @return whether the JVM has let it
   */
  @SuppressWarnings("unchecked")
  static boolean set(String name, String value) {
    Map<String, String> shown = System.getenv();
    try {
      Field inner = shown.getClass().getDeclaredField("m");
      inner.setAccessible(true);
      ((Map<String, String>) inner.get(shown)).put(name, value);
    } catch (ReflectiveOperationException | RuntimeException e) {
      return false;
    }
    return value.equals(System.getenv(name));
  }
}
