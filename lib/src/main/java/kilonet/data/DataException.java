package kilonet.data;

/**
 * Data cannot be used as they are. The message is one sentence that names the file or folder, what
 * was expected and what was found.
 */
public class DataException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a sentence for the user. */
  public DataException(String message) {
    super(message);
  }

  /** With a sentence for the user and what it follows from. */
  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
