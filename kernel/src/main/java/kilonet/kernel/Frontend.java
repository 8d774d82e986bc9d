package kilonet.kernel;

import java.util.Map;

/** What the kernel does for {@link Display} and its like; cells use those. */
public interface Frontend {
  /**
   * Publishes a message that belongs to the running cell.
   *
   * @param type such as {@code display_data}
   * @param content the message's content
   */
  void publish(String type, Map<String, Object> content);

  /**
   * Asks the user for a line.
   *
   * @param prompt shown before the field
   * @param password whether what is typed is hidden
   * @return the line, without its end
   */
  String input(String prompt, boolean password);

  /**
   * Shows text in the pager when the cell has ended.
   *
   * @param bundle what to show
   */
  void page(MimeBundle bundle);

  /**
   * Turns a value into what notebooks show.
   *
   * @param value any value, also null
   * @return its forms; text/plain is always among them
   */
  MimeBundle render(Object value);

  /**
   * Adds a renderer; it is asked before all others.
   *
   * @param renderer shows values of one type
   */
  void register(Renderer<?> renderer);

  /**
   * Adds a comm target.
   *
   * @param target name that a front end opens
   * @param handler takes each comm that is opened
   */
  void comm(String target, Comm.Handler handler);
}
