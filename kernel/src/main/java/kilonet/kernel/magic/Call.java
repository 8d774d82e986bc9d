package kilonet.kernel.magic;

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
     * Runs it.
     *
     * @param before what is put before it, without a line break
     * @param after what is put behind it
     * @return its value, or {@link kilonet.kernel.repl.Repl#NOTHING}
     * @throws Throwable what it throws
     */
    Object evaluate(String before, String after) throws Throwable;
  }

  /** What the magic is about: the body of a cell magic, the argument of another. */
  String text() {
    return body == null ? argument : body;
  }
}
