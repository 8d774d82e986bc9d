package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;

/** The kernels in plain Java that go from pixel to pixel. */
abstract class PlainPixels extends Kernels {
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
  static float activation(float v, float slope) {
    return v < 0 ? sloped(v, slope) : v;
  }

  /** Times the slope; 0 for a ReLU, also of what is infinite. */
  static float sloped(float v, float slope) {
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
  void add(float[] x, int from, float[] y, int second, float[] out, int to, int pixels) {
    for (int i = 0; i < pixels * LANES; i++) {
      out[to + i] = x[from + i] + y[second + i];
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
}
