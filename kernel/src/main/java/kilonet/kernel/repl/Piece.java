package kilonet.kernel.repl;

import java.util.List;
import java.util.Set;

/**
 * A top-level part of a cell.
 *
 * @param kind what it is
 * @param text its source, where modifiers that mean nothing at the top level are blanked
 * @param start offset of the text in the cell; negative for a piece that an earlier cell declared
 * @param names names of the types, methods or variables it declares
 * @param signature a method's parameter types, as written; empty for other kinds
 * @param uses names that it uses and does not declare itself
 * @param variables its variables, where it declares some
 * @param shown whether an expression's value is to be displayed: it has no semicolon
 * @param maybeVoid whether an expression is a call, which may turn out to return nothing
 */
record Piece(
    Kind kind,
    String text,
    int start,
    List<String> names,
    String signature,
    Set<String> uses,
    List<Variable> variables,
    boolean shown,
    boolean maybeVoid) {

  /** Kinds of pieces. */
  enum Kind {
    IMPORT,
    TYPE,
    METHOD,
    VARIABLE,
    STATEMENT,
    EXPRESSION
  }

  /**
   * A variable.
   *
   * @param name its name
   * @param type its type as written; null for {@code var}
   * @param typeStart offset of the type in the piece; negative where it is written otherwise, as in
   *     {@code int a[]}
   * @param initStart offset of the initializer in the piece; negative for none
   * @param initEnd offset of the initializer's end
   * @param arrayInit whether the initializer is of the form <code>{1, 2}</code>
   */
  record Variable(
      String name, String type, int typeStart, int initStart, int initEnd, boolean arrayInit) {}
}
