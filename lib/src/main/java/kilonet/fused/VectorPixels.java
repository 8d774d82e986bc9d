package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The kernels with the vector module that go from pixel to pixel; 16 lanes are one vector of 512
 * bits, two of 256, or four.
 */
abstract class VectorPixels extends Kernels {
  // A method that returns a vector is not always inlined, and then the vector is put on the heap;
  // so the inner loops are written in one piece.

  static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() > LANES
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  /** The lanes of a vector. */
  static final int V = SPECIES.length();

  private static final VectorSpecies<Float> S = SPECIES;

  @Override
  void statistics(float[] x, int from, int pixels, float[] out) {
    for (int lane = 0; lane < LANES; lane += V) {
      statisticsOf(x, from + lane, pixels, out, lane);
    }
  }

  private static void statisticsOf(float[] x, int from, int pixels, float[] out, int lane) {
    FloatVector first = FloatVector.fromArray(S, x, from);
    FloatVector zero = FloatVector.zero(S);
    FloatVector s0 = zero;
    FloatVector s1 = zero;
    FloatVector s2 = zero;
    FloatVector s3 = zero;
    FloatVector q0 = zero;
    FloatVector q1 = zero;
    FloatVector q2 = zero;
    FloatVector q3 = zero;
    int whole = pixels / CHAINS * CHAINS;
    for (int i = 0; i < whole; i += CHAINS) {
      int at = from + i * LANES;
      FloatVector d0 = FloatVector.fromArray(S, x, at).sub(first);
      FloatVector d1 = FloatVector.fromArray(S, x, at + LANES).sub(first);
      FloatVector d2 = FloatVector.fromArray(S, x, at + 2 * LANES).sub(first);
      FloatVector d3 = FloatVector.fromArray(S, x, at + 3 * LANES).sub(first);
      s0 = s0.add(d0);
      s1 = s1.add(d1);
      s2 = s2.add(d2);
      s3 = s3.add(d3);
      q0 = d0.fma(d0, q0);
      q1 = d1.fma(d1, q1);
      q2 = d2.fma(d2, q2);
      q3 = d3.fma(d3, q3);
    }
    int rest = from + whole * LANES;
    if (pixels - whole > 0) {
      FloatVector d = FloatVector.fromArray(S, x, rest).sub(first);
      s0 = s0.add(d);
      q0 = d.fma(d, q0);
    }
    if (pixels - whole > 1) {
      FloatVector d = FloatVector.fromArray(S, x, rest + LANES).sub(first);
      s1 = s1.add(d);
      q1 = d.fma(d, q1);
    }
    if (pixels - whole > 2) {
      FloatVector d = FloatVector.fromArray(S, x, rest + 2 * LANES).sub(first);
      s2 = s2.add(d);
      q2 = d.fma(d, q2);
    }
    first.intoArray(out, lane);
    s0.add(s1).add(s2.add(s3)).intoArray(out, LANES + lane);
    q0.add(q1).add(q2.add(q3)).intoArray(out, 2 * LANES + lane);
  }

  @Override
  void normalize(
      float[] y,
      int from,
      float[] a,
      int to,
      int pixels,
      float mean,
      float scale,
      float shift,
      float slope) {
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    if (slope == 0) {
      FloatVector zero = FloatVector.zero(S);
      for (int i = 0; i < pixels * LANES; i += V) {
        FloatVector v = FloatVector.fromArray(S, y, from + i).sub(m).fma(k, b);
        v.blend(zero, v.compare(VectorOperators.LT, zero)).intoArray(a, to + i);
      }
      return;
    }
    FloatVector zero = FloatVector.zero(S);
    FloatVector g = FloatVector.broadcast(S, slope);
    for (int i = 0; i < pixels * LANES; i += V) {
      FloatVector v = FloatVector.fromArray(S, y, from + i).sub(m).fma(k, b);
      v.blend(v.mul(g), v.compare(VectorOperators.LT, zero)).intoArray(a, to + i);
    }
  }

  @Override
  void activate(float[] x, int from, float[] a, int to, int pixels, float slope, float factor) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector k = FloatVector.broadcast(S, factor);
    if (slope == 0) {
      for (int i = 0; i < pixels * LANES; i += V) {
        FloatVector v = FloatVector.fromArray(S, x, from + i);
        v.blend(zero, v.compare(VectorOperators.LT, zero)).mul(k).intoArray(a, to + i);
      }
      return;
    }
    FloatVector g = FloatVector.broadcast(S, slope);
    for (int i = 0; i < pixels * LANES; i += V) {
      FloatVector v = FloatVector.fromArray(S, x, from + i);
      v.blend(v.mul(g), v.compare(VectorOperators.LT, zero)).mul(k).intoArray(a, to + i);
    }
  }

  @Override
  void backActivation(
      float[] d, int at, float[] a, int outcomeAt, int pixels, float slope, float factor) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector k = FloatVector.broadcast(S, factor);
    if (slope == 0) {
      for (int i = 0; i < pixels * LANES; i += V) {
        FloatVector.fromArray(S, d, at + i)
            .mul(k)
            .blend(
                zero, FloatVector.fromArray(S, a, outcomeAt + i).compare(VectorOperators.LE, zero))
            .intoArray(d, at + i);
      }
      return;
    }
    FloatVector g = FloatVector.broadcast(S, slope);
    for (int i = 0; i < pixels * LANES; i += V) {
      FloatVector v = FloatVector.fromArray(S, d, at + i).mul(k);
      v.blend(
              v.mul(g),
              FloatVector.fromArray(S, a, outcomeAt + i).compare(VectorOperators.LE, zero))
          .intoArray(d, at + i);
    }
  }

  @Override
  void backNormalize(
      float[] d,
      int at,
      float[] a,
      int outcomeAt,
      float[] y,
      int from,
      int pixels,
      float mean,
      float slope,
      float[] sums) {
    backActivation(d, at, a, outcomeAt, pixels, slope, 1);
    for (int lane = 0; lane < LANES; lane += V) {
      sumsOfErrors(d, at + lane, y, from + lane, pixels, mean, sums, lane);
    }
  }

  private static void sumsOfErrors(
      float[] d, int at, float[] y, int from, int pixels, float mean, float[] sums, int lane) {
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    FloatVector q0 = s0;
    FloatVector q1 = s0;
    FloatVector q2 = s0;
    FloatVector q3 = s0;
    int whole = pixels / CHAINS * CHAINS;
    for (int i = 0; i < whole * LANES; i += CHAINS * LANES) {
      FloatVector v0 = FloatVector.fromArray(S, d, at + i);
      FloatVector v1 = FloatVector.fromArray(S, d, at + i + LANES);
      FloatVector v2 = FloatVector.fromArray(S, d, at + i + 2 * LANES);
      FloatVector v3 = FloatVector.fromArray(S, d, at + i + 3 * LANES);
      s0 = s0.add(v0);
      s1 = s1.add(v1);
      s2 = s2.add(v2);
      s3 = s3.add(v3);
      q0 = v0.fma(FloatVector.fromArray(S, y, from + i).sub(m), q0);
      q1 = v1.fma(FloatVector.fromArray(S, y, from + i + LANES).sub(m), q1);
      q2 = v2.fma(FloatVector.fromArray(S, y, from + i + 2 * LANES).sub(m), q2);
      q3 = v3.fma(FloatVector.fromArray(S, y, from + i + 3 * LANES).sub(m), q3);
    }
    int i = whole * LANES;
    if (pixels - whole > 0) {
      FloatVector v = FloatVector.fromArray(S, d, at + i);
      s0 = s0.add(v);
      q0 = v.fma(FloatVector.fromArray(S, y, from + i).sub(m), q0);
    }
    i += LANES;
    if (pixels - whole > 1) {
      FloatVector v = FloatVector.fromArray(S, d, at + i);
      s1 = s1.add(v);
      q1 = v.fma(FloatVector.fromArray(S, y, from + i).sub(m), q1);
    }
    i += LANES;
    if (pixels - whole > 2) {
      FloatVector v = FloatVector.fromArray(S, d, at + i);
      s2 = s2.add(v);
      q2 = v.fma(FloatVector.fromArray(S, y, from + i).sub(m), q2);
    }
    FloatVector.fromArray(S, sums, lane).add(s0.add(s1).add(s2.add(s3))).intoArray(sums, lane);
    FloatVector.fromArray(S, sums, LANES + lane)
        .add(q0.add(q1).add(q2.add(q3)))
        .intoArray(sums, LANES + lane);
  }

  @Override
  void correct(
      float[] d,
      int at,
      float[] y,
      int from,
      int pixels,
      float mean,
      float factor,
      float tilt,
      float offset,
      float slope) {
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, factor);
    FloatVector u = FloatVector.broadcast(S, tilt);
    FloatVector b = FloatVector.broadcast(S, offset);
    if (slope == 1) {
      for (int i = 0; i < pixels * LANES; i += V) {
        FloatVector v = FloatVector.fromArray(S, y, from + i).sub(m).fma(u, b);
        FloatVector.fromArray(S, d, at + i).fma(k, v).intoArray(d, at + i);
      }
      return;
    }
    FloatVector zero = FloatVector.zero(S);
    FloatVector g = FloatVector.broadcast(S, slope);
    for (int i = 0; i < pixels * LANES; i += V) {
      FloatVector v = FloatVector.fromArray(S, y, from + i);
      FloatVector e = FloatVector.fromArray(S, d, at + i).fma(k, v.sub(m).fma(u, b));
      e.blend(
              e.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              v.compare(VectorOperators.LE, zero))
          .intoArray(d, at + i);
    }
  }

  @Override
  void sum(float[] d, int at, int pixels, float[] sums, int sumsAt) {
    for (int lane = 0; lane < LANES; lane += V) {
      FloatVector s0 = FloatVector.zero(S);
      FloatVector s1 = s0;
      FloatVector s2 = s0;
      FloatVector s3 = s0;
      int whole = pixels / CHAINS * CHAINS;
      for (int i = 0; i < whole; i += CHAINS) {
        int f = at + lane + i * LANES;
        s0 = s0.add(FloatVector.fromArray(S, d, f));
        s1 = s1.add(FloatVector.fromArray(S, d, f + LANES));
        s2 = s2.add(FloatVector.fromArray(S, d, f + 2 * LANES));
        s3 = s3.add(FloatVector.fromArray(S, d, f + 3 * LANES));
      }
      int f = at + lane + whole * LANES;
      s0 = pixels - whole > 0 ? s0.add(FloatVector.fromArray(S, d, f)) : s0;
      s1 = pixels - whole > 1 ? s1.add(FloatVector.fromArray(S, d, f + LANES)) : s1;
      s2 = pixels - whole > 2 ? s2.add(FloatVector.fromArray(S, d, f + 2 * LANES)) : s2;
      FloatVector.fromArray(S, sums, sumsAt + lane)
          .add(s0.add(s1).add(s2.add(s3)))
          .intoArray(sums, sumsAt + lane);
    }
  }

  @Override
  void add(float[] x, int from, float[] y, int second, float[] out, int to, int pixels) {
    for (int i = 0; i < pixels * LANES; i += V) {
      FloatVector.fromArray(S, x, from + i)
          .add(FloatVector.fromArray(S, y, second + i))
          .intoArray(out, to + i);
    }
  }

  @Override
  void differences(float[] x, int from, int first, float[] out, int to, int pixels) {
    for (int lane = 0; lane < LANES; lane += V) {
      FloatVector off = FloatVector.fromArray(S, x, first + lane);
      for (int i = lane; i < pixels * LANES; i += LANES) {
        FloatVector.fromArray(S, x, from + i).sub(off).intoArray(out, to + i);
      }
    }
  }

  @Override
  void rowProducts(
      float[] x,
      int first,
      int second,
      int rows,
      int pitch,
      int columns,
      int windows,
      float[] out,
      int to) {
    int apart = rows * LANES;
    for (int lane = 0; lane < LANES; lane += V) {
      for (int row = 0; row < rows; row++) {
        int down = row * pitch + lane;
        int target = to + row * LANES + lane;
        inCommon(x, first + down, second + down, columns, windows, out, target, apart);
      }
      for (int j = 0; j < windows; j++) {
        int target = to + j * apart + lane;
        for (int k = j; k < windows - 1; k++) {
          int over = k * LANES + lane;
          addColumn(x, first + over, second + over, rows, pitch, out, target);
        }
        for (int k = columns; k < columns + j; k++) {
          int over = k * LANES + lane;
          addColumn(x, first + over, second + over, rows, pitch, out, target);
        }
      }
    }
  }

  /** What all windows have in common, for each of them. */
  private static void inCommon(
      float[] x, int first, int second, int columns, int windows, float[] out, int to, int apart) {
    FloatVector s0 = FloatVector.zero(S);
    FloatVector s1 = s0;
    FloatVector s2 = s0;
    FloatVector s3 = s0;
    int count = columns - windows + 1;
    int whole = count / CHAINS * CHAINS;
    int i = (windows - 1) * LANES;
    int end = i + whole * LANES;
    for (; i < end; i += CHAINS * LANES) {
      s0 = FloatVector.fromArray(S, x, first + i).fma(FloatVector.fromArray(S, x, second + i), s0);
      s1 =
          FloatVector.fromArray(S, x, first + i + LANES)
              .fma(FloatVector.fromArray(S, x, second + i + LANES), s1);
      s2 =
          FloatVector.fromArray(S, x, first + i + 2 * LANES)
              .fma(FloatVector.fromArray(S, x, second + i + 2 * LANES), s2);
      s3 =
          FloatVector.fromArray(S, x, first + i + 3 * LANES)
              .fma(FloatVector.fromArray(S, x, second + i + 3 * LANES), s3);
    }
    if (count - whole > 0) {
      s0 = FloatVector.fromArray(S, x, first + i).fma(FloatVector.fromArray(S, x, second + i), s0);
    }
    i += LANES;
    if (count - whole > 1) {
      s1 = FloatVector.fromArray(S, x, first + i).fma(FloatVector.fromArray(S, x, second + i), s1);
    }
    i += LANES;
    if (count - whole > 2) {
      s2 = FloatVector.fromArray(S, x, first + i).fma(FloatVector.fromArray(S, x, second + i), s2);
    }
    s0 = s0.add(s1).add(s2.add(s3));
    for (int j = 0; j < windows; j++) {
      s0.intoArray(out, to + j * apart);
    }
  }

  /** Adds what a column has in each row. */
  private static void addColumn(
      float[] x, int first, int second, int rows, int pitch, float[] out, int to) {
    for (int row = 0; row < rows; row++) {
      int down = row * pitch;
      FloatVector.fromArray(S, x, first + down)
          .fma(
              FloatVector.fromArray(S, x, second + down),
              FloatVector.fromArray(S, out, to + row * LANES))
          .intoArray(out, to + row * LANES);
    }
  }
}
