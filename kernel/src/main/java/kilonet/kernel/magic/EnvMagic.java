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
  public String name() {
    return "env";
  }

  @Override
  public String help() {
    return "%env, %env NAME, %env NAME=VALUE: shows environment variables, or sets one for the code"
        + " of cells and for %%bash.";
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
    if (equals < 0) {
      String value = environment.get(argument);
      if (value == null) {
        throw new MagicFailure("There is no environment variable " + argument + ".");
      }
      return value;
    }
    String name = argument.substring(0, equals).strip();
    String value = argument.substring(equals + 1).strip();
    if (name.isEmpty()) {
      throw new MagicFailure("%env needs a name before the =, such as %env KILONET_QUICK=1.");
    }
    environment.put(name, value);
    if (!JvmEnvironment.set(name, value)) {
      System.err.println(
          "Only %%bash sees " + name + ": this JVM keeps its own environment as it was.");
    }
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
