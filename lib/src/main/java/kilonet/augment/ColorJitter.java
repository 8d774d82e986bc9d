package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Numbers;

/**
 * Changes brightness and contrast by random factors, in random order.
 *
 * <p>torchvision's {@code ColorJitter(brightness, contrast)} on tensors; saturation and hue have no
 * meaning in grey. Brightness multiplies the pixels; contrast moves them from (or to) the picture's
 * mean; both are kept within 0 and 1.
 *
 * @param brightness the range of the brightness factor, 0 or greater
 * @param contrast the range of the contrast factor, 0 or greater
 */
public record ColorJitter(Range brightness, Range contrast) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public ColorJitter {
    Check.notNegative("ColorJitter's least brightness", brightness.low());
    Check.notNegative("ColorJitter's least contrast", contrast.low());
  }

  /**
   * Factors from {@code max(0, 1 - x)} to {@code 1 + x}.
   *
   * @param brightness by how much the brightness changes at most, 0 or more
   * @param contrast by how much the contrast changes at most, 0 or more
   */
  public ColorJitter(double brightness, double contrast) {
    this(about("ColorJitter's brightness", brightness), about("ColorJitter's contrast", contrast));
  }

  /** The factors that are off 1 by at most an amount, but not negative. */
  static Range about(String what, double amount) {
    Check.notNegative(what, amount);
    return new Range(Math.max(0, 1 - amount), 1 + amount);
  }

  /** Draws the order, the brightness and the contrast, and changes the picture. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    boolean contrastFirst = random.nextInt(2) == 1;
    float bright = (float) brightness.draw(random);
    float strong = (float) contrast.draw(random);
    if (contrastFirst) {
      contrast(picture, strong);
    }
    blend(picture, bright, 0);
    if (!contrastFirst) {
      contrast(picture, strong);
    }
  }

  static void contrast(Picture picture, float factor) {
    int n = picture.height() * picture.width();
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += picture.pixels()[i];
    }
    blend(picture, factor, (float) (sum / n));
  }

  static void blend(Picture picture, float factor, float other) {
    float[] pixels = picture.pixels();
    int n = picture.height() * picture.width();
    for (int i = 0; i < n; i++) {
      float blended = factor * pixels[i] + (1 - factor) * other;
      pixels[i] = blended < 0 ? 0 : blended > 1 ? 1 : blended;
    }
  }

  /** As a number, as far as that reads back as the same range. */
  private static String spelled(Range range) {
    // The difference from 1, without the last bits that the subtraction has spoilt.
    double amount = Math.rint((range.high() - 1) * 1e12) / 1e12;
    return amount >= 0 && range.equals(about("", amount))
        ? Numbers.text(amount)
        : Numbers.text(range.low()) + ".." + Numbers.text(range.high());
  }

  @Override
  public String toString() {
    return Spelling.of("jitter")
        .with("brightness", spelled(brightness), "0")
        .with("contrast", spelled(contrast), "0")
        .toString();
  }
}
