package kilonet.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The four files of MNIST, with size and SHA-256 of their uncompressed content. */
enum MnistFile {
  TRAIN_IMAGES(
      "train-images-idx3-ubyte",
      47_040_016,
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"),
  TRAIN_LABELS(
      "train-labels-idx1-ubyte",
      60_008,
      "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"),
  TEST_IMAGES(
      "t10k-images-idx3-ubyte",
      7_840_016,
      "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"),
  TEST_LABELS(
      "t10k-labels-idx1-ubyte",
      10_008,
      "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

  private final String usualName;
  private final long size;
  private final String sha256;

  MnistFile(String usualName, long size, String sha256) {
    this.usualName = usualName;
    this.size = size;
    this.sha256 = sha256;
  }

  /** The name without {@code .gz}. */
  String usualName() {
    return usualName;
  }

  /** Bytes, uncompressed. */
  long size() {
    return size;
  }

  /** The file in a folder, under whichever of its names it has there; uncompressed ones first. */
  Optional<Path> in(Path folder) {
    String dotted = usualName.replace("-idx", ".idx");
    return Stream.of(usualName, dotted, usualName + ".gz", dotted + ".gz")
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /**
   * Checks a hash.
   *
   * @param file where the content came from
   * @param found SHA-256 of its uncompressed content
   * @throws DataException if it is not the one of MNIST's file
   */
  void verify(Path file, String found) {
    if (!found.equals(sha256)) {
      throw new DataException(
          "%s: the content of MNIST's file (SHA-256 %s) was expected, but it is another (%s): put"
                  .formatted(file, sha256, found)
              + " the original there, or delete the file to have it downloaded.");
    }
  }
}
