package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The innermost loops of {@link WeightTiles}: errors of some output channels times inputs of some
 * taps, over pixels. Written as {@link SumTiles} are, for the same reason.
 */
final class ProductTiles {
  private static final VectorSpecies<Float> S = VectorKernels.SPECIES;

  private ProductTiles() {}

  /** Products of 4 rows and 6 columns. */
  static void by4x6(
      float[] d,
      int at,
      int plane,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      int x4,
      int x5,
      int[] pixels,
      float[] sums,
      int to) {
    FloatVector s00 = FloatVector.fromArray(S, sums, to);
    FloatVector s01 = FloatVector.fromArray(S, sums, to + 1 * LANES);
    FloatVector s02 = FloatVector.fromArray(S, sums, to + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(S, sums, to + 3 * LANES);
    FloatVector s04 = FloatVector.fromArray(S, sums, to + 4 * LANES);
    FloatVector s05 = FloatVector.fromArray(S, sums, to + 5 * LANES);
    FloatVector s10 = FloatVector.fromArray(S, sums, to + 6 * LANES);
    FloatVector s11 = FloatVector.fromArray(S, sums, to + 7 * LANES);
    FloatVector s12 = FloatVector.fromArray(S, sums, to + 8 * LANES);
    FloatVector s13 = FloatVector.fromArray(S, sums, to + 9 * LANES);
    FloatVector s14 = FloatVector.fromArray(S, sums, to + 10 * LANES);
    FloatVector s15 = FloatVector.fromArray(S, sums, to + 11 * LANES);
    FloatVector s20 = FloatVector.fromArray(S, sums, to + 12 * LANES);
    FloatVector s21 = FloatVector.fromArray(S, sums, to + 13 * LANES);
    FloatVector s22 = FloatVector.fromArray(S, sums, to + 14 * LANES);
    FloatVector s23 = FloatVector.fromArray(S, sums, to + 15 * LANES);
    FloatVector s24 = FloatVector.fromArray(S, sums, to + 16 * LANES);
    FloatVector s25 = FloatVector.fromArray(S, sums, to + 17 * LANES);
    FloatVector s30 = FloatVector.fromArray(S, sums, to + 18 * LANES);
    FloatVector s31 = FloatVector.fromArray(S, sums, to + 19 * LANES);
    FloatVector s32 = FloatVector.fromArray(S, sums, to + 20 * LANES);
    FloatVector s33 = FloatVector.fromArray(S, sums, to + 21 * LANES);
    FloatVector s34 = FloatVector.fromArray(S, sums, to + 22 * LANES);
    FloatVector s35 = FloatVector.fromArray(S, sums, to + 23 * LANES);
    for (int i = 0; i < pixels.length; i++) {
      int e = at + i * LANES;
      int o = pixels[i];
      FloatVector d0 = FloatVector.fromArray(S, d, e);
      FloatVector d1 = FloatVector.fromArray(S, d, e + plane);
      FloatVector d2 = FloatVector.fromArray(S, d, e + 2 * plane);
      FloatVector d3 = FloatVector.fromArray(S, d, e + 3 * plane);
      FloatVector v = FloatVector.fromArray(S, x, o + x0);
      s00 = d0.fma(v, s00);
      s10 = d1.fma(v, s10);
      s20 = d2.fma(v, s20);
      s30 = d3.fma(v, s30);
      v = FloatVector.fromArray(S, x, o + x1);
      s01 = d0.fma(v, s01);
      s11 = d1.fma(v, s11);
      s21 = d2.fma(v, s21);
      s31 = d3.fma(v, s31);
      v = FloatVector.fromArray(S, x, o + x2);
      s02 = d0.fma(v, s02);
      s12 = d1.fma(v, s12);
      s22 = d2.fma(v, s22);
      s32 = d3.fma(v, s32);
      v = FloatVector.fromArray(S, x, o + x3);
      s03 = d0.fma(v, s03);
      s13 = d1.fma(v, s13);
      s23 = d2.fma(v, s23);
      s33 = d3.fma(v, s33);
      v = FloatVector.fromArray(S, x, o + x4);
      s04 = d0.fma(v, s04);
      s14 = d1.fma(v, s14);
      s24 = d2.fma(v, s24);
      s34 = d3.fma(v, s34);
      v = FloatVector.fromArray(S, x, o + x5);
      s05 = d0.fma(v, s05);
      s15 = d1.fma(v, s15);
      s25 = d2.fma(v, s25);
      s35 = d3.fma(v, s35);
    }
    s00.intoArray(sums, to);
    s01.intoArray(sums, to + 1 * LANES);
    s02.intoArray(sums, to + 2 * LANES);
    s03.intoArray(sums, to + 3 * LANES);
    s04.intoArray(sums, to + 4 * LANES);
    s05.intoArray(sums, to + 5 * LANES);
    s10.intoArray(sums, to + 6 * LANES);
    s11.intoArray(sums, to + 7 * LANES);
    s12.intoArray(sums, to + 8 * LANES);
    s13.intoArray(sums, to + 9 * LANES);
    s14.intoArray(sums, to + 10 * LANES);
    s15.intoArray(sums, to + 11 * LANES);
    s20.intoArray(sums, to + 12 * LANES);
    s21.intoArray(sums, to + 13 * LANES);
    s22.intoArray(sums, to + 14 * LANES);
    s23.intoArray(sums, to + 15 * LANES);
    s24.intoArray(sums, to + 16 * LANES);
    s25.intoArray(sums, to + 17 * LANES);
    s30.intoArray(sums, to + 18 * LANES);
    s31.intoArray(sums, to + 19 * LANES);
    s32.intoArray(sums, to + 20 * LANES);
    s33.intoArray(sums, to + 21 * LANES);
    s34.intoArray(sums, to + 22 * LANES);
    s35.intoArray(sums, to + 23 * LANES);
  }

  /** Products of 5 rows and 5 columns. */
  static void by5x5(
      float[] d,
      int at,
      int plane,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      int x4,
      int[] pixels,
      float[] sums,
      int to) {
    FloatVector s00 = FloatVector.fromArray(S, sums, to);
    FloatVector s01 = FloatVector.fromArray(S, sums, to + 1 * LANES);
    FloatVector s02 = FloatVector.fromArray(S, sums, to + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(S, sums, to + 3 * LANES);
    FloatVector s04 = FloatVector.fromArray(S, sums, to + 4 * LANES);
    FloatVector s10 = FloatVector.fromArray(S, sums, to + 5 * LANES);
    FloatVector s11 = FloatVector.fromArray(S, sums, to + 6 * LANES);
    FloatVector s12 = FloatVector.fromArray(S, sums, to + 7 * LANES);
    FloatVector s13 = FloatVector.fromArray(S, sums, to + 8 * LANES);
    FloatVector s14 = FloatVector.fromArray(S, sums, to + 9 * LANES);
    FloatVector s20 = FloatVector.fromArray(S, sums, to + 10 * LANES);
    FloatVector s21 = FloatVector.fromArray(S, sums, to + 11 * LANES);
    FloatVector s22 = FloatVector.fromArray(S, sums, to + 12 * LANES);
    FloatVector s23 = FloatVector.fromArray(S, sums, to + 13 * LANES);
    FloatVector s24 = FloatVector.fromArray(S, sums, to + 14 * LANES);
    FloatVector s30 = FloatVector.fromArray(S, sums, to + 15 * LANES);
    FloatVector s31 = FloatVector.fromArray(S, sums, to + 16 * LANES);
    FloatVector s32 = FloatVector.fromArray(S, sums, to + 17 * LANES);
    FloatVector s33 = FloatVector.fromArray(S, sums, to + 18 * LANES);
    FloatVector s34 = FloatVector.fromArray(S, sums, to + 19 * LANES);
    FloatVector s40 = FloatVector.fromArray(S, sums, to + 20 * LANES);
    FloatVector s41 = FloatVector.fromArray(S, sums, to + 21 * LANES);
    FloatVector s42 = FloatVector.fromArray(S, sums, to + 22 * LANES);
    FloatVector s43 = FloatVector.fromArray(S, sums, to + 23 * LANES);
    FloatVector s44 = FloatVector.fromArray(S, sums, to + 24 * LANES);
    for (int i = 0; i < pixels.length; i++) {
      int e = at + i * LANES;
      int o = pixels[i];
      FloatVector d0 = FloatVector.fromArray(S, d, e);
      FloatVector d1 = FloatVector.fromArray(S, d, e + plane);
      FloatVector d2 = FloatVector.fromArray(S, d, e + 2 * plane);
      FloatVector d3 = FloatVector.fromArray(S, d, e + 3 * plane);
      FloatVector d4 = FloatVector.fromArray(S, d, e + 4 * plane);
      FloatVector v = FloatVector.fromArray(S, x, o + x0);
      s00 = d0.fma(v, s00);
      s10 = d1.fma(v, s10);
      s20 = d2.fma(v, s20);
      s30 = d3.fma(v, s30);
      s40 = d4.fma(v, s40);
      v = FloatVector.fromArray(S, x, o + x1);
      s01 = d0.fma(v, s01);
      s11 = d1.fma(v, s11);
      s21 = d2.fma(v, s21);
      s31 = d3.fma(v, s31);
      s41 = d4.fma(v, s41);
      v = FloatVector.fromArray(S, x, o + x2);
      s02 = d0.fma(v, s02);
      s12 = d1.fma(v, s12);
      s22 = d2.fma(v, s22);
      s32 = d3.fma(v, s32);
      s42 = d4.fma(v, s42);
      v = FloatVector.fromArray(S, x, o + x3);
      s03 = d0.fma(v, s03);
      s13 = d1.fma(v, s13);
      s23 = d2.fma(v, s23);
      s33 = d3.fma(v, s33);
      s43 = d4.fma(v, s43);
      v = FloatVector.fromArray(S, x, o + x4);
      s04 = d0.fma(v, s04);
      s14 = d1.fma(v, s14);
      s24 = d2.fma(v, s24);
      s34 = d3.fma(v, s34);
      s44 = d4.fma(v, s44);
    }
    s00.intoArray(sums, to);
    s01.intoArray(sums, to + 1 * LANES);
    s02.intoArray(sums, to + 2 * LANES);
    s03.intoArray(sums, to + 3 * LANES);
    s04.intoArray(sums, to + 4 * LANES);
    s10.intoArray(sums, to + 5 * LANES);
    s11.intoArray(sums, to + 6 * LANES);
    s12.intoArray(sums, to + 7 * LANES);
    s13.intoArray(sums, to + 8 * LANES);
    s14.intoArray(sums, to + 9 * LANES);
    s20.intoArray(sums, to + 10 * LANES);
    s21.intoArray(sums, to + 11 * LANES);
    s22.intoArray(sums, to + 12 * LANES);
    s23.intoArray(sums, to + 13 * LANES);
    s24.intoArray(sums, to + 14 * LANES);
    s30.intoArray(sums, to + 15 * LANES);
    s31.intoArray(sums, to + 16 * LANES);
    s32.intoArray(sums, to + 17 * LANES);
    s33.intoArray(sums, to + 18 * LANES);
    s34.intoArray(sums, to + 19 * LANES);
    s40.intoArray(sums, to + 20 * LANES);
    s41.intoArray(sums, to + 21 * LANES);
    s42.intoArray(sums, to + 22 * LANES);
    s43.intoArray(sums, to + 23 * LANES);
    s44.intoArray(sums, to + 24 * LANES);
  }

  /** Products of 2 rows and 6 columns. */
  static void by2x6(
      float[] d,
      int at,
      int plane,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      int x4,
      int x5,
      int[] pixels,
      float[] sums,
      int to) {
    FloatVector s00 = FloatVector.fromArray(S, sums, to);
    FloatVector s01 = FloatVector.fromArray(S, sums, to + 1 * LANES);
    FloatVector s02 = FloatVector.fromArray(S, sums, to + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(S, sums, to + 3 * LANES);
    FloatVector s04 = FloatVector.fromArray(S, sums, to + 4 * LANES);
    FloatVector s05 = FloatVector.fromArray(S, sums, to + 5 * LANES);
    FloatVector s10 = FloatVector.fromArray(S, sums, to + 6 * LANES);
    FloatVector s11 = FloatVector.fromArray(S, sums, to + 7 * LANES);
    FloatVector s12 = FloatVector.fromArray(S, sums, to + 8 * LANES);
    FloatVector s13 = FloatVector.fromArray(S, sums, to + 9 * LANES);
    FloatVector s14 = FloatVector.fromArray(S, sums, to + 10 * LANES);
    FloatVector s15 = FloatVector.fromArray(S, sums, to + 11 * LANES);
    for (int i = 0; i < pixels.length; i++) {
      int e = at + i * LANES;
      int o = pixels[i];
      FloatVector d0 = FloatVector.fromArray(S, d, e);
      FloatVector d1 = FloatVector.fromArray(S, d, e + plane);
      FloatVector v = FloatVector.fromArray(S, x, o + x0);
      s00 = d0.fma(v, s00);
      s10 = d1.fma(v, s10);
      v = FloatVector.fromArray(S, x, o + x1);
      s01 = d0.fma(v, s01);
      s11 = d1.fma(v, s11);
      v = FloatVector.fromArray(S, x, o + x2);
      s02 = d0.fma(v, s02);
      s12 = d1.fma(v, s12);
      v = FloatVector.fromArray(S, x, o + x3);
      s03 = d0.fma(v, s03);
      s13 = d1.fma(v, s13);
      v = FloatVector.fromArray(S, x, o + x4);
      s04 = d0.fma(v, s04);
      s14 = d1.fma(v, s14);
      v = FloatVector.fromArray(S, x, o + x5);
      s05 = d0.fma(v, s05);
      s15 = d1.fma(v, s15);
    }
    s00.intoArray(sums, to);
    s01.intoArray(sums, to + 1 * LANES);
    s02.intoArray(sums, to + 2 * LANES);
    s03.intoArray(sums, to + 3 * LANES);
    s04.intoArray(sums, to + 4 * LANES);
    s05.intoArray(sums, to + 5 * LANES);
    s10.intoArray(sums, to + 6 * LANES);
    s11.intoArray(sums, to + 7 * LANES);
    s12.intoArray(sums, to + 8 * LANES);
    s13.intoArray(sums, to + 9 * LANES);
    s14.intoArray(sums, to + 10 * LANES);
    s15.intoArray(sums, to + 11 * LANES);
  }

  /** Products of 1 rows and 9 columns. */
  static void by1x9(
      float[] d,
      int at,
      float[] x,
      int x0,
      int x1,
      int x2,
      int x3,
      int x4,
      int x5,
      int x6,
      int x7,
      int x8,
      int[] pixels,
      float[] sums,
      int to) {
    FloatVector s00 = FloatVector.fromArray(S, sums, to);
    FloatVector s01 = FloatVector.fromArray(S, sums, to + 1 * LANES);
    FloatVector s02 = FloatVector.fromArray(S, sums, to + 2 * LANES);
    FloatVector s03 = FloatVector.fromArray(S, sums, to + 3 * LANES);
    FloatVector s04 = FloatVector.fromArray(S, sums, to + 4 * LANES);
    FloatVector s05 = FloatVector.fromArray(S, sums, to + 5 * LANES);
    FloatVector s06 = FloatVector.fromArray(S, sums, to + 6 * LANES);
    FloatVector s07 = FloatVector.fromArray(S, sums, to + 7 * LANES);
    FloatVector s08 = FloatVector.fromArray(S, sums, to + 8 * LANES);
    for (int i = 0; i < pixels.length; i++) {
      int e = at + i * LANES;
      int o = pixels[i];
      FloatVector d0 = FloatVector.fromArray(S, d, e);
      FloatVector v = FloatVector.fromArray(S, x, o + x0);
      s00 = d0.fma(v, s00);
      v = FloatVector.fromArray(S, x, o + x1);
      s01 = d0.fma(v, s01);
      v = FloatVector.fromArray(S, x, o + x2);
      s02 = d0.fma(v, s02);
      v = FloatVector.fromArray(S, x, o + x3);
      s03 = d0.fma(v, s03);
      v = FloatVector.fromArray(S, x, o + x4);
      s04 = d0.fma(v, s04);
      v = FloatVector.fromArray(S, x, o + x5);
      s05 = d0.fma(v, s05);
      v = FloatVector.fromArray(S, x, o + x6);
      s06 = d0.fma(v, s06);
      v = FloatVector.fromArray(S, x, o + x7);
      s07 = d0.fma(v, s07);
      v = FloatVector.fromArray(S, x, o + x8);
      s08 = d0.fma(v, s08);
    }
    s00.intoArray(sums, to);
    s01.intoArray(sums, to + 1 * LANES);
    s02.intoArray(sums, to + 2 * LANES);
    s03.intoArray(sums, to + 3 * LANES);
    s04.intoArray(sums, to + 4 * LANES);
    s05.intoArray(sums, to + 5 * LANES);
    s06.intoArray(sums, to + 6 * LANES);
    s07.intoArray(sums, to + 7 * LANES);
    s08.intoArray(sums, to + 8 * LANES);
  }

  /** Does so many times twelve multiply-adds that do not wait for each other. */
  static FloatVector multiplyAdds(int times) {
    FloatVector a = FloatVector.broadcast(S, 0.5f);
    FloatVector s0 = FloatVector.broadcast(S, 0f);
    FloatVector s1 = FloatVector.broadcast(S, 1f);
    FloatVector s2 = FloatVector.broadcast(S, 2f);
    FloatVector s3 = FloatVector.broadcast(S, 3f);
    FloatVector s4 = FloatVector.broadcast(S, 4f);
    FloatVector s5 = FloatVector.broadcast(S, 5f);
    FloatVector s6 = FloatVector.broadcast(S, 6f);
    FloatVector s7 = FloatVector.broadcast(S, 7f);
    FloatVector s8 = FloatVector.broadcast(S, 8f);
    FloatVector s9 = FloatVector.broadcast(S, 9f);
    FloatVector s10 = FloatVector.broadcast(S, 10f);
    FloatVector s11 = FloatVector.broadcast(S, 11f);
    for (int i = 0; i < times; i++) {
      s0 = s0.fma(a, a);
      s1 = s1.fma(a, a);
      s2 = s2.fma(a, a);
      s3 = s3.fma(a, a);
      s4 = s4.fma(a, a);
      s5 = s5.fma(a, a);
      s6 = s6.fma(a, a);
      s7 = s7.fma(a, a);
      s8 = s8.fma(a, a);
      s9 = s9.fma(a, a);
      s10 = s10.fma(a, a);
      s11 = s11.fma(a, a);
    }
    return s0.add(s1)
        .add(s2)
        .add(s3)
        .add(s4)
        .add(s5)
        .add(s6)
        .add(s7)
        .add(s8)
        .add(s9)
        .add(s10)
        .add(s11);
  }
}
