package kilonet.augment;

import kilonet.text.Check;

/**
 * Paints over a rectangle of random place, area and shape.
 *
 * <p>torchvision's {@code RandomErasing(p, scale, ratio, value)}. Zhong et al.: <i>Random erasing
 * data augmentation</i>, AAAI 2020.
 *
 * @param p how likely the picture is changed, 0 to 1
 * @param scale the range of the rectangle's part of the area, within 0 to 1
 * @param ratio the range of its height divided by its width, greater than 0; drawn evenly by its
 *     logarithm
 * @param fill what is painted; black where that is noise
 * @param noise whether numbers from the standard normal distribution are painted instead,
 *     torchvision's {@code value='random'}
 */
public record RandomErasing(double p, Range scale, Range ratio, Fill fill, boolean noise)
    implements Augmentation {

  static final Range SCALE = new Range(0.02, 0.33);
  static final Range RATIO = new Range(0.3, 3.3);
  private static final int ATTEMPTS = 10;

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomErasing {
    Check.between("RandomErasing's p", p, 0, 1);
    Check.between("RandomErasing's least scale", scale.low(), 0, 1);
    Check.between("RandomErasing's largest scale", scale.high(), 0, 1);
    Check.positive("RandomErasing's least ratio", ratio.low());
    if (noise && !fill.equals(Fill.BLACK)) {
      throw new IllegalArgumentException(
          "RandomErasing's value says nothing where noise is painted: leave one of them out.");
    }
  }

  /** Painted with one value for all channels. */
  public RandomErasing(double p, Range scale, Range ratio, double value, boolean noise) {
    this(p, scale, ratio, Fill.of(value), noise);
  }

  /** Paints black, with torchvision's areas and shapes. */
  public RandomErasing(double p) {
    this(p, SCALE, RATIO, Fill.BLACK, false);
  }

  /**
   * Draws whether the picture is changed; then area and shape until the rectangle fits, at most ten
   * times; then its uppermost row and leftmost column.
   */
  @Override
  public void apply(Picture picture, RandomStream random) {
    if (random.nextFloat() >= p) {
      return;
    }
    double area = (double) picture.height() * picture.width();
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      double erased = area * scale.draw(random);
      double shape =
          StrictMath.exp(
              random.between(
                  (float) StrictMath.log(ratio.low()), (float) StrictMath.log(ratio.high())));
      int height = (int) Math.rint(Math.sqrt(erased * shape));
      int width = (int) Math.rint(Math.sqrt(erased / shape));
      if (height < picture.height() && width < picture.width()) {
        int top = random.nextInt(picture.height() - height + 1);
        int left = random.nextInt(picture.width() - width + 1);
        erase(picture, random, top, left, height, width);
        return;
      }
    }
  }

  private void erase(
      Picture picture, RandomStream random, int top, int left, int height, int width) {
    float[] pixels = picture.pixels();
    for (int channel = 0; channel < picture.channels(); channel++) {
      float value = fill.at(picture, channel);
      int plane = channel * picture.plane();
      for (int y = top; y < top + height; y++) {
        for (int x = left; x < left + width; x++) {
          pixels[plane + y * picture.width() + x] = noise ? (float) random.nextGaussian() : value;
        }
      }
    }
  }

  @Override
  public String toString() {
    return Spelling.of("erasing")
        .with("p", p)
        .with("scale", scale.bounds(), SCALE.bounds())
        .with("ratio", ratio.bounds(), RATIO.bounds())
        .with("value", fill)
        .with("noise", Boolean.toString(noise), "false")
        .toString();
  }
}
