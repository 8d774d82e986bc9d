package kilonet.kernel.repl;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.SourcePositions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Turns the trees of a text's declarations and statements into a piece.
 *
 * @param unit the source that was parsed
 * @param positions where its trees stand
 * @param offset of the text in that source
 * @param text what somebody wrote
 * @param start offset of the text in its cell
 * @param semicolon whether it ends with one
 */
record PieceReader(
    CompilationUnitTree unit,
    SourcePositions positions,
    int offset,
    String text,
    int start,
    boolean semicolon) {
  private static final Pattern BLANKED =
      Pattern.compile("\\b(public|protected|private|static|final)\\b");

  /** A type keeps that it is final, or public. */
  private static final Pattern BLANKED_OF_TYPES =
      Pattern.compile("\\b(protected|private|static)\\b");

  private static final Pattern PRINT =
      Pattern.compile("\\s*System\\s*\\.\\s*(out|err)\\s*\\.\\s*(print|flush)");

  boolean isBlank(Tree tree) {
    return tree.getKind() == Tree.Kind.BLOCK
        && ((BlockTree) tree).getStatements().isEmpty()
        && at(tree) >= text.length();
  }

  int at(Tree tree) {
    return (int) positions.getStartPosition(unit, tree) - offset;
  }

  int end(Tree tree) {
    return (int) positions.getEndPosition(unit, tree) - offset;
  }

  Optional<Piece> statements(List<? extends StatementTree> statements) {
    if (statements.isEmpty()) {
      return Optional.empty();
    }
    StatementTree first = statements.get(0);
    if (first instanceof VariableTree) {
      return statements.stream().allMatch(VariableTree.class::isInstance)
          ? Optional.of(variables(statements))
          : Optional.empty();
    }
    if (statements.size() != 1) {
      return Optional.empty();
    }
    if (first instanceof ClassTree type) {
      return Optional.of(type(type));
    }
    if (first instanceof ExpressionStatementTree expression) {
      Tree inner = expression.getExpression();
      return Optional.of(expression(inner));
    }
    return Optional.of(statement());
  }

  Optional<Piece> members(List<? extends Tree> members) {
    if (members.isEmpty()) {
      return Optional.empty();
    }
    Tree first = members.get(0);
    if (first instanceof VariableTree) {
      return members.stream().allMatch(VariableTree.class::isInstance)
          ? Optional.of(variables(members))
          : Optional.empty();
    }
    if (members.size() != 1) {
      return Optional.empty();
    }
    if (first instanceof ClassTree type) {
      return Optional.of(type(type));
    }
    if (first instanceof MethodTree method && method.getReturnType() != null) {
      return Optional.of(
          new Piece.Method(
              blanked(method.getModifiers(), BLANKED),
              start,
              method.getName().toString(),
              method.getParameters().stream()
                  .map(parameter -> parameter.getType().toString())
                  .collect(Collectors.joining(",")),
              Uses.of(method)));
    }
    return Optional.empty();
  }

  Piece expression(Tree tree) {
    // x = 5 without a semicolon shows nothing, as everywhere in notebooks; nor does printf.
    if (tree instanceof AssignmentTree || PRINT.matcher(text).lookingAt()) {
      return statement();
    }
    return value(tree instanceof MethodInvocationTree);
  }

  private Piece statement() {
    int end = PieceParser.end(text);
    boolean closed = semicolon || end > 0 && text.charAt(end - 1) == '}';
    return new Piece.Statement(closed ? text : text + "\n;", start);
  }

  Piece value(boolean maybeVoid) {
    int end = PieceParser.end(text);
    String code = end > 0 && text.charAt(end - 1) == ';' ? text.substring(0, end - 1) : text;
    return new Piece.Expression(code, start, semicolon, maybeVoid);
  }

  private Piece type(ClassTree type) {
    return new Piece.Type(
        "",
        blanked(type.getModifiers(), BLANKED_OF_TYPES),
        start,
        type.getSimpleName().toString(),
        Uses.of(type));
  }

  private Piece variables(List<? extends Tree> trees) {
    List<Piece.Variable> variables = new ArrayList<>();
    Set<String> uses = new HashSet<>();
    for (Tree tree : trees) {
      VariableTree variable = (VariableTree) tree;
      String name = variable.getName().toString();
      Tree type = variable.getType();
      if (type != null) {
        uses.addAll(Uses.of(type));
      }
      Tree init = variable.getInitializer();
      String written = type == null ? null : type.toString();
      int typeStart = -1;
      if (type != null && at(type) >= 0 && end(type) <= text.length() && at(type) < end(type)) {
        String source = text.substring(at(type), end(type));
        if (source.replaceAll("\\s", "").equals(written.replaceAll("\\s", ""))) {
          written = source;
          typeStart = at(type);
        }
      }
      variables.add(
          new Piece.Variable(
              name,
              written,
              typeStart,
              init == null ? -1 : at(init),
              init == null ? -1 : end(init),
              init instanceof NewArrayTree array && array.getType() == null));
    }
    return new Piece.Variables(text, start, variables, uses);
  }

  /** The text with modifiers that mean nothing at the top level replaced by blanks. */
  private String blanked(ModifiersTree modifiers, Pattern words) {
    int from = at(modifiers);
    int to = end(modifiers);
    if (from < 0 || to <= from || to > text.length()) {
      return text;
    }
    Matcher matcher = words.matcher(text.substring(from, to));
    String blank = matcher.replaceAll(found -> " ".repeat(found.group().length()));
    return text.substring(0, from) + blank + text.substring(to);
  }
}
