package kilonet.kernel.magic;

import java.util.List;

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
    String code = call.text().strip();
    if (code.isEmpty()) {
      throw new MagicFailure("%timeit needs code, such as %timeit Math.sqrt(2).");
    }
    boolean statements = code.endsWith(";") || code.endsWith("}");
    return call.java()
        .evaluate(
            "kilonet.kernel.Timing.measure(() -> " + (statements ? "{" : ""),
            statements ? "\n})" : "\n)");
  }

  @Override
  public boolean takesJava() {
    return true;
  }
}
