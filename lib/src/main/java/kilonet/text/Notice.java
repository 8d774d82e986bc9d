package kilonet.text;

import org.slf4j.Logger;

/** Says what nobody should miss, also in a project that has no binding of SLF4J. */
public final class Notice {

  private static final String BINDING = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";

  private Notice() {}

  /**
   * Logs a warning; where nobody listens, it goes to standard error.
   *
   * @param log whose it is
   * @param sentence what to know, and what to do
   */
  public static void warn(Logger log, String sentence) {
    warn(log, sentence, Notice.class.getClassLoader());
  }

  static void warn(Logger log, String sentence, ClassLoader loader) {
    if (loader.getResource(BINDING) == null) {
      System.err.println(sentence);
    } else {
      log.warn(sentence);
    }
  }
}
