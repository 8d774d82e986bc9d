package kilonet.augment;

import kilonet.text.Check;

/**
 * Subtracts a mean from every pixel and divides by a standard deviation; to be the last step.
 *
 * <p>torchvision's {@code Normalize(mean, std)}. The pixels leave the range from 0 to 1.
 *
 * @param mean what is subtracted; 0.1307 for MNIST
 * @param std what is divided by, greater than 0; 0.3081 for MNIST
 */
public record Normalize(double mean, double std) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public Normalize {
    Check.finite("Normalize's mean", mean);
    Check.positive("Normalize's std", std);
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    float[] pixels = picture.pixels();
    int n = picture.height() * picture.width();
    float shift = (float) mean;
    float scale = (float) std;
    for (int i = 0; i < n; i++) {
      pixels[i] = (pixels[i] - shift) / scale;
    }
  }

  @Override
  public String toString() {
    return Spelling.of("normalize").with("mean", mean).with("std", std).toString();
  }
}
