package kilonet.course;

import java.util.List;
import java.util.Optional;
import kilonet.text.Text;

/** Where two texts differ, in words. */
final class Difference {

  private Difference() {}

  /** The first line that differs, spaces at its ends aside; nothing where none does. */
  static Optional<String> of(String found, String expected) {
    List<String> here = found.lines().toList();
    List<String> there = expected.lines().toList();
    for (int i = 0; i < Math.max(here.size(), there.size()); i++) {
      String a = i < here.size() ? here.get(i).strip() : "(nothing)";
      String b = i < there.size() ? there.get(i).strip() : "(nothing)";
      if (!a.equals(b)) {
        return Optional.of(Text.of("line %d is '%s' and should be '%s'.", i + 1, a, b));
      }
    }
    return Optional.empty();
  }
}
