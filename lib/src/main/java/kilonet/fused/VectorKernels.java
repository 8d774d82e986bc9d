package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.List;
import kilonet.fused.Winograd.Transform;

/** All kernels with the vector module; here are its convolutions and their gradients. */
final class VectorKernels extends VectorPoolingErrors {
  private static final int PEAK = 100_000;

  /** So many pixels are summed one by one rather than as a long tile. */
  private static final int FEW = 3;

  /** Takes a result, so that it has to be computed. */
  private static float sink;

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
      if (region.runs().length > 0) {
        rows(job, region, x, from, weights, y, to, part, parts);
        continue;
      }
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

  /** One channel after the other, run by run. */
  private static void rows(
      TapSum job,
      TapSum.Region r,
      float[] x,
      int from,
      float[] w,
      float[] y,
      int to,
      int part,
      int parts) {
    int[] taps = r.taps().get(1);
    int[] runs = r.runs();
    int first = TapSum.share(runs.length - 1, part, parts);
    int end = TapSum.share(runs.length - 1, part + 1, parts);
    for (int b = 0; b < job.blocks().size(); b++) {
      TapSum.Block block = job.blocks().get(b);
      for (int i = first; i < end; i++) {
        int p = runs[i];
        SumTiles.nineTaps(
            x,
            from + block.in() + r.in()[p],
            w,
            block.weights(),
            taps,
            y,
            to + block.out() + r.out()[p],
            (runs[i + 1] - p) * LANES);
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
      if (left == 4) {
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
        return;
      }
      if (left > 1) {
        SumTiles.by2x6(
            x, from + in[p], from + in[p + 1], w, at, taps, y, to + out[p], to + out[p + 1], plane);
      }
      if (left != 2) {
        int last = p + left - 1;
        SumTiles.by1x6(x, from + in[last], w, at, taps, y, to + out[last], plane);
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
      if (left == 4) {
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
        return;
      }
      if (left > 1) {
        SumTiles.by2x4(
            x, from + in[p], from + in[p + 1], w, at, taps, y, to + out[p], to + out[p + 1], plane);
      }
      if (left != 2) {
        int last = p + left - 1;
        SumTiles.by1x4(x, from + in[last], w, at, taps, y, to + out[last], plane);
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
      case INPUT -> TransformTiles.transformInput(x, from, step, to, next, to + 5 * next);
      case OUTPUT -> TransformTiles.transformOutput(x, from, step, from + 5 * step, to, next);
      case OUTPUT_ERROR ->
          TransformTiles.transformOutputError(x, from, step, to, next, to + 5 * next);
      default -> TransformTiles.transformInputError(x, from, step, to, next);
    }
  }

  @Override
  void transformRow(
      Transform kind, RowTiles tiles, float[] x, int row, int places, int next, int last) {
    switch (kind) {
      case INPUT -> TransformTiles.inputRow(tiles, x, row, places, next, last);
      case OUTPUT -> TransformTiles.outputRow(tiles, x, row, places, next, last);
      case OUTPUT_ERROR -> TransformTiles.outputErrorRow(tiles, x, row, places, next, last);
      default -> TransformTiles.inputErrorRow(tiles, x, row, places, next, last);
    }
  }

  @Override
  void kernelGradient(float[] x, int from, int next, int to) {
    TransformTiles.kernelGradient(x, from, next, to);
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
    for (int i = 0; i < rows; i += 2) {
      int next = Math.min(i + 1, rows - 1);
      for (int j = 0; j <= next; j += MatrixTiles.S.length()) {
        MatrixTiles.twoRows(
            a,
            i * across,
            next * across,
            transposed,
            j,
            columns,
            pitch,
            result,
            i * pitch + j,
            next * pitch + j);
      }
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < i; j++) {
        result[j * pitch + i] = result[i * pitch + j];
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
}
