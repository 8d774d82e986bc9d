package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;

/** A cell that does not compile. */
public final class CompileFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;
  private final String source;
  private final String label;
  private final int cut;

  /**
   * One error.
   *
   * @param start offset in the cell
   * @param end offset of the end in the cell; at least start
   * @param message what is wrong, possibly on several lines
   */
  public record Problem(int start, int end, String message) {}

  /**
   * A failure of a source that is named later.
   *
   * @param problems at least one
   */
  CompileFailure(List<Problem> problems) {
    this(problems, "", "", problems.stream().mapToInt(Problem::start).min().orElse(0));
  }

  /**
   * The failure that a compiler's findings are.
   *
   * @param errors at least one, with offsets in the generated source
   * @param source the generated source
   * @param remark what is to be added to an error
   */
  static CompileFailure of(
      List<Finding> errors, CellSource source, Function<Finding, String> remark) {
    List<Problem> problems = new ArrayList<>();
    for (Finding error : errors) {
      int start = source.cellOffset(error.start());
      problems.add(
          new Problem(
              start,
              Math.max(start, source.cellOffset(Math.max(error.start(), error.end()))),
              Homes.hidden(error.message()) + remark.apply(error)));
    }
    return new CompileFailure(problems);
  }

  /** Offset in the cell before which everything compiles, as far as is known. */
  int cut() {
    return cut;
  }

  /** The pieces above the first that is wrong; some are missing in any case. */
  List<Piece> above(List<Piece> pieces) {
    List<Piece> above = new ArrayList<>();
    for (Piece piece : pieces) {
      if (piece.start() + piece.text().length() > cut || above.size() == pieces.size() - 1) {
        break;
      }
      above.add(piece);
    }
    return above;
  }

  /** The line of the source that the first error is in, from 1. */
  long line() {
    int at = problems.get(0).start();
    return source.substring(0, at).chars().filter(c -> c == '\n').count() + 1;
  }

  /** The same failure, with something added to what is said of some problems. */
  CompileFailure remarked(Function<Problem, String> remark) {
    List<Problem> remarked =
        problems.stream()
            .map(each -> new Problem(each.start(), each.end(), each.message() + remark.apply(each)))
            .toList();
    return new CompileFailure(remarked, source, label, cut);
  }

  /** The same failure, of a cell that compiles up to where another one is wrong. */
  CompileFailure cutAs(CompileFailure other) {
    return new CompileFailure(problems, source, label, other.cut);
  }

  private CompileFailure(List<Problem> problems, String source, String label, int cut) {
    super(problems.get(0).message().lines().findFirst().orElse(""), null, false, false);
    this.problems = List.copyOf(problems);
    this.source = source;
    this.label = label;
    this.cut = cut;
  }

  /**
   * The same failure, told of another source.
   *
   * @param by what is added to all offsets
   * @param source the source
   * @param label its name, such as {@code cell 7}
   * @return the failure
   */
  public CompileFailure moved(int by, String source, String label) {
    return moved(offset -> offset + by, source, label);
  }

  /**
   * The same failure, told of another source.
   *
   * @param to where an offset lies in that
   * @param source the source
   * @param label its name, such as {@code cell 7}
   * @return the failure
   */
  public CompileFailure moved(IntUnaryOperator to, String source, String label) {
    List<Problem> moved =
        problems.stream()
            .map(
                problem ->
                    new Problem(
                        within(to.applyAsInt(problem.start()), source),
                        within(to.applyAsInt(problem.end()), source),
                        problem.message()))
            .toList();
    return new CompileFailure(moved, source, label, to.applyAsInt(cut));
  }

  private static int within(int offset, String source) {
    return Math.max(0, Math.min(offset, source.length()));
  }

  /**
   * What did not compile.
   *
   * @return the source that the errors' offsets lie in
   */
  public String source() {
    return source;
  }

  /**
   * The name of what did not compile.
   *
   * @return such as {@code cell 7}
   */
  public String label() {
    return label;
  }

  /**
   * The errors, in the order of the compiler.
   *
   * @return at least one
   */
  public List<Problem> problems() {
    return problems;
  }
}
