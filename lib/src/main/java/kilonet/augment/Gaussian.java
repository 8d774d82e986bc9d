package kilonet.augment;

import java.util.Arrays;

/** A blur with a Gaussian bell, mirrored at the borders, as torchvision's on tensors. */
final class Gaussian {

  /** More taps would take minutes for a picture, and leave of any one nothing but its mean. */
  static final int LONGEST = 1_001;

  private Gaussian() {}

  /**
   * Blurs an image in place.
   *
   * @param image the array that holds it
   * @param offset where in the array it begins
   * @param taps the length of the kernel, odd
   * @param sigma the standard deviation, in pixels
   * @param picture whose scratch buffers 1 to 4 are used
   */
  static void blur(
      float[] image, int offset, int height, int width, int taps, double sigma, Picture picture) {
    int radius = taps / 2;
    int wide = width + taps - 1;
    int high = height + taps - 1;
    float[] kernel = picture.scratch(1, taps);
    float[] padded = picture.scratch(2, Math.max(height * wide, high * width));
    float[] sum = picture.scratch(3, height * wide);
    float[] moved = picture.scratch(4, height * wide);
    fillKernel(kernel, taps, sigma);
    for (int x = 0; x < wide; x++) {
      int column = offset + mirrored(x - radius, width);
      for (int y = 0; y < height; y++) {
        padded[y * wide + x] = image[column + y * width];
      }
    }
    // All padded rows at once, though the sums at their ends mean nothing: a long loop is fast.
    int n = height * wide - (taps - 1);
    Arrays.fill(sum, 0, n, 0);
    for (int tap = 0; tap < taps; tap++) {
      System.arraycopy(padded, tap, moved, 0, n);
      addScaled(sum, moved, n, kernel[tap]);
    }
    for (int y = 0; y < high; y++) {
      System.arraycopy(sum, mirrored(y - radius, height) * wide, padded, y * width, width);
    }
    n = height * width;
    Arrays.fill(sum, 0, n, 0);
    for (int tap = 0; tap < taps; tap++) {
      System.arraycopy(padded, tap * width, moved, 0, n);
      addScaled(sum, moved, n, kernel[tap]);
    }
    System.arraycopy(sum, 0, image, offset, n);
  }

  /** Both from the start of their arrays, because only such a loop is turned into vector code. */
  private static void addScaled(float[] sum, float[] values, int n, float weight) {
    for (int i = 0; i < n; i++) {
      sum[i] += weight * values[i];
    }
  }

  private static void fillKernel(float[] kernel, int taps, double sigma) {
    int radius = taps / 2;
    double sum = 0;
    for (int tap = 0; tap < taps; tap++) {
      sum += bell((tap - radius) / sigma);
    }
    for (int tap = 0; tap < taps; tap++) {
      kernel[tap] = (float) (bell((tap - radius) / sigma) / sum);
    }
  }

  private static double bell(double z) {
    return StrictMath.exp(-0.5 * z * z);
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
