package kilonet.kernel.repl;

/** The names of the classes that cells become, which are the kernel's business. */
final class Homes {
  /** The package of all of them. */
  static final String PACKAGE = "cells";

  /** The class that nothing refers to later. */
  static final String PASSING = "Cell0";

  private Homes() {}

  /** A text without them. */
  static String hidden(String text) {
    return text.replaceAll("\\n\\s*location: class cells\\.Cell\\d+(?![\\w.])", "")
        .replaceAll("\\bcells\\.Cell\\d+\\.", "")
        .replaceAll("\\b(class )?cells\\.Cell\\d+(?![\\w.$])", "the cell");
  }
}
