package kilonet.kernel.repl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Calls in the arguments of calls. Where such a call cannot be resolved the compiler looks at its
 * arguments twice, and so at the innermost of n calls 2^n times.
 */
final class NestedCalls {
  /** Calls in each other that the compiler may meet without knowing them. */
  static final int BEARABLE = 7;

  private NestedCalls() {}

  /** Simple names that are called within more calls than is bearable, with their offsets. */
  static Map<String, Integer> deep(String source) {
    Map<String, Integer> deep = new LinkedHashMap<>();
    if (source.chars().filter(c -> c == '(').limit(BEARABLE + 1L).count() <= BEARABLE) {
      return deep;
    }
    JavaText text = new JavaText(source);
    Deque<Integer> open = new ArrayDeque<>();
    int calls = 0;
    for (int i = 0; i < source.length(); i++) {
      int change = text.at(i) == JavaText.Kind.CODE ? JavaText.change(source.charAt(i)) : 0;
      if (change > 0) {
        int name = source.charAt(i) == '(' ? nameBefore(source, i) : -1;
        open.push(name);
        calls += name < 0 ? 0 : 1;
        if (calls > BEARABLE) {
          for (int at : open) {
            if (at >= 0 && (at == 0 || source.charAt(at - 1) != '.')) {
              deep.put(nameAt(source, at), at);
            }
          }
        }
      } else if (change < 0 && !open.isEmpty()) {
        calls -= open.pop() < 0 ? 0 : 1;
      }
    }
    return deep;
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

  /** Where the name of a call begins; negative where there is none before its bracket. */
  private static int nameBefore(String source, int bracket) {
    int end = bracket;
    while (end > 0 && Character.isWhitespace(source.charAt(end - 1))) {
      end--;
    }
    int start = end;
    while (start > 0 && Character.isJavaIdentifierPart(source.charAt(start - 1))) {
      start--;
    }
    return start == end || javax.lang.model.SourceVersion.isKeyword(source.substring(start, end))
        ? -1
        : start;
  }

  private static String nameAt(String source, int start) {
    int end = start;
    while (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end))) {
      end++;
    }
    return source.substring(start, end);
  }
}
