package kilonet.kernel.magic;

import java.util.Collection;
import java.util.stream.Collectors;
import kilonet.kernel.MimeBundle;

/** {@code %help}: lists the magics. */
final class HelpMagic implements Magic {
  private final Collection<Magic> all;

  HelpMagic(Collection<Magic> all) {
    this.all = all;
  }

  @Override
  public String name() {
    return "help";
  }

  @Override
  public String help() {
    return "%help: lists the magics.";
  }

  @Override
  public Object run(Call call) {
    return MimeBundle.of(
        "text/plain", all.stream().map(Magic::help).collect(Collectors.joining("\n")));
  }
}
