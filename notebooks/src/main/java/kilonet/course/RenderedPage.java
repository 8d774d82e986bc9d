package kilonet.course;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.text.Text;

/** A notebook as HTML, with a digest of the notebook and one of the page itself at its end. */
final class RenderedPage {

  private static final Pattern FOOTER =
      Pattern.compile("<!-- notebook ([0-9a-f]{64}), page ([0-9a-f]{64}) -->\n$");

  private RenderedPage() {}

  /**
   * The file of a page.
   *
   * @param html the page, with a line break at its end
   * @param notebook the file that it was rendered from
   */
  static byte[] bytes(String html, byte[] notebook) {
    String footer =
        Text.of(
            "<!-- notebook %s, page %s -->\n",
            StoredResult.sha256(notebook), StoredResult.sha256(utf8(html)));
    return utf8(html + footer);
  }

  /**
   * What happened to a page so that it is not that of a notebook, such as {@code rendered from
   * another state of}; nothing where it is.
   */
  static Optional<String> fault(String page, byte[] notebook) {
    Matcher footer = FOOTER.matcher(page);
    if (!footer.find()
        || !footer.group(2).equals(StoredResult.sha256(utf8(page.substring(0, footer.start()))))) {
      return Optional.of("changed after it was rendered from");
    }
    return footer.group(1).equals(StoredResult.sha256(notebook))
        ? Optional.empty()
        : Optional.of("rendered from another state of");
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
