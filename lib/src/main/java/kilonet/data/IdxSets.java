package kilonet.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import kilonet.text.Text;

/** Sets in the format of MNIST, with its size of pictures, and ways of their own. */
final class IdxSets {

  private IdxSets() {}

  /** Four files under MNIST's names, gzipped or not. */
  static TrainTest likeMnist(Path folder, String name, List<String> classes) {
    return new TrainTest(
        set(
            name,
            classes,
            images(folder, DataFile.TRAIN_IMAGES),
            labels(folder, DataFile.TRAIN_LABELS, classes.size())),
        set(
            name,
            classes,
            images(folder, DataFile.TEST_IMAGES),
            labels(folder, DataFile.TEST_LABELS, classes.size())));
  }

  private static IdxReader.Images images(Path folder, DataFile file) {
    return IdxReader.images(file.in(folder).orElseThrow(), Mnist.SIDE, Mnist.SIDE);
  }

  private static byte[] labels(Path folder, DataFile file, int classes) {
    return IdxReader.labels(file.in(folder).orElseThrow(), classes).labels();
  }

  private static ImageSet set(
      String name, List<String> classes, IdxReader.Images images, byte[] labels) {
    if (images.count() != labels.length) {
      throw new DataException(
          Text.of(
              "%s: a label for each of %,d images was expected, but there are %,d labels.",
              name, images.count(), labels.length));
    }
    return ImageSet.of(name, 1, Mnist.SIDE, Mnist.SIDE, classes, null, images.pixels(), labels);
  }

  /** Labels are rows of eight numbers, the first of which is the class. */
  static TrainTest qmnist(Path folder) {
    List<String> digits = PictureForm.numbered(Mnist.CLASSES);
    return new TrainTest(qmnist(folder, "train", digits), qmnist(folder, "test", digits));
  }

  private static ImageSet qmnist(Path folder, String part, List<String> digits) {
    Path images = folder.resolve(Text.of("qmnist-%s-images-idx3-ubyte.gz", part));
    Path labels = folder.resolve(Text.of("qmnist-%s-labels-idx2-int.gz", part));
    return set(
        "qmnist",
        digits,
        IdxReader.images(images, Mnist.SIDE, Mnist.SIDE),
        IdxReader.firstOfRows(labels, digits.size()));
  }

  /**
   * A part of EMNIST, whose pictures lie on their sides: rows are columns.
   *
   * @param zip NIST's archive of all parts
   * @param name what the set is called, {@code emnist-} and the part
   * @param classes in the order of the labels
   * @param least the label of the first class
   */
  static TrainTest emnist(Path zip, String name, List<String> classes, int least) {
    try (ZipFile archive = new ZipFile(zip.toFile())) {
      return new TrainTest(
          emnist(archive, name, "train", classes, least),
          emnist(archive, name, "test", classes, least));
    } catch (IOException e) {
      throw new DataException(
          Text.of("%s: the archive cannot be read (%s).", zip, Text.reason(e)), e);
    }
  }

  private static ImageSet emnist(
      ZipFile archive, String name, String part, List<String> classes, int least)
      throws IOException {
    IdxReader.Images images =
        unpacked(
            archive,
            Text.of("%s-%s-images-idx3-ubyte.gz", name, part),
            file -> IdxReader.images(file, Mnist.SIDE, Mnist.SIDE));
    byte[] labels =
        unpacked(
            archive,
            Text.of("%s-%s-labels-idx1-ubyte.gz", name, part),
            file -> IdxReader.labels(file, classes.size() + least).labels());
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (byte) (labels[i] - least);
    }
    transpose(images.pixels());
    return set(name, classes, images, labels);
  }

  /** Makes rows of columns, in each picture. */
  private static void transpose(byte[] pixels) {
    int side = Mnist.SIDE;
    for (int start = 0; start < pixels.length; start += side * side) {
      for (int y = 0; y < side; y++) {
        for (int x = 0; x < y; x++) {
          int one = start + y * side + x;
          int other = start + x * side + y;
          byte value = pixels[one];
          pixels[one] = pixels[other];
          pixels[other] = value;
        }
      }
    }
  }

  private static <T> T unpacked(ZipFile archive, String name, Reader<T> reader) throws IOException {
    ZipEntry entry = archive.getEntry("gzip/" + name);
    if (entry == null) {
      throw new IOException("it has no gzip/" + name);
    }
    Path aside = Files.createTempFile("kilonet-", name);
    try {
      try (InputStream in = archive.getInputStream(entry)) {
        Files.copy(in, aside, StandardCopyOption.REPLACE_EXISTING);
      }
      return reader.read(aside);
    } finally {
      Files.delete(aside);
    }
  }

  /** Makes something of a file. */
  private interface Reader<T> {
    T read(Path file);
  }
}
