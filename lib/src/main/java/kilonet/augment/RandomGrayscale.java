package kilonet.augment;

import kilonet.text.Check;

/**
 * Takes the colours out of the picture now and then; it keeps its three channels, all alike.
 *
 * <p>torchvision's {@code RandomGrayscale(p)}. A grey picture stays as it is.
 *
 * @param p how likely the picture is changed, 0 to 1
 */
public record RandomGrayscale(double p) implements Augmentation {

  /**
   * Checks the argument.
   *
   * @throws IllegalArgumentException if it is out of its range
   */
  public RandomGrayscale {
    Check.between("RandomGrayscale's p", p, 0, 1);
  }

  /** One picture of ten. */
  public RandomGrayscale() {
    this(0.1);
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    if (random.nextFloat() < p) {
      Colours.saturate(picture, 0);
    }
  }

  @Override
  public String toString() {
    return Spelling.of("grayscale").with("p", p, 0.1).toString();
  }
}
