package kilonet.photo;

import java.util.Arrays;

/**
 * The ground of a photo is what most pixels agree on: a surface of second degree for each colour,
 * fitted by least squares in which pixels that are far from it lose their say (iteratively
 * reweighted, with Tukey's biweight). So a gradient of light is ground, and a digit is not, be it
 * darker, lighter or of another colour.
 */
final class Ground {

  /** Rounding to 8 bits alone makes that much. */
  private static final double LEAST_NOISE = 0.006;

  private static final int ROUNDS = 10;
  private static final int SAMPLES = 12_000;

  private Ground() {}

  /** Leaves the differences from the ground; returns their usual size where nothing is drawn. */
  static float subtract(float[][] colours, int width, int height) {
    int n = width * height;
    int step = Math.max(1, n / SAMPLES);
    // An odd step walks over all columns.
    step += step > 1 && step % 2 == 0 ? 1 : 0;
    int samples = (n + step - 1) / step;
    double[][] surface = new double[3][];
    double[] distances = new double[samples];
    for (int c = 0; c < 3; c++) {
      double[] sorted = new double[samples];
      for (int s = 0; s < samples; s++) {
        sorted[s] = colours[c][s * step];
      }
      Arrays.sort(sorted);
      for (int s = 0; s < samples; s++) {
        distances[s] += square(colours[c][s * step] - sorted[samples / 2]);
      }
    }
    double spread = spread(distances);
    for (int round = 0; round < ROUNDS; round++) {
      double[] weights = new double[samples];
      for (int s = 0; s < samples; s++) {
        double share = distances[s] / square(3.5 * spread);
        weights[s] = share < 1 ? square(1 - share) : 0;
      }
      Arrays.fill(distances, 0);
      for (int c = 0; c < 3; c++) {
        surface[c] = fit(colours[c], weights, step, width, height);
        for (int s = 0; s < samples; s++) {
          distances[s] += square(colours[c][s * step] - at(surface[c], s * step, width, height));
        }
      }
      spread = spread(distances);
    }
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < n; i++) {
        colours[c][i] -= (float) at(surface[c], i, width, height);
      }
    }
    return (float) spread;
  }

  private static double square(double value) {
    return value * value;
  }

  /** What would be the standard deviation if all were noise: the median resists the digit. */
  private static double spread(double[] squares) {
    double[] sorted = squares.clone();
    Arrays.sort(sorted);
    return Math.max(LEAST_NOISE, 1.4826 * Math.sqrt(sorted[sorted.length / 2]));
  }

  private static double[] terms(int i, int width, int height) {
    double x = 2.0 * (i % width) / Math.max(1, width - 1) - 1;
    double y = 2.0 * (i / width) / Math.max(1, height - 1) - 1;
    return new double[] {1, x, y, x * x, x * y, y * y};
  }

  private static double at(double[] surface, int i, int width, int height) {
    double[] t = terms(i, width, height);
    double sum = 0;
    for (int k = 0; k < t.length; k++) {
      sum += surface[k] * t[k];
    }
    return sum;
  }

  /** Weighted least squares by the normal equations, with a trace of ridge against flat images. */
  private static double[] fit(float[] values, double[] weights, int step, int width, int height) {
    int m = 6;
    double[][] system = new double[m][m + 1];
    for (int s = 0; s < weights.length; s++) {
      if (weights[s] == 0) {
        continue;
      }
      double[] t = terms(s * step, width, height);
      for (int a = 0; a < m; a++) {
        for (int b = 0; b < m; b++) {
          system[a][b] += weights[s] * t[a] * t[b];
        }
        system[a][m] += weights[s] * t[a] * values[s * step];
      }
    }
    for (int a = 0; a < m; a++) {
      system[a][a] += 1e-6 * (1 + system[a][a]);
    }
    for (int a = 0; a < m; a++) {
      for (int row = 0; row < m; row++) {
        if (row != a) {
          double factor = system[row][a] / system[a][a];
          for (int b = a; b <= m; b++) {
            system[row][b] -= factor * system[a][b];
          }
        }
      }
    }
    double[] surface = new double[m];
    for (int a = 0; a < m; a++) {
      surface[a] = system[a][m] / system[a][a];
    }
    return surface;
  }
}
