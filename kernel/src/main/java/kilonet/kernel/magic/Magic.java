package kilonet.kernel.magic;

import java.util.List;

/** A command of the notebook, written {@code %name argument}, or {@code %%name} above a cell. */
interface Magic {
  /** Its names, without the percent sign, the usual one first. */
  List<String> names();

  /** How it is written and what it does, on one line. */
  String help();

  /**
   * Runs it.
   *
   * @return the value of the cell, {@link Added}, or {@link kilonet.kernel.repl.Repl#NOTHING}
   */
  Object run(Call call) throws Throwable;

  /** Whether its argument and body are Java. */
  default boolean takesJava() {
    return false;
  }

  /** Proposals for its argument. */
  default List<String> complete(String argument) {
    return List.of();
  }

  /** Whether it waits for other than Java, and so must be interruptible by itself. */
  default boolean waits() {
    return false;
  }
}
