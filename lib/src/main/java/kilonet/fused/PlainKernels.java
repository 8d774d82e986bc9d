package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import kilonet.fused.Winograd.Transform;

/**
 * The kernels in plain Java: what runs where the vector module is missing, and until the vector
 * kernels are compiled.
 */
final class PlainKernels extends PlainPooling {
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

  @Override
  void symmetricProduct(
      double[] a,
      int across,
      double[] transposed,
      int rows,
      int columns,
      double[] result,
      int pitch) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = dot(a, i * across, transposed, j, pitch, columns);
        result[i * pitch + j] = sum;
        result[j * pitch + i] = sum;
      }
    }
  }

  private static double dot(double[] a, int at, double[] b, int from, int pitch, int length) {
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
    int f = from;
    int i = 0;
    for (; i <= length - CHAINS; i += CHAINS) {
      first += a[at + i] * b[f];
      second += a[at + i + 1] * b[f + pitch];
      third += a[at + i + 2] * b[f + 2 * pitch];
      fourth += a[at + i + 3] * b[f + 3 * pitch];
      f += CHAINS * pitch;
    }
    for (; i < length; i++) {
      first += a[at + i] * b[f];
      f += pitch;
    }
    return first + second + (third + fourth);
  }

  @Override
  void transform(
      Transform kind,
      float[] x,
      int from,
      int across,
      int down,
      int to,
      int toAcross,
      int toDown,
      int scratch) {
    for (int r = 0; r < kind.from; r++) {
      transform(kind, x, from + r * down, across, scratch + r * kind.to * LANES, LANES);
    }
    for (int c = 0; c < kind.to; c++) {
      transform(kind, x, scratch + c * LANES, kind.to * LANES, to + c * toAcross, toDown);
    }
  }

  /** Transforms a row or a column. */
  private static void transform(Transform kind, float[] x, int from, int step, int to, int next) {
    switch (kind) {
      case INPUT -> transformInput(x, from, step, to, next, to + 5 * next);
      case OUTPUT -> transformOutput(x, from, step, from + 5 * step, to, next);
      case OUTPUT_ERROR -> transformOutputError(x, from, step, to, next, to + 5 * next);
      default -> transformInputError(x, from, step, to, next);
    }
  }

  private static void transformInput(float[] x, int from, int step, int to, int next, int last) {
    for (int i = 0; i < LANES; i++) {
      float a = x[from + i];
      float b = x[from + step + i];
      float c = x[from + 2 * step + i];
      float d = x[from + 3 * step + i];
      float e = x[from + 4 * step + i];
      float even = Math.fma(c, -4, e);
      float odd = Math.fma(b, -4, d);
      float far = e - c;
      float across = d - b;
      x[to + i] = Math.fma(c, -5, Math.fma(a, 4, e));
      x[to + next + i] = even + odd;
      x[to + 2 * next + i] = even - odd;
      x[to + 3 * next + i] = Math.fma(across, 2, far);
      x[to + 4 * next + i] = Math.fma(across, -2, far);
      if (last >= 0) {
        x[last + i] = Math.fma(d, -5, Math.fma(b, 4, x[from + 5 * step + i]));
      }
    }
  }

  private static void transformOutput(float[] x, int from, int step, int last, int to, int next) {
    for (int i = 0; i < LANES; i++) {
      float a = x[from + i];
      float b = x[from + step + i];
      float c = x[from + 2 * step + i];
      float d = x[from + 3 * step + i];
      float e = x[from + 4 * step + i];
      float sum = b + c;
      float difference = b - c;
      float far = d + e;
      float across = d - e;
      x[to + i] = a + sum + far;
      x[to + next + i] = Math.fma(across, 2, difference);
      x[to + 2 * next + i] = Math.fma(far, 4, sum);
      if (last >= 0) {
        x[to + 3 * next + i] = Math.fma(across, 8, difference) + x[last + i];
      }
    }
  }

  private static void transformOutputError(
      float[] x, int from, int step, int to, int next, int last) {
    for (int i = 0; i < LANES; i++) {
      float a = x[from + i];
      float b = x[from + step + i];
      float c = x[from + 2 * step + i];
      float d = last >= 0 ? x[from + 3 * step + i] : 0;
      float even = a + c;
      float odd = b + d;
      float far = Math.fma(c, 4, a);
      float across = Math.fma(d, 4, b);
      x[to + i] = a;
      x[to + next + i] = even + odd;
      x[to + 2 * next + i] = even - odd;
      x[to + 3 * next + i] = Math.fma(across, 2, far);
      x[to + 4 * next + i] = Math.fma(across, -2, far);
      if (last >= 0) {
        x[last + i] = d;
      }
    }
  }

  private static void transformInputError(float[] x, int from, int step, int to, int next) {
    for (int i = 0; i < LANES; i++) {
      float a = x[from + i];
      float b = x[from + step + i];
      float c = x[from + 2 * step + i];
      float d = x[from + 3 * step + i];
      float e = x[from + 4 * step + i];
      float f = x[from + 5 * step + i];
      float sum = b + c;
      float difference = b - c;
      float far = d + e;
      float across = d - e;
      x[to + i] = a * 4;
      x[to + next + i] = Math.fma(across, -2, (f - difference) * 4);
      x[to + 2 * next + i] = Math.fma(sum, -4, Math.fma(a, -5, 0 - far));
      x[to + 3 * next + i] = Math.fma(f, -5, Math.fma(across, 2, difference));
      x[to + 4 * next + i] = a + sum + far;
      x[to + 5 * next + i] = f;
    }
  }

  @Override
  void transformRow(
      Transform kind, RowTiles tiles, float[] x, int row, int places, int next, int last) {
    for (int t = 0; t < tiles.count(); t++) {
      int at = row + tiles.start(t) * LANES;
      int place = places + t * LANES;
      int sixth = t < tiles.fours() ? last + t * LANES : -1;
      switch (kind) {
        case INPUT -> transformInput(x, at, LANES, place, next, sixth);
        case OUTPUT -> transformOutput(x, place, next, sixth, at, LANES);
        case OUTPUT_ERROR -> transformOutputError(x, at, LANES, place, next, sixth);
        default -> addInputErrors(x, at, place, next, sixth, t == 0);
      }
    }
  }

  /** Adds to the two pixels that the tile before has written, if there is one. */
  private static void addInputErrors(
      float[] x, int to, int from, int next, int last, boolean first) {
    for (int i = 0; i < LANES; i++) {
      int at = to + i;
      float a = x[from + i];
      float b = x[from + next + i];
      float c = x[from + 2 * next + i];
      float d = x[from + 3 * next + i];
      float e = x[from + 4 * next + i];
      float f = last >= 0 ? x[last + i] : 0;
      float sum = b + c;
      float difference = b - c;
      float far = d + e;
      float across = d - e;
      x[at] = Math.fma(a, 4, first ? 0 : x[at]);
      float second = first ? 0 : x[at + LANES];
      float middle =
          last >= 0 ? Math.fma(f - difference, 4, second) : Math.fma(difference, -4, second);
      x[at + LANES] = Math.fma(across, -2, middle);
      x[at + 2 * LANES] = Math.fma(sum, -4, Math.fma(a, -5, 0 - far));
      x[at + 3 * LANES] =
          last >= 0
              ? Math.fma(f, -5, Math.fma(across, 2, difference))
              : Math.fma(across, 2, difference);
      x[at + 4 * LANES] = a + sum + far;
      if (last >= 0) {
        x[at + 5 * LANES] = f;
      }
    }
  }

  @Override
  void kernelGradient(float[] x, int from, int next, int to) {
    for (int i = 0; i < LANES; i++) {
      float a = x[from + i];
      float b = x[from + next + i];
      float c = x[from + 2 * next + i];
      float d = x[from + 3 * next + i];
      float e = x[from + 4 * next + i];
      float f = x[from + 5 * next + i];
      float sum = b + c;
      float difference = c - b;
      float far = d + e;
      float across = d - e;
      x[to + i] = Math.fma(Math.fma(far, 0.25f, 0 - sum), RowTiles.SIXTH, a * 0.25f);
      x[to + LANES + i] = Math.fma(across, 0.5f, difference) * RowTiles.SIXTH;
      x[to + 2 * LANES + i] = Math.fma(far - sum, RowTiles.SIXTH, f);
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
}
