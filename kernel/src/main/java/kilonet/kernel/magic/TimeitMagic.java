package kilonet.kernel.magic;

/** {@code %timeit}: runs often and gives mean and spread. */
final class TimeitMagic implements Magic {
  private final Magics.Evaluator evaluator;

  TimeitMagic(Magics.Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  @Override
  public String name() {
    return "timeit";
  }

  @Override
  public String help() {
    return "%timeit CODE, or %%timeit above a cell: runs it for about a second, after as long a"
        + " warm-up, and gives the mean time and its spread.";
  }

  @Override
  public Object run(String argument, String body) throws Throwable {
    String code = (body == null ? argument : body).strip();
    if (code.isEmpty()) {
      throw new IllegalArgumentException("%timeit needs code, such as %timeit Math.sqrt(2).");
    }
    String lambda =
        code.endsWith(";") || code.endsWith("}") ? "() -> { " + code + "\n}" : "() -> " + code;
    return evaluator.evaluate("kilonet.kernel.Timing.measure(" + lambda + ")", "the timed code");
  }
}
