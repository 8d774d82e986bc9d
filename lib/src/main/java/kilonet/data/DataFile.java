package kilonet.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import kilonet.text.Text;

/**
 * A file of a known set, by the digest of its content: of MNIST's and Fashion-MNIST's, which are
 * the same everywhere once they are uncompressed; of others as they are published, compressed.
 *
 * @param usualName its name, without {@code .gz} where it is known uncompressed
 * @param size bytes of what is known
 * @param digest of that, in hexadecimal: SHA-256; MD5 where its publishers gave no other
 * @param packed whether it is known as it is published
 */
record DataFile(String usualName, long size, String digest, boolean packed) {

  /** One that is known uncompressed. */
  DataFile(String usualName, long size, String digest) {
    this(usualName, size, digest, false);
  }

  static final DataFile TRAIN_IMAGES =
      new DataFile(
          "train-images-idx3-ubyte",
          47_040_016,
          "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
  static final DataFile TRAIN_LABELS =
      new DataFile(
          "train-labels-idx1-ubyte",
          60_008,
          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
  static final DataFile TEST_IMAGES =
      new DataFile(
          "t10k-images-idx3-ubyte",
          7_840_016,
          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
  static final DataFile TEST_LABELS =
      new DataFile(
          "t10k-labels-idx1-ubyte",
          10_008,
          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

  /** Digits of an MD5 sum. */
  private static final int MD5 = 32;

  static final List<DataFile> ALL = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  /** What it is called where it is published. */
  String publishedName() {
    return packed ? usualName : usualName + ".gz";
  }

  /** The digest of a file's content. */
  String digestOf(Path file) {
    return packed
        ? Sha256.hex(file, digest.length() == MD5 ? "MD5" : "SHA-256")
        : IdxReader.sha256(file, size + 1);
  }

  /**
   * Checks that a file is the one that is meant.
   *
   * @param file where it is
   * @param title of its set
   * @param remedy what to do, the end of a sentence
   */
  void verify(Path file, String title, String remedy) {
    String found = digestOf(file);
    if (!found.equals(digest)) {
      throw new DataException(
          Text.of(
              "%s: %s's own content (%s %s) was expected, but this is another (%s): %s.",
              file, title, digest.length() == MD5 ? "MD5" : "SHA-256", digest, found, remedy));
    }
  }

  /** The file in a folder, under whichever of its names it has there; uncompressed ones first. */
  Optional<Path> in(Path folder) {
    if (packed) {
      return Optional.of(folder.resolve(usualName)).filter(Files::isRegularFile);
    }
    String dotted = usualName.replace("-idx", ".idx");
    return Stream.of(usualName, dotted, usualName + ".gz", dotted + ".gz")
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }
}
