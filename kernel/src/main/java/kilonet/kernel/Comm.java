package kilonet.kernel;

import java.util.Map;

/** A line between a cell and an element of the page, such as a widget. */
public interface Comm {
  /** Takes comms that the front end opens. */
  interface Handler {
    /**
     * Called when the front end opens a comm.
     *
     * @param comm the line
     * @param data what came with the opening
     */
    void opened(Comm comm, Map<String, Object> data);
  }

  /** Takes messages of a comm. */
  interface Listener {
    /**
     * Called for each message.
     *
     * @param data the message
     */
    void received(Map<String, Object> data);
  }

  /**
   * The identifier that both sides know.
   *
   * @return the identifier
   */
  String id();

  /**
   * Says who takes the messages.
   *
   * @param listener called for each message
   */
  void listen(Listener listener);

  /**
   * Sends a message.
   *
   * @param data JSON: maps, lists, strings, numbers, booleans, null
   */
  void send(Map<String, Object> data);

  /** Ends the comm. */
  void close();
}
