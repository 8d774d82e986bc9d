package kilonet.data;

/**
 * MNIST is neither on this machine nor to be had from the network. The message offers the two ways
 * on: a folder of one's own, or the generated digits.
 */
public final class DataUnavailableException extends DataException {

  private static final long serialVersionUID = 1L;

  /** With a sentence for the user and the last failure. */
  public DataUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
