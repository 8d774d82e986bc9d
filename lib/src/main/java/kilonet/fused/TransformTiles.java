package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The transforms of {@link Winograd} for a row or a column of a tile, as {@link PlainKernels}. */
final class TransformTiles {
  private static final VectorSpecies<Float> S = VectorKernels.SPECIES;

  private TransformTiles() {}

  static void transformInput(float[] x, int from, int step, int to, int next) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + step + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * step + i);
      FloatVector d = FloatVector.fromArray(S, x, from + 3 * step + i);
      FloatVector e = FloatVector.fromArray(S, x, from + 4 * step + i);
      FloatVector f = FloatVector.fromArray(S, x, from + 5 * step + i);
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
      d.fma(FloatVector.broadcast(S, -5), b.fma(FloatVector.broadcast(S, 4), f))
          .intoArray(x, to + 5 * next + i);
    }
  }

  static void transformOutput(float[] x, int from, int step, int to, int next) {
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
      a.add(sum).add(far).intoArray(x, to + i);
      across.fma(FloatVector.broadcast(S, 2), difference).intoArray(x, to + next + i);
      far.fma(FloatVector.broadcast(S, 4), sum).intoArray(x, to + 2 * next + i);
      across.fma(FloatVector.broadcast(S, 8), difference).add(f).intoArray(x, to + 3 * next + i);
    }
  }

  static void transformOutputError(float[] x, int from, int step, int to, int next) {
    for (int i = 0; i < LANES; i += S.length()) {
      FloatVector a = FloatVector.fromArray(S, x, from + i);
      FloatVector b = FloatVector.fromArray(S, x, from + step + i);
      FloatVector c = FloatVector.fromArray(S, x, from + 2 * step + i);
      FloatVector d = FloatVector.fromArray(S, x, from + 3 * step + i);
      FloatVector even = a.add(c);
      FloatVector odd = b.add(d);
      FloatVector far = c.fma(FloatVector.broadcast(S, 4), a);
      FloatVector across = d.fma(FloatVector.broadcast(S, 4), b);
      a.intoArray(x, to + i);
      even.add(odd).intoArray(x, to + next + i);
      even.sub(odd).intoArray(x, to + 2 * next + i);
      across.fma(FloatVector.broadcast(S, 2), far).intoArray(x, to + 3 * next + i);
      across.fma(FloatVector.broadcast(S, -2), far).intoArray(x, to + 4 * next + i);
      d.intoArray(x, to + 5 * next + i);
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
}
