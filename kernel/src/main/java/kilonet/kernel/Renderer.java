package kilonet.kernel;

/**
 * Shows values of one type in a notebook. Implementations are found by {@link
 * java.util.ServiceLoader} in every jar of the notebook's class path, or added by {@link
 * Display#register}.
 *
 * @param <T> the type
 */
public interface Renderer<T> {
  /**
   * The type; values of its subtypes are shown too.
   *
   * @return the type
   */
  Class<T> type();

  /**
   * Shows a value.
   *
   * @param value never null
   * @return its forms; the kernel adds text/plain where it is missing
   */
  MimeBundle render(T value);
}
