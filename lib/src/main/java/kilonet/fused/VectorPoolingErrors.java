package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The kernels with the vector module that go back through norm, ReLU and pooling at once. */
abstract class VectorPoolingErrors extends VectorPooling {
  private static final VectorSpecies<Float> S = SPECIES;

  @Override
  void expand(
      Windows job, float[] choice, int at, float[] dy, int errorAt, float[] e, int to, int sums) {
    PlainPooling.clear(job, e, to);
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
