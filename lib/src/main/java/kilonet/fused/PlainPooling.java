package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;

/** The kernels in plain Java that drop units and pool, forwards and backwards. */
abstract class PlainPooling extends PlainPixels {
  @Override
  void drop(float[] x, int at, int unit, int pixels, int[] mask, float value) {
    for (int i = 0; i < pixels; i++) {
      dropOne(x, at + i * LANES, unit + i, mask, value);
    }
  }

  /** Puts a value in the place of what is dropped of a pixel. */
  static void dropOne(float[] x, int at, int unit, int[] mask, float value) {
    for (int l = 0; l < LANES; l++) {
      x[at + l] = DropoutMask.drops(mask[l], mask[LANES + l], unit) ? value : x[at + l];
    }
  }

  @Override
  void maxPool(Windows job, float[] x, int from, float[] y, int to) {
    for (int p = 0; p < job.count(); p++) {
      int out = to + job.outputs()[p];
      for (int l = 0; l < LANES; l++) {
        float m = Float.NEGATIVE_INFINITY;
        for (int i = job.starts()[p]; i < job.starts()[p + 1]; i++) {
          m = Math.max(m, x[from + job.inputs()[i] + l]);
        }
        y[out + l] = m;
      }
    }
  }

  @Override
  void backMaxPool(
      Windows job,
      float[] x,
      int from,
      float[] y,
      int outcomeAt,
      float[] dy,
      int at,
      float[] dx,
      int to) {
    clear(job, dx, to);
    for (int p = 0; p < job.count(); p++) {
      for (int l = 0; l < LANES; l++) {
        float m = y[outcomeAt + job.outputs()[p] + l];
        float rest = dy[at + p * LANES + l];
        for (int i = job.starts()[p]; i < job.starts()[p + 1]; i++) {
          float given = x[from + job.inputs()[i] + l] == m ? rest : 0;
          rest = x[from + job.inputs()[i] + l] == m ? 0 : rest;
          int e = to + job.errors()[i] + l;
          dx[e] = job.disjoint() ? given : dx[e] + given;
        }
      }
    }
  }

  /** Makes errors 0 that are not written, or added to. */
  static void clear(Windows job, float[] dx, int to) {
    if (!job.disjoint() || !job.covered()) {
      Arrays.fill(dx, to, to + job.errorPlane(), 0);
    }
  }

  @Override
  void averagePool(Windows job, float[] x, int from, float[] y, int to) {
    for (int p = 0; p < job.count(); p++) {
      int out = to + job.outputs()[p];
      for (int l = 0; l < LANES; l++) {
        float s = 0;
        for (int i = job.starts()[p]; i < job.starts()[p + 1]; i++) {
          s += x[from + job.inputs()[i] + l];
        }
        y[out + l] = s * job.factors()[p];
      }
    }
  }

  @Override
  void backAveragePool(Windows job, float[] dy, int at, float[] dx, int to) {
    clear(job, dx, to);
    for (int p = 0; p < job.count(); p++) {
      for (int l = 0; l < LANES; l++) {
        float given = dy[at + p * LANES + l] * job.factors()[p];
        for (int i = job.starts()[p]; i < job.starts()[p + 1]; i++) {
          int e = to + job.errors()[i] + l;
          dx[e] = job.disjoint() ? given : dx[e] + given;
        }
      }
    }
  }

  @Override
  void normalizePool(
      Windows job,
      float[] y,
      int from,
      float[] a,
      int to,
      float mean,
      float scale,
      float shift,
      float slope) {
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      for (int l = 0; l < LANES; l++) {
        int start = job.starts()[p];
        int end = job.starts()[p + 1];
        float m = largest(inputs, start, end, y, from + l, mean, scale, shift);
        a[to + job.outputs()[p] + l] = activation(m, slope);
      }
    }
  }

  @Override
  void choosePool(
      Windows job,
      float[] y,
      int from,
      float[] a,
      int to,
      float[] choice,
      int at,
      float mean,
      float scale,
      float shift) {
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      for (int l = 0; l < LANES; l++) {
        int start = job.starts()[p];
        float m = Math.fma(y[from + inputs[start] + l] - mean, scale, shift);
        float chosen = 0;
        for (int i = start + 1; i < job.starts()[p + 1]; i++) {
          float v = Math.fma(y[from + inputs[i] + l] - mean, scale, shift);
          chosen = v > m ? i - start : chosen;
          m = larger(m, v);
        }
        a[to + job.outputs()[p] + l] = m < 0 ? 0 : m;
        choice[at + p * LANES + l] = m <= 0 ? -1 : chosen;
      }
    }
  }

  @Override
  void expand(
      Windows job, float[] choice, int at, float[] dy, int errorAt, float[] e, int to, int sums) {
    clear(job, e, to);
    for (int p = 0; p < job.count(); p++) {
      for (int l = 0; l < LANES; l++) {
        float chosen = choice[at + p * LANES + l];
        float d = chosen < 0 ? 0 : dy[errorAt + p * LANES + l];
        e[sums + l] += d;
        int start = job.starts()[p];
        for (int i = start; i < job.starts()[p + 1]; i++) {
          e[to + job.errors()[i] + l] = chosen == i - start ? d : 0;
        }
      }
    }
  }

  @Override
  void maskErrors(
      float[] d, int at, float[] a, int outcomeAt, float[] e, int to, int pixels, int sums) {
    for (int l = 0; l < LANES; l++) {
      float[] s = new float[CHAINS];
      for (int i = 0; i < pixels; i++) {
        float v = a[outcomeAt + i * LANES + l] <= 0 ? 0 : d[at + i * LANES + l];
        e[to + i * LANES + l] = v;
        s[i % CHAINS] += v;
      }
      e[sums + l] += (s[0] + s[1]) + (s[2] + s[3]);
    }
  }

  /**
   * The larger one; the first where they are alike or cannot be compared. A mean that is not a
   * number makes all of a channel so, and then the window's largest is the first.
   */
  private static float larger(float m, float v) {
    return v > m ? v : m;
  }

  @Override
  void sumPooled(
      Windows job,
      float[] y,
      int from,
      float[] dy,
      int at,
      float mean,
      float scale,
      float shift,
      float slope,
      float[] sums) {
    int[] inputs = job.inputs();
    for (int l = 0; l < LANES; l++) {
      float s = 0;
      float[] q = new float[CHAINS];
      for (int p = 0; p < job.count(); p++) {
        int start = job.starts()[p];
        int end = job.starts()[p + 1];
        float m = largest(inputs, start, end, y, from + l, mean, scale, shift);
        float d = dy[at + p * LANES + l];
        d = m <= 0 ? sloped(d, slope) : d;
        s += d;
        for (int i = start; i < end; i++) {
          float u = y[from + inputs[i] + l] - mean;
          boolean here = Math.fma(u, scale, shift) == m;
          float given = here ? d : 0;
          d = here ? 0 : d;
          q[(i - start) % CHAINS] = Math.fma(given, u, q[(i - start) % CHAINS]);
        }
      }
      sums[l] += s;
      sums[LANES + l] += (q[0] + q[1]) + (q[2] + q[3]);
    }
  }

  private static float largest(
      int[] inputs, int start, int end, float[] y, int from, float mean, float scale, float shift) {
    float m = Math.fma(y[from + inputs[start]] - mean, scale, shift);
    for (int i = start + 1; i < end; i++) {
      m = larger(m, Math.fma(y[from + inputs[i]] - mean, scale, shift));
    }
    return m;
  }

  @Override
  void correctPooled(Windows job, float[] y, int from, float[] dy, int at, PooledCorrection c) {
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      int start = job.starts()[p];
      int end = job.starts()[p + 1];
      for (int l = 0; l < LANES; l++) {
        float m = largest(inputs, start, end, y, from + l, c.mean(), c.scale(), c.shift());
        float d = dy[at + p * LANES + l];
        d = m <= 0 ? sloped(d, c.slope()) : d;
        for (int i = start; i < end; i++) {
          float v = y[from + inputs[i] + l];
          float u = v - c.mean();
          boolean here = Math.fma(u, c.scale(), c.shift()) == m;
          float given = here ? d : 0;
          d = here ? 0 : d;
          float e = Math.fma(given, c.factor(), Math.fma(u, c.tilt(), c.offset()));
          y[from + inputs[i] + l] = v <= 0 ? sloped(e, c.slopeBefore()) : e;
        }
      }
    }
    for (int pixel : job.unseen()) {
      for (int l = 0; l < LANES; l++) {
        float v = y[from + pixel + l];
        float e = Math.fma(v - c.mean(), c.tilt(), c.offset());
        y[from + pixel + l] = v <= 0 ? sloped(e, c.slopeBefore()) : e;
      }
    }
  }
}
