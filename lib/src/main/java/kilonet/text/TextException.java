package kilonet.text;

/** A line of text that does not say what it should; the message names the position in the line. */
public final class TextException extends IllegalArgumentException {

  private static final long serialVersionUID = 1;

  /**
   * A complaint.
   *
   * @param position where in the text, counted from 0; the message counts from 1
   * @param complaint one sentence: what is wrong and what is right
   */
  public TextException(String text, int position, String complaint) {
    super(Text.of("At position %d of '%s': %s", position + 1, text, complaint));
  }
}
