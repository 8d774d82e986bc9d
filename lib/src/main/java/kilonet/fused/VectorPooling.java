package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The kernels with the vector module that drop units and pool, forwards. */
abstract class VectorPooling extends VectorPixels {
  private static final VectorSpecies<Float> S = SPECIES;

  private static final VectorSpecies<Integer> I =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  private static final int HALF = DropoutMask.HALF;

  @Override
  void drop(float[] x, int at, int unit, int pixels, int[] mask, float value) {
    int before = Math.min(unit % 2, pixels);
    int pairs = (pixels - before) / 2;
    if (before == 1) {
      PlainPooling.dropOne(x, at, unit, mask, value);
    }
    for (int lane = 0; lane < LANES; lane += V) {
      dropPairs(x, at + before * LANES + lane, (unit + before) / 2, pairs, mask, lane, value);
    }
    if (before + 2 * pairs < pixels) {
      PlainPooling.dropOne(x, at + (pixels - 1) * LANES, unit + pixels - 1, mask, value);
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
    PlainPooling.clear(job, dx, to);
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
    PlainPooling.clear(job, dx, to);
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
}
