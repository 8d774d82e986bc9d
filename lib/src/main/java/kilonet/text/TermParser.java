package kilonet.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads terms that are joined by a word or a sign, such as {@code rotation(7) + shift(2)}.
 *
 * <pre>
 * terms    = term { joint term }
 * term     = name [ "(" [ argument { "," argument } ] ")" ]
 * argument = [ name "=" ] value
 * value    = number | number ".." number | "[" number { "," number } "]" | terms
 * </pre>
 */
public final class TermParser {

  private static final Pattern NUMBER =
      Pattern.compile("[-+]?(\\d+(\\.\\d+)?|\\.\\d+)([eE][-+]?\\d+)?");
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z_0-9]*");

  /** Terms inside terms; a recipe needs two or three. */
  private static final int DEEPEST = 20;

  private final String text;
  private final String joint;
  private int position;
  private int depth;

  private TermParser(String text, String joint) {
    this.text = text;
    this.joint = joint;
  }

  /**
   * The terms of a text.
   *
   * @param joint what stands between two terms, such as {@code +}
   * @throws TextException if the text is not of this grammar
   */
  public static List<Term> parse(String text, String joint) {
    TermParser parser = new TermParser(text, joint);
    List<Term> terms = parser.terms();
    if (parser.position < text.length()) {
      throw parser.error(
          Text.of(
              "'%s' is too much here: join two terms by '%s', or end.",
              text.substring(parser.position), joint));
    }
    return terms;
  }

  private List<Term> terms() {
    if (++depth > DEEPEST) {
      throw error(Text.of("more than %d terms lie inside each other: nest fewer.", DEEPEST));
    }
    List<Term> terms = new ArrayList<>();
    do {
      terms.add(term());
    } while (takeJoint());
    depth--;
    return terms;
  }

  private boolean takeJoint() {
    Matcher name = matcher(NAME);
    return name.lookingAt() ? name.group().equals(joint) && take(joint) : take(joint);
  }

  private Term term() {
    skipBlanks();
    int start = position;
    Matcher name = matcher(NAME);
    if (!name.lookingAt()) {
      throw error(position == text.length() ? "a name is missing." : "a name was expected here.");
    }
    position = name.end();
    List<Term.Argument> arguments = new ArrayList<>();
    if (take("(") && !take(")")) {
      do {
        arguments.add(argument());
      } while (take(","));
      expect(")");
    }
    skipBlanks();
    return new Term(text, start, name.group(), List.copyOf(arguments));
  }

  private Term.Argument argument() {
    skipBlanks();
    int start = position;
    Matcher name = matcher(NAME);
    if (name.lookingAt()) {
      position = name.end();
      if (take("=")) {
        return new Term.Argument(start, name.group(), value());
      }
      position = start;
    }
    return new Term.Argument(start, "", value());
  }

  private Value value() {
    if (take("[")) {
      List<Double> values = new ArrayList<>();
      if (!take("]")) {
        do {
          values.add(number());
        } while (take(","));
        expect("]");
      }
      return new Value.Numbers(List.copyOf(values));
    }
    if (!matcher(NUMBER).lookingAt()) {
      return new Value.Terms(List.copyOf(terms()));
    }
    double low = number();
    return take("..") ? new Value.Range(low, number()) : new Value.Number(low);
  }

  private double number() {
    Matcher number = matcher(NUMBER);
    if (!number.lookingAt()) {
      throw error("a number was expected here.");
    }
    position = number.end();
    skipBlanks();
    return Double.parseDouble(number.group());
  }

  private void expect(String sign) {
    if (!take(sign)) {
      throw error(Text.of("'%s' was expected here.", sign));
    }
  }

  private boolean take(String sign) {
    skipBlanks();
    if (!text.startsWith(sign, position)) {
      return false;
    }
    position += sign.length();
    skipBlanks();
    return true;
  }

  private Matcher matcher(Pattern pattern) {
    skipBlanks();
    return pattern.matcher(text).region(position, text.length());
  }

  private void skipBlanks() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
  }

  private TextException error(String complaint) {
    return new TextException(text, position, complaint);
  }
}
