package kilonet.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collections;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import kilonet.text.Text;

/** Zip files that may come from anybody. */
final class Archives {

  private Archives() {}

  /**
   * Unpacks a zip file to nowhere. Java's {@link ZipFile}, with which nets are read, does not ask
   * whether the bytes of an entry are those that were packed, nor how many they are.
   *
   * @throws IOException if the file is no zip, an entry is damaged, or all of them do not fit into
   *     a quarter of this Java's memory; the message is the rest of a sentence
   */
  static void requireWhole(Path file) throws IOException {
    long room = Runtime.getRuntime().maxMemory() / 4;
    byte[] chunk = new byte[1 << 16];
    try (ZipFile zip = new ZipFile(file.toFile())) {
      for (ZipEntry entry : Collections.list(zip.entries())) {
        CRC32 sum = new CRC32();
        try (InputStream in = zip.getInputStream(entry)) {
          for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
            sum.update(chunk, 0, read);
            room -= read;
            if (room < 0) {
              throw new IOException("unpacked, it does not fit into this Java's memory");
            }
          }
        }
        if (sum.getValue() != entry.getCrc()) {
          throw new IOException(Text.of("its part %s is damaged", entry.getName()));
        }
      }
    } catch (IllegalArgumentException e) {
      // Names of entries in another encoding than the file says.
      throw new IOException("its table of contents is damaged", e);
    }
  }
}
