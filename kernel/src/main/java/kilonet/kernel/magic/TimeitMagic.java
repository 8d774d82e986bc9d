package kilonet.kernel.magic;

import java.util.List;
import kilonet.kernel.repl.CompileFailure;
import kilonet.kernel.repl.Repl;

/** {@code %timeit}: runs often and gives mean and spread. */
final class TimeitMagic implements Magic {
  @Override
  public List<String> names() {
    return List.of("timeit");
  }

  @Override
  public String help() {
    return "%timeit CODE, or %%timeit above a cell: runs it for about a second, after as long a"
        + " warm-up, and gives the mean time and its spread.";
  }

  @Override
  public Object run(Call call) throws Throwable {
    if (call.text().isBlank()) {
      throw needsCode();
    }
    Repl.Ending ending = call.java().ending().orElseThrow(TimeitMagic::needsCode);
    try {
      return measure(call, ending, ending.isValue() ? "return " : "");
    } catch (CompileFailure e) {
      if (!ending.maybeVoid()) {
        throw e;
      }
      try {
        return measure(call, ending, "");
      } catch (CompileFailure again) {
        throw e;
      }
    }
  }

  private static MagicFailure needsCode() {
    return new MagicFailure("%timeit needs code, such as %timeit Math.sqrt(2).");
  }

  private static Object measure(Call call, Repl.Ending ending, String within) throws Throwable {
    String after = ending.isOpen() ? "\n;})" : "\n})";
    return call.java().evaluate("$measure(() -> {", ending.start(), within, after);
  }

  @Override
  public boolean takesJava() {
    return true;
  }
}
