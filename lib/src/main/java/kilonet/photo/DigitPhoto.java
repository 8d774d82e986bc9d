package kilonet.photo;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kilonet.data.Normalization;
import kilonet.data.PictureFile;
import kilonet.data.Resampling;
import kilonet.text.Check;
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
    Check.file(file, "name a PNG or JPEG image of a digit");
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
              file, Text.reason(e)),
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
    Blob blob = map.digit();
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
    float[] small = Resampling.of(crop, box.height, box.width, height, width);
    return new DigitPhoto(
        centred(small, width, height), map.inPhoto(box), map.doubt(blob, ink, box));
  }

  /** The pixels as a net takes them: {@code [1, 1, 28, 28]}, normalized as MNIST's. */
  public INDArray input() {
    float[] values = Normalization.MNIST.apply(pixels, 0, pixels.length);
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
