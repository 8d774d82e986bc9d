package kilonet.augment;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** The first training digit of each class of MNIST. */
final class Digits {

  private static final byte[] PIXELS = read();

  private Digits() {}

  /** All pixels, ten pictures of 28 x 28. */
  static byte[] pixels() {
    return PIXELS.clone();
  }

  /** A digit. */
  static Picture of(int digit) {
    return of(digit, 0, 28, 0, 28);
  }

  /** A piece of a digit. */
  static Picture of(int digit, int firstRow, int endRow, int firstColumn, int endColumn) {
    int width = endColumn - firstColumn;
    byte[] piece = new byte[(endRow - firstRow) * width];
    for (int y = firstRow; y < endRow; y++) {
      System.arraycopy(
          PIXELS, (digit * 28 + y) * 28 + firstColumn, piece, (y - firstRow) * width, width);
    }
    Picture picture = new Picture(endRow - firstRow, width);
    picture.load(piece, 0);
    return picture;
  }

  /** The pixels of a picture, without what its array holds beyond it. */
  static float[] pixels(Picture picture) {
    return Arrays.copyOf(picture.pixels(), picture.height() * picture.width());
  }

  private static byte[] read() {
    try (InputStream in = Digits.class.getResourceAsStream("/kilonet/oracle/digits.bin")) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
