package kilonet.kernel.repl;

import java.util.List;
import java.util.Set;

/** A top-level part of a cell. */
sealed interface Piece {
  /** Its source, where modifiers that mean nothing at the top level are blanked. */
  String text();

  /** Offset of the text in the cell that declared it. */
  int start();

  /** Names of the types, methods or variables it declares. */
  default List<String> names() {
    return List.of();
  }

  /** Names that it uses and does not declare itself; known of declarations only. */
  default Set<String> uses() {
    return Set.of();
  }

  /** What it replaces where it is declared again: the same type, method or variables. */
  default String key() {
    return "";
  }

  /** Whether it does something when the cell runs. */
  default boolean runs() {
    return false;
  }

  /**
   * An import.
   *
   * @param text its source
   * @param start where it is
   * @param line the import on one line, without comments
   */
  record Import(String text, int start, String line) implements Piece {}

  /**
   * A class, interface, record or enum.
   *
   * @param head what goes before its source, where the cell has it as an anonymous class; else
   *     empty
   * @param text its source
   * @param start where it is
   * @param name its name
   * @param uses names that it takes from around it
   */
  record Type(String head, String text, int start, String name, Set<String> uses) implements Piece {
    @Override
    public List<String> names() {
      return List.of(name);
    }

    @Override
    public String key() {
      return "type " + name;
    }
  }

  /**
   * A method.
   *
   * @param text its source
   * @param start where it is
   * @param name its name
   * @param signature its parameter types, as written
   * @param uses names that it takes from around it
   */
  record Method(String text, int start, String name, String signature, Set<String> uses)
      implements Piece {
    @Override
    public List<String> names() {
      return List.of(name);
    }

    @Override
    public String key() {
      return name + "(" + signature;
    }
  }

  /**
   * One or more variables that are declared together.
   *
   * @param text their source
   * @param start where it is
   * @param variables at least one
   * @param uses names in their types
   */
  record Variables(String text, int start, List<Variable> variables, Set<String> uses)
      implements Piece {
    @Override
    public List<String> names() {
      return variables.stream().map(Variable::name).toList();
    }

    @Override
    public String key() {
      return "variable " + names();
    }

    @Override
    public boolean runs() {
      return variables.stream().anyMatch(variable -> variable.initStart() >= 0);
    }
  }

  /**
   * A statement that is no expression.
   *
   * @param text its source
   * @param start where it is
   */
  record Statement(String text, int start) implements Piece {
    @Override
    public boolean runs() {
      return true;
    }
  }

  /**
   * An expression, whose value may be shown.
   *
   * @param text its source, without a semicolon
   * @param start where it is
   * @param closed whether it had a semicolon
   * @param maybeVoid whether it is a call, which may turn out to return nothing
   */
  record Expression(String text, int start, boolean closed, boolean maybeVoid) implements Piece {
    @Override
    public boolean runs() {
      return true;
    }
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
