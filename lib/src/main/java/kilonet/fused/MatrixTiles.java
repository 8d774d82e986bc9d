package kilonet.fused;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/** Products of matrices whose sums are kept in registers. */
final class MatrixTiles {
  static final VectorSpecies<Double> S = DoubleVector.SPECIES_PREFERRED;

  private MatrixTiles() {}

  /**
   * Two rows of {@code A B}, a vector of columns, in four chains, as {@link
   * Kernels#symmetricProduct} says.
   *
   * @param first where the first row of A starts
   * @param second where the second one does; may be the same
   * @param from where the column of B starts
   * @param columns the numbers of a row of A
   * @param pitch from one row of B to the next
   * @param to where the sums of the first row go
   * @param next where those of the second go
   */
  static void twoRows(
      double[] a,
      int first,
      int second,
      double[] b,
      int from,
      int columns,
      int pitch,
      double[] out,
      int to,
      int next) {
    DoubleVector s0 = DoubleVector.zero(S);
    DoubleVector s1 = DoubleVector.zero(S);
    DoubleVector s2 = DoubleVector.zero(S);
    DoubleVector s3 = DoubleVector.zero(S);
    DoubleVector t0 = DoubleVector.zero(S);
    DoubleVector t1 = DoubleVector.zero(S);
    DoubleVector t2 = DoubleVector.zero(S);
    DoubleVector t3 = DoubleVector.zero(S);
    int f = from;
    int k = 0;
    for (; k <= columns - Kernels.CHAINS; k += Kernels.CHAINS) {
      DoubleVector v = DoubleVector.fromArray(S, b, f);
      s0 = s0.add(v.mul(a[first + k]));
      t0 = t0.add(v.mul(a[second + k]));
      v = DoubleVector.fromArray(S, b, f + pitch);
      s1 = s1.add(v.mul(a[first + k + 1]));
      t1 = t1.add(v.mul(a[second + k + 1]));
      v = DoubleVector.fromArray(S, b, f + 2 * pitch);
      s2 = s2.add(v.mul(a[first + k + 2]));
      t2 = t2.add(v.mul(a[second + k + 2]));
      v = DoubleVector.fromArray(S, b, f + 3 * pitch);
      s3 = s3.add(v.mul(a[first + k + 3]));
      t3 = t3.add(v.mul(a[second + k + 3]));
      f += Kernels.CHAINS * pitch;
    }
    for (; k < columns; k++) {
      DoubleVector v = DoubleVector.fromArray(S, b, f);
      s0 = s0.add(v.mul(a[first + k]));
      t0 = t0.add(v.mul(a[second + k]));
      f += pitch;
    }
    s0.add(s1).add(s2.add(s3)).intoArray(out, to);
    t0.add(t1).add(t2.add(t3)).intoArray(out, next);
  }
}
