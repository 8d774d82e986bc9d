package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Numbers;

/**
 * Moves every pixel by a random field that a Gaussian blur has smoothed, as if seen through water.
 *
 * <p>torchvision's {@code ElasticTransform(alpha, sigma, interpolation, fill)} on tensors, with one
 * alpha and one sigma for both directions; as there, displacements are parts of the picture's side:
 * on a square of {@code n} pixels the field is {@code alpha / 2} pixels times the blurred noise. A
 * picture smaller than the blur's kernel is mirrored again and again, where torchvision throws.
 * Simard, Steinkraus, Platt: <i>Best practices for convolutional neural networks applied to visual
 * document analysis</i>, ICDAR 2003.
 *
 * @param alpha the strength, 0 or greater
 * @param sigma the standard deviation of the blur in pixels, 0 to 125; 0 is no blur
 * @param interpolation how a pixel is found between pixels
 * @param fill what comes from outside the picture, values from 0 to 1
 */
public record ElasticTransform(double alpha, double sigma, Interpolation interpolation, Fill fill)
    implements Augmentation {

  /** Whose kernel is the longest. */
  private static final double LARGEST_SIGMA = (Gaussian.LONGEST - 1) / 8.0;

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public ElasticTransform {
    Check.notNegative("ElasticTransform's alpha", alpha);
    Check.between("ElasticTransform's sigma", sigma, 0, LARGEST_SIGMA);
    fill.ofPixels("ElasticTransform's fill");
  }

  /** Filled with one value for all channels. */
  public ElasticTransform(double alpha, double sigma, Interpolation interpolation, double fill) {
    this(alpha, sigma, interpolation, Fill.of(fill));
  }

  /** Bilinear and filled black, as torchvision has it. */
  public ElasticTransform(double alpha, double sigma) {
    this(alpha, sigma, Interpolation.BILINEAR, Fill.BLACK);
  }

  /** Draws the sideways field row by row, then the other one, and moves the pixels. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    int height = picture.height();
    int width = picture.width();
    int n = height * width;
    float[] field = picture.scratch(0, 2 * n);
    draw(field, 0, picture, random, alpha / height * width / 2);
    draw(field, n, picture, random, alpha / width * height / 2);
    Warp.displaced(picture, interpolation, fill, field, 0, n);
  }

  private void draw(
      float[] field, int offset, Picture picture, RandomStream random, double strength) {
    int n = picture.height() * picture.width();
    for (int i = offset; i < offset + n; i++) {
      field[i] = random.between(-1, 1);
    }
    if (sigma > 0) {
      // The kernel of torchvision: four standard deviations each way, an odd number of taps.
      int taps = (int) (8 * sigma + 1) | 1;
      Gaussian.blur(field, offset, picture.height(), picture.width(), taps, sigma, picture);
    }
    for (int i = offset; i < offset + n; i++) {
      field[i] *= (float) strength;
    }
  }

  @Override
  public String toString() {
    return Spelling.of("elastic")
        .with("alpha", Numbers.text(alpha))
        .with("sigma", Numbers.text(sigma))
        .with("interpolation", interpolation, Interpolation.BILINEAR)
        .with("fill", fill)
        .toString();
  }
}
