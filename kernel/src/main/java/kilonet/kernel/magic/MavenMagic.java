package kilonet.kernel.magic;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code %maven}: adds artifacts of Maven repositories and what they depend on. */
final class MavenMagic implements Magic {
  private static final Pattern COORDINATES =
      Pattern.compile("[^:\\s]+:[^:\\s]+(:[^:\\s]*(:[^:\\s]*)?)?:[^:\\s]+");

  /** Ivy's way to write them, which IJava took too. */
  private static final Pattern IVY =
      Pattern.compile("(?<group>[^#:;\\s]+)#(?<artifact>[^#:;\\s]+);(?<version>[^#:;\\s]+)");

  private final Jars jars;
  private final Repositories repositories;

  MavenMagic(Jars jars, Repositories repositories) {
    this.jars = jars;
    this.repositories = repositories;
  }

  @Override
  public List<String> names() {
    return List.of("maven", "addMavenDependency", "addMavenDependencies");
  }

  @Override
  public String help() {
    return "%maven [--from URL] [--exclude GROUP:ARTIFACT] GROUP:ARTIFACT[:EXTENSION[:CLASSIFIER]]:VERSION…:"
        + " adds artifacts and their dependencies; settings.xml and the local repository are used.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws Exception {
    List<String> coordinates = new ArrayList<>();
    List<String> from = new ArrayList<>();
    List<String> exclusions = new ArrayList<>();
    List<String> target = coordinates;
    for (String word : Words.of(call.argument())) {
      String value = word;
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      if (target == coordinates && word.startsWith("-")) {
        String option = equals < 0 ? word : word.substring(0, equals);
        target =
            switch (option) {
              case "--from", "--repo" -> from;
              case "--exclude" -> exclusions;
              case "-v", "--verbose", "--optional" -> coordinates;
              default ->
                  throw new MagicFailure(
                      "%maven has no option " + option + "; there are --from and --exclude.");
            };
        if (equals < 0) {
          continue;
        }
        value = word.substring(equals + 1);
      }
      target.add(target == coordinates ? coordinates(value) : value);
      target = coordinates;
    }
    if (coordinates.isEmpty()) {
      throw new MagicFailure(
          "%maven needs coordinates, such as %maven org.apache.commons:commons-csv:1.10.0.");
    }
    MavenResolver resolver = new MavenResolver(repositories.all(from));
    return jars.addArtifacts(resolver.artifacts(coordinates, exclusions));
  }

  private static String coordinates(String word) {
    Matcher ivy = IVY.matcher(word);
    if (ivy.matches()) {
      return ivy.group("group") + ":" + ivy.group("artifact") + ":" + ivy.group("version");
    }
    if (!COORDINATES.matcher(word).matches()) {
      throw new MagicFailure(
          word + " names no artifact; write GROUP:ARTIFACT[:EXTENSION[:CLASSIFIER]]:VERSION.");
    }
    // An extension that is left empty is that of a jar.
    return word.replaceFirst("^([^:]+:[^:]+)::", "$1:jar:").replaceFirst(":jar::", ":jar:");
  }
}
