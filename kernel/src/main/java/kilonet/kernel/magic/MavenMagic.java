package kilonet.kernel.magic;

import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.repl.Repl;

/** {@code %maven}: adds artifacts of Maven repositories and what they depend on. */
final class MavenMagic implements Magic {
  private final Jars jars;

  MavenMagic(Jars jars) {
    this.jars = jars;
  }

  @Override
  public String name() {
    return "maven";
  }

  @Override
  public String help() {
    return "%maven [--repo URL] [--exclude GROUP:ARTIFACT] GROUP:ARTIFACT[:EXTENSION[:CLASSIFIER]]:VERSION…:"
        + " adds artifacts and their dependencies; settings.xml and the local repository are used.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws Exception {
    List<String> coordinates = new ArrayList<>();
    List<String> repositories = new ArrayList<>();
    List<String> exclusions = new ArrayList<>();
    List<String> target = coordinates;
    for (String word : Words.of(call.argument())) {
      switch (word) {
        case "--repo" -> target = repositories;
        case "--exclude" -> target = exclusions;
        default -> {
          target.add(word);
          target = coordinates;
        }
      }
    }
    if (coordinates.isEmpty()) {
      throw new MagicFailure(
          "%maven needs coordinates, such as %maven org.apache.commons:commons-csv:1.10.0.");
    }
    for (String coordinate : coordinates) {
      if (!coordinate.matches("[^:\\s]+:[^:\\s]+(:[^:\\s]*(:[^:\\s]*)?)?:[^:\\s]+")) {
        throw new MagicFailure(
            coordinate
                + " names no artifact; write GROUP:ARTIFACT[:EXTENSION[:CLASSIFIER]]:VERSION.");
      }
    }
    MavenResolver resolver = new MavenResolver(repositories);
    jars.addArtifacts(resolver.artifacts(coordinates, exclusions)).forEach(System.out::println);
    return Repl.NOTHING;
  }
}
