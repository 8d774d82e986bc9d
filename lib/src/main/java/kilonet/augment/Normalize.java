package kilonet.augment;

import kilonet.text.Check;

/**
 * Subtracts a mean from every pixel and divides by a standard deviation; to be the last step. A
 * recipe does that by itself, with the statistics of its training images, and takes no second one.
 *
 * <p>torchvision's {@code Normalize(mean, std)}. The pixels leave the range from 0 to 1.
 *
 * @param mean what is subtracted, for all channels or for each; 0.1307 for MNIST
 * @param std what is divided by, for all channels or for each, greater than 0; 0.3081 for MNIST
 */
public record Normalize(Fill mean, Fill std) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public Normalize {
    std.values().forEach(value -> Check.positive("Normalize's std", value));
  }

  /** The same for all channels. */
  public Normalize(double mean, double std) {
    this(Fill.of(mean), Fill.of(std));
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    float[] pixels = picture.pixels();
    for (int channel = 0; channel < picture.channels(); channel++) {
      float shift = mean.at(picture, channel);
      float scale = std.at(picture, channel);
      int end = (channel + 1) * picture.plane();
      for (int i = channel * picture.plane(); i < end; i++) {
        pixels[i] = (pixels[i] - shift) / scale;
      }
    }
  }

  @Override
  public String toString() {
    return Spelling.of("normalize")
        .with("mean", mean.toString())
        .with("std", std.toString())
        .toString();
  }
}
