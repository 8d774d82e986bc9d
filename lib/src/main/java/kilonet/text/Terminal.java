package kilonet.text;

import java.io.Console;

/** Whether a person looks on. */
public final class Terminal {

  private Terminal() {}

  /** Whether standard input and output are a terminal. */
  public static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      // From JDK 22 on there is a console without a terminal, too, and this method to tell.
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
