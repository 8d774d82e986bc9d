package kilonet.text;

import java.util.List;

/**
 * A name with arguments, such as {@code step(size=6, gamma=0.1)}, as it stands in a text.
 *
 * @param text the whole text
 * @param position where in the text the name begins, counted from 0
 * @param name the name
 * @param arguments what stands in parentheses; empty without them
 */
public record Term(String text, int position, String name, List<Argument> arguments) {

  /**
   * One argument.
   *
   * @param position where in the text it begins, counted from 0
   * @param name what stands before the equals sign; empty without it
   * @param value what it says
   */
  public record Argument(int position, String name, Value value) {}

  /** A complaint about this term. */
  public TextException error(String complaint) {
    return new TextException(text, position, complaint);
  }
}
