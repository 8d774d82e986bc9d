package kilonet.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import kilonet.text.Text;

/**
 * Reads files of the IDX format (LeCun, Cortes, Burges: <i>The MNIST database</i>), gzipped or not,
 * and takes nothing for granted: whatever is not as the format says ends in a {@link DataException}
 * of one sentence that names file, expectation and finding.
 *
 * <p>A file is a magic number (2051 for images, 2049 for labels), its dimensions, and one unsigned
 * byte a value; all numbers are 32-bit, the highest byte first.
 */
final class IdxReader {

  private static final int IMAGES_MAGIC = 2051;
  private static final int LABELS_MAGIC = 2049;
  private static final int ROWS_MAGIC = 0x0C02;
  private static final int GZIP_MAGIC = 0x1F8B;

  private IdxReader() {}

  /**
   * What an image file holds.
   *
   * @param count number of images
   * @param pixels {@code [count, height, width]}
   * @param sha256 of the uncompressed file, in hexadecimal
   */
  record Images(int count, int height, int width, byte[] pixels, String sha256) {}

  /**
   * What a label file holds.
   *
   * @param labels one a label
   * @param sha256 of the uncompressed file, in hexadecimal
   */
  record Labels(byte[] labels, String sha256) {}

  /**
   * Reads an image file.
   *
   * @param height the rows that its images must have
   * @param width the columns that its images must have
   */
  static Images images(Path file, int height, int width) {
    try (Source source = open(file)) {
      source.expectMagic(IMAGES_MAGIC, "images");
      int count = source.expectCount("images");
      int rows = source.number();
      int columns = source.number();
      if (rows != height || columns != width) {
        throw new DataException(
            Text.of(
                "%s: images of %d x %d pixels were expected, but its header says %d x %d.",
                file,
                height,
                width,
                Integer.toUnsignedLong(rows),
                Integer.toUnsignedLong(columns)));
      }
      byte[] pixels = source.values((long) count * height * width, "images");
      return new Images(count, height, width, pixels, source.sha256());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Reads a label file.
   *
   * @param classes labels must be from 0 to one less
   */
  static Labels labels(Path file, int classes) {
    try (Source source = open(file)) {
      source.expectMagic(LABELS_MAGIC, "labels");
      int count = source.expectCount("labels");
      byte[] labels = source.values(count, "labels");
      for (int i = 0; i < count; i++) {
        int label = labels[i] & 0xFF;
        if (label >= classes) {
          throw new DataException(
              Text.of(
                  "%s: labels from 0 to %d were expected, but label %,d is %d.",
                  file, classes - 1, i, label));
        }
      }
      return new Labels(labels, source.sha256());
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /**
   * Reads a file of rows of 32-bit numbers, of which the first is a class.
   *
   * @param classes it must be from 0 to one less
   */
  static byte[] firstOfRows(Path file, int classes) {
    try (Source source = open(file)) {
      source.expectMagic(ROWS_MAGIC, "rows of numbers");
      int count = source.expectCount("rows");
      int columns = source.expectCount("columns");
      byte[] values = source.values((long) count * columns * Integer.BYTES, "rows");
      byte[] labels = new byte[count];
      for (int i = 0; i < count; i++) {
        int label = ByteBuffer.wrap(values).getInt(i * columns * Integer.BYTES);
        if (label < 0 || label >= classes) {
          throw new DataException(
              Text.of(
                  "%s: labels from 0 to %d were expected, but label %,d is %d.",
                  file, classes - 1, i, label));
        }
        labels[i] = (byte) label;
      }
      return labels;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** SHA-256 of a file's uncompressed content; reads no further than a limit of bytes. */
  static String sha256(Path file, long limit) {
    try (Source source = open(file)) {
      byte[] chunk = new byte[1 << 16];
      while (source.position < limit) {
        int read = source.read(chunk);
        if (read < 0) {
          break;
        }
      }
      return source.sha256();
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  private static Source open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      raw.mark(2);
      int magic = raw.read() << 8 | raw.read();
      raw.reset();
      boolean gzip = magic == GZIP_MAGIC;
      return new Source(file, gzip, gzip ? new GZIPInputStream(raw, 1 << 16) : raw);
    } catch (ZipException | EOFException e) {
      raw.close();
      throw new DataException(
          Text.of(
              "%s: gzip data were expected, but their header is damaged (%s).",
              file, e instanceof EOFException ? "it ends too early" : e.getMessage()),
          e);
    } catch (IOException e) {
      raw.close();
      throw e;
    }
  }

  private static DataException unreadable(Path file, IOException e) {
    if (e instanceof NoSuchFileException) {
      return new DataException(Text.of("%s: a file was expected, but there is none.", file), e);
    }
    return new DataException(Text.of("%s: the file cannot be read (%s).", file, Text.reason(e)), e);
  }

  /** The uncompressed content of a file, counted and hashed as it is read. */
  private static final class Source extends FilterInputStream {

    private final Path file;
    private final boolean gzip;
    private final MessageDigest digest = Sha256.digest();
    private long position;

    Source(Path file, boolean gzip, InputStream content) {
      super(content);
      this.file = file;
      this.gzip = gzip;
    }

    void expectMagic(int magic, String what) throws IOException {
      int found = number();
      if (found != magic) {
        throw new DataException(
            Text.of(
                "%s: the magic number %d of IDX %s was expected, but the file begins with %d%s.",
                file, magic, what, Integer.toUnsignedLong(found), meaning(found)));
      }
    }

    private static String meaning(int magic) {
      return switch (magic) {
        case IMAGES_MAGIC -> ", the one of images";
        case LABELS_MAGIC -> ", the one of labels";
        case ROWS_MAGIC -> ", the one of rows of numbers";
        default -> "";
      };
    }

    int expectCount(String what) throws IOException {
      int count = number();
      if (count < 1) {
        throw new DataException(
            Text.of(
                "%s: a number of %s from 1 to %,d was expected, but its header says %,d.",
                file, what, Integer.MAX_VALUE, Integer.toUnsignedLong(count)));
      }
      return count;
    }

    int number() throws IOException {
      byte[] four = readNBytes(4);
      if (four.length < 4) {
        throw new DataException(
            Text.of(
                "%s: an IDX header was expected, but the file ends after %,d bytes.",
                file, position));
      }
      return ByteBuffer.wrap(four).getInt();
    }

    byte[] values(long length, String what) throws IOException {
      // They are held twice while they are read.
      long most = Math.min(Integer.MAX_VALUE - 8, Runtime.getRuntime().maxMemory() / 4);
      if (length > most) {
        throw new DataException(
            Text.of(
                "%s: %s that fit into this Java's memory were expected, but its header declares %,d"
                    + " bytes.",
                file, what, length));
      }
      long expected = position + length;
      byte[] values = readNBytes((int) length);
      if (values.length < length) {
        throw new DataException(
            Text.of(
                "%s: %,d bytes were expected from its header, but the file is truncated after %,d.",
                file, expected, position));
      }
      if (read() >= 0) {
        throw new DataException(
            Text.of(
                "%s: %,d bytes were expected from its header, but the file goes on after them.",
                file, expected));
      }
      return values;
    }

    String sha256() {
      return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int read;
      try {
        read = super.read(target, offset, length);
      } catch (ZipException | EOFException e) {
        if (!gzip) {
          throw e;
        }
        throw new DataException(
            Text.of(
                    "%s: whole gzip data were expected, but they are damaged after %,d uncompressed bytes",
                    file, position)
                + Text.of(" (%s): get the file again.", e.getMessage()),
            e);
      }
      if (read > 0) {
        position += read;
        digest.update(target, offset, read);
      }
      return read;
    }
  }
}
