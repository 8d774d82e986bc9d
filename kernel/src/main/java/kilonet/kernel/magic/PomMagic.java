package kilonet.kernel.magic;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code %%pom} and {@code %loadFromPOM}: adds the dependencies that a POM, or part of one, names.
 */
final class PomMagic implements Magic {
  private final Jars jars;
  private final Repositories repositories;

  PomMagic(Jars jars, Repositories repositories) {
    this.jars = jars;
    this.repositories = repositories;
  }

  @Override
  public List<String> names() {
    return List.of("pom", "loadFromPOM");
  }

  @Override
  public String help() {
    return "%%loadFromPOM or %%pom [SCOPE…] above <dependency> and <repository> elements, or any part"
        + " of a POM (dependencyManagement with BOMs, properties); or %loadFromPOM FILE [SCOPE…]:"
        + " adds the dependencies.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws IOException {
    List<String> words = Words.of(call.argument());
    MavenResolver resolver = new MavenResolver(repositories.all(List.of()));
    if (call.body() != null) {
      if (call.body().isBlank()) {
        throw new MagicFailure(
            "%%loadFromPOM stands above the lines of a POM, such as <dependency> elements.");
      }
      return jars.addArtifacts(resolver.pom(PomText.whole(call.body()), null, words));
    }
    if (words.isEmpty()) {
      throw new MagicFailure(
          "%loadFromPOM takes a file, such as %loadFromPOM pom.xml; %%loadFromPOM stands above the"
              + " lines of a POM.");
    }
    Path file = Path.of(words.get(0));
    if (!Files.isRegularFile(file)) {
      throw new MagicFailure("There is no file " + file.toAbsolutePath() + "; name a POM.");
    }
    return jars.addArtifacts(
        resolver.pom(Files.readString(file), file, words.subList(1, words.size())));
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
