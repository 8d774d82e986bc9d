package kilonet.kernel.repl;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * A cell that is compiled and known to later ones, and has not run yet.
 *
 * @param unit what it was made of
 * @param compiled its class, loaded
 * @param hidesNull whether null as its value is not shown
 */
record ReadyCell(Unit unit, Class<?> compiled, boolean hidesNull) {
  /** Runs it; the value is {@link Repl#NOTHING} if it has none. */
  Object run() throws Throwable {
    Object value = Repl.NOTHING;
    for (int i = 0; i < unit.runs(); i++) {
      Method method = compiled.getMethod("$" + i);
      try {
        Object returned = method.invoke(null);
        if (method.getReturnType() != void.class) {
          value = returned == null && hidesNull ? Repl.NOTHING : returned;
        }
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
    return value;
  }
}
