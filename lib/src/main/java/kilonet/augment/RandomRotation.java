package kilonet.augment;

import kilonet.text.Check;

/**
 * Turns the picture about its centre by an angle drawn evenly from a range.
 *
 * <p>torchvision's {@code RandomRotation(degrees, interpolation, fill)}, without {@code expand} and
 * {@code center}. {@link Interpolation#NEAREST} gives the very pixels that torchvision gives for
 * the same angle; for bilinear see {@link Interpolation}.
 *
 * @param degrees the range of the angle in degrees, counter-clockwise
 * @param interpolation how a pixel is found between pixels
 * @param fill what comes from outside the picture, values from 0 to 1
 */
public record RandomRotation(Range degrees, Interpolation interpolation, Fill fill)
    implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomRotation {
    fill.ofPixels("RandomRotation's fill");
  }

  /** Filled with one value for all channels, 0 to 1. */
  public RandomRotation(Range degrees, Interpolation interpolation, double fill) {
    this(degrees, interpolation, Fill.of(fill));
  }

  /**
   * By at most so many degrees, with the nearest neighbour, as torchvision has it; filled black.
   */
  public RandomRotation(double degrees) {
    this(degrees, Interpolation.NEAREST);
  }

  /** By at most so many degrees, 0 or more, either way; filled black. */
  public RandomRotation(double degrees, Interpolation interpolation) {
    this(degrees, interpolation, Fill.BLACK);
  }

  /** By at most so many degrees, 0 or more, either way; filled with a value, 0 to 1. */
  public RandomRotation(double degrees, Interpolation interpolation, double fill) {
    this(degrees, interpolation, Fill.of(fill));
  }

  /** By at most so many degrees, 0 or more, either way. */
  public RandomRotation(double degrees, Interpolation interpolation, Fill fill) {
    this(
        Range.plusMinus(Check.notNegative("RandomRotation's degrees", degrees)),
        interpolation,
        fill);
  }

  /** Draws the angle and turns the picture. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    rotate(picture, degrees.draw(random), interpolation, fill);
  }

  static void rotate(Picture picture, double degrees, Interpolation interpolation, Fill fill) {
    double angle = -Math.toRadians(degrees);
    // Rounded as by Pillow, so that right angles are exact.
    double cos = rounded(StrictMath.cos(angle));
    double sin = rounded(StrictMath.sin(angle));
    double x = picture.width() / 2.0;
    double y = picture.height() / 2.0;
    Warp.affine(
        picture,
        interpolation,
        fill,
        cos,
        sin,
        cos * -x + sin * -y + x,
        -sin,
        cos,
        -sin * -x + cos * -y + y);
  }

  private static double rounded(double value) {
    return Math.rint(value * 1e15) / 1e15;
  }

  @Override
  public String toString() {
    return Spelling.of("rotation")
        .with(degrees.either())
        .with("interpolation", interpolation, Interpolation.NEAREST)
        .with("fill", fill)
        .toString();
  }
}
