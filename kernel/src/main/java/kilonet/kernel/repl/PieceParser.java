package kilonet.kernel.repl;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import jdk.jshell.JShell;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;

/** Cuts a cell into its top-level pieces and says what each is. */
final class PieceParser {
  private static final Pattern BLANKED =
      Pattern.compile("\\b(public|protected|private|static|final)\\b");
  private static final Pattern IMPORT = Pattern.compile("\\s*import\\s.*", Pattern.DOTALL);

  private static final Pattern PRINT =
      Pattern.compile("\\s*System\\s*\\.\\s*(out|err)\\s*\\.\\s*(print|flush)");

  /** Something that a statement is to follow. */
  private static final Pattern OPEN =
      Pattern.compile("(if|while|for)\\b.*\\)|.*\\belse", Pattern.DOTALL);

  private static final String BLOCK = "class $ { void m() throws Throwable {\n";
  private static final String VALUE = "class $ { Object v = (\n";
  private static final String MEMBER = "class $ {\n";

  /** Bytes of source looked at first; more only where a piece is longer. */
  private static final int WINDOW = 4096;

  private final Compiler compiler;

  /** Cuts cells; made when the first one needs it, since it takes its time. */
  private JShell splitter;

  PieceParser(Compiler compiler) {
    this.compiler = compiler;
  }

  /** A cut: where it starts and ends in the cell, and how complete it is. */
  private record Cut(int start, int end, Completeness completeness) {}

  /**
   * A cell in pieces.
   *
   * @param pieces those above the first that is wrong
   * @param failure what is wrong with that one; null if all are right
   */
  record Cell(List<Piece> pieces, CompileFailure failure) {}

  /** The pieces of a cell. */
  Cell parse(String cell) {
    List<Piece> pieces = new ArrayList<>();
    int at = blank(cell, 0);
    if (cell.indexOf(';') < 0 && cell.indexOf('}') < 0) {
      // Most often one expression, which needs no cutting.
      Attempt whole = attempt(VALUE, cell.substring(at), "\n);}", at, false);
      if (whole.piece != null) {
        return new Cell(List.of(whole.piece), null);
      }
    }
    while (true) {
      at += blank(cell, at);
      if (at >= cell.length()) {
        return new Cell(pieces, null);
      }
      Cut cut = cut(cell, at);
      if (cut.completeness() == Completeness.EMPTY) {
        return new Cell(pieces, null);
      }
      String text = cell.substring(at, cut.end());
      if (!text.strip().equals(";")) {
        try {
          pieces.add(piece(text, at));
        } catch (CompileFailure e) {
          return new Cell(pieces, e);
        }
      }
      at = cut.end();
    }
  }

  /**
   * How complete a cell is.
   *
   * @return {@code complete}, {@code incomplete} or {@code invalid}
   */
  String completeness(String cell) {
    int at = 0;
    while (true) {
      at += blank(cell, at);
      if (at >= cell.length()) {
        return "complete";
      }
      Cut cut = cut(cell, at);
      switch (cut.completeness()) {
        case EMPTY -> {
          return "complete";
        }
        case DEFINITELY_INCOMPLETE -> {
          return "incomplete";
        }
        default -> {
          String text = cell.substring(at, cut.end());
          try {
            Piece piece = piece(text, at);
            if (piece instanceof Piece.Statement statement && lacksItsEnd(statement)) {
              return "incomplete";
            }
          } catch (CompileFailure e) {
            // What is wrong only with its end may be gone on with.
            boolean open =
                e.problems().get(0).start() >= at + end(text) && !new JavaText(text).overclosed();
            return open || cut.completeness() == Completeness.CONSIDERED_INCOMPLETE
                ? "incomplete"
                : "invalid";
          }
          at = cut.end();
        }
      }
    }
  }

  /** Whether a statement such as {@code if (x)} has none below it. */
  private static boolean lacksItsEnd(Piece.Statement statement) {
    String text = statement.text();
    if (!text.endsWith("\n;")) {
      return false;
    }
    String written = text.substring(0, text.length() - 2);
    return OPEN.matcher(written.substring(0, end(written))).matches();
  }

  /** Offset behind the last character that is neither blank nor comment. */
  static int end(String text) {
    return new JavaText(text).end();
  }

  /** Where the piece that holds an offset begins. */
  int pieceStart(String cell, int offset) {
    int at = 0;
    while (true) {
      at += blank(cell, at);
      if (at >= offset) {
        return Math.min(at, offset);
      }
      int end = cut(cell, at).end();
      if (end >= offset || end <= at) {
        return at;
      }
      at = end;
    }
  }

  /** The texts of the declarations and imports before an offset; wrong ones are left out. */
  List<String> declarationsBefore(String cell, int offset) {
    List<String> texts = new ArrayList<>();
    int at = 0;
    while (true) {
      at += blank(cell, at);
      if (at >= offset) {
        return texts;
      }
      Cut cut = cut(cell, at);
      if (cut.end() > offset || cut.end() <= at) {
        return texts;
      }
      try {
        Piece piece = piece(cell.substring(at, cut.end()), at);
        if (!piece.names().isEmpty() || piece instanceof Piece.Import) {
          texts.add(piece.text());
        }
      } catch (CompileFailure e) {
        // It declares nothing.
      }
      at = cut.end();
    }
  }

  /** Length of the white space and comments at an offset. */
  private static int blank(String cell, int at) {
    int i = at;
    while (i < cell.length()) {
      if (Character.isWhitespace(cell.charAt(i))) {
        i++;
      } else if (cell.startsWith("//", i)) {
        int end = cell.indexOf('\n', i);
        i = end < 0 ? cell.length() : end;
      } else if (cell.startsWith("/*", i) && cell.indexOf("*/", i + 2) > 0) {
        i = cell.indexOf("*/", i + 2) + 2;
      } else {
        break;
      }
    }
    return i - at;
  }

  private Cut cut(String cell, int at) {
    if (splitter == null) {
      splitter = Shadow.shell(new ClassPathIndex());
    }
    SourceCodeAnalysis analysis = splitter.sourceCodeAnalysis();
    for (int window = WINDOW; ; window *= 4) {
      int limit = Math.min(cell.length(), at + window);
      String text = cell.substring(at, limit);
      CompletionInfo info = analyze(analysis, text);
      String rest = info.remaining() == null ? "" : info.remaining();
      boolean whole = limit == cell.length();
      // Where nothing but blanks follows in the window, an else may follow behind it.
      if (whole || !rest.isBlank() && info.completeness() == Completeness.COMPLETE) {
        int end =
            info.completeness() == Completeness.COMPLETE ? limit - rest.length() : cell.length();
        return new Cut(at, end, info.completeness());
      }
    }
  }

  private CompletionInfo analyze(SourceCodeAnalysis analysis, String text) {
    try {
      return analysis.analyzeCompletion(text);
    } catch (RuntimeException | Error e) {
      splitter = null;
      if (Compiler.isOf(StackOverflowError.class, e)) {
        throw new Compiler.TooDeep();
      }
      throw e;
    }
  }

  private Piece piece(String text, int start) throws CompileFailure {
    if (IMPORT.matcher(text).matches()) {
      int last = end(text);
      String line = text.substring(0, last) + (text.charAt(last - 1) == ';' ? "" : ";");
      Attempt declaration = attempt("", line, "", start, true);
      if (declaration.piece == null) {
        throw new CompileFailure(declaration.problems.subList(0, 1));
      }
      return declaration.piece;
    }
    int end = end(text);
    boolean semicolon = end > 0 && text.charAt(end - 1) == ';';
    boolean open = !semicolon && (end == 0 || text.charAt(end - 1) != '}');
    String expression = semicolon ? text.substring(0, end - 1) : text;
    Attempt value = null;
    if (open) {
      // Most often an expression; a declaration without a semicolon is tried next.
      value = attempt(VALUE, expression, "\n);}", start, false);
      if (value.piece != null) {
        return value.piece;
      }
    }
    Attempt block = attempt(BLOCK, text, open ? "\n;}}" : "\n}}", start, semicolon);
    if (block.piece != null) {
      return block.piece;
    }
    if (value == null) {
      value = attempt(VALUE, expression, "\n);}", start, semicolon);
      if (value.piece != null) {
        return value.piece;
      }
    }
    Attempt member = attempt(MEMBER, text, open ? "\n;}" : "\n}", start, semicolon);
    if (member.piece != null) {
      return member.piece;
    }
    // The reading that got farthest before its first error is most likely what was meant.
    Attempt best = block;
    for (Attempt other : List.of(value, member)) {
      if (other.problems.get(0).start() > best.problems.get(0).start()) {
        best = other;
      }
    }
    throw new CompileFailure(best.problems.subList(0, 1));
  }

  private record Attempt(Piece piece, List<CompileFailure.Problem> problems) {}

  private Attempt attempt(String before, String text, String after, int start, boolean semicolon) {
    return compiler.parse(
        before + text + after,
        (task, unit, errors) -> {
          if (errors.isEmpty()) {
            Optional<Piece> piece = read(task, unit, before, text, start, semicolon);
            if (piece.isPresent()) {
              return new Attempt(piece.get(), List.of());
            }
          }
          List<CompileFailure.Problem> problems = new ArrayList<>();
          for (Compiler.Finding error : errors) {
            int from = clamp(error.start() - before.length(), text.length());
            int to = clamp(error.end() - before.length(), text.length());
            problems.add(
                new CompileFailure.Problem(
                    start + from, start + Math.max(from, to), error.message()));
          }
          if (problems.isEmpty()) {
            problems.add(new CompileFailure.Problem(start, start, "this cannot stand in a cell"));
          }
          return new Attempt(null, problems);
        });
  }

  private static int clamp(long offset, int length) {
    return (int) Math.max(0, Math.min(offset, length));
  }

  private static Optional<Piece> read(
      JavacTask task,
      CompilationUnitTree unit,
      String before,
      String text,
      int start,
      boolean semicolon) {
    if (before.isEmpty()) {
      return unit.getImports().size() == 1 && unit.getTypeDecls().isEmpty()
          ? Optional.of(new Piece.Import(text, start, unit.getImports().get(0).toString().strip()))
          : Optional.empty();
    }
    if (unit.getTypeDecls().size() != 1) {
      // The text closed the class around it: it has a brace too many.
      return Optional.empty();
    }
    SourcePositions positions = Trees.instance(task).getSourcePositions();
    Reader reader = new Reader(unit, positions, before.length(), text, start, semicolon);
    List<? extends Tree> members =
        ((ClassTree) unit.getTypeDecls().get(0))
            .getMembers().stream().filter(m -> !reader.isBlank(m)).toList();
    if (before.equals(BLOCK)) {
      if (members.size() != 1) {
        return Optional.empty();
      }
      BlockTree body = ((MethodTree) members.get(0)).getBody();
      List<? extends StatementTree> statements =
          body.getStatements().stream()
              .filter(s -> s.getKind() != Tree.Kind.EMPTY_STATEMENT)
              .toList();
      return reader.statements(statements);
    }
    if (before.equals(VALUE)) {
      return members.size() == 1 && members.get(0) instanceof VariableTree variable
          ? Optional.of(reader.expression(inner(variable.getInitializer())))
          : Optional.empty();
    }
    return reader.members(members);
  }

  /** The expression inside the brackets of {@link #VALUE}. */
  private static Tree inner(Tree initializer) {
    return initializer instanceof ParenthesizedTree brackets
        ? brackets.getExpression()
        : initializer;
  }

  /** Turns trees into a piece. */
  private record Reader(
      CompilationUnitTree unit,
      SourcePositions positions,
      int offset,
      String text,
      int start,
      boolean semicolon) {

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
                blanked(method.getModifiers()),
                start,
                method.getName().toString(),
                method.getParameters().stream()
                    .map(parameter -> parameter.getType().toString())
                    .collect(Collectors.joining(",")),
                uses(method)));
      }
      return Optional.empty();
    }

    /** The names that a declaration takes from around it. */
    private static Set<String> uses(Tree declaration) {
      Set<String> used = new HashSet<>();
      Set<String> declared = new HashSet<>();
      new TreeScanner<Void, Void>() {
        @Override
        public Void visitIdentifier(IdentifierTree node, Void none) {
          used.add(node.getName().toString());
          return null;
        }

        @Override
        public Void visitVariable(VariableTree node, Void none) {
          declared.add(node.getName().toString());
          return super.visitVariable(node, none);
        }

        @Override
        public Void visitMethod(MethodTree node, Void none) {
          if (node != declaration) {
            declared.add(node.getName().toString());
          }
          return super.visitMethod(node, none);
        }

        @Override
        public Void visitClass(ClassTree node, Void none) {
          declared.add(node.getSimpleName().toString());
          return super.visitClass(node, none);
        }
      }.scan(declaration, null);
      used.removeAll(declared);
      return used;
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
          "", blankedType(type.getModifiers()), start, type.getSimpleName().toString(), uses(type));
    }

    private Piece variables(List<? extends Tree> trees) {
      List<Piece.Variable> variables = new ArrayList<>();
      Set<String> uses = new HashSet<>();
      for (Tree tree : trees) {
        VariableTree variable = (VariableTree) tree;
        String name = variable.getName().toString();
        Tree type = variable.getType();
        if (type != null) {
          uses.addAll(uses(type));
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
    private String blanked(ModifiersTree modifiers) {
      return blanked(modifiers, BLANKED);
    }

    private String blankedType(ModifiersTree modifiers) {
      // A final class stays final, and a public one public.
      return blanked(modifiers, Pattern.compile("\\b(protected|private|static)\\b"));
    }

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
}
