package kilonet.data;

import java.awt.Dimension;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.function.ToIntFunction;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import kilonet.text.Text;

/**
 * A picture read from the bytes of a file, or refused. Java's readers show as much as they can of a
 * file that was cut off, and PNG's does not look at its checksums: here that is damage.
 *
 * @param image upright, and made smaller where it is very large
 * @param step pixels of the file to one of the image
 */
public record PictureFile(BufferedImage image, int step) {

  /** A picture to look at is read at every second, third, … pixel where a side is longer. */
  private static final int LARGEST_READ = 2_400;

  /** More pixels than this are never in memory; cameras of today take 12 to 50 million. */
  private static final long MOST_READ = 64_000_000;

  /** What can be looked at in a second or two; cameras have up to 200 million. */
  private static final long MOST_PIXELS = 400_000_000;

  private static final long PNG_SIGNATURE = 0x89504E470D0A1A0AL;
  private static final int IEND = 0x49454E44;

  /**
   * Reads a picture to look at: where a side is longer than 2,400 pixels, at every second, third, …
   * pixel.
   *
   * @throws IOException if it is damaged, too large or of a kind that Java does not know; the
   *     message is the rest of a sentence
   */
  public static PictureFile of(byte[] bytes) throws IOException {
    return of(bytes, size -> 1 + (Math.max(size.width, size.height) - 1) / LARGEST_READ);
  }

  /**
   * Reads all pixels of a picture; where they are more than 64 million, every second, third, … one
   * along each side.
   *
   * @throws IOException as {@link #of}
   */
  static PictureFile whole(byte[] bytes) throws IOException {
    return of(
        bytes, size -> (int) Math.ceil(Math.sqrt((double) size.width * size.height / MOST_READ)));
  }

  private static PictureFile of(byte[] bytes, ToIntFunction<Dimension> steps) throws IOException {
    requireWhole(bytes);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        reader.addIIOReadWarningListener((source, warning) -> damaged(warning));
        Dimension size = new Dimension(reader.getWidth(0), reader.getHeight(0));
        if ((long) size.width * size.height > MOST_PIXELS) {
          throw new IOException(Text.of("%d x %d pixels are too many", size.width, size.height));
        }
        int step = steps.applyAsInt(size);
        ImageReadParam param = reader.getDefaultReadParam();
        param.setSourceSubsampling(step, step, 0, 0);
        BufferedImage image =
            Cmyk.isIn(bytes)
                ? Cmyk.image(reader.readRaster(0, param), bytes)
                : reader.read(0, param);
        return new PictureFile(ExifOrientation.upright(image, ExifOrientation.of(bytes)), step);
      } finally {
        reader.dispose();
      }
    } catch (RuntimeException e) {
      // Java's readers take for granted what a file says of itself.
      throw new IOException(e.getMessage() == null ? "damaged" : e.getMessage(), e);
    }
  }

  /**
   * Rows and columns of a picture as it is seen, upright.
   *
   * @throws IOException if it is damaged or of a kind that Java does not know; the message is the
   *     rest of a sentence
   */
  static Dimension size(byte[] bytes) throws IOException {
    requireWhole(bytes);
    try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes))) {
      ImageReader reader = ImageIO.getImageReaders(in).next();
      try {
        reader.setInput(in);
        boolean turned = ExifOrientation.isTurned(ExifOrientation.of(bytes));
        int width = reader.getWidth(0);
        int height = reader.getHeight(0);
        return turned ? new Dimension(height, width) : new Dimension(width, height);
      } finally {
        reader.dispose();
      }
    } catch (RuntimeException e) {
      throw new IOException(e.getMessage() == null ? "damaged" : e.getMessage(), e);
    }
  }

  /** Some warnings are about colours; those of damage are about what is missing. */
  private static void damaged(String warning) {
    if (warning.matches("(?is).*(corrupt|premature|truncated|missing|invalid|bogus|bad ).*")
        && !warning.matches("(?is).*profile.*")) {
      throw new IllegalArgumentException("damaged: " + warning);
    }
  }

  private static void requireWhole(byte[] bytes) throws IOException {
    ByteBuffer file = ByteBuffer.wrap(bytes);
    boolean whole;
    if (bytes.length >= 8 && file.getLong(0) == PNG_SIGNATURE) {
      whole = isWholePng(file);
    } else if (bytes.length >= 2 && file.getShort(0) == (short) 0xFFD8) {
      whole = isWholeJpeg(file);
    } else if (bytes.length >= 6 && file.getInt(0) == 0x47494638) {
      whole = isWholeGif(file);
    } else if (bytes.length >= 6 && file.getShort(0) == 0x424D) {
      whole = file.order(ByteOrder.LITTLE_ENDIAN).getInt(2) <= bytes.length;
    } else {
      throw new IOException("of no known kind");
    }
    if (!whole) {
      throw new IOException("damaged or cut off");
    }
  }

  /** Each part has its length, its kind, its content and a checksum; the last is an end. */
  private static boolean isWholePng(ByteBuffer file) {
    file.position(8);
    while (file.remaining() >= 12) {
      int length = file.getInt();
      if (length < 0 || length > file.remaining() - 8) {
        return false;
      }
      CRC32 sum = new CRC32();
      sum.update(file.array(), file.position(), length + 4);
      int kind = file.getInt();
      file.position(file.position() + length);
      if (file.getInt() != (int) sum.getValue()) {
        return false;
      }
      if (kind == IEND) {
        return true;
      }
    }
    return false;
  }

  /** Blocks of 1 to 255 bytes, each with its length, up to one of 0; the last part is an end. */
  private static boolean isWholeGif(ByteBuffer file) {
    int at = 13 + (file.limit() > 12 ? colours(file.get(10)) : 0);
    while (at < file.limit() && file.get(at) != ';') {
      if (file.get(at) == '!') {
        at += 2;
      } else if (file.get(at) == ',' && at + 9 < file.limit()) {
        at += 11 + colours(file.get(at + 9));
      } else {
        return false;
      }
      while (at < file.limit() && file.get(at) != 0) {
        at += 1 + (file.get(at) & 0xFF);
      }
      at++;
    }
    return at < file.limit();
  }

  /** Bytes of a table of colours. */
  private static int colours(byte flags) {
    return (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
  }

  /** Segments have their length; between them, an FF of the data is followed by a 0. */
  private static boolean isWholeJpeg(ByteBuffer file) {
    int at = 2;
    while (at + 1 < file.limit()) {
      int marker = file.get(at + 1) & 0xFF;
      if (file.get(at) != (byte) 0xFF || marker == 0 || marker >= 0xD0 && marker <= 0xD7) {
        // Data of a scan, or a mark within it.
        at++;
      } else if (marker == 0xD9) {
        return true;
      } else if (marker == 0xFF || marker == 0x01 || marker == 0xD8) {
        at++;
      } else {
        at += 2 + (at + 3 < file.limit() ? file.getShort(at + 2) & 0xFFFF : 2);
      }
    }
    return false;
  }
}
