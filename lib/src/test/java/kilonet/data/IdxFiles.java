package kilonet.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;

/** Contents of files in the IDX format, made for tests. */
final class IdxFiles {

  private IdxFiles() {}

  /** Images of 28 x 28 pixels, with some pattern. */
  static byte[] images(int count) {
    ByteBuffer file = ByteBuffer.allocate(16 + count * 784);
    file.putInt(2051).putInt(count).putInt(28).putInt(28);
    for (int i = 0; file.hasRemaining(); i++) {
      file.put((byte) (i * 31 ^ i >> 7));
    }
    return file.array();
  }

  /** Labels 0, 1, … 9, 0, 1, …. */
  static byte[] labels(int count) {
    ByteBuffer file = ByteBuffer.allocate(8 + count);
    file.putInt(2049).putInt(count);
    for (int i = 0; i < count; i++) {
      file.put((byte) (i % 10));
    }
    return file.array();
  }

  static byte[] gzip(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
