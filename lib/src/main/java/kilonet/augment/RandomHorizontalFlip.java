package kilonet.augment;

import kilonet.text.Check;

/**
 * Mirrors the picture, left to right, now and then.
 *
 * <p>torchvision's {@code RandomHorizontalFlip(p)}.
 *
 * @param p how likely the picture is changed, 0 to 1
 */
public record RandomHorizontalFlip(double p) implements Augmentation {

  /**
   * Checks the argument.
   *
   * @throws IllegalArgumentException if it is out of its range
   */
  public RandomHorizontalFlip {
    Check.between("RandomHorizontalFlip's p", p, 0, 1);
  }

  /** Every other picture. */
  public RandomHorizontalFlip() {
    this(0.5);
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    if (random.nextFloat() < p) {
      flip(picture);
    }
  }

  static void flip(Picture picture) {
    int width = picture.width();
    float[] pixels = picture.pixels();
    for (int row = 0; row < picture.size(); row += width) {
      for (int left = row, right = row + width - 1; left < right; left++, right--) {
        float value = pixels[left];
        pixels[left] = pixels[right];
        pixels[right] = value;
      }
    }
  }

  @Override
  public String toString() {
    return Spelling.of("hflip").with("p", p, 0.5).toString();
  }
}
