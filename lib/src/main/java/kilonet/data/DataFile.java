package kilonet.data;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A file of MNIST, which is the same everywhere once it is uncompressed.
 *
 * @param usualName its name without {@code .gz}
 * @param size bytes, uncompressed
 * @param sha256 of the uncompressed content, in hexadecimal
 */
record MnistFile(String usualName, long size, String sha256) {

  static final MnistFile TRAIN_IMAGES =
      new MnistFile(
          "train-images-idx3-ubyte",
          47_040_016,
          "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db");
  static final MnistFile TRAIN_LABELS =
      new MnistFile(
          "train-labels-idx1-ubyte",
          60_008,
          "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5");
  static final MnistFile TEST_IMAGES =
      new MnistFile(
          "t10k-images-idx3-ubyte",
          7_840_016,
          "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7");
  static final MnistFile TEST_LABELS =
      new MnistFile(
          "t10k-labels-idx1-ubyte",
          10_008,
          "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2");

  static final List<MnistFile> ALL = List.of(TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS);

  /** The file in a folder, under whichever of its names it has there; uncompressed ones first. */
  Optional<Path> in(Path folder) {
    String dotted = usualName.replace("-idx", ".idx");
    return Stream.of(usualName, dotted, usualName + ".gz", dotted + ".gz")
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }
}
