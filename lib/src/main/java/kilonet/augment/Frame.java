package kilonet.augment;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * A channel of a picture with a frame of one pixel around it, so that four neighbours are found
 * without a rule for the border, and the box outside of which a bilinear warp has nothing to do.
 *
 * <p>Coordinates run from the centre of the frame's first pixel, in 2^-32 of a pixel: the centre of
 * the picture's pixel {@code (x, y)} is {@code (x + 1, y + 1)}.
 */
final class Frame {

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private float[] pixels = {};
  private int wide;
  private long left;
  private long right;
  private long top;
  private long bottom;

  /** The picture in its frame, row by row. */
  float[] pixels() {
    return pixels;
  }

  /** Columns with the frame. */
  int wide() {
    return wide;
  }

  /** The least x of a point that is not outside. */
  long left() {
    return left;
  }

  /** The x from which on points are outside. */
  long right() {
    return right;
  }

  /** The least y of a point that is not outside. */
  long top() {
    return top;
  }

  /** The y from which on points are outside. */
  long bottom() {
    return bottom;
  }

  /** Whether a point is in the box. */
  boolean holds(long x, long y) {
    return x >= left && x < right && y >= top && y < bottom;
  }

  /**
   * Takes a channel of a picture in. What is outside the picture is outside the box. So is what is
   * farther than a pixel from ink, where that is what is outside the picture, too: black all
   * around.
   *
   * @param channel which
   * @param fill what is outside the picture
   */
  void take(Picture picture, int channel, float fill) {
    int height = picture.height();
    int width = picture.width();
    wide = width + 2;
    int n = (height + 2) * wide;
    if (pixels.length < n) {
      pixels = new float[n];
    }
    byte[] bytes = picture.bytes();
    int plane = channel * height * width;
    if (bytes == null || fill != 0 || width < Long.BYTES || !takeInk(bytes, plane, height, width)) {
      takeAll(picture, plane);
    }
  }

  private void takeAll(Picture picture, int plane) {
    int height = picture.height();
    int width = picture.width();
    float[] in = picture.pixels();
    for (int y = 0; y < height + 2; y++) {
      int from = plane + Math.min(Math.max(y - 1, 0), height - 1) * width;
      int to = y * wide;
      pixels[to] = in[from];
      System.arraycopy(in, from, pixels, to + 1, width);
      pixels[to + 1 + width] = in[from + width - 1];
    }
    // The picture begins half a pixel before its first centre.
    left = 1L << 31;
    right = ((long) width << 32) + left;
    top = 1L << 31;
    bottom = ((long) height << 32) + top;
  }

  /** Takes in the rows and columns that hold ink; gives up where it touches the border. */
  private boolean takeInk(byte[] bytes, int plane, int height, int width) {
    int first = 0;
    while (first < height && ink(bytes, plane, first, width) == 0) {
      first++;
    }
    if (first == height) {
      left = right = top = bottom = 0;
      return true;
    }
    int last = height - 1;
    while (ink(bytes, plane, last, width) == 0) {
      last--;
    }
    int from = 0;
    long found = inkOfEight(bytes, plane, first, last, from, width);
    while (found == 0) {
      from = Math.min(from + Long.BYTES, width - Long.BYTES);
      found = inkOfEight(bytes, plane, first, last, from, width);
    }
    from += Long.numberOfTrailingZeros(found) / Byte.SIZE;
    int end = width;
    found = inkOfEight(bytes, plane, first, last, end - Long.BYTES, width);
    while (found == 0) {
      end = Math.max(end - Long.BYTES, Long.BYTES);
      found = inkOfEight(bytes, plane, first, last, end - Long.BYTES, width);
    }
    end -= Long.numberOfLeadingZeros(found) / Byte.SIZE;
    if (first == 0 || last == height - 1 || from == 0 || end == width) {
      return false;
    }
    Arrays.fill(pixels, 0, (height + 2) * wide, 0);
    for (int y = first; y <= last; y++) {
      int to = (y + 1) * wide + 1;
      for (int x = from; x < end; x++) {
        pixels[to + x] = Picture.value(bytes[plane + y * width + x]);
      }
    }
    left = (long) from << 32;
    right = end + 1L << 32;
    top = (long) first << 32;
    bottom = last + 2L << 32;
    return true;
  }

  /** 0 where a row is black. */
  private static long ink(byte[] bytes, int plane, int row, int width) {
    long found = 0;
    for (int x = 0; x < width; x += Long.BYTES) {
      found |= inkOfEight(bytes, plane, row, row, Math.min(x, width - Long.BYTES), width);
    }
    return found;
  }

  /** Eight columns of some rows, one above the other: a byte that is not 0 has ink in it. */
  private static long inkOfEight(
      byte[] bytes, int plane, int first, int last, int from, int width) {
    long found = 0;
    int end = plane + last * width + from;
    for (int i = plane + first * width + from; i <= end; i += width) {
      found |= (long) EIGHT.get(bytes, i);
    }
    return found;
  }
}
