package kilonet.kernel;

import java.util.List;
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
   * Turns a value into some of the forms that notebooks show.
   *
   * @param value any value, also null
   * @param mimes the forms that are wanted
   * @return those of them that it has; text/plain is always among them
   */
  MimeBundle render(Object value, List<String> mimes);

  /**
   * Runs a cell inside the one that is running.
   *
   * @param source Java and magics
   * @return its value; null where it shows none
   * @throws Throwable what it throws
   */
  Object evaluate(String source) throws Throwable;

  /**
   * Runs a magic inside the cell that is running.
   *
   * @param name its name
   * @param arguments the words behind it
   * @param body what stands below it; null for a magic of one line
   * @return its value; null for none
   * @throws Throwable what it throws
   */
  Object magic(String name, List<String> arguments, String body) throws Throwable;

  /**
   * Runs a magic of one line inside the cell that is running.
   *
   * @param name its name
   * @param argument what stands behind it
   * @return its value; null for none
   * @throws Throwable what it throws
   */
  Object magic(String name, String argument) throws Throwable;

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
