package kilonet.fused;

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
 * <p>It makes no garbage, and is for one thread. Its results are the same bit for bit on every
 * machine.
 */
public final class Orthogonalization {

  private static final int STEPS = 5;
  private static final double A = 3.4445;
  private static final double B = -4.7750;
  private static final double C = 2.0315;

  /** Added to the norm, so that a matrix of zeros stays one. */
  private static final double EPSILON = 1e-7;

  private final int shorter;
  private final int longer;

  /** From one row of a square matrix to the next; whole vectors. */
  private final int pitch;

  /** From one row to the next number of it, and from a row to the next, in the caller's array. */
  private final int across;

  private final int down;

  private final double[] matrix;
  private final double[] transposed;
  private final double[] row;
  private double[] gram;
  private double[] factor;
  private double[] polynomial;
  private double[] spare;

  /**
   * For matrices of one size.
   *
   * @param rows their rows, at least 1
   * @param columns their columns, at least 1
   */
  public Orthogonalization(int rows, int columns) {
    boolean wide = rows <= columns;
    shorter = wide ? rows : columns;
    longer = wide ? columns : rows;
    pitch = (shorter + Kernels.DOUBLES - 1) / Kernels.DOUBLES * Kernels.DOUBLES;
    across = wide ? 1 : columns;
    down = wide ? columns : 1;
    matrix = new double[rows * columns];
    transposed = new double[longer * pitch];
    row = new double[longer];
    gram = new double[shorter * pitch];
    factor = new double[shorter * pitch];
    polynomial = new double[shorter * pitch];
    spare = new double[shorter * pitch];
  }

  /**
   * Changes a matrix.
   *
   * @param values holds it, row by row
   * @param from where its first number is
   * @param scale what the orthogonal matrix is multiplied by
   */
  public void apply(float[] values, int from, double scale) {
    Kernels kernels = KernelChoice.forLongSteps(0);
    for (int i = 0; i < shorter; i++) {
      for (int j = 0; j < longer; j++) {
        double value = values[from + i * down + j * across];
        matrix[i * longer + j] = value;
        transposed[j * pitch + i] = value;
      }
    }
    kernels.symmetricProduct(matrix, longer, transposed, shorter, longer, gram, pitch);
    double squares = 0;
    for (int i = 0; i < gram.length; i += pitch + 1) {
      squares += gram[i];
    }
    double norm = Math.sqrt(squares) + EPSILON;
    for (int i = 0; i < gram.length; i++) {
      gram[i] /= norm * norm;
    }
    iterate(kernels);
    for (int i = 0; i < shorter; i++) {
      Arrays.fill(row, 0);
      for (int k = 0; k < shorter; k++) {
        addRow(factor[i * pitch + k] * scale / norm, k);
      }
      for (int j = 0; j < longer; j++) {
        values[from + i * down + j * across] = (float) row[j];
      }
    }
  }

  private void addRow(double share, int k) {
    for (int j = 0; j < longer; j++) {
      row[j] += share * matrix[k * longer + j];
    }
  }

  /** From {@code X X'} the factor that all steps together multiply {@code X} by. */
  private void iterate(Kernels kernels) {
    for (int step = 0; step < STEPS; step++) {
      product(kernels, spare, gram, gram);
      for (int i = 0; i < gram.length; i++) {
        polynomial[i] = B * gram[i] + C * spare[i];
      }
      for (int i = 0; i < gram.length; i += pitch + 1) {
        polynomial[i] = A + B * gram[i] + C * spare[i];
      }
      if (step == 0) {
        System.arraycopy(polynomial, 0, factor, 0, factor.length);
      } else {
        product(kernels, spare, polynomial, factor);
        double[] old = factor;
        factor = spare;
        spare = old;
      }
      if (step < STEPS - 1) {
        product(kernels, spare, polynomial, gram);
        product(kernels, gram, polynomial, spare);
      }
    }
  }

  /** The product of two polynomials of {@code X X'}, which are symmetric and commute. */
  private void product(Kernels kernels, double[] result, double[] a, double[] b) {
    kernels.symmetricProduct(a, pitch, b, shorter, shorter, result, pitch);
  }
}
