package kilonet.kernel.repl;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The words of a source: names, keywords, and what looks like them in comments and texts. */
final class Words {
  private static final Pattern WORD = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$]*");

  private Words() {}

  static Set<String> of(String source) {
    Set<String> words = new LinkedHashSet<>();
    Matcher matcher = WORD.matcher(source);
    while (matcher.find()) {
      words.add(matcher.group());
    }
    return words;
  }
}
