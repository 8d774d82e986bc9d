package kilonet.kernel.magic;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.repl.Repl;

/** {@code %env}: shows the environment, or sets a variable for cells and {@code %%bash}. */
final class EnvMagic implements Magic {
  private final Map<String, String> environment;

  EnvMagic(Map<String, String> environment) {
    this.environment = environment;
  }

  @Override
  public List<String> names() {
    return List.of("env");
  }

  @Override
  public String help() {
    return "%env, %env NAME, %env NAME=VALUE or NAME VALUE: shows environment variables, or sets one for %%bash and"
        + " for System.getenv in cells; processes that cells start themselves keep the kernel's.";
  }

  @Override
  public Object run(Call call) {
    String argument = call.argument();
    if (argument.isEmpty()) {
      return MimeBundle.of(
          "text/plain",
          environment.entrySet().stream()
              .sorted(Map.Entry.comparingByKey())
              .map(entry -> entry.getKey() + "=" + entry.getValue())
              .collect(Collectors.joining("\n")));
    }
    int equals = argument.indexOf('=');
    int blank = argument.split("\\s", 2)[0].length();
    if (blank < argument.length() && (equals < 0 || blank < equals)) {
      // NAME VALUE, but not NAME = VALUE.
      String rest = argument.substring(blank).strip();
      return set(argument.substring(0, blank), rest.startsWith("=") ? rest.substring(1) : rest);
    }
    if (equals < 0) {
      String value = environment.get(argument);
      if (value == null) {
        throw new MagicFailure("There is no environment variable " + argument + ".");
      }
      return value;
    }
    return set(argument.substring(0, equals), argument.substring(equals + 1));
  }

  private Object set(String name, String value) {
    if (name.isEmpty()) {
      throw new MagicFailure("%env needs a name before the equals sign, as in %env HOME=/tmp.");
    }
    environment.put(name, value.strip());
    return Repl.NOTHING;
  }

  @Override
  public List<String> complete(String argument) {
    return environment.keySet().stream()
        .filter(name -> name.startsWith(argument))
        .sorted()
        .toList();
  }
}
