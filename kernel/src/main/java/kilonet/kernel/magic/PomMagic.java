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
  public Object run(String argument, String body) throws Exception {
    if (body == null || body.isBlank()) {
      throw new IllegalArgumentException("%%pom stands above the lines of a POM.");
    }
    jars.addArtifacts(new MavenResolver(List.of()).pom(body)).forEach(System.out::println);
    return Repl.NOTHING;
  }
}
