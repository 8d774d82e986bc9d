package kilonet.data;

import java.io.Serializable;
import kilonet.text.Text;

/**
 * How test pictures are drawn from a folder without parts of its own. Drawn otherwise, the pictures
 * that a net was trained on would test it.
 *
 * @param share what is put aside of each class, above 0 and below 1
 * @param seed what the draw depends on
 */
public record TestShare(double share, long seed) implements Serializable {

  /** A fifth, by the seed 0. */
  public static final TestShare USUAL = new TestShare(0.2, 0);

  /**
   * Checks the range.
   *
   * @throws IllegalArgumentException if the share is out of it
   */
  public TestShare {
    if (!(share > 0 && share < 1)) {
      throw new IllegalArgumentException(
          Text.of(
              "A share of %s of the pictures cannot be put aside: give one above 0 and below 1.",
              share));
    }
  }
}
