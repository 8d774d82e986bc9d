package kilonet.kernel.debug;

import java.util.List;
import java.util.Map;

/**
 * What a request asks for; whatever is missing or of another type counts as empty.
 *
 * @param members as the protocol writes them
 */
record Arguments(Map<?, ?> members) {
  /** What stands under a name, itself with members. */
  static Arguments of(Object value) {
    return new Arguments(value instanceof Map<?, ?> map ? map : Map.of());
  }

  String text(String name) {
    return members.get(name) instanceof String text ? text : "";
  }

  int number(String name) {
    return members.get(name) instanceof Number number ? number.intValue() : 0;
  }

  List<?> list(String name) {
    return members.get(name) instanceof List<?> list ? list : List.of();
  }

  /** The path of the source that it is about. */
  String path() {
    return of(members.get("source")).text("path");
  }
}
