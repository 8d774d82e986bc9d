package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kilonet.fused.Stage.Convolution;
import kilonet.layer.Window;

/**
 * The means and covariances of the pixels that the taps of a convolution see, over all positions of
 * its window and all images of a batch. Two taps that lie apart by as much as two others have most
 * of their products in common, so products are summed along the rows once for each distance. What
 * exceeds the first pixel is summed, and images are put together in double precision.
 */
final class Moments {
  private final TrainingBatch batch;
  private final Layout in;
  private final int kernelHeight;
  private final int kernelWidth;
  private final int height;
  private final int width;
  private final int taps;
  private final List<Distance> distances = new ArrayList<>();

  // For each thread.
  private final float[][] scratch;
  private final float[][] lanes;

  /** For each group the sums of the taps, then of the products of each pair. */
  private final double[] sums;

  private final double[] mean;
  private final double[] covariance;

  /**
   * By how much two taps lie apart.
   *
   * @param down rows, not negative
   * @param right columns; negative if the second tap is on the left
   */
  private record Distance(int down, int right) {

    /** The column of the first tap that both find in the window. */
    int from() {
      return Math.max(0, -right);
    }
  }

  /** Prepares them for a convolution with stride 1, without dilation, of one channel. */
  Moments(TrainingBatch batch, Convolution c) {
    this.batch = batch;
    this.in = batch.layouts[0];
    Window w = c.window();
    kernelHeight = w.kernelHeight();
    kernelWidth = w.kernelWidth();
    height = c.out().height();
    width = c.out().width();
    taps = c.taps();
    for (int down = 0; down < kernelHeight; down++) {
      for (int right = down == 0 ? 0 : 1 - kernelWidth; right < kernelWidth; right++) {
        distances.add(new Distance(down, right));
      }
    }
    scratch = new float[batch.threads][];
    lanes = new float[batch.threads][];
    sums = new double[batch.groups * (taps + taps * taps)];
    mean = new double[taps];
    covariance = new double[taps * taps];
  }

  /** The mean of what a tap sees. */
  double mean(int tap) {
    return mean[tap];
  }

  /** The covariance of what two taps see. */
  double covariance(int one, int other) {
    return covariance[one * taps + other];
  }

  /**
   * Sums up a group. The innermost loops are methods of their own: as a part of this one they cost
   * the JIT compiler more than a second, over and over.
   */
  void add(int group, int thread) {
    int plane = in.plane();
    int ones = Memory.START + plane;
    int rowSums = ones + plane;
    if (scratch[thread] == null) {
      scratch[thread] = Memory.of(rowSums + (long) kernelWidth * (height + kernelHeight) * LANES);
      lanes[thread] = new float[(taps + 1) * LANES];
      Arrays.fill(scratch[thread], ones, ones + plane, 1);
    }
    float[] x = scratch[thread];
    float[] tapSums = lanes[thread];
    int at = batch.activation(0, group);
    int firstPixel = at + in.at(0, 0, 0);
    batch.kernels.differences(batch.memory, at, firstPixel, x, Memory.START, plane / LANES);
    double[] own = new double[taps + taps * taps];
    int rows = height + kernelHeight - 1;
    batch.kernels.rowProducts(
        x, Memory.START, ones, rows, in.pitch(), width, kernelWidth, x, rowSums);
    for (int t = 0; t < taps; t++) {
      total(x, rowSums + (t % kernelWidth * rows + t / kernelWidth) * LANES, tapSums, t * LANES);
      own[t] = sum(tapSums, t, firstPixel, batch.size(group));
    }
    for (Distance d : distances) {
      int windows = kernelWidth - Math.abs(d.right());
      int first = Memory.START + d.from() * LANES;
      int second = first + d.down() * in.pitch() + d.right() * LANES;
      int seen = rows - d.down();
      batch.kernels.rowProducts(x, first, second, seen, in.pitch(), width, windows, x, rowSums);
      for (int top = 0; top < kernelHeight - d.down(); top++) {
        for (int j = 0; j < windows; j++) {
          int t = top * kernelWidth + d.from() + j;
          int u = t + d.down() * kernelWidth + d.right();
          total(x, rowSums + (j * seen + top) * LANES, tapSums, taps * LANES);
          double product = product(tapSums, t, u, firstPixel, batch.size(group));
          own[taps + t * taps + u] = product;
          own[taps + u * taps + t] = product;
        }
      }
    }
    System.arraycopy(own, 0, sums, group * own.length, own.length);
  }

  /** The sum of what a tap sees, in so many images whose first pixels lie there. */
  private double sum(float[] tapSums, int t, int firstPixel, int images) {
    double all = (double) height * width;
    double sum = 0;
    for (int l = 0; l < images; l++) {
      sum += tapSums[t * LANES + l] + all * batch.memory[firstPixel + l];
    }
    return sum;
  }

  /** The sum of the products of what two taps see, in these images. */
  private double product(float[] tapSums, int t, int u, int firstPixel, int images) {
    double all = (double) height * width;
    double product = 0;
    for (int l = 0; l < images; l++) {
      double off = batch.memory[firstPixel + l];
      product +=
          tapSums[taps * LANES + l]
              + off * ((double) tapSums[t * LANES + l] + tapSums[u * LANES + l] + all * off);
    }
    return product;
  }

  /** The sum over the rows that a tap sees. */
  private void total(float[] x, int from, float[] to, int at) {
    Arrays.fill(to, at, at + LANES, 0);
    batch.kernels.sum(x, from, height, to, at);
  }

  /** Puts the groups together. */
  void merge() {
    double count = (double) batch.images * height * width;
    double[] all = new double[taps + taps * taps];
    for (int g = 0; g < batch.groups; g++) {
      for (int i = 0; i < all.length; i++) {
        all[i] += sums[g * all.length + i];
      }
    }
    for (int t = 0; t < taps; t++) {
      mean[t] = all[t] / count;
    }
    for (int t = 0; t < taps; t++) {
      for (int u = 0; u < taps; u++) {
        covariance[t * taps + u] = all[taps + t * taps + u] / count - mean[t] * mean[u];
      }
    }
  }
}
