package kilonet.kernel.magic;

import java.util.List;
import java.util.stream.Collectors;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.repl.Repl;

/** {@code %jshell}: what JShell's commands tell, under the names that rapaio's kernel has. */
final class JshellMagic implements Magic {
  private final Repl repl;
  private final VarsMagic vars;

  JshellMagic(Repl repl, VarsMagic vars) {
    this.repl = repl;
    this.vars = vars;
  }

  @Override
  public List<String> names() {
    return List.of("jshell");
  }

  @Override
  public String help() {
    return "%jshell /vars, /methods, /types, /imports, /all, /reset: lists or forgets declarations.";
  }

  @Override
  public Object run(Call call) {
    return switch (call.argument()) {
      case "/vars" -> vars.list();
      case "/methods" -> text(repl.methods());
      case "/types" -> text(repl.types());
      case "/imports" -> text(repl.imports());
      case "/all" ->
          MimeBundle.of(
              "text/plain",
              String.join(
                  "\n",
                  plain(text(repl.imports())),
                  plain(text(repl.types())),
                  plain(text(repl.methods())),
                  plain(vars.list())));
      case "/reset" -> {
        repl.reset();
        yield Repl.NOTHING;
      }
      default ->
          throw new MagicFailure(
              "%jshell knows /vars, /methods, /types, /imports, /all and /reset.");
    };
  }

  private static String plain(Object bundle) {
    return bundle.toString();
  }

  private static MimeBundle text(List<String> lines) {
    return MimeBundle.of(
        "text/plain", lines.isEmpty() ? "none" : lines.stream().collect(Collectors.joining("\n")));
  }
}
