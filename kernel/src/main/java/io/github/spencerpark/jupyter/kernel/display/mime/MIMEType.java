package io.github.spencerpark.jupyter.kernel.display.mime;

/**
 * A MIME type such as {@code text/html} or, for all of a kind, {@code image/*}.
 *
 * @param name as it is written
 */
public record MIMEType(String name) {
  public static final MIMEType ANY = new MIMEType("*/*");
  public static final MIMEType APPLICATION_JAVASCRIPT = new MIMEType("application/javascript");
  public static final MIMEType APPLICATION_JSON = new MIMEType("application/json");
  public static final MIMEType APPLICATION_PDF = new MIMEType("application/pdf");
  public static final MIMEType APPLICATION_XML = new MIMEType("application/xml");
  public static final MIMEType IMAGE_GIF = new MIMEType("image/gif");
  public static final MIMEType IMAGE_JPEG = new MIMEType("image/jpeg");
  public static final MIMEType IMAGE_PNG = new MIMEType("image/png");
  public static final MIMEType IMAGE_SVG = new MIMEType("image/svg+xml");
  public static final MIMEType TEXT_CSS = new MIMEType("text/css");
  public static final MIMEType TEXT_HTML = new MIMEType("text/html");
  public static final MIMEType TEXT_LATEX = new MIMEType("text/latex");
  public static final MIMEType TEXT_MARKDOWN = new MIMEType("text/markdown");
  public static final MIMEType TEXT_PLAIN = new MIMEType("text/plain");

  /**
   * Reads a type.
   *
   * @param name such as {@code text/html}
   * @return the type
   */
  public static MIMEType parse(String name) {
    return new MIMEType(name.strip());
  }

  /**
   * Whether it stands for many.
   *
   * @return whether it ends with an asterisk
   */
  public boolean isWildcard() {
    return name.equals("*") || name.endsWith("/*");
  }

  /**
   * Whether another type is this one or one of its kind.
   *
   * @param other the other
   * @return whether it is
   */
  public boolean includes(MIMEType other) {
    return equals(other)
        || name.equals("*")
        || name.equals("*/*")
        || isWildcard() && other.name.startsWith(name.substring(0, name.length() - 1));
  }

  /** As it is written. */
  @Override
  public String toString() {
    return name;
  }
}
