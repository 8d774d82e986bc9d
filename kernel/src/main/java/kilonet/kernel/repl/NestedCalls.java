package kilonet.kernel.repl;

import java.util.ArrayList;
import java.util.List;

/**
 * Calls in the arguments of calls. Where such a call cannot be resolved the compiler looks at its
 * arguments twice, and so at the innermost of n calls 2^n times.
 */
final class NestedCalls {
  /** Calls in each other that the compiler may meet without knowing them. */
  private static final int BEARABLE = 7;

  private NestedCalls() {}

  /** Whether a source has no more brackets in each other than JShell bears if it knows no call. */
  static boolean isBearable(String source) {
    JavaText text = new JavaText(source);
    int open = 0;
    for (int i = 0; i < source.length() && open <= BEARABLE; i++) {
      char c = text.at(i) == JavaText.Kind.CODE ? source.charAt(i) : ' ';
      open += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
    return open <= BEARABLE;
  }

  /** The end of an unfinished source, cut so that only a few brackets are open before it. */
  static String innermost(String source) {
    JavaText text = new JavaText(source);
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < source.length(); i++) {
      int change = text.at(i) == JavaText.Kind.CODE ? JavaText.change(source.charAt(i)) : 0;
      if (change > 0) {
        open.add(source.charAt(i) == '(' ? i : -1);
      } else if (change < 0 && !open.isEmpty()) {
        open.remove(open.size() - 1);
      }
    }
    // Braces stay: what is declared between them may be what is asked for.
    int from = open.lastIndexOf(-1) + 1;
    return open.size() - from <= BEARABLE
        ? source
        : source.substring(open.get(open.size() - BEARABLE) + 1);
  }
}
