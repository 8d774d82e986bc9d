package kilonet.augment;

import java.util.Arrays;

/**
 * Pictures drawn anew from points of the source: the one warp behind rotation, affine maps,
 * perspective and elastic distortion.
 *
 * <p>Coordinates are those of Pillow, on which torchvision's transforms of pictures rest: pixel
 * {@code (x, y)} covers the square from {@code (x, y)} to {@code (x + 1, y + 1)}, its centre lies
 * at {@code (x + 0.5, y + 0.5)}, and a point outside the picture gives the fill value. The nearest
 * neighbour is found in Pillow's fixed-point arithmetic and is the same pixel. Bilinear values are
 * those of Pillow's 32-bit float pictures; Pillow rounds those of 8-bit pictures down to whole
 * steps of 1/255.
 */
final class Warp {

  /** More than rounding can do, so that a step counted as inside is inside. */
  private static final double HAIR = 1e-6;

  private Warp() {}

  /**
   * Draws the picture so that the point {@code (x, y)} shows what was at {@code (a x + b y + c, d x
   * + e y + f)}.
   */
  static void affine(
      Picture picture,
      Interpolation interpolation,
      Fill fill,
      double a,
      double b,
      double c,
      double d,
      double e,
      double f) {
    for (int channel = 0; channel < picture.channels(); channel++) {
      float value = fill.at(picture, channel);
      if (interpolation == Interpolation.BILINEAR) {
        bilinear(picture, channel, value, a, b, c, d, e, f);
      } else if (b == 0 && d == 0) {
        scaled(picture, channel, value, a, c, e, f);
      } else {
        nearest(picture, channel, value, a, b, c, d, e, f);
      }
    }
    picture.swap();
  }

  /** Coordinates advance by whole steps of 1/65536 of a pixel. */
  private static void nearest(
      Picture picture,
      int channel,
      float fill,
      double a,
      double b,
      double c,
      double d,
      double e,
      double f) {
    int height = picture.height();
    int width = picture.width();
    int plane = channel * height * width;
    float[] in = picture.pixels();
    float[] out = picture.spare();
    long stepX = fixed(a);
    long stepY = fixed(d);
    long downX = fixed(b);
    long downY = fixed(e);
    long startX = fixed(c + a * 0.5 + b * 0.5);
    long startY = fixed(f + d * 0.5 + e * 0.5);
    double perStepX = 1.0 / stepX;
    double perStepY = 1.0 / stepY;
    double limitX = (double) width * 65536;
    double limitY = (double) height * 65536;
    for (int row = plane; row < plane + height * width; row += width) {
      int first = Math.max(first(startX, perStepX, 0, limitX), first(startY, perStepY, 0, limitY));
      int end = Math.min(end(startX, perStepX, 0, limitX), end(startY, perStepY, 0, limitY));
      first = Math.min(first, width);
      end = Math.max(first, Math.min(end, width));
      for (int x = 0; x < first - 1; x++) {
        out[row + x] = fill;
      }
      for (int x = Math.max(0, first - 1); x < first; x++) {
        out[row + x] = at(in, plane, height, width, startX + x * stepX, startY + x * stepY, fill);
      }
      nearestRow(
          in,
          plane,
          width,
          out,
          row + first,
          row + end,
          (int) (startX + first * stepX),
          (int) (startY + first * stepY),
          (int) stepX,
          (int) stepY);
      for (int x = end; x < Math.min(end + 2, width); x++) {
        out[row + x] = at(in, plane, height, width, startX + x * stepX, startY + x * stepY, fill);
      }
      for (int x = end + 2; x < width; x++) {
        out[row + x] = fill;
      }
      startX += downX;
      startY += downY;
    }
  }

  private static void nearestRow(
      float[] in,
      int plane,
      int width,
      float[] out,
      int from,
      int to,
      int startX,
      int startY,
      int stepX,
      int stepY) {
    int x = startX;
    int y = startY;
    for (int i = from; i < to; i++) {
      out[i] = in[plane + (y >> 16) * width + (x >> 16)];
      x += stepX;
      y += stepY;
    }
  }

  private static float at(
      float[] in, int plane, int height, int width, long x, long y, float fill) {
    long column = x >> 16;
    long row = y >> 16;
    return column >= 0 && column < width && row >= 0 && row < height
        ? in[plane + (int) row * width + (int) column]
        : fill;
  }

  private static long fixed(double value) {
    return (long) Math.floor(value * 65536 + 0.5);
  }

  /**
   * A step from which on {@code start + step * size} has passed the side that it comes from; the
   * step before it may have, those before that have not.
   */
  private static int first(double start, double perStep, double low, double high) {
    double steps = ((perStep > 0 ? low : high) - start) * perStep;
    return steps < 0 ? 0 : (int) Math.min(steps + HAIR, 1e9) + 1;
  }

  /**
   * A step before which {@code start + step * size} has not passed the side that it goes to; at it
   * and the next step it may not have, after these it has.
   */
  private static int end(double start, double perStep, double low, double high) {
    return (int) Math.min(((perStep > 0 ? high : low) - start) * perStep - HAIR, 1e9);
  }

  /** Where rows stay rows, Pillow adds up coordinates in floating point. */
  private static void scaled(
      Picture picture, int channel, float fill, double a, double c, double e, double f) {
    int height = picture.height();
    int width = picture.width();
    int plane = channel * height * width;
    float[] in = picture.pixels();
    float[] out = picture.spare();
    double v = f + e * 0.5;
    for (int y = 0; y < height; y++) {
      double u = c + a * 0.5;
      for (int x = 0; x < width; x++) {
        out[plane + y * width + x] = nearestAt(in, plane, height, width, u, v, fill);
        u += a;
      }
      v += e;
    }
  }

  private static void bilinear(
      Picture picture,
      int channel,
      float fill,
      double a,
      double b,
      double c,
      double d,
      double e,
      double f) {
    int height = picture.height();
    int width = picture.width();
    int plane = channel * height * width;
    Frame frame = picture.framed(channel, fill);
    float[] out = picture.spare();
    Arrays.fill(out, plane, plane + height * width, fill);
    long stepX = fixed32(a, width);
    long stepY = fixed32(d, width);
    long downX = fixed32(b, height);
    long downY = fixed32(e, height);
    long startX = fixed32(a * 0.5 + b * 0.5 + c + 0.5, 1);
    long startY = fixed32(d * 0.5 + e * 0.5 + f + 0.5, 1);
    double perStepX = 1.0 / stepX;
    double perStepY = 1.0 / stepY;
    long entryX = stepX < 0 ? frame.right() : frame.left();
    long entryY = stepY < 0 ? frame.bottom() : frame.top();
    long exitX = frame.left() + frame.right() - entryX;
    long exitY = frame.top() + frame.bottom() - entryY;
    for (int row = plane; row < plane + height * width; row += width) {
      // To within a step; which steps are inside is for whole numbers to say.
      int first =
          Math.max((int) ((entryX - startX) * perStepX), (int) ((entryY - startY) * perStepY));
      int last = Math.min((int) ((exitX - startX) * perStepX), (int) ((exitY - startY) * perStepY));
      first = Math.max(0, Math.min(first, width));
      last = Math.min(last, width - 2) + 1;
      while (first <= last && !frame.holds(startX + first * stepX, startY + first * stepY)) {
        first++;
      }
      while (first <= last && !frame.holds(startX + last * stepX, startY + last * stepY)) {
        last--;
      }
      bilinearRow(
          frame.pixels(),
          frame.wide(),
          out,
          row + first,
          row + last + 1,
          startX + first * stepX,
          startY + first * stepY,
          stepX,
          stepY);
      startX += downX;
      startY += downY;
    }
  }

  /**
   * A number in parts of 2^-32, but no larger than that so many of it leave any picture and that
   * sums of them do not overflow.
   */
  private static long fixed32(double value, int many) {
    double farthest = 0x1p28 / many;
    return (long) (Math.max(-farthest, Math.min(value, farthest)) * 0x1p32);
  }

  private static void bilinearRow(
      float[] in,
      int width,
      float[] out,
      int from,
      int to,
      long startX,
      long startY,
      long stepX,
      long stepY) {
    long x = startX;
    long y = startY;
    for (int i = from; i < to; i++) {
      int j = (int) (y >> 32) * width + (int) (x >> 32);
      float right = fraction((int) x);
      float down = fraction((int) y);
      float upper = in[j] + (in[j + 1] - in[j]) * right;
      float lower = in[j + width] + (in[j + width + 1] - in[j + width]) * right;
      out[i] = upper + (lower - upper) * down;
      x += stepX;
      y += stepY;
    }
  }

  /** 32 bits as a number from 0 to below 1; a float holds 24 of them. */
  private static float fraction(int bits) {
    return (bits >>> 8) * 0x1p-24f;
  }

  /**
   * Draws the picture so that the point {@code (x, y)} shows what was at {@code (a x + b y + c, d x
   * + e y + f) / (g x + h y + 1)}.
   */
  static void perspective(
      Picture picture,
      Interpolation interpolation,
      Fill fill,
      double a,
      double b,
      double c,
      double d,
      double e,
      double f,
      double g,
      double h) {
    int height = picture.height();
    int width = picture.width();
    float[] in = picture.pixels();
    float[] out = picture.spare();
    for (int y = 0; y < height; y++) {
      double v = y + 0.5;
      for (int x = 0; x < width; x++) {
        double u = x + 0.5;
        double depth = g * u + h * v + 1;
        double sourceX = (a * u + b * v + c) / depth;
        double sourceY = (d * u + e * v + f) / depth;
        for (int channel = 0; channel < picture.channels(); channel++) {
          int plane = channel * height * width;
          float value = fill.at(picture, channel);
          out[plane + y * width + x] =
              interpolation == Interpolation.NEAREST
                  ? nearestAt(in, plane, height, width, sourceX, sourceY, value)
                  : bilinearAt(in, plane, height, width, sourceX, sourceY, value);
        }
      }
    }
    picture.swap();
  }

  private static float nearestAt(
      float[] in, int plane, int height, int width, double x, double y, float fill) {
    return x >= 0 && x < width && y >= 0 && y < height
        ? in[plane + (int) y * width + (int) x]
        : fill;
  }

  /** Within half a pixel of the border the outermost pixels go on. */
  private static float bilinearAt(
      float[] in, int plane, int height, int width, double x, double y, float fill) {
    if (!(x >= 0 && x < width && y >= 0 && y < height)) {
      return fill;
    }
    int left = (int) (x + 0.5) - 1;
    int top = (int) (y + 0.5) - 1;
    float right = (float) (x - 0.5 - left);
    float down = (float) (y - 0.5 - top);
    int x0 = Math.max(left, 0);
    int x1 = Math.min(left + 1, width - 1);
    int y0 = plane + Math.max(top, 0) * width;
    int y1 = plane + Math.min(top + 1, height - 1) * width;
    float upper = in[y0 + x0] + (in[y0 + x1] - in[y0 + x0]) * right;
    float lower = in[y1 + x0] + (in[y1 + x1] - in[y1 + x0]) * right;
    return upper + (lower - upper) * down;
  }

  /**
   * Draws the picture so that the centre of pixel {@code i} shows what was {@code by[dx + i]}
   * pixels to the right and {@code by[dy + i]} pixels below.
   *
   * <p>Here torchvision works on tensors: a neighbour outside the picture counts as 0, and the
   * result is blended with the fill value by the part of the weight that lies inside.
   */
  static void displaced(
      Picture picture, Interpolation interpolation, Fill fill, float[] by, int dx, int dy) {
    int height = picture.height();
    int width = picture.width();
    float[] in = picture.pixels();
    float[] out = picture.spare();
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        float sourceX = x + by[dx + i];
        float sourceY = y + by[dy + i];
        for (int channel = 0; channel < picture.channels(); channel++) {
          int plane = channel * height * width;
          float value = fill.at(picture, channel);
          out[plane + i] =
              interpolation == Interpolation.NEAREST
                  ? nearestAt(
                      in, plane, height, width, Math.rint(sourceX), Math.rint(sourceY), value)
                  : blendedAt(in, plane, height, width, sourceX, sourceY, value);
        }
      }
    }
    picture.swap();
  }

  private static float blendedAt(
      float[] in, int plane, int height, int width, float x, float y, float fill) {
    float left = (float) Math.floor(x);
    float top = (float) Math.floor(y);
    float right = x - left;
    float down = y - top;
    if (left >= 0 && left < width - 1 && top >= 0 && top < height - 1) {
      int i = plane + (int) top * width + (int) left;
      float upper = in[i] + (in[i + 1] - in[i]) * right;
      float lower = in[i + width] + (in[i + width + 1] - in[i + width]) * right;
      return upper + (lower - upper) * down;
    }
    float sum = 0;
    float inside = 0;
    for (int corner = 0; corner < 4; corner++) {
      float cornerX = left + (corner & 1);
      float cornerY = top + (corner >> 1);
      float weight =
          ((corner & 1) == 1 ? right : 1 - right) * ((corner >> 1) == 1 ? down : 1 - down);
      if (cornerX >= 0 && cornerX < width && cornerY >= 0 && cornerY < height) {
        sum += weight * in[plane + (int) cornerY * width + (int) cornerX];
        inside += weight;
      }
    }
    return sum * inside + (1 - inside) * fill;
  }
}
