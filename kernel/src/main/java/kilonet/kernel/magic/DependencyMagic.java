package kilonet.kernel.magic;

import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.repl.Repl;

/** {@code %dependency}: artifacts as the notebooks of rapaio's kernel ask for them. */
final class DependencyMagic implements Magic {
  private final MavenMagic maven;
  private final Repositories repositories;
  private final List<String> wanted = new ArrayList<>();

  DependencyMagic(MavenMagic maven, Repositories repositories) {
    this.maven = maven;
    this.repositories = repositories;
  }

  @Override
  public List<String> names() {
    return List.of("dependency");
  }

  @Override
  public String help() {
    return "%dependency /add GROUP:ARTIFACT:VERSION, /add-repo NAME URL, /resolve: collects artifacts"
        + " and adds them with the last; %maven does so at once.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws Exception {
    List<String> words = Words.of(call.argument());
    switch (words.isEmpty() ? "" : words.get(0)) {
      case "/add" -> wanted.addAll(words.subList(1, words.size()));
      case "/add-repo" -> {
        if (words.size() < 3) {
          throw new MagicFailure("%dependency /add-repo takes a name and an address.");
        }
        MavenRepoMagic.add(repositories, words.get(1), words.get(2));
      }
      case "/resolve" -> {
        if (wanted.isEmpty()) {
          return Repl.NOTHING;
        }
        String argument = Words.join(wanted);
        wanted.clear();
        return maven.run(new Call(argument, null, null));
      }
      case "/list", "/list-dependencies" -> wanted.forEach(System.out::println);
      default ->
          throw new MagicFailure(
              "%dependency knows /add, /add-repo, /resolve and /list; "
                  + call.argument()
                  + " is none of them.");
    }
    return Repl.NOTHING;
  }
}
