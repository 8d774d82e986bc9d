package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.List;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The kernels with the vector module: 16 lanes are one vector of 512 bits, two of 256, or four. */
final class VectorKernels extends Kernels {
  // A method that returns a vector is not always inlined, and then the vector is put on the heap;
  // so the inner loops are written in one piece.

  static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() > LANES
          ? FloatVector.SPECIES_512
          : FloatVector.SPECIES_PREFERRED;

  private static final VectorSpecies<Float> S = SPECIES;

  private static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final int HALF = DropoutMask.HALF;

  private static final int PEAK = 100_000;

  /** So many pixels are summed one by one rather than as a long tile. */
  private static final int FEW = 3;

  /** Takes a result, so that it has to be computed. */
  private static float sink;

  /** The lanes of a vector. */
  private static final int V = SPECIES.length();

  /** Whether 24 sums fit into the registers; x86 has 16 of 256 bits, and 32 of 512. */
  private static final boolean MANY_REGISTERS = registers() >= 32;

  /** Made by name, where the module is there. */
  VectorKernels() {
    if (V < 4) {
      throw new UnsupportedOperationException("vectors of " + V + " lanes");
    }
  }

  @Override
  int sums() {
    return MANY_REGISTERS ? 25 : 12;
  }

  /** How many vector registers the processor has. */
  private static int registers() {
    return V == LANES || !System.getProperty("os.arch").matches("amd64|x86_64|x86") ? 32 : 16;
  }

  @Override
  double peakGigaFlops() {
    long start = System.nanoTime();
    sink = ProductTiles.multiplyAdds(PEAK).lane(0);
    return 2.0 * 12 * V * PEAK / (System.nanoTime() - start);
  }

  @Override
  void convolve(
      TapSum job, float[] x, int from, float[] weights, float[] y, int to, int part, int parts) {
    int tile = job.single() ? TapSum.LONG_TILE : TapSum.TILE;
    List<TapSum.Block> blocks = job.blocks();
    for (int r = 0; r < job.regions().size(); r++) {
      TapSum.Region region = job.regions().get(r);
      int tiles = (region.count() + tile - 1) / tile;
      int first = TapSum.share(tiles, part, parts) * tile;
      int end = Math.min(region.count(), TapSum.share(tiles, part + 1, parts) * tile);
      if (job.single()) {
        int[] taps = region.taps().get(1);
        for (int i = 0; i < blocks.size(); i++) {
          TapSum.Block b = blocks.get(i);
          single(region, first, end, x, from + b.in(), weights, b.weights(), taps, y, to + b.out());
        }
        continue;
      }
      int[] wide = region.taps().get(TapSum.WIDE);
      int[] narrow = region.taps().get(TapSum.NARROW);
      for (int p = first; p < end; p += tile) {
        int left = Math.min(tile, end - p);
        for (int i = 0; i < blocks.size(); i++) {
          TapSum.Block b = blocks.get(i);
          if (b.width() == TapSum.WIDE) {
            wide(
                region,
                p,
                left,
                x,
                from + b.in(),
                weights,
                b.weights(),
                wide,
                y,
                to + b.out(),
                job.plane());
          } else {
            narrow(
                region,
                p,
                left,
                x,
                from + b.in(),
                weights,
                b.weights(),
                narrow,
                y,
                to + b.out(),
                job.plane());
          }
        }
      }
    }
  }

  private static void wide(
      TapSum.Region r,
      int p,
      int left,
      float[] x,
      int from,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int to,
      int plane) {
    int[] in = r.in();
    int[] out = r.out();
    if (V == LANES) {
      if (left > 2) {
        SumTiles.by4x6(
            x,
            from + in[p],
            from + in[p + 1],
            from + in[p + 2],
            from + in[p + 3],
            w,
            at,
            taps,
            y,
            to + out[p],
            to + out[p + 1],
            to + out[p + 2],
            to + out[p + 3],
            plane);
      } else {
        SumTiles.by2x6(
            x, from + in[p], from + in[p + 1], w, at, taps, y, to + out[p], to + out[p + 1], plane);
      }
      return;
    }
    for (int i = p; i < p + left; i++) {
      int f = from + in[i];
      int t = to + out[i];
      if (V == 4 && MANY_REGISTERS) {
        SumTiles.by4x6(
            x, f, f + V, f + 2 * V, f + 3 * V, w, at, taps, y, t, t + V, t + 2 * V, t + 3 * V,
            plane);
      } else {
        for (int lane = 0; lane < LANES; lane += 2 * V) {
          SumTiles.by2x6(x, f + lane, f + lane + V, w, at, taps, y, t + lane, t + lane + V, plane);
        }
      }
    }
  }

  private static void narrow(
      TapSum.Region r,
      int p,
      int left,
      float[] x,
      int from,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int to,
      int plane) {
    int[] in = r.in();
    int[] out = r.out();
    if (V == LANES) {
      if (left > 2) {
        SumTiles.by4x4(
            x,
            from + in[p],
            from + in[p + 1],
            from + in[p + 2],
            from + in[p + 3],
            w,
            at,
            taps,
            y,
            to + out[p],
            to + out[p + 1],
            to + out[p + 2],
            to + out[p + 3],
            plane);
      } else {
        SumTiles.by2x4(
            x, from + in[p], from + in[p + 1], w, at, taps, y, to + out[p], to + out[p + 1], plane);
      }
      return;
    }
    for (int i = p; i < p + left; i++) {
      int f = from + in[i];
      int t = to + out[i];
      if (V == 4 && MANY_REGISTERS) {
        SumTiles.by4x4(
            x, f, f + V, f + 2 * V, f + 3 * V, w, at, taps, y, t, t + V, t + 2 * V, t + 3 * V,
            plane);
      } else {
        for (int lane = 0; lane < LANES; lane += 2 * V) {
          SumTiles.by2x4(x, f + lane, f + lane + V, w, at, taps, y, t + lane, t + lane + V, plane);
        }
      }
    }
  }

  private static void single(
      TapSum.Region r,
      int first,
      int end,
      float[] x,
      int from,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int to) {
    int[] in = r.in();
    int[] out = r.out();
    for (int lane = 0; lane < LANES; lane += V) {
      int p = first;
      for (; p < end - FEW; p += TapSum.LONG_TILE) {
        SumTiles.by8x1(x, from + lane, in, p, w, at, taps, y, to + lane, out);
      }
      for (; p < end; p++) {
        SumTiles.by1x1(x, from + lane + in[p], w, at, taps, y, to + lane + out[p]);
      }
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
    int[] columns = job.inputAt();
    int[] pixels = job.pixels();
    for (int tile = first; tile < end; tile++) {
      for (int lane = 0; lane < LANES; lane += V) {
        int d = errorAt + job.errorAt()[tile] + lane;
        int f = from + lane;
        int t = tile * job.columns();
        int to = sumsAt + (tile - first) * job.elements() * LANES + lane;
        switch (job.rows()) {
          case 5 ->
              ProductTiles.by5x5(
                  errors,
                  d,
                  job.plane(),
                  x,
                  f + columns[t],
                  f + columns[t + 1],
                  f + columns[t + 2],
                  f + columns[t + 3],
                  f + columns[t + 4],
                  pixels,
                  sums,
                  to);
          case 4 ->
              ProductTiles.by4x6(
                  errors,
                  d,
                  job.plane(),
                  x,
                  f + columns[t],
                  f + columns[t + 1],
                  f + columns[t + 2],
                  f + columns[t + 3],
                  f + columns[t + 4],
                  f + columns[t + 5],
                  pixels,
                  sums,
                  to);
          case 2 ->
              ProductTiles.by2x6(
                  errors,
                  d,
                  job.plane(),
                  x,
                  f + columns[t],
                  f + columns[t + 1],
                  f + columns[t + 2],
                  f + columns[t + 3],
                  f + columns[t + 4],
                  f + columns[t + 5],
                  pixels,
                  sums,
                  to);
          default ->
              ProductTiles.by1x9(
                  errors,
                  d,
                  x,
                  f + columns[t],
                  f + columns[t + 1],
                  f + columns[t + 2],
                  f + columns[t + 3],
                  f + columns[t + 4],
                  f + columns[t + 5],
                  f + columns[t + 6],
                  f + columns[t + 7],
                  f + columns[t + 8],
                  pixels,
                  sums,
                  to);
        }
      }
    }
  }

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

  @Override
  void drop(float[] x, int at, int unit, int pixels, int[] mask, float value) {
    int before = Math.min(unit % 2, pixels);
    int pairs = (pixels - before) / 2;
    if (before == 1) {
      PlainKernels.dropOne(x, at, unit, mask, value);
    }
    for (int lane = 0; lane < LANES; lane += V) {
      dropPairs(x, at + before * LANES + lane, (unit + before) / 2, pairs, mask, lane, value);
    }
    if (before + 2 * pairs < pixels) {
      PlainKernels.dropOne(x, at + (pixels - 1) * LANES, unit + pixels - 1, mask, value);
    }
  }

  /**
   * What {@link DropoutMask#drops} says, for both of each pair. The mask is the sign of a
   * difference in all bits.
   */
  private static void dropPairs(
      float[] x, int at, int pair, int pairs, int[] mask, int lane, float value) {
    IntVector key = IntVector.fromArray(I, mask, lane);
    IntVector least = IntVector.fromArray(I, mask, LANES + lane);
    IntVector put = IntVector.broadcast(I, Float.floatToRawIntBits(value));
    IntVector low = IntVector.broadcast(I, (1 << HALF) - 1);
    IntVector one = IntVector.broadcast(I, DropoutMask.FIRST_FACTOR);
    IntVector two = IntVector.broadcast(I, DropoutMask.SECOND_FACTOR);
    for (int i = 0; i < pairs; i++) {
      IntVector h = key.lanewise(VectorOperators.XOR, (pair + i) * DropoutMask.STEP);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16)).mul(one);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 13)).mul(two);
      h = h.lanewise(VectorOperators.XOR, h.lanewise(VectorOperators.LSHR, 16));
      int to = at + 2 * i * LANES;
      IntVector off = h.and(low).sub(least).lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
      IntVector kept = FloatVector.fromArray(S, x, to).reinterpretAsInts().and(off.not());
      kept.or(put.and(off)).reinterpretAsFloats().intoArray(x, to);
      IntVector high = h.lanewise(VectorOperators.LSHR, HALF);
      off = high.sub(least).lanewise(VectorOperators.ASHR, Integer.SIZE - 1);
      kept = FloatVector.fromArray(S, x, to + LANES).reinterpretAsInts().and(off.not());
      kept.or(put.and(off)).reinterpretAsFloats().intoArray(x, to + LANES);
    }
  }

  @Override
  void maxPool(Windows job, float[] x, int from, float[] y, int to) {
    int[] starts = job.starts();
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      int out = to + job.outputs()[p];
      for (int lane = 0; lane < LANES; lane += V) {
        FloatVector m = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);
        for (int i = starts[p]; i < starts[p + 1]; i++) {
          m = m.max(FloatVector.fromArray(S, x, from + inputs[i] + lane));
        }
        m.intoArray(y, out + lane);
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
    PlainKernels.clear(job, dx, to);
    int[] starts = job.starts();
    int[] inputs = job.inputs();
    int[] errors = job.errors();
    FloatVector zero = FloatVector.zero(S);
    for (int p = 0; p < job.count(); p++) {
      for (int lane = 0; lane < LANES; lane += V) {
        FloatVector m = FloatVector.fromArray(S, y, outcomeAt + job.outputs()[p] + lane);
        FloatVector rest = FloatVector.fromArray(S, dy, at + p * LANES + lane);
        for (int i = starts[p]; i < starts[p + 1]; i++) {
          VectorMask<Float> here =
              FloatVector.fromArray(S, x, from + inputs[i] + lane).compare(VectorOperators.EQ, m);
          FloatVector given = zero.blend(rest, here);
          rest = rest.blend(zero, here);
          int e = to + errors[i] + lane;
          (job.disjoint() ? given : FloatVector.fromArray(S, dx, e).add(given)).intoArray(dx, e);
        }
      }
    }
  }

  @Override
  void averagePool(Windows job, float[] x, int from, float[] y, int to) {
    int[] starts = job.starts();
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      int out = to + job.outputs()[p];
      for (int lane = 0; lane < LANES; lane += V) {
        FloatVector s = FloatVector.zero(S);
        for (int i = starts[p]; i < starts[p + 1]; i++) {
          s = s.add(FloatVector.fromArray(S, x, from + inputs[i] + lane));
        }
        s.mul(job.factors()[p]).intoArray(y, out + lane);
      }
    }
  }

  @Override
  void backAveragePool(Windows job, float[] dy, int at, float[] dx, int to) {
    PlainKernels.clear(job, dx, to);
    int[] starts = job.starts();
    int[] errors = job.errors();
    for (int p = 0; p < job.count(); p++) {
      for (int lane = 0; lane < LANES; lane += V) {
        FloatVector given =
            FloatVector.fromArray(S, dy, at + p * LANES + lane).mul(job.factors()[p]);
        for (int i = starts[p]; i < starts[p + 1]; i++) {
          int e = to + errors[i] + lane;
          (job.disjoint() ? given : FloatVector.fromArray(S, dx, e).add(given)).intoArray(dx, e);
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
    for (int lane = 0; lane < LANES; lane += V) {
      if (job.ofFour()) {
        normalizePoolOfFour(job, y, from + lane, a, to + lane, mean, scale, shift, slope);
      } else {
        normalizePoolOfAny(job, y, from + lane, a, to + lane, mean, scale, shift, slope);
      }
    }
  }

  private static void normalizePoolOfFour(
      Windows job,
      float[] y,
      int from,
      float[] a,
      int to,
      float mean,
      float scale,
      float shift,
      float slope) {
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    FloatVector zero = FloatVector.zero(S);
    FloatVector g = FloatVector.broadcast(S, slope);
    int[] inputs = job.inputs();
    int[] outputs = job.outputs();
    for (int p = 0; p < outputs.length; p++) {
      int i = 4 * p;
      FloatVector v = FloatVector.fromArray(S, y, from + inputs[i]).sub(m).fma(k, b);
      FloatVector w = FloatVector.fromArray(S, y, from + inputs[i + 1]).sub(m).fma(k, b);
      v = v.blend(w, w.compare(VectorOperators.GT, v));
      w = FloatVector.fromArray(S, y, from + inputs[i + 2]).sub(m).fma(k, b);
      v = v.blend(w, w.compare(VectorOperators.GT, v));
      w = FloatVector.fromArray(S, y, from + inputs[i + 3]).sub(m).fma(k, b);
      v = v.blend(w, w.compare(VectorOperators.GT, v));
      v.blend(
              v.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              v.compare(VectorOperators.LT, zero))
          .intoArray(a, to + outputs[p]);
    }
  }

  private static void normalizePoolOfAny(
      Windows job,
      float[] y,
      int from,
      float[] a,
      int to,
      float mean,
      float scale,
      float shift,
      float slope) {
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    FloatVector zero = FloatVector.zero(S);
    FloatVector g = FloatVector.broadcast(S, slope);
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      int start = job.starts()[p];
      FloatVector v = FloatVector.fromArray(S, y, from + inputs[start]).sub(m).fma(k, b);
      for (int i = start + 1; i < job.starts()[p + 1]; i++) {
        FloatVector w = FloatVector.fromArray(S, y, from + inputs[i]).sub(m).fma(k, b);
        v = v.blend(w, w.compare(VectorOperators.GT, v));
      }
      v.blend(
              v.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              v.compare(VectorOperators.LT, zero))
          .intoArray(a, to + job.outputs()[p]);
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
    for (int lane = 0; lane < LANES; lane += V) {
      if (job.ofFour()) {
        chooseOfFour(job, y, from + lane, a, to + lane, choice, at + lane, mean, scale, shift);
      } else {
        chooseOfAny(job, y, from + lane, a, to + lane, choice, at + lane, mean, scale, shift);
      }
    }
  }

  private static void chooseOfFour(
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
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    FloatVector zero = FloatVector.zero(S);
    FloatVector none = FloatVector.broadcast(S, -1);
    FloatVector one = FloatVector.broadcast(S, 1);
    FloatVector two = FloatVector.broadcast(S, 2);
    FloatVector three = FloatVector.broadcast(S, 3);
    int[] inputs = job.inputs();
    int[] outputs = job.outputs();
    for (int p = 0; p < outputs.length; p++) {
      int i = 4 * p;
      FloatVector most = FloatVector.fromArray(S, y, from + inputs[i]).sub(m).fma(k, b);
      FloatVector v = FloatVector.fromArray(S, y, from + inputs[i + 1]).sub(m).fma(k, b);
      VectorMask<Float> more = v.compare(VectorOperators.GT, most);
      most = most.blend(v, more);
      FloatVector chosen = zero.blend(one, more);
      v = FloatVector.fromArray(S, y, from + inputs[i + 2]).sub(m).fma(k, b);
      more = v.compare(VectorOperators.GT, most);
      most = most.blend(v, more);
      chosen = chosen.blend(two, more);
      v = FloatVector.fromArray(S, y, from + inputs[i + 3]).sub(m).fma(k, b);
      more = v.compare(VectorOperators.GT, most);
      most = most.blend(v, more);
      chosen = chosen.blend(three, more);
      most.blend(zero, most.compare(VectorOperators.LT, zero)).intoArray(a, to + outputs[p]);
      chosen.blend(none, most.compare(VectorOperators.LE, zero)).intoArray(choice, at + p * LANES);
    }
  }

  private static void chooseOfAny(
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
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    FloatVector zero = FloatVector.zero(S);
    int[] inputs = job.inputs();
    for (int p = 0; p < job.count(); p++) {
      int start = job.starts()[p];
      FloatVector most = FloatVector.fromArray(S, y, from + inputs[start]).sub(m).fma(k, b);
      FloatVector chosen = zero;
      for (int i = start + 1; i < job.starts()[p + 1]; i++) {
        FloatVector v = FloatVector.fromArray(S, y, from + inputs[i]).sub(m).fma(k, b);
        VectorMask<Float> more = v.compare(VectorOperators.GT, most);
        most = most.blend(v, more);
        chosen = chosen.blend(FloatVector.broadcast(S, i - start), more);
      }
      most.blend(zero, most.compare(VectorOperators.LT, zero)).intoArray(a, to + job.outputs()[p]);
      chosen
          .blend(FloatVector.broadcast(S, -1), most.compare(VectorOperators.LE, zero))
          .intoArray(choice, at + p * LANES);
    }
  }

  @Override
  void expand(
      Windows job, float[] choice, int at, float[] dy, int errorAt, float[] e, int to, int sums) {
    PlainKernels.clear(job, e, to);
    for (int lane = 0; lane < LANES; lane += V) {
      if (job.ofFour()) {
        expandOfFour(job, choice, at + lane, dy, errorAt + lane, e, to + lane, sums + lane);
      } else {
        expandOfAny(job, choice, at + lane, dy, errorAt + lane, e, to + lane, sums + lane);
      }
    }
  }

  private static void expandOfFour(
      Windows job, float[] choice, int at, float[] dy, int errorAt, float[] e, int to, int sums) {
    FloatVector zero = FloatVector.zero(S);
    FloatVector one = FloatVector.broadcast(S, 1);
    FloatVector two = FloatVector.broadcast(S, 2);
    FloatVector three = FloatVector.broadcast(S, 3);
    FloatVector s = FloatVector.fromArray(S, e, sums);
    int[] errors = job.errors();
    int count = job.count();
    for (int p = 0; p < count; p++) {
      int i = 4 * p;
      FloatVector chosen = FloatVector.fromArray(S, choice, at + p * LANES);
      FloatVector d = FloatVector.fromArray(S, dy, errorAt + p * LANES);
      s = s.add(d.blend(zero, chosen.compare(VectorOperators.LT, zero)));
      zero.blend(d, chosen.compare(VectorOperators.EQ, zero)).intoArray(e, to + errors[i]);
      zero.blend(d, chosen.compare(VectorOperators.EQ, one)).intoArray(e, to + errors[i + 1]);
      zero.blend(d, chosen.compare(VectorOperators.EQ, two)).intoArray(e, to + errors[i + 2]);
      zero.blend(d, chosen.compare(VectorOperators.EQ, three)).intoArray(e, to + errors[i + 3]);
    }
    s.intoArray(e, sums);
  }

  private static void expandOfAny(
      Windows job, float[] choice, int at, float[] dy, int errorAt, float[] e, int to, int sums) {
    FloatVector zero = FloatVector.zero(S);
    for (int p = 0; p < job.count(); p++) {
      FloatVector chosen = FloatVector.fromArray(S, choice, at + p * LANES);
      FloatVector d = FloatVector.fromArray(S, dy, errorAt + p * LANES);
      d = d.blend(zero, chosen.compare(VectorOperators.LT, zero));
      FloatVector.fromArray(S, e, sums).add(d).intoArray(e, sums);
      int start = job.starts()[p];
      for (int i = start; i < job.starts()[p + 1]; i++) {
        zero.blend(d, chosen.compare(VectorOperators.EQ, (float) (i - start)))
            .intoArray(e, to + job.errors()[i]);
      }
    }
  }

  @Override
  void maskErrors(
      float[] d, int at, float[] a, int outcomeAt, float[] e, int to, int pixels, int sums) {
    FloatVector zero = FloatVector.zero(S);
    for (int i = 0; i < pixels * LANES; i += V) {
      FloatVector.fromArray(S, d, at + i)
          .blend(zero, FloatVector.fromArray(S, a, outcomeAt + i).compare(VectorOperators.LE, zero))
          .intoArray(e, to + i);
    }
    sum(e, to, pixels, e, sums);
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
    for (int lane = 0; lane < LANES; lane += V) {
      if (job.ofFour()) {
        sumOfFour(job, y, from + lane, dy, at + lane, mean, scale, shift, slope, sums, lane);
      } else {
        sumOfAny(job, y, from + lane, dy, at + lane, mean, scale, shift, slope, sums, lane);
      }
    }
  }

  private static void sumOfFour(
      Windows job,
      float[] y,
      int from,
      float[] dy,
      int at,
      float mean,
      float scale,
      float shift,
      float slope,
      float[] sums,
      int lane) {
    int[] inputs = job.inputs();
    int count = job.count();
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    FloatVector g = FloatVector.broadcast(S, slope);
    FloatVector zero = FloatVector.zero(S);
    FloatVector s = zero;
    FloatVector q0 = zero;
    FloatVector q1 = zero;
    FloatVector q2 = zero;
    FloatVector q3 = zero;
    for (int p = 0; p < count; p++) {
      int i = 4 * p;
      FloatVector u0 = FloatVector.fromArray(S, y, from + inputs[i]).sub(m);
      FloatVector u1 = FloatVector.fromArray(S, y, from + inputs[i + 1]).sub(m);
      FloatVector u2 = FloatVector.fromArray(S, y, from + inputs[i + 2]).sub(m);
      FloatVector u3 = FloatVector.fromArray(S, y, from + inputs[i + 3]).sub(m);
      FloatVector v0 = u0.fma(k, b);
      FloatVector v1 = u1.fma(k, b);
      FloatVector v2 = u2.fma(k, b);
      FloatVector v3 = u3.fma(k, b);
      FloatVector most = v0.blend(v1, v1.compare(VectorOperators.GT, v0));
      most = most.blend(v2, v2.compare(VectorOperators.GT, most));
      most = most.blend(v3, v3.compare(VectorOperators.GT, most));
      FloatVector d = FloatVector.fromArray(S, dy, at + p * LANES);
      d =
          d.blend(
              d.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              most.compare(VectorOperators.LE, zero));
      s = s.add(d);
      VectorMask<Float> e = v0.compare(VectorOperators.EQ, most);
      q0 = zero.blend(d, e).fma(u0, q0);
      d = d.blend(zero, e);
      e = v1.compare(VectorOperators.EQ, most);
      q1 = zero.blend(d, e).fma(u1, q1);
      d = d.blend(zero, e);
      e = v2.compare(VectorOperators.EQ, most);
      q2 = zero.blend(d, e).fma(u2, q2);
      d = d.blend(zero, e);
      q3 = zero.blend(d, v3.compare(VectorOperators.EQ, most)).fma(u3, q3);
    }
    FloatVector.fromArray(S, sums, lane).add(s).intoArray(sums, lane);
    FloatVector.fromArray(S, sums, LANES + lane)
        .add(q0.add(q1).add(q2.add(q3)))
        .intoArray(sums, LANES + lane);
  }

  private static void sumOfAny(
      Windows job,
      float[] y,
      int from,
      float[] dy,
      int at,
      float mean,
      float scale,
      float shift,
      float slope,
      float[] sums,
      int lane) {
    int[] inputs = job.inputs();
    FloatVector m = FloatVector.broadcast(S, mean);
    FloatVector k = FloatVector.broadcast(S, scale);
    FloatVector b = FloatVector.broadcast(S, shift);
    FloatVector g = FloatVector.broadcast(S, slope);
    FloatVector zero = FloatVector.zero(S);
    float[] chains = new float[(1 + CHAINS) * V];
    for (int p = 0; p < job.count(); p++) {
      int start = job.starts()[p];
      int end = job.starts()[p + 1];
      FloatVector most = largest(inputs, start, end, y, from, m, k, b);
      FloatVector d = FloatVector.fromArray(S, dy, at + p * LANES);
      d =
          d.blend(
              d.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              most.compare(VectorOperators.LE, zero));
      FloatVector.fromArray(S, chains, 0).add(d).intoArray(chains, 0);
      for (int i = start; i < end; i++) {
        FloatVector u = FloatVector.fromArray(S, y, from + inputs[i]).sub(m);
        VectorMask<Float> here = u.fma(k, b).compare(VectorOperators.EQ, most);
        int chain = (1 + (i - start) % CHAINS) * V;
        zero.blend(d, here)
            .fma(u, FloatVector.fromArray(S, chains, chain))
            .intoArray(chains, chain);
        d = d.blend(zero, here);
      }
    }
    FloatVector.fromArray(S, sums, lane)
        .add(FloatVector.fromArray(S, chains, 0))
        .intoArray(sums, lane);
    FloatVector q =
        FloatVector.fromArray(S, chains, V).add(FloatVector.fromArray(S, chains, 2 * V));
    q = q.add(FloatVector.fromArray(S, chains, 3 * V).add(FloatVector.fromArray(S, chains, 4 * V)));
    FloatVector.fromArray(S, sums, LANES + lane).add(q).intoArray(sums, LANES + lane);
  }

  private static FloatVector largest(
      int[] inputs,
      int start,
      int end,
      float[] y,
      int from,
      FloatVector m,
      FloatVector k,
      FloatVector b) {
    FloatVector most = FloatVector.fromArray(S, y, from + inputs[start]).sub(m).fma(k, b);
    for (int i = start + 1; i < end; i++) {
      FloatVector w = FloatVector.fromArray(S, y, from + inputs[i]).sub(m).fma(k, b);
      most = most.blend(w, w.compare(VectorOperators.GT, most));
    }
    return most;
  }

  @Override
  void correctPooled(Windows job, float[] y, int from, float[] dy, int at, PooledCorrection c) {
    for (int lane = 0; lane < LANES; lane += V) {
      if (job.ofFour()) {
        correctOfFour(job, y, from + lane, dy, at + lane, c);
      } else {
        correctOfAny(job, y, from + lane, dy, at + lane, c);
      }
      FloatVector m = FloatVector.broadcast(S, c.mean());
      FloatVector zero = FloatVector.zero(S);
      for (int pixel : job.unseen()) {
        FloatVector v = FloatVector.fromArray(S, y, from + lane + pixel);
        corrected(v, v.sub(m), zero, c).intoArray(y, from + lane + pixel);
      }
    }
  }

  private static FloatVector corrected(
      FloatVector v, FloatVector u, FloatVector d, PooledCorrection c) {
    FloatVector tilt = FloatVector.broadcast(S, c.tilt());
    FloatVector offset = FloatVector.broadcast(S, c.offset());
    FloatVector e = d.fma(FloatVector.broadcast(S, c.factor()), u.fma(tilt, offset));
    if (c.slopeBefore() == 1) {
      return e;
    }
    FloatVector zero = FloatVector.zero(S);
    FloatVector g = FloatVector.broadcast(S, c.slopeBefore());
    return e.blend(
        e.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
        v.compare(VectorOperators.LE, FloatVector.zero(S)));
  }

  private static void correctOfFour(
      Windows job, float[] y, int from, float[] dy, int at, PooledCorrection c) {
    int[] inputs = job.inputs();
    int count = job.count();
    FloatVector m = FloatVector.broadcast(S, c.mean());
    FloatVector k = FloatVector.broadcast(S, c.scale());
    FloatVector b = FloatVector.broadcast(S, c.shift());
    FloatVector g = FloatVector.broadcast(S, c.slope());
    FloatVector f = FloatVector.broadcast(S, c.factor());
    FloatVector t = FloatVector.broadcast(S, c.tilt());
    FloatVector o = FloatVector.broadcast(S, c.offset());
    FloatVector h = FloatVector.broadcast(S, c.slopeBefore());
    FloatVector zero = FloatVector.zero(S);
    boolean sloped = c.slopeBefore() != 1;
    for (int p = 0; p < count; p++) {
      int i = 4 * p;
      FloatVector y0 = FloatVector.fromArray(S, y, from + inputs[i]);
      FloatVector y1 = FloatVector.fromArray(S, y, from + inputs[i + 1]);
      FloatVector y2 = FloatVector.fromArray(S, y, from + inputs[i + 2]);
      FloatVector y3 = FloatVector.fromArray(S, y, from + inputs[i + 3]);
      FloatVector u0 = y0.sub(m);
      FloatVector u1 = y1.sub(m);
      FloatVector u2 = y2.sub(m);
      FloatVector u3 = y3.sub(m);
      FloatVector v0 = u0.fma(k, b);
      FloatVector v1 = u1.fma(k, b);
      FloatVector v2 = u2.fma(k, b);
      FloatVector v3 = u3.fma(k, b);
      FloatVector most = v0.blend(v1, v1.compare(VectorOperators.GT, v0));
      most = most.blend(v2, v2.compare(VectorOperators.GT, most));
      most = most.blend(v3, v3.compare(VectorOperators.GT, most));
      FloatVector d = FloatVector.fromArray(S, dy, at + p * LANES);
      d =
          d.blend(
              d.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              most.compare(VectorOperators.LE, zero));
      VectorMask<Float> e = v0.compare(VectorOperators.EQ, most);
      FloatVector d0 = zero.blend(d, e).fma(f, u0.fma(t, o));
      d = d.blend(zero, e);
      e = v1.compare(VectorOperators.EQ, most);
      FloatVector d1 = zero.blend(d, e).fma(f, u1.fma(t, o));
      d = d.blend(zero, e);
      e = v2.compare(VectorOperators.EQ, most);
      FloatVector d2 = zero.blend(d, e).fma(f, u2.fma(t, o));
      d = d.blend(zero, e);
      e = v3.compare(VectorOperators.EQ, most);
      FloatVector d3 = zero.blend(d, e).fma(f, u3.fma(t, o));
      if (sloped) {
        d0.blend(
                d0.mul(h).blend(zero, h.compare(VectorOperators.EQ, zero)),
                y0.compare(VectorOperators.LE, zero))
            .intoArray(y, from + inputs[i]);
        d1.blend(
                d1.mul(h).blend(zero, h.compare(VectorOperators.EQ, zero)),
                y1.compare(VectorOperators.LE, zero))
            .intoArray(y, from + inputs[i + 1]);
        d2.blend(
                d2.mul(h).blend(zero, h.compare(VectorOperators.EQ, zero)),
                y2.compare(VectorOperators.LE, zero))
            .intoArray(y, from + inputs[i + 2]);
        d3.blend(
                d3.mul(h).blend(zero, h.compare(VectorOperators.EQ, zero)),
                y3.compare(VectorOperators.LE, zero))
            .intoArray(y, from + inputs[i + 3]);
      } else {
        d0.intoArray(y, from + inputs[i]);
        d1.intoArray(y, from + inputs[i + 1]);
        d2.intoArray(y, from + inputs[i + 2]);
        d3.intoArray(y, from + inputs[i + 3]);
      }
    }
  }

  private static void correctOfAny(
      Windows job, float[] y, int from, float[] dy, int at, PooledCorrection c) {
    int[] inputs = job.inputs();
    FloatVector m = FloatVector.broadcast(S, c.mean());
    FloatVector k = FloatVector.broadcast(S, c.scale());
    FloatVector b = FloatVector.broadcast(S, c.shift());
    FloatVector g = FloatVector.broadcast(S, c.slope());
    FloatVector zero = FloatVector.zero(S);
    for (int p = 0; p < job.count(); p++) {
      int start = job.starts()[p];
      int end = job.starts()[p + 1];
      FloatVector most = largest(inputs, start, end, y, from, m, k, b);
      FloatVector d = FloatVector.fromArray(S, dy, at + p * LANES);
      d =
          d.blend(
              d.mul(g).blend(zero, g.compare(VectorOperators.EQ, zero)),
              most.compare(VectorOperators.LE, zero));
      for (int i = start; i < end; i++) {
        FloatVector v = FloatVector.fromArray(S, y, from + inputs[i]);
        FloatVector u = v.sub(m);
        VectorMask<Float> here = u.fma(k, b).compare(VectorOperators.EQ, most);
        corrected(v, u, zero.blend(d, here), c).intoArray(y, from + inputs[i]);
        d = d.blend(zero, here);
      }
    }
  }
}
