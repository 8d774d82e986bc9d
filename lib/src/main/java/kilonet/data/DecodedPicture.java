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

  /** Of larger pictures the means of blocks of pixels are kept. */
  static final int LARGEST_SIDE = 4_096;

  /**
   * Reads a PNG, JPEG, GIF (its first picture) or BMP: grey, of a palette, with alpha, in the
   * colours of print, of up to 16 bits a value, turned as its camera was held. One with a side of
   * more than 4,096 pixels is made smaller by the least whole number that brings it below.
   *
   * @throws IOException if it is none of these, or damaged; the message is the rest of a sentence
   */
  public static DecodedPicture read(Path file) throws IOException {
    return of(PictureFile.whole(Files.readAllBytes(file)).image());
  }

  /** The numbers of an image. */
  static DecodedPicture of(BufferedImage image) {
    ColorModel model = image.getColorModel();
    boolean grey =
        model.getColorSpace().getType() == ColorSpace.TYPE_GRAY
            && !(model instanceof IndexColorModel);
    int block = 1 + (Math.max(image.getWidth(), image.getHeight()) - 1) / LARGEST_SIDE;
    Blocks[] channels = new Blocks[grey ? 1 : COLOURS];
    Arrays.setAll(channels, c -> new Blocks(image.getWidth(), image.getHeight(), block));
    if (grey) {
      readGrey(image, channels[0]);
    } else {
      readColours(image, channels);
    }
    byte[][] planes = new byte[COLOURS][];
    Arrays.setAll(planes, c -> channels[grey ? 0 : c].means);
    boolean alike =
        grey || Arrays.equals(planes[0], planes[1]) && Arrays.equals(planes[1], planes[2]);
    return new DecodedPicture(channels[0].rows, channels[0].columns, planes, alike);
  }

  /** The means of square blocks of pixels, which come row by row; at the border less than whole. */
  private static final class Blocks {
    private final int width;
    private final int height;
    private final int side;
    private final int rows;
    private final int columns;
    private final byte[] means;
    private final int[] sums;

    Blocks(int width, int height, int side) {
      this.width = width;
      this.height = height;
      this.side = side;
      rows = (height + side - 1) / side;
      columns = (width + side - 1) / side;
      means = new byte[rows * columns];
      sums = new int[columns];
    }

    void add(int x, int value) {
      // Nearly all pictures are kept as they are, and a division takes longer than the rest.
      sums[side == 1 ? x : x / side] += value;
    }

    /** Ends a row of pixels. */
    void end(int y) {
      int high = y % side + 1;
      if (high < side && y < height - 1) {
        return;
      }
      for (int x = 0; x < columns; x++) {
        int count = high * Math.min(side, width - x * side);
        means[y / side * columns + x] = (byte) ((sums[x] + count / 2) / count);
        sums[x] = 0;
      }
    }
  }

  /**
   * Java takes grey to be linear in light and would brighten it: the values are taken as they are.
   */
  private static void readGrey(BufferedImage image, Blocks to) {
    Raster raster = image.getRaster();
    ColorModel model = image.getColorModel();
    int most = (1 << model.getComponentSize(0)) - 1;
    int width = image.getWidth();
    int bands = raster.getNumBands();
    int[] row = new int[bands * width];
    for (int y = 0; y < image.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int value = level(row[bands * x], most);
        int alpha = model.hasAlpha() ? level(row[bands * x + 1], most) : 255;
        to.add(x, onWhite(value, alpha));
      }
      to.end(y);
    }
  }

  private static int level(int value, int most) {
    return (int) ((value * 255L + most / 2) / most);
  }

  private static void readColours(BufferedImage image, Blocks[] to) {
    int width = image.getWidth();
    int[] row = new int[width];
    for (int y = 0; y < image.getHeight(); y++) {
      image.getRGB(0, y, width, 1, row, 0, width);
      for (int x = 0; x < width; x++) {
        int alpha = row[x] >>> 24;
        to[0].add(x, onWhite(row[x] >> 16 & 0xFF, alpha));
        to[1].add(x, onWhite(row[x] >> 8 & 0xFF, alpha));
        to[2].add(x, onWhite(row[x] & 0xFF, alpha));
      }
      for (Blocks channel : to) {
        channel.end(y);
      }
    }
  }

  private static int onWhite(int value, int alpha) {
    return (value * alpha + 255 * (255 - alpha) + 127) / 255;
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
