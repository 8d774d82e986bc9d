package kilonet.kernel.magic;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.repl.Repl;

/** {@code %classpath}: shows the class path, or adds to it. */
final class ClasspathMagic implements Magic {
  private final Repl repl;
  private final JarsMagic adding;

  ClasspathMagic(Repl repl, Jars jars) {
    this.repl = repl;
    adding = new JarsMagic(jars);
  }

  @Override
  public List<String> names() {
    return List.of("classpath");
  }

  @Override
  public String help() {
    return "%classpath [FILE_OR_PATTERN…]: lists the class path, or adds to it.";
  }

  @Override
  public Object run(Call call) throws Exception {
    if (!call.argument().isEmpty()) {
      return adding.run(call);
    }
    return MimeBundle.of(
        "text/plain",
        repl.classPath().stream().map(Path::toString).collect(Collectors.joining("\n")));
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
