package kilonet.augment;

import kilonet.text.Check;

/**
 * Moves the picture by whole pixels, sideways and up or down, every amount equally likely.
 *
 * <p>The same as torchvision's {@code RandomCrop} of a picture to its own size with padding.
 *
 * @param pixels at most so many pixels each way, 0 to 10,000
 * @param fill what comes from outside the picture, values from 0 to 1
 */
public record RandomShift(int pixels, Fill fill) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomShift {
    Check.between("RandomShift's pixels", pixels, 0, Picture.LONGEST);
    fill.ofPixels("RandomShift's fill");
  }

  /** Filled with one value for all channels. */
  public RandomShift(int pixels, double fill) {
    this(pixels, Fill.of(fill));
  }

  /** Filled black. */
  public RandomShift(int pixels) {
    this(pixels, Fill.BLACK);
  }

  /** Draws how far to the right, then how far down, and moves the picture. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    int right = random.nextInt(2 * pixels + 1) - pixels;
    int down = random.nextInt(2 * pixels + 1) - pixels;
    shift(picture, right, down, fill);
  }

  static void shift(Picture picture, int right, int down, Fill fill) {
    Warp.affine(picture, Interpolation.NEAREST, fill, 1, 0, -right, 0, 1, -down);
  }

  @Override
  public String toString() {
    return Spelling.of("shift").with(Integer.toString(pixels)).with("fill", fill).toString();
  }
}
