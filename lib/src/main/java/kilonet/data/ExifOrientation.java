package kilonet.data;

import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * How a camera was held. Phones store the sensor's rows as they are and say in the JPEG's Exif part
 * (tag 0x0112 of its first directory) how to turn them; Java does not look there.
 */
final class ExifOrientation {

  private static final int UPRIGHT = 1;
  private static final int START_OF_IMAGE = 0xFFD8;
  private static final int EXIF_SEGMENT = 0xFFE1;
  private static final int START_OF_SCAN = 0xFFDA;
  private static final int EXIF_MAGIC = 0x45786966;
  private static final int TAG = 0x0112;

  private ExifOrientation() {}

  /** The orientation that a file says, 1 to 8; 1, upright, where it says none. */
  static int of(byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file);
    try {
      if ((in.getShort() & 0xFFFF) != START_OF_IMAGE) {
        return UPRIGHT;
      }
      while (true) {
        int marker = in.getShort() & 0xFFFF;
        int length = in.getShort() & 0xFFFF;
        if (marker < 0xFF00 || marker == START_OF_SCAN || length < 2) {
          return UPRIGHT;
        }
        int end = in.position() + length - 2;
        if (marker == EXIF_SEGMENT && in.getInt() == EXIF_MAGIC && in.getShort() == 0) {
          return tag(in.slice());
        }
        in.position(end);
      }
    } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException e) {
      return UPRIGHT;
    }
  }

  private static int tag(ByteBuffer tiff) {
    tiff.order(tiff.getShort(0) == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    int directory = tiff.getInt(4);
    int entries = tiff.getShort(directory) & 0xFFFF;
    for (int i = 0; i < entries; i++) {
      int entry = directory + 2 + 12 * i;
      if ((tiff.getShort(entry) & 0xFFFF) == TAG) {
        int value = tiff.getShort(entry + 8);
        return value >= 1 && value <= 8 ? value : UPRIGHT;
      }
    }
    return UPRIGHT;
  }

  /** Whether rows become columns. */
  static boolean isTurned(int orientation) {
    return orientation >= 5;
  }

  /** The image as it was seen, pixel for pixel in its own colours. */
  static BufferedImage upright(BufferedImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int wide = image.getWidth();
    int high = image.getHeight();
    boolean turned = isTurned(orientation);
    WritableRaster from = image.getRaster();
    WritableRaster to =
        image
            .getColorModel()
            .createCompatibleWritableRaster(turned ? high : wide, turned ? wide : high);
    Object pixel = null;
    for (int y = 0; y < to.getHeight(); y++) {
      for (int x = 0; x < to.getWidth(); x++) {
        pixel =
            switch (orientation) {
              case 2 -> from.getDataElements(wide - 1 - x, y, pixel);
              case 3 -> from.getDataElements(wide - 1 - x, high - 1 - y, pixel);
              case 4 -> from.getDataElements(x, high - 1 - y, pixel);
              case 5 -> from.getDataElements(y, x, pixel);
              case 6 -> from.getDataElements(y, high - 1 - x, pixel);
              case 7 -> from.getDataElements(wide - 1 - y, high - 1 - x, pixel);
              default -> from.getDataElements(wide - 1 - y, x, pixel);
            };
        to.setDataElements(x, y, pixel);
      }
    }
    return new BufferedImage(image.getColorModel(), to, image.isAlphaPremultiplied(), null);
  }
}
