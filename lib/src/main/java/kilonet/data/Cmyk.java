package kilonet.data;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * JPEG files in the four colours of print, which Java decodes and does not understand.
 *
 * <p>Without the profile of a press, ink is taken to be what it is on a screen: red is {@code (255
 * - cyan) (255 - black) / 255}. Adobe's programs, and all that write a segment of theirs, keep the
 * values inverted, as they are or as luminance and chrominance (YCCK).
 */
final class Cmyk {

  private static final int ADOBE_SEGMENT = 0xEE;
  private static final int YCCK = 2;

  private Cmyk() {}

  /** Whether a file is a JPEG of four components. */
  static boolean isIn(byte[] file) {
    int frame = segment(file, false);
    return frame > 0 && file[frame + 9] == 4;
  }

  /** The image of a JPEG's values as they are stored. */
  static BufferedImage image(Raster stored, byte[] file) {
    int adobe = segment(file, true);
    boolean inverted = adobe > 0;
    boolean chrominance = inverted && file[adobe + 15] == YCCK;
    int width = stored.getWidth();
    BufferedImage image = new BufferedImage(width, stored.getHeight(), BufferedImage.TYPE_INT_RGB);
    int[] row = new int[4 * width];
    for (int y = 0; y < stored.getHeight(); y++) {
      stored.getPixels(stored.getMinX(), stored.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        int c = row[4 * x];
        int m = row[4 * x + 1];
        int yellow = row[4 * x + 2];
        int k = row[4 * x + 3];
        if (chrominance) {
          // Of JFIF, and then inverted.
          double blueness = m - 128;
          double redness = yellow - 128;
          int luminance = c;
          c = 255 - level(luminance + 1.402 * redness);
          m = 255 - level(luminance - 0.344136 * blueness - 0.714136 * redness);
          yellow = 255 - level(luminance + 1.772 * blueness);
        }
        if (!inverted) {
          c = 255 - c;
          m = 255 - m;
          yellow = 255 - yellow;
          k = 255 - k;
        }
        image.setRGB(x, y, light(c, k) << 16 | light(m, k) << 8 | light(yellow, k));
      }
    }
    return image;
  }

  private static int level(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }

  private static int light(int left, int black) {
    return (left * black + 127) / 255;
  }

  /** Where a JPEG's frame, or Adobe's segment, begins; 0 where there is none. */
  private static int segment(byte[] file, boolean adobe) {
    ByteBuffer in = ByteBuffer.wrap(file);
    if (file.length < 4 || in.getShort(0) != (short) 0xFFD8) {
      return 0;
    }
    for (int at = 2; at + 16 < file.length && file[at] == (byte) 0xFF; ) {
      int marker = file[at + 1] & 0xFF;
      boolean frame =
          marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
      if (frame && !adobe || adobe && marker == ADOBE_SEGMENT && isAdobe(file, at + 4)) {
        return at;
      }
      if (marker == 0xDA || marker == 0xD9) {
        return 0;
      }
      // A byte of FF may stand before a marker, as often as one likes.
      at += marker == 0xFF ? 1 : 2 + (in.getShort(at + 2) & 0xFFFF);
    }
    return 0;
  }

  private static boolean isAdobe(byte[] file, int at) {
    return new String(file, at, 5, StandardCharsets.ISO_8859_1).equals("Adobe");
  }
}
