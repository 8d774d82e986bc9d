package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;

/**
 * The kernels in plain Java: what runs where the vector module is missing, and until the vector
 * kernels are compiled.
 */
final class PlainKernels extends Kernels {
  private static final int PEAK = 100_000;

  @Override
  int sums() {
    return 25;
  }

  @Override
  double peakGigaFlops() {
    float[] x = new float[LANES];
    long start = System.nanoTime();
    for (int i = 0; i < PEAK; i++) {
      addProduct(x, x, 0, 1);
    }
    return 2.0 * LANES * PEAK / (System.nanoTime() - start);
  }

  @Override
  void convolve(
      TapSum job, float[] x, int from, float[] weights, float[] y, int to, int part, int parts) {
    float[] sums = new float[LANES];
    for (TapSum.Region region : job.regions()) {
      int first = TapSum.share(region.count(), part, parts);
      int end = TapSum.share(region.count(), part + 1, parts);
      for (int p = first; p < end; p++) {
        for (TapSum.Block block : job.blocks()) {
          int[] taps = region.taps().get(block.width());
          int in = from + block.in() + region.in()[p];
          int out = to + block.out() + region.out()[p];
          for (int c = 0; c < block.width(); c++) {
            int w = block.weights() + c;
            Arrays.fill(sums, weights[w]);
            for (int i = 0; i < taps.length; i += 2) {
              addProduct(sums, x, in + taps[i], weights[w + taps[i + 1]]);
            }
            System.arraycopy(sums, 0, y, out + c * job.plane(), LANES);
          }
        }
      }
    }
  }

  private static void addProduct(float[] sums, float[] x, int at, float weight) {
    for (int l = 0; l < LANES; l++) {
      sums[l] = Math.fma(x[at + l], weight, sums[l]);
    }
  }

  @Override
  void addProducts(
      WeightTiles job,
      float[] errors,
      int errorAt,
      float[] x,
      int from,
      int first,
      int end,
      float[] sums,
      int sumsAt) {
    int to = sumsAt;
    int[] pixels = job.pixels();
    for (int tile = first; tile < end; tile++) {
      for (int r = 0; r < job.rows(); r++) {
        for (int c = 0; c < job.columns(); c++) {
          int d = errorAt + job.errorAt()[tile] + r * job.plane();
          int in = from + job.inputAt()[tile * job.columns() + c];
          for (int p = 0; p < pixels.length; p++) {
            addProducts(sums, to, errors, d + p * LANES, x, in + pixels[p]);
          }
          to += LANES;
        }
      }
    }
  }

  private static void addProducts(float[] sums, int to, float[] a, int at, float[] b, int from) {
    for (int l = 0; l < LANES; l++) {
      sums[to + l] = Math.fma(a[at + l], b[from + l], sums[to + l]);
    }
  }

  @Override
  void statistics(float[] x, int from, int pixels, float[] out) {
    for (int l = 0; l < LANES; l++) {
      float first = x[from + l];
      float[] s = new float[CHAINS];
      float[] q = new float[CHAINS];
      for (int i = 0; i < pixels; i++) {
        float d = x[from + i * LANES + l] - first;
        s[i % CHAINS] += d;
        q[i % CHAINS] = Math.fma(d, d, q[i % CHAINS]);
      }
      out[l] = first;
      out[LANES + l] = (s[0] + s[1]) + (s[2] + s[3]);
      out[2 * LANES + l] = (q[0] + q[1]) + (q[2] + q[3]);
    }
  }

  /** An activation; what is not a number stays so. */
  private static float activation(float v, float slope) {
    return v < 0 ? sloped(v, slope) : v;
  }

  /** Times the slope; 0 for a ReLU, also of what is infinite. */
  private static float sloped(float v, float slope) {
    return slope == 0 ? 0 : v * slope;
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
    for (int i = 0; i < pixels * LANES; i++) {
      a[to + i] = activation(Math.fma(y[from + i] - mean, scale, shift), slope);
    }
  }

  @Override
  void activate(float[] x, int from, float[] a, int to, int pixels, float slope, float factor) {
    for (int i = 0; i < pixels * LANES; i++) {
      a[to + i] = activation(x[from + i], slope) * factor;
    }
  }

  @Override
  void backActivation(
      float[] d, int at, float[] a, int outcomeAt, int pixels, float slope, float factor) {
    for (int i = 0; i < pixels * LANES; i++) {
      float v = d[at + i] * factor;
      d[at + i] = a[outcomeAt + i] <= 0 ? sloped(v, slope) : v;
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
    for (int l = 0; l < LANES; l++) {
      float[] s = new float[CHAINS];
      float[] q = new float[CHAINS];
      for (int i = 0; i < pixels; i++) {
        int j = i * LANES + l;
        float v = d[at + j];
        v = a[outcomeAt + j] <= 0 ? sloped(v, slope) : v;
        d[at + j] = v;
        s[i % CHAINS] += v;
        q[i % CHAINS] = Math.fma(v, y[from + j] - mean, q[i % CHAINS]);
      }
      sums[l] += (s[0] + s[1]) + (s[2] + s[3]);
      sums[LANES + l] += (q[0] + q[1]) + (q[2] + q[3]);
    }
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
    for (int i = 0; i < pixels * LANES; i++) {
      float v = y[from + i];
      float e = Math.fma(d[at + i], factor, Math.fma(v - mean, tilt, offset));
      d[at + i] = v <= 0 ? sloped(e, slope) : e;
    }
  }

  @Override
  void sum(float[] d, int at, int pixels, float[] sums) {
    for (int l = 0; l < LANES; l++) {
      float[] s = new float[CHAINS];
      for (int i = 0; i < pixels; i++) {
        s[i % CHAINS] += d[at + i * LANES + l];
      }
      sums[l] += (s[0] + s[1]) + (s[2] + s[3]);
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
