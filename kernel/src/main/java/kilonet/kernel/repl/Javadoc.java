package kilonet.kernel.repl;

import java.util.regex.Pattern;

/** The text of a documentation comment. */
final class Javadoc {
  private static final Pattern INLINE =
      Pattern.compile("\\{@(?:code|literal|link|linkplain|value|summary|index)\\s+([^{}]*)\\}");
  private static final Pattern TAG = Pattern.compile("</?[a-zA-Z][^>]*>");

  private Javadoc() {}

  static String text(String comment) {
    String text = comment.replaceAll("@param\\s+<(\\w+)>", "@param &lt;$1&gt;");
    text = text.replaceAll("(?i)<p>|<br\\s*/?>|</li>|</h\\d>|</dt>|</dd>", "\n");
    text = text.replaceAll("(?i)<li>", "  - ");
    String before;
    do {
      before = text;
      text =
          INLINE
              .matcher(text)
              .replaceAll(m -> java.util.regex.Matcher.quoteReplacement(m.group(1)));
    } while (!before.equals(text));
    text = TAG.matcher(text).replaceAll("");
    text =
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", " ").replace("&amp;", "&");
    return text.replaceAll("(?m)^ ", "").replaceAll("\\n\\s*\\n\\s*\\n+", "\n\n").strip();
  }
}
