package kilonet.kernel.debug;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.CellFrames;
import kilonet.kernel.CellFrames.Frame;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Repl;

/** Evaluates what somebody types while a cell has stopped: an expression, or statements. */
final class Evaluation {
  /** Name of the method that an expression becomes. */
  private static final String METHOD = "evaluated";

  private final Repl repl;

  Evaluation(Repl repl) {
    this.repl = repl;
  }

  /** Evaluates it as a cell of its own. */
  Object of(String expression) throws Throwable {
    return CellFrames.unwatched(() -> repl.run(expression, "debugger"));
  }

  /** Evaluates it as if it stood where a call has stopped. */
  Object in(Frame frame, String expression) throws Throwable {
    List<String> parameters = new ArrayList<>();
    List<Object> passed = new ArrayList<>();
    Object[] held = frame.values();
    String[] variables = Frames.variables(frame);
    for (int i = 0; i < variables.length; i++) {
      int colon = variables[i].indexOf(':');
      String name = variables[i].substring(0, colon);
      if (!name.equals("this")) {
        parameters.add(Signature.source(variables[i].substring(colon + 1)) + " " + name);
        passed.add(held[i]);
      }
    }
    String head = "new Object() { public Object " + METHOD + "(" + String.join(", ", parameters);
    String body = ") throws Throwable { ";
    // On a line of its own: the expression may end with a comment.
    String text =
        (expression.endsWith(";") ? expression.substring(0, expression.length() - 1) : expression)
            + "\n;";
    return CellFrames.unwatched(
        () -> {
          Object made;
          try {
            made = repl.run(head + body + "return " + text + " } }", "debugger");
          } catch (CompileFailure e) {
            try {
              made = repl.run(head + body + text + " return null; } }", "debugger");
            } catch (CompileFailure none) {
              // What is wrong with it as an expression is what matters.
              throw e;
            }
          }
          return call(made, passed);
        });
  }

  private static Object call(Object made, List<Object> passed) throws Throwable {
    for (Method method : made.getClass().getMethods()) {
      if (method.getName().equals(METHOD)) {
        method.setAccessible(true);
        try {
          return method.invoke(made, passed.toArray());
        } catch (InvocationTargetException e) {
          throw e.getCause();
        }
      }
    }
    return null;
  }
}
