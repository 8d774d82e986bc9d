package kilonet.augment;

import kilonet.text.Check;

/**
 * Moves the picture by whole pixels, sideways and up or down, every amount equally likely.
 *
 * <p>The same as torchvision's {@code RandomCrop} of a picture to its own size with padding.
 *
 * @param pixels at most so many pixels each way, 0 to 10,000
 * @param fill the value, 0 to 1, of what comes from outside the picture
 */
public record RandomShift(int pixels, double fill) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomShift {
    Check.between("RandomShift's pixels", pixels, 0, Picture.LONGEST);
    Check.between("RandomShift's fill", fill, 0, 1);
  }

  /** Filled black. */
  public RandomShift(int pixels) {
    this(pixels, 0);
  }

  /** Draws how far to the right, then how far down, and moves the picture. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    int right = random.nextInt(2 * pixels + 1) - pixels;
    int down = random.nextInt(2 * pixels + 1) - pixels;
    shift(picture, right, down, fill);
  }

  static void shift(Picture picture, int right, int down, double fill) {
    Warp.affine(picture, Interpolation.NEAREST, (float) fill, 1, 0, -right, 0, 1, -down);
  }

  @Override
  public String toString() {
    return Spelling.of("shift").with(Integer.toString(pixels)).with("fill", fill, 0).toString();
  }
}
