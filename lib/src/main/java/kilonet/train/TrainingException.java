package kilonet.train;

/** A run that cannot go on; the message is a sentence for the user. */
public sealed class TrainingException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** With a sentence that says what happened and what to try. */
  public TrainingException(String message) {
    super(message);
  }

  /** A run whose loss or parameters are no numbers any more: it would come to that again. */
  public static final class Diverged extends TrainingException {

    private static final long serialVersionUID = 1L;

    /** With a sentence that says what happened and what to try. */
    public Diverged(String message) {
      super(message);
    }
  }
}
