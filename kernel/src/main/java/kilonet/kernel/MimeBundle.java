package kilonet.kernel;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The same thing in several forms, of which a front end shows the richest that it can.
 *
 * @param data by MIME type; text as a string, binary data as Base64
 * @param metadata by MIME type, such as width and height of an image in pixels
 */
public record MimeBundle(Map<String, Object> data, Map<String, Object> metadata) {
  /**
   * One form.
   *
   * @param mime the MIME type
   * @param content text, or Base64
   * @return a bundle
   */
  public static MimeBundle of(String mime, Object content) {
    return new MimeBundle(Map.of(mime, needed(mime, content)), Map.of());
  }

  /** What is shown in a form; null is nothing. */
  static <T> T needed(String mime, T content) {
    if (content == null) {
      throw new IllegalArgumentException("what is to be shown as " + mime + " is null");
    }
    return content;
  }

  /**
   * This bundle with one form more.
   *
   * @param mime the MIME type
   * @param content text, or Base64
   * @return a new bundle
   */
  public MimeBundle with(String mime, Object content) {
    Map<String, Object> more = new LinkedHashMap<>(data);
    more.put(mime, content);
    return new MimeBundle(more, metadata);
  }

  /**
   * This bundle with metadata for one form.
   *
   * @param mime the MIME type
   * @param about such as {@code Map.of("width", 320)}
   * @return a new bundle
   */
  public MimeBundle about(String mime, Map<String, Object> about) {
    Map<String, Object> more = new LinkedHashMap<>(metadata);
    more.put(mime, about);
    return new MimeBundle(data, more);
  }

  /** The plain text. */
  @Override
  public String toString() {
    return String.valueOf(data.getOrDefault("text/plain", data.keySet()));
  }
}
