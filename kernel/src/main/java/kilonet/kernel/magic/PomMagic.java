package kilonet.kernel.magic;

import java.util.List;
import kilonet.kernel.repl.Repl;

/** {@code %%pom}: adds the dependencies that a piece of a POM names. */
final class PomMagic implements Magic {
  private final Jars jars;

  PomMagic(Jars jars) {
    this.jars = jars;
  }

  @Override
  public String name() {
    return "pom";
  }

  @Override
  public String help() {
    return "%%pom above <dependency> elements, or any part of a POM (dependencyManagement with BOMs,"
        + " repositories, properties): adds the dependencies.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws Exception {
    if (call.body() == null || call.body().isBlank()) {
      throw new MagicFailure(
          "%%pom stands above the lines of a POM, such as <dependency> elements.");
    }
    jars.addArtifacts(new MavenResolver(List.of()).pom(call.body())).forEach(System.out::println);
    return Repl.NOTHING;
  }
}
