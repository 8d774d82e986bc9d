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
    return of(digit, 0, 28);
  }

  /** Some rows of a digit. */
  static Picture of(int digit, int firstRow, int endRow) {
    Picture picture = new Picture(endRow - firstRow, 28);
    picture.load(PIXELS, digit * 784 + firstRow * 28);
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
