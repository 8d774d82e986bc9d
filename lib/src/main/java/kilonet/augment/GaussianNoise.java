package kilonet.augment;

import kilonet.text.Check;

/**
 * Adds noise from a normal distribution to every pixel.
 *
 * <p>torchvision's {@code v2.GaussianNoise(mean, sigma, clip)}.
 *
 * @param mean the mean of the noise
 * @param sigma its standard deviation, 0 or greater
 * @param clip whether pixels are kept within 0 and 1
 */
public record GaussianNoise(double mean, double sigma, boolean clip) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public GaussianNoise {
    Check.finite("GaussianNoise's mean", mean);
    Check.notNegative("GaussianNoise's sigma", sigma);
  }

  /** Noise of mean 0, kept within 0 and 1. */
  public GaussianNoise(double sigma) {
    this(0, sigma, true);
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    float[] pixels = picture.pixels();
    int n = picture.size();
    for (int i = 0; i < n; i++) {
      float noisy = pixels[i] + (float) (mean + sigma * random.nextGaussian());
      pixels[i] = clip && noisy < 0 ? 0 : clip && noisy > 1 ? 1 : noisy;
    }
  }

  @Override
  public String toString() {
    return Spelling.of("noise")
        .with("sigma", sigma)
        .with("mean", mean, 0)
        .with("clip", Boolean.toString(clip), "true")
        .toString();
  }
}
