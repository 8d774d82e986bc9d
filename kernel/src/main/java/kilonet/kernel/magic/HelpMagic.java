package kilonet.kernel.magic;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import kilonet.kernel.MimeBundle;

/** {@code %help}: lists the magics. */
final class HelpMagic implements Magic {
  private final Collection<Magic> all;

  HelpMagic(Collection<Magic> all) {
    this.all = all;
  }

  @Override
  public List<String> names() {
    return List.of("help");
  }

  @Override
  public String help() {
    return "%help: lists the magics.";
  }

  @Override
  public Object run(Call call) {
    return MimeBundle.of(
        "text/plain", all.stream().distinct().map(Magic::help).collect(Collectors.joining("\n")));
  }
}
