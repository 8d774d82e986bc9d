package kilonet.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A picture as numbers: red, green and blue, 8 bits each. What shines through is laid on white.
 *
 * @param height rows
 * @param width columns
 * @param planes red, green and blue, each row by row, 0 to 255
 * @param isGrey whether all three are the same everywhere
 */
public record DecodedPicture(int height, int width, byte[][] planes, boolean isGrey) {

  private static final int COLOURS = 3;

  /**
   * Reads a PNG, JPEG, GIF (its first picture) or BMP: grey, of a palette, with alpha, in the
   * colours of print, of up to 16 bits a value, turned as its camera was held.
   *
   * @throws IOException if it is none of these, or damaged; the message is the rest of a sentence
   */
  public static DecodedPicture read(Path file) throws IOException {
    return of(PictureFile.of(Files.readAllBytes(file)).image());
  }

  /** The numbers of an image. */
  static DecodedPicture of(BufferedImage image) {
    ColorModel model = image.getColorModel();
    boolean grey =
        model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
            && !(model instanceof IndexColorModel);
    byte[][] planes = grey ? grey(image) : colours(image);
    boolean alike =
        grey || Arrays.equals(planes[0], planes[1]) && Arrays.equals(planes[1], planes[2]);
    return new DecodedPicture(image.getHeight(), image.getWidth(), planes, alike);
  }

  /**
   * Java takes grey to be linear in light and would brighten it: the values are taken as they are.
   */
  private static byte[][] grey(BufferedImage image) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int most = (1 << model.getComponentSize(0)) - 1;
    int width = image.getWidth();
    byte[] plane = new byte[width * image.getHeight()];
    int bands = raster.getNumBands();
    int[] row = new int[bands * width];
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int value = level(row[bands * x], most);
        int alpha = model.hasAlpha() ? level(row[bands * x + 1], most) : 255;
        plane[y * width + x] = onWhite(value, alpha);
      }
    }
    return new byte[][] {plane, plane, plane};
  }

  private static int level(int value, int most) {
    return (int) ((value * 255L + most / 2) / most);
  }

  private static byte[][] colours(BufferedImage image) {
    int width = image.getWidth();
    byte[][] planes = new byte[COLOURS][width * image.getHeight()];
    int[] row = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        int alpha = row[x] >>> 24;
        planes[0][y * width + x] = onWhite(row[x] >> 16 & 0xFF, alpha);
        planes[1][y * width + x] = onWhite(row[x] >> 8 & 0xFF, alpha);
        planes[2][y * width + x] = onWhite(row[x] & 0xFF, alpha);
      }
    }
    return planes;
  }

  private static byte onWhite(int value, int alpha) {
    return (byte) ((value * alpha + 255 * (255 - alpha) + 127) / 255);
  }

  /**
   * The picture as a net takes it.
   *
   * @param channels 1 for grey, by the weights of ITU-R BT.601; 3 for colours
   * @param newHeight rows
   * @param newWidth columns
   * @param fit how it is brought to this size; it is averaged over the area of each new pixel where
   *     it becomes smaller, and interpolated between pixels where it becomes larger
   * @return {@code [channels, height, width]}
   */
  public byte[] fitted(int channels, int newHeight, int newWidth, Fit fit) {
    byte[] result = new byte[channels * newHeight * newWidth];
    for (int channel = 0; channel < channels; channel++) {
      float[] plane = channels == 1 ? luminance() : plane(planes[channel]);
      fit(plane, newHeight, newWidth, fit, result, channel * newHeight * newWidth);
    }
    return result;
  }

  /** The picture as a net takes it: {@code [1, channels, height, width]}, normalized. */
  public INDArray input(PictureForm form) {
    byte[] pixels = fitted(form.channels(), form.height(), form.width(), form.fit());
    return Nd4j.create(
        form.normalization().apply(pixels, 0, pixels.length),
        new long[] {1, form.channels(), form.height(), form.width()},
        'c');
  }

  private static float[] plane(byte[] values) {
    float[] plane = new float[values.length];
    for (int i = 0; i < plane.length; i++) {
      plane[i] = values[i] & 0xFF;
    }
    return plane;
  }

  private float[] luminance() {
    float[] plane = plane(planes[0]);
    if (!isGrey) {
      for (int i = 0; i < plane.length; i++) {
        plane[i] =
            0.299f * plane[i] + 0.587f * (planes[1][i] & 0xFF) + 0.114f * (planes[2][i] & 0xFF);
      }
    }
    return plane;
  }

  private void fit(float[] plane, int rows, int columns, Fit fit, byte[] to, int offset) {
    double down = (double) rows / height;
    double across = (double) columns / width;
    double scale = fit == Fit.PAD ? Math.min(down, across) : Math.max(down, across);
    int high = fit == Fit.STRETCH ? rows : (int) Math.max(1, Math.round(height * scale));
    int wide = fit == Fit.STRETCH ? columns : (int) Math.max(1, Math.round(width * scale));
    boolean same = high == height && wide == width;
    float[] sized = same ? plane : Resampling.of(plane, height, width, high, wide);
    Arrays.fill(to, offset, offset + rows * columns, rounded(border(plane)));
    // Negative where it is cut off.
    int top = Math.floorDiv(rows - high, 2);
    int left = Math.floorDiv(columns - wide, 2);
    for (int y = Math.max(0, top); y < Math.min(rows, top + high); y++) {
      for (int x = Math.max(0, left); x < Math.min(columns, left + wide); x++) {
        to[offset + y * columns + x] = rounded(sized[(y - top) * wide + x - left]);
      }
    }
  }

  private static byte rounded(float value) {
    return (byte) Math.max(0, Math.min(255, Math.round(value)));
  }

  /** The mean of the outermost pixels. */
  private float border(float[] plane) {
    double sum = 0;
    int count = 0;
    for (int y = 0; y < height; y++) {
      boolean whole = y == 0 || y == height - 1;
      for (int x = 0; x < width; x += whole ? 1 : Math.max(1, width - 1)) {
        sum += plane[y * width + x];
        count++;
      }
    }
    return (float) (sum / count);
  }

  @Override
  public String toString() {
    return Text.of("%d x %d%s", height, width, isGrey ? ", grey" : "");
  }
}
