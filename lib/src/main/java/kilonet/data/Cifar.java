package kilonet.data;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import kilonet.text.Text;

/**
 * The binary versions of CIFAR-10 and CIFAR-100, gzipped tar archives of records: labels, then
 * 1,024 bytes each of red, green and blue, row by row.
 */
final class Cifar {

  private static final int SIDE = 32;
  private static final int CHANNELS = 3;
  private static final int IMAGE = CHANNELS * SIDE * SIDE;

  /** Tar archives are made of blocks. */
  private static final int BLOCK = 512;

  private static final List<String> TEN =
      List.of(
          "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck");

  private final Path archive;
  private final int labels;
  private final List<byte[]> train = new ArrayList<>();
  private final List<byte[]> test = new ArrayList<>();
  private List<String> names = TEN;

  private Cifar(Path archive, int labels) {
    this.archive = archive;
    this.labels = labels;
  }

  /** CIFAR-10: five files to train with, one to test with, a label before each image. */
  static TrainTest ten(Path archive) {
    return new Cifar(archive, 1).read("cifar-10", "data_batch_[1-5]\\.bin", "test_batch\\.bin");
  }

  /** CIFAR-100: two labels before each image, of which the second counts; its names lie beside. */
  static TrainTest hundred(Path archive) {
    return new Cifar(archive, 2).read("cifar-100", "train\\.bin", "test\\.bin");
  }

  private TrainTest read(String name, String trainFiles, String testFiles) {
    try (InputStream in =
        new GZIPInputStream(
            new BufferedInputStream(Files.newInputStream(archive), 1 << 16), 1 << 16)) {
      byte[] header = in.readNBytes(BLOCK);
      while (header.length == BLOCK && header[0] != 0) {
        String path = text(header, 0, 100);
        String file = path.substring(path.lastIndexOf('/') + 1);
        long size = Long.parseLong(text(header, 124, 12).strip(), 8);
        if (size > Integer.MAX_VALUE - 8) {
          throw new IOException(Text.of("its part %s is too large", path));
        }
        if (file.matches(trainFiles)) {
          train.add(part(in, (int) size));
        } else if (file.matches(testFiles)) {
          test.add(part(in, (int) size));
        } else if (file.equals("fine_label_names.txt")) {
          names = new String(part(in, (int) size), StandardCharsets.UTF_8).lines().toList();
        } else {
          in.skipNBytes(size);
        }
        in.skipNBytes((BLOCK - size % BLOCK) % BLOCK);
        header = in.readNBytes(BLOCK);
      }
    } catch (IOException | NumberFormatException e) {
      throw new DataException(
          Text.of(
              "%s: a whole archive of %s was expected, but it cannot be read (%s).",
              archive, name, e instanceof IOException io ? Text.reason(io) : "no tar archive"),
          e);
    }
    return new TrainTest(set(name, train), set(name, test));
  }

  private static String text(byte[] header, int from, int length) {
    String text = new String(header, from, length, StandardCharsets.US_ASCII);
    int end = text.indexOf(0);
    return end < 0 ? text : text.substring(0, end);
  }

  private static byte[] part(InputStream in, int size) throws IOException {
    byte[] part = in.readNBytes(size);
    if (part.length < size) {
      throw new EOFException("it ends too early");
    }
    return part;
  }

  private ImageSet set(String name, List<byte[]> parts) {
    int record = labels + IMAGE;
    int size = 0;
    for (byte[] part : parts) {
      if (part.length % record != 0) {
        throw new DataException(
            Text.of(
                "%s: records of %,d bytes were expected, but a part of it has %,d.",
                archive, record, part.length));
      }
      size += part.length / record;
    }
    if (size == 0) {
      throw new DataException(
          Text.of("%s: images of %s were expected in it, but there are none.", archive, name));
    }
    byte[] pixels = new byte[Math.multiplyExact(size, IMAGE)];
    byte[] classes = new byte[size];
    int next = 0;
    for (byte[] part : parts) {
      for (int at = 0; at < part.length; at += record) {
        classes[next] = part[at + labels - 1];
        System.arraycopy(part, at + labels, pixels, next * IMAGE, IMAGE);
        next++;
      }
    }
    return ImageSet.of(name, CHANNELS, SIDE, SIDE, names, null, pixels, classes);
  }
}
