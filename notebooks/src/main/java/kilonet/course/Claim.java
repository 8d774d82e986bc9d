package kilonet.course;

import java.util.stream.Stream;
import kilonet.text.Text;

/**
 * A sentence about a run, with the run's figures in it, and whether these bear it out.
 *
 * @param sentence what is claimed
 * @param holds whether it is so
 */
public record Claim(String sentence, boolean holds) {

  /** A claim whose sentence is a format with its values. */
  static Claim that(boolean holds, String format, Object... values) {
    return new Claim(Text.of(format, values), holds);
  }

  /** The first of some claims that holds; the last has to where no other does. */
  static Claim firstThatHolds(Claim... claims) {
    return Stream.of(claims).filter(Claim::holds).findFirst().orElseThrow();
  }
}
