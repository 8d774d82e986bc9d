package kilonet.layer;

import java.util.HashMap;
import java.util.Map;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What the marks of one name tell each other in one network. */
final class Shortcut {

  /** Those whose {@link Add} is not made yet, of the network that this thread makes. */
  private static final ThreadLocal<Map<String, Shortcut>> OPEN =
      ThreadLocal.withInitial(HashMap::new);

  /** What {@link Keep} saw. */
  INDArray kept;

  /** What {@link Recall} put aside for it. */
  INDArray aside;

  INDArray keptSlope;
  INDArray asideSlope;

  /** Whether there is a {@link Recall}. */
  boolean recalled;

  /** Begins one for a {@link Keep}. */
  static Shortcut begin(String name) {
    Shortcut made = new Shortcut();
    OPEN.get().put(name, made);
    return made;
  }

  /** That of a {@link Recall}. */
  static Shortcut recall(String name) {
    Shortcut found = require(OPEN.get().get(name), name);
    found.recalled = true;
    return found;
  }

  /** That of an {@link Add}. */
  static Shortcut end(String name) {
    return require(OPEN.get().remove(name), name);
  }

  private static Shortcut require(Shortcut found, String name) {
    if (found == null) {
      throw new IllegalArgumentException(
          Text.of(
              "No layer before keeps '%s': put a Keep of this name where the values are that are to"
                  + " be added, once for each Add.",
              name));
    }
    return found;
  }
}
