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
    int[] taps = new int[2 * PEAK];
    long start = System.nanoTime();
    sumOne(x, 0, x, 0, taps, x, 0);
    return 2.0 * 8 * PEAK / (System.nanoTime() - start);
  }

  @Override
  void convolve(
      TapSum job, float[] x, int from, float[] weights, float[] y, int to, int part, int parts) {
    for (TapSum.Region region : job.regions()) {
      int first = TapSum.share(region.count(), part, parts);
      int end = TapSum.share(region.count(), part + 1, parts);
      for (int p = first; p < end; p++) {
        for (TapSum.Block block : job.blocks()) {
          int[] taps = region.taps().get(block.width());
          int in = from + block.in() + region.in()[p];
          int out = to + block.out() + region.out()[p];
          if (block.width() == 1) {
            sumOne(x, in, weights, block.weights(), taps, y, out);
            sumOne(x, in + 8, weights, block.weights(), taps, y, out + 8);
            continue;
          }
          for (int c = 0; c < block.width(); c += 2) {
            int target = out + c * job.plane();
            for (int l = 0; l < LANES; l += 4) {
              sumTwo(
                  x,
                  in + l,
                  weights,
                  block.weights() + c,
                  taps,
                  y,
                  target + l,
                  target + job.plane() + l);
            }
          }
        }
      }
    }
  }

  /** Sums over taps for four lanes of two channels, in local variables for the compiler. */
  private static void sumTwo(
      float[] x, int from, float[] w, int at, int[] taps, float[] y, int to, int next) {
    float a0 = w[at];
    float a1 = w[at];
    float a2 = w[at];
    float a3 = w[at];
    float b0 = w[at + 1];
    float b1 = w[at + 1];
    float b2 = w[at + 1];
    float b3 = w[at + 1];
    for (int i = 0; i < taps.length; i += 2) {
      int f = from + taps[i];
      int j = at + taps[i + 1];
      float v = w[j];
      float u = w[j + 1];
      float x0 = x[f];
      a0 = Math.fma(x0, v, a0);
      b0 = Math.fma(x0, u, b0);
      float x1 = x[f + 1];
      a1 = Math.fma(x1, v, a1);
      b1 = Math.fma(x1, u, b1);
      float x2 = x[f + 2];
      a2 = Math.fma(x2, v, a2);
      b2 = Math.fma(x2, u, b2);
      float x3 = x[f + 3];
      a3 = Math.fma(x3, v, a3);
      b3 = Math.fma(x3, u, b3);
    }
    y[to] = a0;
    y[to + 1] = a1;
    y[to + 2] = a2;
    y[to + 3] = a3;
    y[next] = b0;
    y[next + 1] = b1;
    y[next + 2] = b2;
    y[next + 3] = b3;
  }

  /** The same for eight lanes of one channel. */
  private static void sumOne(
      float[] x, int from, float[] w, int at, int[] taps, float[] y, int to) {
    float a0 = w[at];
    float a1 = w[at];
    float a2 = w[at];
    float a3 = w[at];
    float a4 = w[at];
    float a5 = w[at];
    float a6 = w[at];
    float a7 = w[at];
    for (int i = 0; i < taps.length; i += 2) {
      int f = from + taps[i];
      float v = w[at + taps[i + 1]];
      a0 = Math.fma(x[f], v, a0);
      a1 = Math.fma(x[f + 1], v, a1);
      a2 = Math.fma(x[f + 2], v, a2);
      a3 = Math.fma(x[f + 3], v, a3);
      a4 = Math.fma(x[f + 4], v, a4);
      a5 = Math.fma(x[f + 5], v, a5);
      a6 = Math.fma(x[f + 6], v, a6);
      a7 = Math.fma(x[f + 7], v, a7);
    }
    y[to] = a0;
    y[to + 1] = a1;
    y[to + 2] = a2;
    y[to + 3] = a3;
    y[to + 4] = a4;
    y[to + 5] = a5;
    y[to + 6] = a6;
    y[to + 7] = a7;
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
        int d = errorAt + job.errorAt()[tile] + r * job.plane();
        for (int c = 0; c < job.columns(); c += 2) {
          int in = from + job.inputAt()[tile * job.columns() + c];
          for (int l = 0; l < LANES; l += 4) {
            if (c + 1 < job.columns()) {
              int next = from + job.inputAt()[tile * job.columns() + c + 1];
              addTwo(errors, d + l, x, in + l, next + l, pixels, sums, to + l);
            } else {
              addOne(errors, d + l, x, in + l, pixels, sums, to + l);
            }
          }
          to += c + 1 < job.columns() ? 2 * LANES : LANES;
        }
      }
    }
  }

  /** Products over pixels for four lanes of two taps. */
  private static void addTwo(
      float[] d, int at, float[] x, int from, int next, int[] pixels, float[] sums, int to) {
    float a0 = sums[to];
    float a1 = sums[to + 1];
    float a2 = sums[to + 2];
    float a3 = sums[to + 3];
    float b0 = sums[to + LANES];
    float b1 = sums[to + LANES + 1];
    float b2 = sums[to + LANES + 2];
    float b3 = sums[to + LANES + 3];
    for (int p = 0; p < pixels.length; p++) {
      int e = at + p * LANES;
      int f = from + pixels[p];
      int g = next + pixels[p];
      float d0 = d[e];
      a0 = Math.fma(d0, x[f], a0);
      b0 = Math.fma(d0, x[g], b0);
      float d1 = d[e + 1];
      a1 = Math.fma(d1, x[f + 1], a1);
      b1 = Math.fma(d1, x[g + 1], b1);
      float d2 = d[e + 2];
      a2 = Math.fma(d2, x[f + 2], a2);
      b2 = Math.fma(d2, x[g + 2], b2);
      float d3 = d[e + 3];
      a3 = Math.fma(d3, x[f + 3], a3);
      b3 = Math.fma(d3, x[g + 3], b3);
    }
    sums[to] = a0;
    sums[to + 1] = a1;
    sums[to + 2] = a2;
    sums[to + 3] = a3;
    sums[to + LANES] = b0;
    sums[to + LANES + 1] = b1;
    sums[to + LANES + 2] = b2;
    sums[to + LANES + 3] = b3;
  }

  /** Products over pixels for four lanes of one tap. */
  private static void addOne(
      float[] d, int at, float[] x, int from, int[] pixels, float[] sums, int to) {
    float a0 = sums[to];
    float a1 = sums[to + 1];
    float a2 = sums[to + 2];
    float a3 = sums[to + 3];
    for (int p = 0; p < pixels.length; p++) {
      int e = at + p * LANES;
      int f = from + pixels[p];
      a0 = Math.fma(d[e], x[f], a0);
      a1 = Math.fma(d[e + 1], x[f + 1], a1);
      a2 = Math.fma(d[e + 2], x[f + 2], a2);
      a3 = Math.fma(d[e + 3], x[f + 3], a3);
    }
    sums[to] = a0;
    sums[to + 1] = a1;
    sums[to + 2] = a2;
    sums[to + 3] = a3;
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
  void sum(float[] d, int at, int pixels, float[] sums, int sumsAt) {
    for (int l = 0; l < LANES; l++) {
      float[] s = new float[CHAINS];
      for (int i = 0; i < pixels; i++) {
        s[i % CHAINS] += d[at + i * LANES + l];
      }
      sums[sumsAt + l] += (s[0] + s[1]) + (s[2] + s[3]);
    }
  }

  @Override
  void differences(float[] x, int from, int first, float[] out, int to, int pixels) {
    for (int i = 0; i < pixels * LANES; i++) {
      out[to + i] = x[from + i] - x[first + i % LANES];
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
    float[] s = new float[CHAINS];
    for (int row = 0; row < rows; row++) {
      for (int l = 0; l < LANES; l++) {
        Arrays.fill(s, 0);
        int a = first + row * pitch + l;
        int b = second + row * pitch + l;
        for (int i = windows - 1; i < columns; i++) {
          int chain = (i - windows + 1) % CHAINS;
          s[chain] = Math.fma(x[a + i * LANES], x[b + i * LANES], s[chain]);
        }
        for (int j = 0; j < windows; j++) {
          float all = (s[0] + s[1]) + (s[2] + s[3]);
          for (int i = j; i < windows - 1; i++) {
            all = Math.fma(x[a + i * LANES], x[b + i * LANES], all);
          }
          for (int i = columns; i < columns + j; i++) {
            all = Math.fma(x[a + i * LANES], x[b + i * LANES], all);
          }
          out[to + (j * rows + row) * LANES + l] = all;
        }
      }
    }
  }

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
