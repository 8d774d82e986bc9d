package kilonet.kernel.magic;

/** A magic that cannot do what it was asked to; its message is a sentence for the user. */
public final class MagicFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * A failure.
   *
   * @param sentence what is wrong and what to do
   */
  public MagicFailure(String sentence) {
    super(sentence, null, false, false);
  }
}
