package kilonet.data;

/**
 * Pictures of another size: the mean over the area of each new pixel; between pixels, linear, where
 * they become larger.
 */
public final class Resampling {

  private Resampling() {}

  /**
   * How much each of a few neighbouring values counts for a new one.
   *
   * @param first the first of them
   * @param weights of all of them
   */
  private record Taps(int first, double[] weights) {

    float apply(float[] values, int offset, int step) {
      double sum = 0;
      for (int j = 0; j < weights.length; j++) {
        sum += weights[j] * values[offset + (first + j) * step];
      }
      return (float) sum;
    }
  }

  /**
   * A plane of another size.
   *
   * @param source values row by row
   * @param height its rows
   * @param width its columns
   * @param newHeight rows of the result, at least 1
   * @param newWidth columns of the result, at least 1
   */
  public static float[] of(float[] source, int height, int width, int newHeight, int newWidth) {
    float[] rows = new float[newWidth * height];
    Taps[] across = between(width, newWidth);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        rows[y * newWidth + x] = across[x].apply(source, y * width, 1);
      }
    }
    Taps[] down = between(height, newHeight);
    float[] result = new float[newWidth * newHeight];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        result[y * newWidth + x] = down[y].apply(rows, x, newWidth);
      }
    }
    return result;
  }

  /** Those of {@code to} values made out of {@code from}. */
  private static Taps[] between(int from, int to) {
    Taps[] all = new Taps[to];
    double ratio = (double) from / to;
    for (int i = 0; i < to; i++) {
      if (ratio > 1) {
        double low = i * ratio;
        double high = low + ratio;
        int first = (int) low;
        double[] weights = new double[Math.min(from, (int) Math.ceil(high - 1e-9)) - first];
        for (int j = 0; j < weights.length; j++) {
          weights[j] = (Math.min(high, first + j + 1) - Math.max(low, first + j)) / ratio;
        }
        all[i] = new Taps(first, weights);
      } else {
        double at = Math.max(0, Math.min(from - 1, (i + 0.5) * ratio - 0.5));
        int first = (int) at;
        double share = at - first;
        all[i] = new Taps(first, share == 0 ? new double[] {1} : new double[] {1 - share, share});
      }
    }
    return all;
  }
}
