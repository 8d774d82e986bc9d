package kilonet.train;

/** A run that cannot go on; the message is a sentence for the user. */
public final class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a sentence that says what happened and what to try. */
  public TrainingException(String message) {
    super(message);
  }
}
