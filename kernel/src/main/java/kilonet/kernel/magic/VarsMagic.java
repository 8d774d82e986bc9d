package kilonet.kernel.magic;

import java.util.List;
import java.util.Map;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.content.Rendering;
import kilonet.kernel.repl.Repl;

/** {@code %vars}: lists the variables. */
final class VarsMagic implements Magic {
  private static final int WIDTH = 100;

  private final Repl repl;
  private final Rendering rendering;

  VarsMagic(Repl repl, Rendering rendering) {
    this.repl = repl;
    this.rendering = rendering;
  }

  @Override
  public List<String> names() {
    return List.of("vars");
  }

  @Override
  public String help() {
    return "%vars: lists the variables with their types and values.";
  }

  @Override
  public Object run(Call call) {
    call.takesNothing("vars");
    return list();
  }

  /** The variables as text. */
  MimeBundle list() {
    Map<String, Object> variables = repl.variables();
    if (variables.isEmpty()) {
      return MimeBundle.of("text/plain", "no variables");
    }
    StringBuilder text = new StringBuilder();
    variables.forEach(
        (name, value) -> {
          String shown = firstLine(rendering.render(value).data().get("text/plain"));
          text.append(text.length() == 0 ? "" : "\n")
              .append(repl.typeOf(name))
              .append(' ')
              .append(name)
              .append(" = ")
              .append(shown.length() > WIDTH ? shown.substring(0, WIDTH) + "…" : shown);
        });
    return MimeBundle.of("text/plain", text.toString());
  }

  /** The first line that says something, and whether there are more. */
  private static String firstLine(Object text) {
    List<String> lines =
        String.valueOf(text).lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    return lines.isEmpty() ? "" : lines.get(0) + (lines.size() > 1 ? " …" : "");
  }
}
