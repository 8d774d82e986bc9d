package kilonet.fused;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of {@link TapSum}: some vectors of pixels times some output channels, in
 * accumulators that never leave the registers. The compiler keeps them there only as local
 * variables around one flat loop, one such loop a method; hence no arrays, and no inner loops.
 */
final class SumTiles {
  private static final VectorSpecies<Float> S = VectorKernels.SPECIES;

  private SumTiles() {}

  /** Sums over taps for 4 vectors of 6 channels. */
  static void by4x6(
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int y0,
      int y1,
      int y2,
      int y3,
      int plane) {
    FloatVector s00 = FloatVector.broadcast(S, w[at]);
    FloatVector s10 = FloatVector.broadcast(S, w[at]);
    FloatVector s20 = FloatVector.broadcast(S, w[at]);
    FloatVector s30 = FloatVector.broadcast(S, w[at]);
    FloatVector s01 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s11 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s21 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s31 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s02 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s12 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s22 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s32 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s03 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s13 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s23 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s33 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s04 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s14 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s24 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s34 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s05 = FloatVector.broadcast(S, w[at + 5]);
    FloatVector s15 = FloatVector.broadcast(S, w[at + 5]);
    FloatVector s25 = FloatVector.broadcast(S, w[at + 5]);
    FloatVector s35 = FloatVector.broadcast(S, w[at + 5]);
    for (int i = 0; i < taps.length; i += 2) {
      int o = taps[i];
      int j = at + taps[i + 1];
      FloatVector v0 = FloatVector.fromArray(S, x, x0 + o);
      FloatVector v1 = FloatVector.fromArray(S, x, x1 + o);
      FloatVector v2 = FloatVector.fromArray(S, x, x2 + o);
      FloatVector v3 = FloatVector.fromArray(S, x, x3 + o);
      FloatVector b = FloatVector.broadcast(S, w[j]);
      s00 = v0.fma(b, s00);
      s10 = v1.fma(b, s10);
      s20 = v2.fma(b, s20);
      s30 = v3.fma(b, s30);
      b = FloatVector.broadcast(S, w[j + 1]);
      s01 = v0.fma(b, s01);
      s11 = v1.fma(b, s11);
      s21 = v2.fma(b, s21);
      s31 = v3.fma(b, s31);
      b = FloatVector.broadcast(S, w[j + 2]);
      s02 = v0.fma(b, s02);
      s12 = v1.fma(b, s12);
      s22 = v2.fma(b, s22);
      s32 = v3.fma(b, s32);
      b = FloatVector.broadcast(S, w[j + 3]);
      s03 = v0.fma(b, s03);
      s13 = v1.fma(b, s13);
      s23 = v2.fma(b, s23);
      s33 = v3.fma(b, s33);
      b = FloatVector.broadcast(S, w[j + 4]);
      s04 = v0.fma(b, s04);
      s14 = v1.fma(b, s14);
      s24 = v2.fma(b, s24);
      s34 = v3.fma(b, s34);
      b = FloatVector.broadcast(S, w[j + 5]);
      s05 = v0.fma(b, s05);
      s15 = v1.fma(b, s15);
      s25 = v2.fma(b, s25);
      s35 = v3.fma(b, s35);
    }
    s00.intoArray(y, y0);
    s10.intoArray(y, y1);
    s20.intoArray(y, y2);
    s30.intoArray(y, y3);
    s01.intoArray(y, y0 + plane);
    s11.intoArray(y, y1 + plane);
    s21.intoArray(y, y2 + plane);
    s31.intoArray(y, y3 + plane);
    s02.intoArray(y, y0 + 2 * plane);
    s12.intoArray(y, y1 + 2 * plane);
    s22.intoArray(y, y2 + 2 * plane);
    s32.intoArray(y, y3 + 2 * plane);
    s03.intoArray(y, y0 + 3 * plane);
    s13.intoArray(y, y1 + 3 * plane);
    s23.intoArray(y, y2 + 3 * plane);
    s33.intoArray(y, y3 + 3 * plane);
    s04.intoArray(y, y0 + 4 * plane);
    s14.intoArray(y, y1 + 4 * plane);
    s24.intoArray(y, y2 + 4 * plane);
    s34.intoArray(y, y3 + 4 * plane);
    s05.intoArray(y, y0 + 5 * plane);
    s15.intoArray(y, y1 + 5 * plane);
    s25.intoArray(y, y2 + 5 * plane);
    s35.intoArray(y, y3 + 5 * plane);
  }

  /** Sums over taps for 4 vectors of 4 channels. */
  static void by4x4(
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int y0,
      int y1,
      int y2,
      int y3,
      int plane) {
    FloatVector s00 = FloatVector.broadcast(S, w[at]);
    FloatVector s10 = FloatVector.broadcast(S, w[at]);
    FloatVector s20 = FloatVector.broadcast(S, w[at]);
    FloatVector s30 = FloatVector.broadcast(S, w[at]);
    FloatVector s01 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s11 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s21 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s31 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s02 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s12 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s22 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s32 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s03 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s13 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s23 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s33 = FloatVector.broadcast(S, w[at + 3]);
    for (int i = 0; i < taps.length; i += 2) {
      int o = taps[i];
      int j = at + taps[i + 1];
      FloatVector v0 = FloatVector.fromArray(S, x, x0 + o);
      FloatVector v1 = FloatVector.fromArray(S, x, x1 + o);
      FloatVector v2 = FloatVector.fromArray(S, x, x2 + o);
      FloatVector v3 = FloatVector.fromArray(S, x, x3 + o);
      FloatVector b = FloatVector.broadcast(S, w[j]);
      s00 = v0.fma(b, s00);
      s10 = v1.fma(b, s10);
      s20 = v2.fma(b, s20);
      s30 = v3.fma(b, s30);
      b = FloatVector.broadcast(S, w[j + 1]);
      s01 = v0.fma(b, s01);
      s11 = v1.fma(b, s11);
      s21 = v2.fma(b, s21);
      s31 = v3.fma(b, s31);
      b = FloatVector.broadcast(S, w[j + 2]);
      s02 = v0.fma(b, s02);
      s12 = v1.fma(b, s12);
      s22 = v2.fma(b, s22);
      s32 = v3.fma(b, s32);
      b = FloatVector.broadcast(S, w[j + 3]);
      s03 = v0.fma(b, s03);
      s13 = v1.fma(b, s13);
      s23 = v2.fma(b, s23);
      s33 = v3.fma(b, s33);
    }
    s00.intoArray(y, y0);
    s10.intoArray(y, y1);
    s20.intoArray(y, y2);
    s30.intoArray(y, y3);
    s01.intoArray(y, y0 + plane);
    s11.intoArray(y, y1 + plane);
    s21.intoArray(y, y2 + plane);
    s31.intoArray(y, y3 + plane);
    s02.intoArray(y, y0 + 2 * plane);
    s12.intoArray(y, y1 + 2 * plane);
    s22.intoArray(y, y2 + 2 * plane);
    s32.intoArray(y, y3 + 2 * plane);
    s03.intoArray(y, y0 + 3 * plane);
    s13.intoArray(y, y1 + 3 * plane);
    s23.intoArray(y, y2 + 3 * plane);
    s33.intoArray(y, y3 + 3 * plane);
  }

  /** Sums over taps for 2 vectors of 6 channels. */
  static void by2x6(
      float[] x,
      int x0,
      int x1,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int y0,
      int y1,
      int plane) {
    FloatVector s00 = FloatVector.broadcast(S, w[at]);
    FloatVector s10 = FloatVector.broadcast(S, w[at]);
    FloatVector s01 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s11 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s02 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s12 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s03 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s13 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s04 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s14 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s05 = FloatVector.broadcast(S, w[at + 5]);
    FloatVector s15 = FloatVector.broadcast(S, w[at + 5]);
    for (int i = 0; i < taps.length; i += 2) {
      int o = taps[i];
      int j = at + taps[i + 1];
      FloatVector v0 = FloatVector.fromArray(S, x, x0 + o);
      FloatVector v1 = FloatVector.fromArray(S, x, x1 + o);
      FloatVector b = FloatVector.broadcast(S, w[j]);
      s00 = v0.fma(b, s00);
      s10 = v1.fma(b, s10);
      b = FloatVector.broadcast(S, w[j + 1]);
      s01 = v0.fma(b, s01);
      s11 = v1.fma(b, s11);
      b = FloatVector.broadcast(S, w[j + 2]);
      s02 = v0.fma(b, s02);
      s12 = v1.fma(b, s12);
      b = FloatVector.broadcast(S, w[j + 3]);
      s03 = v0.fma(b, s03);
      s13 = v1.fma(b, s13);
      b = FloatVector.broadcast(S, w[j + 4]);
      s04 = v0.fma(b, s04);
      s14 = v1.fma(b, s14);
      b = FloatVector.broadcast(S, w[j + 5]);
      s05 = v0.fma(b, s05);
      s15 = v1.fma(b, s15);
    }
    s00.intoArray(y, y0);
    s10.intoArray(y, y1);
    s01.intoArray(y, y0 + plane);
    s11.intoArray(y, y1 + plane);
    s02.intoArray(y, y0 + 2 * plane);
    s12.intoArray(y, y1 + 2 * plane);
    s03.intoArray(y, y0 + 3 * plane);
    s13.intoArray(y, y1 + 3 * plane);
    s04.intoArray(y, y0 + 4 * plane);
    s14.intoArray(y, y1 + 4 * plane);
    s05.intoArray(y, y0 + 5 * plane);
    s15.intoArray(y, y1 + 5 * plane);
  }

  /** Sums over taps for 2 vectors of 4 channels. */
  static void by2x4(
      float[] x,
      int x0,
      int x1,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int y0,
      int y1,
      int plane) {
    FloatVector s00 = FloatVector.broadcast(S, w[at]);
    FloatVector s10 = FloatVector.broadcast(S, w[at]);
    FloatVector s01 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s11 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s02 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s12 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s03 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s13 = FloatVector.broadcast(S, w[at + 3]);
    for (int i = 0; i < taps.length; i += 2) {
      int o = taps[i];
      int j = at + taps[i + 1];
      FloatVector v0 = FloatVector.fromArray(S, x, x0 + o);
      FloatVector v1 = FloatVector.fromArray(S, x, x1 + o);
      FloatVector b = FloatVector.broadcast(S, w[j]);
      s00 = v0.fma(b, s00);
      s10 = v1.fma(b, s10);
      b = FloatVector.broadcast(S, w[j + 1]);
      s01 = v0.fma(b, s01);
      s11 = v1.fma(b, s11);
      b = FloatVector.broadcast(S, w[j + 2]);
      s02 = v0.fma(b, s02);
      s12 = v1.fma(b, s12);
      b = FloatVector.broadcast(S, w[j + 3]);
      s03 = v0.fma(b, s03);
      s13 = v1.fma(b, s13);
    }
    s00.intoArray(y, y0);
    s10.intoArray(y, y1);
    s01.intoArray(y, y0 + plane);
    s11.intoArray(y, y1 + plane);
    s02.intoArray(y, y0 + 2 * plane);
    s12.intoArray(y, y1 + 2 * plane);
    s03.intoArray(y, y0 + 3 * plane);
    s13.intoArray(y, y1 + 3 * plane);
  }

  /** Sums over taps for a vector of 6 channels. */
  static void by1x6(
      float[] x, int from, float[] w, int at, int[] taps, float[] y, int to, int plane) {
    FloatVector s0 = FloatVector.broadcast(S, w[at]);
    FloatVector s1 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s2 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s3 = FloatVector.broadcast(S, w[at + 3]);
    FloatVector s4 = FloatVector.broadcast(S, w[at + 4]);
    FloatVector s5 = FloatVector.broadcast(S, w[at + 5]);
    for (int i = 0; i < taps.length; i += 2) {
      int j = at + taps[i + 1];
      FloatVector v = FloatVector.fromArray(S, x, from + taps[i]);
      s0 = v.fma(FloatVector.broadcast(S, w[j]), s0);
      s1 = v.fma(FloatVector.broadcast(S, w[j + 1]), s1);
      s2 = v.fma(FloatVector.broadcast(S, w[j + 2]), s2);
      s3 = v.fma(FloatVector.broadcast(S, w[j + 3]), s3);
      s4 = v.fma(FloatVector.broadcast(S, w[j + 4]), s4);
      s5 = v.fma(FloatVector.broadcast(S, w[j + 5]), s5);
    }
    s0.intoArray(y, to);
    s1.intoArray(y, to + plane);
    s2.intoArray(y, to + 2 * plane);
    s3.intoArray(y, to + 3 * plane);
    s4.intoArray(y, to + 4 * plane);
    s5.intoArray(y, to + 5 * plane);
  }

  /** Sums over taps for a vector of 4 channels. */
  static void by1x4(
      float[] x, int from, float[] w, int at, int[] taps, float[] y, int to, int plane) {
    FloatVector s0 = FloatVector.broadcast(S, w[at]);
    FloatVector s1 = FloatVector.broadcast(S, w[at + 1]);
    FloatVector s2 = FloatVector.broadcast(S, w[at + 2]);
    FloatVector s3 = FloatVector.broadcast(S, w[at + 3]);
    for (int i = 0; i < taps.length; i += 2) {
      int j = at + taps[i + 1];
      FloatVector v = FloatVector.fromArray(S, x, from + taps[i]);
      s0 = v.fma(FloatVector.broadcast(S, w[j]), s0);
      s1 = v.fma(FloatVector.broadcast(S, w[j + 1]), s1);
      s2 = v.fma(FloatVector.broadcast(S, w[j + 2]), s2);
      s3 = v.fma(FloatVector.broadcast(S, w[j + 3]), s3);
    }
    s0.intoArray(y, to);
    s1.intoArray(y, to + plane);
    s2.intoArray(y, to + 2 * plane);
    s3.intoArray(y, to + 3 * plane);
  }

  /** Sums over taps for 8 vectors of 1 channels (one channel). */
  static void by8x1(
      float[] x,
      int from,
      int[] in,
      int p,
      float[] w,
      int at,
      int[] taps,
      float[] y,
      int to,
      int[] out) {
    int x0 = from + in[p];
    int x1 = from + in[p + 1];
    int x2 = from + in[p + 2];
    int x3 = from + in[p + 3];
    int x4 = from + in[p + 4];
    int x5 = from + in[p + 5];
    int x6 = from + in[p + 6];
    int x7 = from + in[p + 7];
    FloatVector s00 = FloatVector.broadcast(S, w[at]);
    FloatVector s10 = FloatVector.broadcast(S, w[at]);
    FloatVector s20 = FloatVector.broadcast(S, w[at]);
    FloatVector s30 = FloatVector.broadcast(S, w[at]);
    FloatVector s40 = FloatVector.broadcast(S, w[at]);
    FloatVector s50 = FloatVector.broadcast(S, w[at]);
    FloatVector s60 = FloatVector.broadcast(S, w[at]);
    FloatVector s70 = FloatVector.broadcast(S, w[at]);
    for (int i = 0; i < taps.length; i += 2) {
      int o = taps[i];
      int j = at + taps[i + 1];
      FloatVector v0 = FloatVector.fromArray(S, x, x0 + o);
      FloatVector v1 = FloatVector.fromArray(S, x, x1 + o);
      FloatVector v2 = FloatVector.fromArray(S, x, x2 + o);
      FloatVector v3 = FloatVector.fromArray(S, x, x3 + o);
      FloatVector v4 = FloatVector.fromArray(S, x, x4 + o);
      FloatVector v5 = FloatVector.fromArray(S, x, x5 + o);
      FloatVector v6 = FloatVector.fromArray(S, x, x6 + o);
      FloatVector v7 = FloatVector.fromArray(S, x, x7 + o);
      FloatVector b = FloatVector.broadcast(S, w[j]);
      s00 = v0.fma(b, s00);
      s10 = v1.fma(b, s10);
      s20 = v2.fma(b, s20);
      s30 = v3.fma(b, s30);
      s40 = v4.fma(b, s40);
      s50 = v5.fma(b, s50);
      s60 = v6.fma(b, s60);
      s70 = v7.fma(b, s70);
    }
    s00.intoArray(y, to + out[p]);
    s10.intoArray(y, to + out[p + 1]);
    s20.intoArray(y, to + out[p + 2]);
    s30.intoArray(y, to + out[p + 3]);
    s40.intoArray(y, to + out[p + 4]);
    s50.intoArray(y, to + out[p + 5]);
    s60.intoArray(y, to + out[p + 6]);
    s70.intoArray(y, to + out[p + 7]);
  }

  /**
   * Sums over nine taps for pixels of one channel that lie side by side. The compiler takes inputs
   * straight from memory where they are the second factor.
   */
  static void nineTaps(
      float[] x, int from, float[] w, int at, int[] taps, float[] y, int to, int floats) {
    int x0 = from + taps[0];
    int x1 = from + taps[2];
    int x2 = from + taps[4];
    int x3 = from + taps[6];
    int x4 = from + taps[8];
    int x5 = from + taps[10];
    int x6 = from + taps[12];
    int x7 = from + taps[14];
    int x8 = from + taps[16];
    FloatVector bias = FloatVector.broadcast(S, w[at]);
    FloatVector w0 = FloatVector.broadcast(S, w[at + taps[1]]);
    FloatVector w1 = FloatVector.broadcast(S, w[at + taps[3]]);
    FloatVector w2 = FloatVector.broadcast(S, w[at + taps[5]]);
    FloatVector w3 = FloatVector.broadcast(S, w[at + taps[7]]);
    FloatVector w4 = FloatVector.broadcast(S, w[at + taps[9]]);
    FloatVector w5 = FloatVector.broadcast(S, w[at + taps[11]]);
    FloatVector w6 = FloatVector.broadcast(S, w[at + taps[13]]);
    FloatVector w7 = FloatVector.broadcast(S, w[at + taps[15]]);
    FloatVector w8 = FloatVector.broadcast(S, w[at + taps[17]]);
    for (int i = 0; i < floats; i += S.length()) {
      FloatVector s = w0.fma(FloatVector.fromArray(S, x, i + x0), bias);
      s = w1.fma(FloatVector.fromArray(S, x, i + x1), s);
      s = w2.fma(FloatVector.fromArray(S, x, i + x2), s);
      s = w3.fma(FloatVector.fromArray(S, x, i + x3), s);
      s = w4.fma(FloatVector.fromArray(S, x, i + x4), s);
      s = w5.fma(FloatVector.fromArray(S, x, i + x5), s);
      s = w6.fma(FloatVector.fromArray(S, x, i + x6), s);
      s = w7.fma(FloatVector.fromArray(S, x, i + x7), s);
      s = w8.fma(FloatVector.fromArray(S, x, i + x8), s);
      s.intoArray(y, to + i);
    }
  }

  /** Sums over taps for a vector of one channel. */
  static void by1x1(float[] x, int from, float[] w, int at, int[] taps, float[] y, int to) {
    FloatVector s = FloatVector.broadcast(S, w[at]);
    for (int i = 0; i < taps.length; i += 2) {
      s =
          FloatVector.fromArray(S, x, from + taps[i])
              .fma(FloatVector.broadcast(S, w[at + taps[i + 1]]), s);
    }
    s.intoArray(y, to);
  }
}
