package kilonet.train;

import java.util.Arrays;

/**
 * Puts an (almost) orthogonal matrix in the place of a matrix: with its singular value
 * decomposition {@code U S V'}, about {@code U V'}.
 *
 * <p>Five steps of the Newton-Schulz iteration of Jordan and others: <i>Muon: an optimizer for
 * hidden layers in neural networks</i>, 2024: {@code X = X / |X|}, then {@code X = (a I + b X X' +
 * c (X X')²) X} five times. It leaves singular values of the larger directions between about 0.7
 * and 1.2. The iteration needs {@code X X'} only, a matrix of the shorter side; so what five steps
 * multiply {@code X} by is computed there, in double precision, and {@code X} itself is multiplied
 * once.
 *
 * <p>It makes no garbage, and is for one thread.
 */
final class Orthogonalization {

  private static final int STEPS = 5;
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;

  /** Added to the norm, so that a matrix of zeros stays one. */
  private static final double EPSILON = 1e-7;

  private final int shorter;
  private final int longer;

  /** From one row to the next number of it, and from a row to the next, in the caller's array. */
  private final int across;

  private final int down;

  private final double[] matrix;
  private final double[] row;
  private double[] gram;
  private double[] factor;
  private double[] polynomial;
  private double[] spare;

  /** For matrices of so many rows and columns, both at least 1. */
  Orthogonalization(int rows, int columns) {
    boolean wide = rows <= columns;
    shorter = wide ? rows : columns;
    longer = wide ? columns : rows;
    across = wide ? 1 : columns;
    down = wide ? columns : 1;
    matrix = new double[rows * columns];
    row = new double[longer];
    gram = new double[shorter * shorter];
    factor = new double[shorter * shorter];
    polynomial = new double[shorter * shorter];
    spare = new double[shorter * shorter];
  }

  /**
   * Changes a matrix.
   *
   * @param values holds it, row by row
   * @param from where its first number is
   * @param scale what the orthogonal matrix is multiplied by
   */
  void apply(float[] values, int from, double scale) {
    for (int i = 0; i < shorter; i++) {
      for (int j = 0; j < longer; j++) {
        matrix[i * longer + j] = values[from + i * down + j * across];
      }
    }
    product(gram, matrix, matrix, longer);
    double squares = 0;
    for (int i = 0; i < gram.length; i += shorter + 1) {
      squares += gram[i];
    }
    double norm = Math.sqrt(squares) + EPSILON;
    for (int i = 0; i < gram.length; i++) {
      gram[i] /= norm * norm;
    }
    iterate();
    for (int i = 0; i < shorter; i++) {
      Arrays.fill(row, 0);
      for (int k = 0; k < shorter; k++) {
        double share = factor[i * shorter + k] * scale / norm;
        for (int j = 0; j < longer; j++) {
          row[j] += share * matrix[k * longer + j];
        }
      }
      for (int j = 0; j < longer; j++) {
        values[from + i * down + j * across] = (float) row[j];
      }
    }
  }

  /** From {@code X X'} the factor that all steps together multiply {@code X} by. */
  private void iterate() {
    for (int step = 0; step < STEPS; step++) {
      product(polynomial, gram, gram, shorter);
      for (int i = 0; i < gram.length; i++) {
        double one = i % (shorter + 1) == 0 ? 1 : 0;
        polynomial[i] = A * one + B * gram[i] + C * polynomial[i];
      }
      if (step == 0) {
        System.arraycopy(polynomial, 0, factor, 0, factor.length);
      } else {
        product(spare, polynomial, factor, shorter);
        double[] old = factor;
        factor = spare;
        spare = old;
      }
      if (step < STEPS - 1) {
        product(spare, polynomial, gram, shorter);
        product(gram, polynomial, spare, shorter);
      }
    }
  }

  /**
   * Computes {@code A B'} of two matrices with {@link #shorter} rows, where that is symmetric: it
   * is for {@code X X'}, and for polynomials of it, which are symmetric and commute.
   */
  private void product(double[] result, double[] a, double[] b, int columns) {
    for (int i = 0; i < shorter; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = dot(a, i * columns, b, j * columns, columns);
        result[i * shorter + j] = sum;
        result[j * shorter + i] = sum;
      }
    }
  }

  /** Four sums side by side, which do not wait for each other. */
  private static double dot(double[] a, int fromA, double[] b, int fromB, int length) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int i = 0;
    for (; i <= length - 4; i += 4) {
      first += a[fromA + i] * b[fromB + i];
      second += a[fromA + i + 1] * b[fromB + i + 1];
      third += a[fromA + i + 2] * b[fromB + i + 2];
      fourth += a[fromA + i + 3] * b[fromB + i + 3];
    }
    for (; i < length; i++) {
      first += a[fromA + i] * b[fromB + i];
    }
    return first + second + (third + fourth);
  }
}
