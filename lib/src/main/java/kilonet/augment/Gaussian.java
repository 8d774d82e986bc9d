package kilonet.augment;

/** A blur with a Gaussian bell, mirrored at the borders, as torchvision's on tensors. */
final class Gaussian {

  private Gaussian() {}

  /** Numbers that {@link #blur} notes down. */
  static int scratch(int height, int width, int taps) {
    return height * width + width + taps + taps;
  }

  /**
   * Blurs an image in place.
   *
   * @param image the array that holds it
   * @param offset where in the array it begins
   * @param taps the length of the kernel, odd
   * @param sigma the standard deviation, in pixels
   * @param scratch an array with room for {@link #scratch} numbers
   * @param free where in that array the room begins
   */
  static void blur(
      float[] image,
      int offset,
      int height,
      int width,
      int taps,
      double sigma,
      float[] scratch,
      int free) {
    int radius = taps / 2;
    int kernel = free;
    int padded = kernel + taps;
    int rows = padded + width + taps;
    fillKernel(scratch, kernel, taps, sigma);
    for (int y = 0; y < height; y++) {
      for (int x = -radius; x < width + radius; x++) {
        scratch[padded + radius + x] = image[offset + y * width + mirrored(x, width)];
      }
      int out = rows + y * width;
      for (int x = 0; x < width; x++) {
        scratch[out + x] = 0;
      }
      for (int tap = 0; tap < taps; tap++) {
        float weight = scratch[kernel + tap];
        for (int x = 0; x < width; x++) {
          scratch[out + x] += weight * scratch[padded + tap + x];
        }
      }
    }
    for (int y = 0; y < height; y++) {
      int out = offset + y * width;
      for (int x = 0; x < width; x++) {
        image[out + x] = 0;
      }
      for (int tap = 0; tap < taps; tap++) {
        float weight = scratch[kernel + tap];
        int in = rows + mirrored(y + tap - radius, height) * width;
        for (int x = 0; x < width; x++) {
          image[out + x] += weight * scratch[in + x];
        }
      }
    }
  }

  private static void fillKernel(float[] target, int offset, int taps, double sigma) {
    int radius = taps / 2;
    double sum = 0;
    for (int tap = 0; tap < taps; tap++) {
      sum += bell((tap - radius) / sigma);
    }
    for (int tap = 0; tap < taps; tap++) {
      target[offset + tap] = (float) (bell((tap - radius) / sigma) / sum);
    }
  }

  private static double bell(double z) {
    return Math.exp(-0.5 * z * z);
  }

  /** The pixel that stands for a place beyond the border, which is mirrored and not repeated. */
  static int mirrored(int i, int n) {
    if (n == 1) {
      return 0;
    }
    int period = 2 * (n - 1);
    int within = Math.floorMod(i, period);
    return within < n ? within : period - within;
  }
}
