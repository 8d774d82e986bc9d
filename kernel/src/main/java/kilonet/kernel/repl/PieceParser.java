package kilonet.kernel.repl;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
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
import jdk.jshell.SourceCodeAnalysis.Completeness;

/** Cuts a cell into its top-level pieces and says what each is. */
final class PieceParser {
  private static final Pattern IMPORT = Pattern.compile("\\s*import\\s.*", Pattern.DOTALL);

  private static final Pattern PACKAGE = Pattern.compile("package\\s+[\\p{L}_$][^;]*;?");

  /** Something that a statement is to follow. */
  private static final Pattern OPEN =
      Pattern.compile(
          "(LABEL\\s*)*((if|while|for)\\b.*\\)|.*\\belse|LABEL)"
              .replace("LABEL", "[\\p{L}_$][\\p{L}\\p{N}_$]*\\s*:"),
          Pattern.DOTALL);

  private static final String RETURN =
      "return outside a method: a cell cannot be left; put what is not to run behind an if or into"
          + " an else, or all of it into a method";

  private static final String BLOCK = "class $ { void m() throws Throwable {\n";
  private static final String VALUE = "class $ { Object v = (\n";
  private static final String MEMBER = "class $ {\n";

  private final Compiler compiler;
  private final Cutter cutter = new Cutter();

  PieceParser(Compiler compiler) {
    this.compiler = compiler;
  }

  /**
   * A cell in pieces.
   *
   * @param pieces those above the first that is wrong
   * @param failure what is wrong with that one; null if all are right
   */
  record Cell(List<Piece> pieces, CompileFailure failure) {
    /** The pieces, cut before each that declares what one before it has declared. */
    List<List<Piece>> segments() {
      List<List<Piece>> segments = new ArrayList<>();
      Set<String> declared = new HashSet<>();
      List<Piece> current = new ArrayList<>();
      for (Piece piece : pieces) {
        List<String> keys =
            piece instanceof Piece.Variables
                ? piece.names().stream().map(name -> "variable " + name).toList()
                : piece.names().isEmpty() ? List.of() : List.of(piece.key());
        if (keys.stream().anyMatch(declared::contains)) {
          segments.add(current);
          current = new ArrayList<>();
          declared.clear();
        }
        declared.addAll(keys);
        current.add(piece);
      }
      segments.add(current);
      return segments;
    }
  }

  /** The pieces of a cell. */
  Cell parse(String cell) {
    List<Piece> pieces = new ArrayList<>();
    int at = Cutter.blank(cell, 0);
    if (cell.indexOf(';') < 0 && cell.indexOf('}') < 0) {
      // Most often one expression, which needs no cutting.
      Attempt whole = attempt(VALUE, cell.substring(at), "\n);}", at, false);
      if (whole.piece != null) {
        return new Cell(List.of(whole.piece), null);
      }
    }
    while (true) {
      at += Cutter.blank(cell, at);
      if (at >= cell.length()) {
        return new Cell(pieces, null);
      }
      Cutter.Cut cut = cutter.cut(cell, at);
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
      at += Cutter.blank(cell, at);
      if (at >= cell.length()) {
        return "complete";
      }
      Cutter.Cut cut = cutter.cut(cell, at);
      switch (cut.completeness()) {
        case EMPTY -> {
          return "complete";
        }
        case DEFINITELY_INCOMPLETE -> {
          return "incomplete";
        }
        default -> {
          String text = cell.substring(at, cut.end());
          if (text.strip().equals(";")) {
            at = cut.end();
            continue;
          }
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
    return cutter.start(cell, offset);
  }

  /** The texts of the declarations and imports before an offset; wrong ones are left out. */
  List<String> declarationsBefore(String cell, int offset) {
    List<String> texts = new ArrayList<>();
    int at = 0;
    while (true) {
      at += Cutter.blank(cell, at);
      if (at >= offset) {
        return texts;
      }
      Cutter.Cut cut = cutter.cut(cell, at);
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

  private Piece piece(String text, int start) throws CompileFailure {
    Matcher ofPackage = PACKAGE.matcher(text);
    if (ofPackage.lookingAt()) {
      throw new CompileFailure(
          List.of(
              new CompileFailure.Problem(
                  start,
                  start + ofPackage.end(),
                  "what a cell declares is in no package; leave this line out")));
    }
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

  /** The first return that leaves what is scanned, and no method or lambda in it. */
  private static final class Returns extends TreeScanner<ReturnTree, Void> {
    private int depth;

    @Override
    public ReturnTree visitClass(ClassTree type, Void nothing) {
      // The one around a cell's text is scanned, with its method.
      return depth++ == 0 ? super.visitClass(type, nothing) : null;
    }

    @Override
    public ReturnTree visitLambdaExpression(LambdaExpressionTree lambda, Void nothing) {
      return null;
    }

    @Override
    public ReturnTree visitReturn(ReturnTree tree, Void nothing) {
      return tree;
    }

    @Override
    public ReturnTree reduce(ReturnTree later, ReturnTree earlier) {
      return earlier == null ? later : earlier;
    }
  }

  private record Attempt(Piece piece, List<CompileFailure.Problem> problems) {}

  private Attempt attempt(String before, String text, String after, int start, boolean semicolon) {
    return compiler.parse(
        before + text + after,
        (task, unit, errors) -> {
          List<CompileFailure.Problem> problems = new ArrayList<>();
          if (errors.isEmpty()) {
            Optional<Piece> piece = read(task, unit, before, text, start, semicolon);
            ReturnTree outside =
                before.equals(BLOCK) && piece.isPresent() ? new Returns().scan(unit, null) : null;
            if (outside != null) {
              SourcePositions positions = Trees.instance(task).getSourcePositions();
              int from = start + (int) positions.getStartPosition(unit, outside) - before.length();
              problems.add(new CompileFailure.Problem(from, from + "return".length(), RETURN));
            } else if (piece.isPresent()) {
              return new Attempt(piece.get(), List.of());
            }
          }
          for (Finding error : errors) {
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
    PieceReader reader = new PieceReader(unit, positions, before.length(), text, start, semicolon);
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
}
