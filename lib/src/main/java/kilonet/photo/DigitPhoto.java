package kilonet.photo;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kilonet.data.Mnist;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A digit found in a photo or drawing and made like those of MNIST: white on black, fitted into 20
 * x 20 pixels with its proportions kept, its centre of mass in the middle of 28 x 28 pixels, as
 * LeCun, Cortes and Burges describe it.
 *
 * <p>The digit may be dark or light, of any colour that differs from its ground, of any size and in
 * any place; the light may be uneven. It should stand upright and alone; a JPEG that was taken with
 * a turned phone is turned back first.
 *
 * @param pixels 28 x 28 pixels row by row, 0 for the ground to 255 for full ink
 * @param box where the digit was found, in pixels of the photo as it was seen
 * @param warning why this may be no single digit, a sentence; null where nothing speaks against it
 */
public record DigitPhoto(byte[] pixels, Rectangle box, String warning) {

  /** Rows and columns of the result. */
  public static final int SIDE = 28;

  /** Rows and columns that the digit is fitted into. */
  public static final int BOX = 20;

  /** Pixel that MNIST's centres of mass lie on, counted from 0. */
  private static final int CENTRE = 14;

  /** Strokes thinner than this, in pixels of the result, are thickened; MNIST has none. */
  private static final double LEAST_STROKE = 1.3;

  /**
   * Finds the digit in an image file.
   *
   * @param file PNG, JPEG, or what else Java reads (GIF, BMP)
   * @throws IllegalArgumentException if there is no such file, it is no image or a damaged one, or
   *     no digit is found in it; the message is a sentence that says which
   */
  public static DigitPhoto read(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          Text.of("There is no file %s: name a PNG or JPEG image of a digit.", file));
    }
    try {
      PictureFile picture = PictureFile.of(Files.readAllBytes(file));
      DigitPhoto found = of(picture.image());
      Rectangle box = found.box;
      int step = picture.step();
      return new DigitPhoto(
          found.pixels,
          new Rectangle(step * box.x, step * box.y, step * box.width, step * box.height),
          found.warning);
    } catch (NoDigitException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is no image that can be read (%s): give a whole PNG or JPEG file.",
              file, e.getMessage()),
          e);
    }
  }

  /**
   * Finds the digit in an image.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static DigitPhoto of(BufferedImage image) {
    InkMap map = InkMap.of(image);
    InkMap.Blob blob = map.digit();
    if (blob == null) {
      throw new NoDigitException();
    }
    float[] ink = map.inkOf(blob);
    Rectangle box = map.bounds(ink, blob);
    float[] crop = new float[box.width * box.height];
    for (int y = 0; y < box.height; y++) {
      System.arraycopy(ink, (box.y + y) * map.width() + box.x, crop, y * box.width, box.width);
    }
    double scale = (double) BOX / Math.max(box.width, box.height);
    crop = thickened(crop, box.width, box.height, scale);
    int width = (int) Math.max(1, Math.round(box.width * scale));
    int height = (int) Math.max(1, Math.round(box.height * scale));
    float[] small = resample(crop, box.width, box.height, width, height);
    return new DigitPhoto(
        centred(small, width, height), map.inPhoto(box), map.doubt(blob, ink, box));
  }

  /** The pixels as a net takes them: {@code [1, 1, 28, 28]}, normalized as MNIST's. */
  public INDArray input() {
    float[] values = new float[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = ((pixels[i] & 0xFF) / 255f - Mnist.MEAN) / Mnist.STD;
    }
    return Nd4j.create(values, new long[] {1, 1, SIDE, SIDE}, 'c');
  }

  /** Nothing in the image looks like a digit. */
  private static final class NoDigitException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    NoDigitException() {
      super(
          "No digit was found in this image: give one with a single digit that stands out clearly"
              + " from its ground.");
    }
  }

  /** A thin pen's strokes would fade when they are made small; they are widened before. */
  private static float[] thickened(float[] ink, int width, int height, double scale) {
    int area = 0;
    int edges = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (ink[y * width + x] <= 0.5f) {
          continue;
        }
        area++;
        edges += x == 0 || ink[y * width + x - 1] <= 0.5f ? 1 : 0;
        edges += x == width - 1 || ink[y * width + x + 1] <= 0.5f ? 1 : 0;
        edges += y == 0 || ink[(y - 1) * width + x] <= 0.5f ? 1 : 0;
        edges += y == height - 1 || ink[(y + 1) * width + x] <= 0.5f ? 1 : 0;
      }
    }
    double stroke = edges == 0 ? 0 : 2.0 * area / edges;
    double radius = (LEAST_STROKE / scale - stroke) / 2;
    int reach = (int) Math.floor(radius);
    if (reach < 1) {
      return ink;
    }
    float[] wide = new float[ink.length];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float most = 0;
        for (int dy = Math.max(-reach, -y); dy <= Math.min(reach, height - 1 - y); dy++) {
          for (int dx = Math.max(-reach, -x); dx <= Math.min(reach, width - 1 - x); dx++) {
            if (dx * dx + dy * dy <= radius * radius) {
              most = Math.max(most, ink[(y + dy) * width + x + dx]);
            }
          }
        }
        wide[y * width + x] = most;
      }
    }
    return wide;
  }

  /** Mean over the area of each new pixel; between pixels, linear, where it is enlarged. */
  static float[] resample(float[] source, int width, int height, int newWidth, int newHeight) {
    float[] rows = new float[newWidth * height];
    Taps[] across = Taps.of(width, newWidth);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < newWidth; x++) {
        rows[y * newWidth + x] = across[x].apply(source, y * width, 1);
      }
    }
    Taps[] down = Taps.of(height, newHeight);
    float[] result = new float[newWidth * newHeight];
    for (int y = 0; y < newHeight; y++) {
      for (int x = 0; x < newWidth; x++) {
        result[y * newWidth + x] = down[y].apply(rows, x, newWidth);
      }
    }
    return result;
  }

  /** How much each of a few neighbouring values counts for a new one. */
  private record Taps(int first, double[] weights) {

    /** Those of {@code to} values made out of {@code from}. */
    static Taps[] of(int from, int to) {
      Taps[] all = new Taps[to];
      double ratio = (double) from / to;
      for (int i = 0; i < to; i++) {
        if (ratio > 1) {
          double low = i * ratio;
          double high = low + ratio;
          int first = (int) low;
          double[] weights = new double[Math.min(from, (int) Math.ceil(high - 1e-9)) - first];
          for (int j = 0; j < weights.length; j++) {
            weights[j] = (Math.min(high, first + j + 1) - Math.max(low, first + j)) / ratio;
          }
          all[i] = new Taps(first, weights);
        } else {
          double at = Math.max(0, Math.min(from - 1, (i + 0.5) * ratio - 0.5));
          int first = (int) at;
          double share = at - first;
          all[i] = new Taps(first, share == 0 ? new double[] {1} : new double[] {1 - share, share});
        }
      }
      return all;
    }

    float apply(float[] values, int offset, int step) {
      double sum = 0;
      for (int j = 0; j < weights.length; j++) {
        sum += weights[j] * values[offset + (first + j) * step];
      }
      return (float) sum;
    }
  }

  private static byte[] centred(float[] digit, int width, int height) {
    double mass = 0;
    double sumX = 0;
    double sumY = 0;
    float most = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        float value = digit[y * width + x];
        mass += value;
        sumX += value * x;
        sumY += value * y;
        most = Math.max(most, value);
      }
    }
    int left = rounded(CENTRE - sumX / mass);
    int top = rounded(CENTRE - sumY / mass);
    left = Math.max(0, Math.min(SIDE - width, left));
    top = Math.max(0, Math.min(SIDE - height, top));
    byte[] pixels = new byte[SIDE * SIDE];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixels[(top + y) * SIDE + left + x] = (byte) Math.round(255 * digit[y * width + x] / most);
      }
    }
    return pixels;
  }

  /**
   * To the nearest whole number; halves go up, also where arithmetic made a little less of them.
   */
  private static int rounded(double value) {
    return (int) Math.floor(value + 0.5 + 1e-4);
  }
}
