package kilonet.kernel.repl;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;

/**
 * A cell that is compiled and known to later ones, and has not run yet.
 *
 * @param unit what it was made of
 * @param compiled its class, loaded
 * @param last what stands last in it: only an expression's value is shown, and with a semicolon not
 *     if it is null; null for an empty cell
 */
record ReadyCell(Unit unit, Class<?> compiled, Piece last) {
  /** Runs it; the value is {@link Repl#NOTHING} if it has none. */
  Object run() throws Throwable {
    Object value = Repl.NOTHING;
    for (int i = 0; i < unit.runs(); i++) {
      Method method = compiled.getMethod("$" + i);
      try {
        Object returned = method.invoke(null);
        if (method.getReturnType() != void.class) {
          value = shows(returned) ? returned : Repl.NOTHING;
        }
      } catch (InvocationTargetException e) {
        throw e.getCause();
      }
    }
    return value;
  }

  private boolean shows(Object value) {
    return last instanceof Piece.Expression expression && !(value == null && expression.closed());
  }
}
