package kilonet.augment;

import kilonet.text.Check;

/**
 * Turns the picture upside down, as in a lake, now and then.
 *
 * <p>torchvision's {@code RandomVerticalFlip(p)}.
 *
 * @param p how likely the picture is changed, 0 to 1
 */
public record RandomVerticalFlip(double p) implements Augmentation {

  /**
   * Checks the argument.
   *
   * @throws IllegalArgumentException if it is out of its range
   */
  public RandomVerticalFlip {
    Check.between("RandomVerticalFlip's p", p, 0, 1);
  }

  /** Every other picture. */
  public RandomVerticalFlip() {
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
    for (int plane = 0; plane < picture.size(); plane += picture.plane()) {
      int upper = plane;
      int lower = plane + picture.plane() - width;
      for (; upper < lower; upper += width, lower -= width) {
        for (int x = 0; x < width; x++) {
          float value = pixels[upper + x];
          pixels[upper + x] = pixels[lower + x];
          pixels[lower + x] = value;
        }
      }
    }
  }

  @Override
  public String toString() {
    return Spelling.of("vflip").with("p", p, 0.5).toString();
  }
}
