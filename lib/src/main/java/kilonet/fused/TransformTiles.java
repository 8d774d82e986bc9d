package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The transforms of {@link Winograd} for a row or a column of a tile, and for the tiles of a whole
 * row of an image, see {@link RowTiles}; as {@link PlainKernels}. A tile of three has no sixth
 * place, which {@code last} says by being negative.
 */
final class TransformTiles {
  private static final VectorSpecies<Float> S = VectorKernels.SPECIES;

  private TransformTiles() {}

  static void transformInput(float[] x, int from, int step, int to, int next, int last) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + step + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * step + i);
      FloatVector d = FloatVector.fromArray(S, x, from + 3 * step + i);
      FloatVector e = FloatVector.fromArray(S, x, from + 4 * step + i);
      FloatVector even = c.fma(FloatVector.broadcast(S, -4), e);
      FloatVector odd = b.fma(FloatVector.broadcast(S, -4), d);
      FloatVector far = e.sub(c);
      FloatVector across = d.sub(b);
      c.fma(FloatVector.broadcast(S, -5), a.fma(FloatVector.broadcast(S, 4), e))
          .intoArray(x, to + i);
      even.add(odd).intoArray(x, to + next + i);
      even.sub(odd).intoArray(x, to + 2 * next + i);
      across.fma(FloatVector.broadcast(S, 2), far).intoArray(x, to + 3 * next + i);
      across.fma(FloatVector.broadcast(S, -2), far).intoArray(x, to + 4 * next + i);
      if (last >= 0) {
        FloatVector f = FloatVector.fromArray(S, x, from + 5 * step + i);
        d.fma(FloatVector.broadcast(S, -5), b.fma(FloatVector.broadcast(S, 4), f))
            .intoArray(x, last + i);
      }
    }
  }

  static void transformOutput(float[] x, int from, int step, int last, int to, int next) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + step + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * step + i);
      FloatVector d = FloatVector.fromArray(S, x, from + 3 * step + i);
      FloatVector e = FloatVector.fromArray(S, x, from + 4 * step + i);
      FloatVector sum = b.add(c);
      FloatVector difference = b.sub(c);
      FloatVector far = d.add(e);
      FloatVector across = d.sub(e);
      a.add(sum).add(far).intoArray(x, to + i);
      across.fma(FloatVector.broadcast(S, 2), difference).intoArray(x, to + next + i);
      far.fma(FloatVector.broadcast(S, 4), sum).intoArray(x, to + 2 * next + i);
      if (last >= 0) {
        across
            .fma(FloatVector.broadcast(S, 8), difference)
            .add(FloatVector.fromArray(S, x, last + i))
            .intoArray(x, to + 3 * next + i);
      }
    }
  }

  static void transformOutputError(float[] x, int from, int step, int to, int next, int last) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + step + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * step + i);
      FloatVector d =
          last >= 0
              ? FloatVector.fromArray(S, x, from + 3 * step + i)
              : FloatVector.broadcast(S, 0);
      FloatVector even = a.add(c);
      FloatVector odd = b.add(d);
      FloatVector far = c.fma(FloatVector.broadcast(S, 4), a);
      FloatVector across = d.fma(FloatVector.broadcast(S, 4), b);
      a.intoArray(x, to + i);
      even.add(odd).intoArray(x, to + next + i);
      even.sub(odd).intoArray(x, to + 2 * next + i);
      across.fma(FloatVector.broadcast(S, 2), far).intoArray(x, to + 3 * next + i);
      across.fma(FloatVector.broadcast(S, -2), far).intoArray(x, to + 4 * next + i);
      if (last >= 0) {
        d.intoArray(x, last + i);
      }
    }
  }

  static void transformInputError(float[] x, int from, int step, int to, int next) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + step + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * step + i);
      FloatVector d = FloatVector.fromArray(S, x, from + 3 * step + i);
      FloatVector e = FloatVector.fromArray(S, x, from + 4 * step + i);
      FloatVector f = FloatVector.fromArray(S, x, from + 5 * step + i);
      FloatVector sum = b.add(c);
      FloatVector difference = b.sub(c);
      FloatVector far = d.add(e);
      FloatVector across = d.sub(e);
      a.mul(4).intoArray(x, to + i);
      across
          .fma(FloatVector.broadcast(S, -2), f.sub(difference).mul(4))
          .intoArray(x, to + next + i);
      sum.fma(
              FloatVector.broadcast(S, -4),
              a.fma(FloatVector.broadcast(S, -5), FloatVector.broadcast(S, 0).sub(far)))
          .intoArray(x, to + 2 * next + i);
      f.fma(FloatVector.broadcast(S, -5), across.fma(FloatVector.broadcast(S, 2), difference))
          .intoArray(x, to + 3 * next + i);
      a.add(sum).add(far).intoArray(x, to + 4 * next + i);
      f.intoArray(x, to + 5 * next + i);
    }
  }

  static void inputRow(RowTiles tiles, float[] x, int row, int places, int next, int last) {
    int t = 0;
    for (; t < tiles.fours(); t++) {
      int from = row + Winograd.OUT * t * LANES;
      transformInput(x, from, LANES, places + t * LANES, next, last + t * LANES);
    }
    for (; t < tiles.count(); t++) {
      transformInput(x, row + tiles.start(t) * LANES, LANES, places + t * LANES, next, -1);
    }
  }

  static void outputRow(RowTiles tiles, float[] x, int row, int places, int next, int last) {
    int t = 0;
    for (; t < tiles.fours(); t++) {
      int to = row + Winograd.OUT * t * LANES;
      transformOutput(x, places + t * LANES, next, last + t * LANES, to, LANES);
    }
    for (; t < tiles.count(); t++) {
      transformOutput(x, places + t * LANES, next, -1, row + tiles.start(t) * LANES, LANES);
    }
  }

  static void outputErrorRow(RowTiles tiles, float[] x, int row, int places, int next, int last) {
    int t = 0;
    for (; t < tiles.fours(); t++) {
      int from = row + Winograd.OUT * t * LANES;
      transformOutputError(x, from, LANES, places + t * LANES, next, last + t * LANES);
    }
    for (; t < tiles.count(); t++) {
      transformOutputError(x, row + tiles.start(t) * LANES, LANES, places + t * LANES, next, -1);
    }
  }

  /** The last two of what a tile gives are added to the first two of the next one. */
  static void inputErrorRow(RowTiles tiles, float[] x, int row, int places, int next, int last) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector first = FloatVector.broadcast(S, 0);
      FloatVector second = FloatVector.broadcast(S, 0);
      int to = row + i;
      int from = places + i;
      int sixth = last + i;
      for (int t = 0; t < tiles.fours(); t++) {
        FloatVector a = FloatVector.fromArray(S, x, from);
        FloatVector b = FloatVector.fromArray(S, x, from + next);
        FloatVector c = FloatVector.fromArray(S, x, from + 2 * next);
        FloatVector d = FloatVector.fromArray(S, x, from + 3 * next);
        FloatVector e = FloatVector.fromArray(S, x, from + 4 * next);
        FloatVector f = FloatVector.fromArray(S, x, sixth);
        FloatVector sum = b.add(c);
        FloatVector difference = b.sub(c);
        FloatVector far = d.add(e);
        FloatVector across = d.sub(e);
        a.fma(FloatVector.broadcast(S, 4), first).intoArray(x, to);
        across
            .fma(
                FloatVector.broadcast(S, -2),
                f.sub(difference).fma(FloatVector.broadcast(S, 4), second))
            .intoArray(x, to + LANES);
        sum.fma(
                FloatVector.broadcast(S, -4),
                a.fma(FloatVector.broadcast(S, -5), FloatVector.broadcast(S, 0).sub(far)))
            .intoArray(x, to + 2 * LANES);
        f.fma(FloatVector.broadcast(S, -5), across.fma(FloatVector.broadcast(S, 2), difference))
            .intoArray(x, to + 3 * LANES);
        first = a.add(sum).add(far);
        second = f;
        to += Winograd.OUT * LANES;
        from += LANES;
        sixth += LANES;
      }
      for (int t = 0; t < tiles.threes(); t++) {
        FloatVector a = FloatVector.fromArray(S, x, from);
        FloatVector b = FloatVector.fromArray(S, x, from + next);
        FloatVector c = FloatVector.fromArray(S, x, from + 2 * next);
        FloatVector d = FloatVector.fromArray(S, x, from + 3 * next);
        FloatVector e = FloatVector.fromArray(S, x, from + 4 * next);
        FloatVector sum = b.add(c);
        FloatVector difference = b.sub(c);
        FloatVector far = d.add(e);
        FloatVector across = d.sub(e);
        a.fma(FloatVector.broadcast(S, 4), first).intoArray(x, to);
        across
            .fma(FloatVector.broadcast(S, -2), difference.fma(FloatVector.broadcast(S, -4), second))
            .intoArray(x, to + LANES);
        sum.fma(
                FloatVector.broadcast(S, -4),
                a.fma(FloatVector.broadcast(S, -5), FloatVector.broadcast(S, 0).sub(far)))
            .intoArray(x, to + 2 * LANES);
        first = across.fma(FloatVector.broadcast(S, 2), difference);
        second = a.add(sum).add(far);
        to += RowTiles.THREE * LANES;
        from += LANES;
      }
      first.intoArray(x, to);
      second.intoArray(x, to + LANES);
    }
  }

  static void kernelGradient(float[] x, int from, int next, int to) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + next + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * next + i);
      FloatVector d = FloatVector.fromArray(S, x, from + 3 * next + i);
      FloatVector e = FloatVector.fromArray(S, x, from + 4 * next + i);
      FloatVector f = FloatVector.fromArray(S, x, from + 5 * next + i);
      FloatVector sum = b.add(c);
      FloatVector difference = c.sub(b);
      FloatVector far = d.add(e);
      FloatVector across = d.sub(e);
      FloatVector sixth = FloatVector.broadcast(S, RowTiles.SIXTH);
      FloatVector outer =
          far.fma(FloatVector.broadcast(S, 0.25f), FloatVector.broadcast(S, 0).sub(sum));
      outer.fma(sixth, a.mul(FloatVector.broadcast(S, 0.25f))).intoArray(x, to + i);
      across
          .fma(FloatVector.broadcast(S, 0.5f), difference)
          .mul(sixth)
          .intoArray(x, to + LANES + i);
      far.sub(sum).fma(sixth, f).intoArray(x, to + 2 * LANES + i);
    }
  }
}
