package kilonet.fused;

import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;

/**
 * The sums and the sums of products of the pixels that a sliding window sees, over all images and
 * positions: with them, the mean and the variance of any convolution of these images follow from
 * its weights, before it is computed.
 *
 * <p>Images have one channel. Products of pixels a certain way apart are summed for each pixel
 * first, over the images, in flat loops that HotSpot turns into vector code; which of them a pair
 * of window places sees is decided once at the end, and summed in double precision. Images are
 * added in parts, which are summed in their order.
 */
final class PatchMoments {
  private final Shape image;
  private final Window window;
  private final Shape out;

  /** How far apart in memory two pixels of a window can be, in ascending order; the first is 0. */
  private final int[] shifts;

  private final float[][][] products;
  private final float[][] sums;

  private final double[] total;
  private final double[] product;

  /**
   * Makes room.
   *
   * @param image the shape of an image, of one channel
   * @param window the window, narrower than the image
   * @param parts in how many parts the images come
   */
  PatchMoments(Shape image, Window window, int parts) {
    this.image = image;
    this.window = window;
    this.out = window.slideOver(image, 1);
    int pixels = image.height() * image.width();
    TreeSet<Integer> apart = new TreeSet<>(List.of(0));
    for (int k = 0; k < area(); k++) {
      for (int l = k; l < area(); l++) {
        apart.add(shift(k, l));
      }
    }
    shifts = apart.stream().mapToInt(Integer::intValue).toArray();
    products = new float[parts][shifts.length][pixels];
    sums = new float[parts][pixels];
    total = new double[area()];
    product = new double[area() * area()];
  }

  /** The number of places in the window. */
  int area() {
    return window.kernelHeight() * window.kernelWidth();
  }

  private int shift(int k, int l) {
    int width = window.kernelWidth();
    return (l / width - k / width) * image.width() + l % width - k % width;
  }

  /** What one thread needs to add images. */
  final class Adder {
    private final float[] pixels = new float[image.height() * image.width()];
    private final float[] shifted = new float[pixels.length];

    /** Empties a part. */
    void clear(int part) {
      Arrays.fill(sums[part], 0);
      for (float[] row : products[part]) {
        Arrays.fill(row, 0);
      }
    }

    /** Returns where to put the next image, row by row. */
    float[] image() {
      return pixels;
    }

    /** Adds the {@link #image} to a part. */
    void add(int part) {
      addTo(sums[part], pixels);
      addProducts(products[part][0], pixels, pixels);
      for (int s = 1; s < shifts.length; s++) {
        System.arraycopy(pixels, shifts[s], shifted, 0, pixels.length - shifts[s]);
        addProducts(products[part][s], pixels, shifted);
      }
    }
  }

  private static void addProducts(float[] to, float[] a, float[] b) {
    for (int i = 0; i < to.length; i++) {
      to[i] += a[i] * b[i];
    }
  }

  private static void addTo(float[] to, float[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /** Sums over parts and positions, once all images are there; it uses the first part for that. */
  void finish() {
    for (int part = 1; part < sums.length; part++) {
      addTo(sums[0], sums[part]);
      for (int s = 0; s < shifts.length; s++) {
        addTo(products[0][s], products[part][s]);
      }
    }
    for (int k = 0; k < area(); k++) {
      total[k] = sum(sums[0], k, k);
      for (int l = k; l < area(); l++) {
        int s = Arrays.binarySearch(shifts, shift(k, l));
        double p = sum(products[0][s], k, l);
        product[k * area() + l] = p;
        product[l * area() + k] = p;
      }
    }
  }

  /** Sums over the positions of the window at which its places k and l are on the image. */
  private double sum(float[] values, int k, int l) {
    int width = window.kernelWidth();
    int top = Math.max(0, ceiling(window.padHeight() - k / width, window.strideHeight()));
    int bottom = last(l / width, window.padHeight(), window.strideHeight(), image.height());
    int leftmost = Math.min(k % width, l % width);
    int rightmost = Math.max(k % width, l % width);
    int left = Math.max(0, ceiling(window.padWidth() - leftmost, window.strideWidth()));
    int right = last(rightmost, window.padWidth(), window.strideWidth(), image.width());
    int step = window.strideWidth();
    double sum = 0;
    for (int y = top; y <= Math.min(bottom, out.height() - 1); y++) {
      int line = y * window.strideHeight() - window.padHeight() + k / width;
      int row = line * image.width() + k % width - window.padWidth();
      int end = row + Math.min(right, out.width() - 1) * step;
      // Four sums at a time: an addition need not wait for the one before it.
      double first = 0;
      double second = 0;
      double third = 0;
      double fourth = 0;
      int at = row + left * step;
      for (; at + 3 * step <= end; at += 4 * step) {
        first += values[at];
        second += values[at + step];
        third += values[at + 2 * step];
        fourth += values[at + 3 * step];
      }
      for (; at <= end; at += step) {
        first += values[at];
      }
      sum += (first + second) + (third + fourth);
    }
    return sum;
  }

  private static int ceiling(int a, int b) {
    return -Math.floorDiv(-a, b);
  }

  private static int last(int place, int pad, int stride, int size) {
    return Math.floorDiv(size - 1 + pad - place, stride);
  }

  /** The sum over all images and positions of what place k of the window sees. */
  double sum(int k) {
    return total[k];
  }

  /** The sum over all images and positions of the product of what places k and l see. */
  double product(int k, int l) {
    return product[k * area() + l];
  }
}
