package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Blurs the picture with a Gaussian bell of random width, mirrored at the borders.
 *
 * <p>torchvision's {@code GaussianBlur(kernel_size, sigma)} on tensors. A picture smaller than the
 * kernel is mirrored again and again, where torchvision throws.
 *
 * @param kernelSize the side of the kernel in pixels, odd, 1 to 1,001
 * @param sigma the range of the standard deviation in pixels, greater than 0
 */
public record GaussianBlur(int kernelSize, Range sigma) implements Augmentation {

  static final Range SIGMA = new Range(0.1, 2);

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public GaussianBlur {
    Check.between("GaussianBlur's kernelSize", kernelSize, 1, Gaussian.LONGEST);
    if (kernelSize % 2 == 0) {
      throw new IllegalArgumentException(
          Text.of(
              "GaussianBlur's kernelSize is %d: give an odd number, so that the kernel has a middle.",
              kernelSize));
    }
    // What is drawn is a float, in which a very small number is 0.
    Check.positive("GaussianBlur's least sigma", (float) sigma.low());
  }

  /** With torchvision's standard deviations, 0.1 to 2 pixels. */
  public GaussianBlur(int kernelSize) {
    this(kernelSize, SIGMA);
  }

  /** Draws the standard deviation and blurs. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    double width = sigma.draw(random);
    for (int plane = 0; plane < picture.size(); plane += picture.plane()) {
      Gaussian.blur(
          picture.pixels(), plane, picture.height(), picture.width(), kernelSize, width, picture);
    }
  }

  @Override
  public String toString() {
    return Spelling.of("blur")
        .with(Integer.toString(kernelSize))
        .with("sigma", sigma.bounds(), SIGMA.bounds())
        .toString();
  }
}
