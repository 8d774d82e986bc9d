package kilonet.kernel.repl;

import java.util.List;

/** A cell that does not compile. */
public final class CompileFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * One error.
   *
   * @param start offset in the cell
   * @param end offset of the end in the cell; at least start
   * @param message what is wrong, possibly on several lines
   */
  public record Problem(int start, int end, String message) {}

  /**
   * A failure.
   *
   * @param problems at least one
   */
  public CompileFailure(List<Problem> problems) {
    super(problems.get(0).message().lines().findFirst().orElse(""), null, false, false);
    this.problems = List.copyOf(problems);
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
