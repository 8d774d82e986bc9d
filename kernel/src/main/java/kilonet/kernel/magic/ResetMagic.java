package kilonet.kernel.magic;

import java.util.List;
import kilonet.kernel.repl.Repl;

/** {@code %reset}: forgets variables, methods and types. */
final class ResetMagic implements Magic {
  private final Repl repl;

  ResetMagic(Repl repl) {
    this.repl = repl;
  }

  @Override
  public List<String> names() {
    return List.of("reset");
  }

  @Override
  public String help() {
    return "%reset: forgets all variables, methods and types; imports and the class path stay.";
  }

  @Override
  public Object run(Call call) {
    // As people know it from IPython, which asks back without -f.
    if (!call.argument().equals("-f")) {
      call.takesNothing("reset");
    }
    repl.reset();
    return Repl.NOTHING;
  }
}
