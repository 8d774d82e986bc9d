package kilonet.kernel.magic;

import java.util.Optional;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Repl;

/**
 * How a magic is called.
 *
 * @param argument the rest of its line
 * @param body the rest of the cell for {@code %%name}; null for {@code %name}
 * @param java runs the argument or body, where that is Java
 */
record Call(String argument, String body, Java java) {

  /** Runs the Java that stands behind or below a magic; errors point to its place in the cell. */
  interface Java {
    /**
     * How it ends.
     *
     * @return offsets in its cell; empty where there is no code
     * @throws CompileFailure if its pieces cannot be told
     */
    Optional<Repl.Ending> ending() throws CompileFailure;

    /**
     * Runs it with something around and in it, without a line break but in the last.
     *
     * @param before what is put before it
     * @param at offset in its cell
     * @param within what is put there
     * @param after what is put behind it
     * @return its value, or {@link Repl#NOTHING}
     * @throws Throwable what it throws
     */
    Object evaluate(String before, int at, String within, String after) throws Throwable;

    /**
     * Runs it as it is.
     *
     * @return its value, or {@link Repl#NOTHING}
     * @throws Throwable what it throws
     */
    default Object evaluate() throws Throwable {
      return evaluate("", 0, "", "");
    }
  }

  /** What the magic is about: the body of a cell magic, the argument of another. */
  String text() {
    if (body != null && !argument.isEmpty() && !argument.startsWith("//")) {
      throw new MagicFailure(
          "A magic with %% runs what stands below its line; move " + argument + " there.");
    }
    return body == null ? argument : body;
  }

  /** For a magic that has all it needs. */
  void takesNothing(String name) {
    if (!argument.isEmpty()) {
      throw new MagicFailure("%" + name + " takes nothing; leave out " + argument + ".");
    }
  }
}
