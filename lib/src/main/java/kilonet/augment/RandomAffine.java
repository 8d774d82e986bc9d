package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Numbers;
import kilonet.text.Text;

/**
 * Turns, moves, scales and shears the picture about its centre, each by an amount drawn evenly.
 *
 * <p>torchvision's {@code RandomAffine(degrees, translate, scale, shear, interpolation, fill)},
 * without {@code center}; {@link #shift} is an addition. {@link Interpolation#NEAREST} gives the
 * very pixels that torchvision gives for the same amounts; for bilinear see {@link Interpolation}.
 *
 * @param degrees the range of the angle in degrees; as in torchvision clockwise, other than in
 *     {@link RandomRotation}
 * @param translateX the picture is moved sideways by at most this part, 0 to 1, of its width; the
 *     amount is rounded to whole pixels
 * @param translateY the same of its height, up or down
 * @param shift the picture is moved by at most so many pixels more, 0 to 10,000, either way
 *     sideways and up or down; every whole number of pixels is equally likely
 * @param scale the range of the factor of the size, greater than 0
 * @param shearX the range of the angle in degrees by which columns are slanted
 * @param shearY the range of the angle in degrees by which rows are slanted
 * @param interpolation how a pixel is found between pixels
 * @param fill what comes from outside the picture, values from 0 to 1
 */
public record RandomAffine(
    Range degrees,
    double translateX,
    double translateY,
    int shift,
    Range scale,
    Range shearX,
    Range shearY,
    Interpolation interpolation,
    Fill fill)
    implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomAffine {
    Check.between("RandomAffine's translateX", translateX, 0, 1);
    Check.between("RandomAffine's translateY", translateY, 0, 1);
    Check.between("RandomAffine's shift", shift, 0, Picture.LONGEST);
    // What is drawn is a float, in which a very small number is 0.
    Check.positive("RandomAffine's least scale", (float) scale.low());
    checkShear(shearX);
    checkShear(shearY);
    fill.ofPixels("RandomAffine's fill");
  }

  /** Filled with one value for all channels, 0 to 1. */
  public RandomAffine(
      Range degrees,
      double translateX,
      double translateY,
      int shift,
      Range scale,
      Range shearX,
      Range shearY,
      Interpolation interpolation,
      double fill) {
    this(
        degrees,
        translateX,
        translateY,
        shift,
        scale,
        shearX,
        shearY,
        interpolation,
        Fill.of(fill));
  }

  private static void checkShear(Range shear) {
    if (shear.low() <= -90 || shear.high() >= 90) {
      throw new IllegalArgumentException(
          Text.of("RandomAffine's shear is %s degrees: stay between -90 and 90.", shear.bounds()));
    }
  }

  /** Turns by at most so many degrees, 0 or more, either way; nearest neighbour, filled black. */
  public RandomAffine(double degrees) {
    this(degrees, 0, Range.ONE, 0);
  }

  /**
   * As in torchvision, with the nearest neighbour and filled black.
   *
   * @param degrees turns by at most so many degrees, 0 or more, either way
   * @param translate moves by at most this part of the width and of the height, 0 to 1
   * @param scale the range of the factor of the size
   * @param shear slants columns by at most so many degrees, 0 or more, either way
   */
  public RandomAffine(double degrees, double translate, Range scale, double shear) {
    this(
        Range.plusMinus(Check.notNegative("RandomAffine's degrees", degrees)),
        translate,
        translate,
        0,
        scale,
        Range.plusMinus(Check.notNegative("RandomAffine's shear", shear)),
        Range.ZERO,
        Interpolation.NEAREST,
        Fill.BLACK);
  }

  /** The same, moved by at most so many pixels. */
  public RandomAffine withShift(int pixels) {
    return new RandomAffine(
        degrees, translateX, translateY, pixels, scale, shearX, shearY, interpolation, fill);
  }

  /** The same with another interpolation. */
  public RandomAffine withInterpolation(Interpolation other) {
    return new RandomAffine(
        degrees, translateX, translateY, shift, scale, shearX, shearY, other, fill);
  }

  /** The same with another fill value, 0 to 1. */
  public RandomAffine withFill(double other) {
    return withFill(Fill.of(other));
  }

  /** The same with another fill. */
  public RandomAffine withFill(Fill other) {
    return new RandomAffine(
        degrees, translateX, translateY, shift, scale, shearX, shearY, interpolation, other);
  }

  /** Draws angle, translation, shift, scale and shear, in this order, and changes the picture. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    double angle = degrees.draw(random);
    double moveX = Math.rint(random.between(-1, 1) * translateX * picture.width());
    double moveY = Math.rint(random.between(-1, 1) * translateY * picture.height());
    moveX += random.nextInt(2 * shift + 1) - shift;
    moveY += random.nextInt(2 * shift + 1) - shift;
    double factor = scale.draw(random);
    double slantX = shearX.draw(random);
    double slantY = shearY.draw(random);
    transform(picture, angle, moveX, moveY, factor, slantX, slantY, interpolation, fill);
  }

  /** Applies the inverse of {@code translate * rotate * scale * shearY * shearX} to coordinates. */
  static void transform(
      Picture picture,
      double degrees,
      double moveX,
      double moveY,
      double scale,
      double shearX,
      double shearY,
      Interpolation interpolation,
      Fill fill) {
    double angle = Math.toRadians(degrees);
    double slantX = Math.toRadians(shearX);
    double slantY = Math.toRadians(shearY);
    double sin = StrictMath.sin(angle);
    double cos = StrictMath.cos(angle);
    double a = cos;
    double c = sin;
    if (slantY != 0) {
      a = StrictMath.cos(angle - slantY) / StrictMath.cos(slantY);
      c = StrictMath.sin(angle - slantY) / StrictMath.cos(slantY);
    }
    double tanX = slantX == 0 ? 0 : StrictMath.tan(slantX);
    double b = -a * tanX - sin;
    double d = -c * tanX + cos;
    double x = picture.width() * 0.5;
    double y = picture.height() * 0.5;
    double toX = -x - moveX;
    double toY = -y - moveY;
    Warp.affine(
        picture,
        interpolation,
        fill,
        d / scale,
        -b / scale,
        d / scale * toX + -b / scale * toY + x,
        -c / scale,
        a / scale,
        -c / scale * toX + a / scale * toY + y);
  }

  @Override
  public String toString() {
    return Spelling.of("affine")
        .with("degrees", degrees.either())
        .with(
            "translate",
            translateX == translateY
                ? Numbers.text(translateX)
                : Text.of("[%s, %s]", Numbers.text(translateX), Numbers.text(translateY)),
            "0")
        .with("shift", shift, 0)
        .with("scale", scale.bounds(), "1")
        .with("shear", shearX.either(), "0")
        .with("shear_y", shearY.either(), "0")
        .with("interpolation", interpolation, Interpolation.NEAREST)
        .with("fill", fill)
        .toString();
  }
}
