package kilonet.kernel.magic;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import kilonet.kernel.repl.Repl;

/** {@code %mavenRepo}: adds a Maven repository for the magics that follow. */
final class MavenRepoMagic implements Magic {
  private final Repositories repositories;

  MavenRepoMagic(Repositories repositories) {
    this.repositories = repositories;
  }

  @Override
  public List<String> names() {
    return List.of("mavenRepo", "addMavenRepo");
  }

  @Override
  public String help() {
    return "%mavenRepo NAME URL: asks this Maven repository too from now on.";
  }

  @Override
  public Object run(Call call) {
    List<String> words = Words.of(call.argument());
    if (words.size() != 2) {
      throw new MagicFailure(
          "%mavenRepo takes a name and an address, such as %mavenRepo jitpack https://jitpack.io.");
    }
    add(repositories, words.get(0), words.get(1));
    return Repl.NOTHING;
  }

  static void add(Repositories repositories, String name, String url) {
    try {
      if (new URI(url).getScheme() == null) {
        throw new URISyntaxException(url, "no scheme");
      }
    } catch (URISyntaxException e) {
      throw new MagicFailure(
          url + " is no address of a repository; write one such as https://jitpack.io.");
    }
    repositories.add(name, url);
  }
}
