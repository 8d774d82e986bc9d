package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import kilonet.text.Text;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MnistTest {

  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  @TempDir private Path folder;

  @BeforeEach
  void aFolderOfSmallFiles() throws IOException {
    put(TRAIN_IMAGES, IdxFiles.images(20));
    put(TRAIN_LABELS, IdxFiles.labels(20));
    put(TEST_IMAGES, IdxFiles.images(10));
    put(TEST_LABELS, IdxFiles.labels(10));
  }

  private void put(String name, byte[] content) throws IOException {
    Files.write(folder.resolve(name), content);
  }

  private void replaceByGzip(String name, byte[] gzip) throws IOException {
    Files.delete(folder.resolve(name));
    put(name + ".gz", gzip);
  }

  /** Loading fails with this sentence, in which FOLDER stands for the folder. */
  private void refused(String sentence) {
    assertThatThrownBy(() -> Mnist.loadAlike(folder, "small"))
        .isInstanceOf(DataException.class)
        .hasMessage(sentence.replace("FOLDER/", folder + File.separator));
  }

  @ParameterizedTest
  @CsvSource({"'',false", ".gz,true"})
  void given_good_files_when_loaded_then_they_are_read_gzipped_or_not(String ending, boolean gzip)
      throws IOException {
    if (gzip) {
      for (String name : new String[] {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS}) {
        byte[] content = Files.readAllBytes(folder.resolve(name));
        replaceByGzip(name, IdxFiles.gzip(content));
        assertThat(folder.resolve(name + ending)).exists();
      }
    }
    TrainTest read = Mnist.loadAlike(folder, "small");
    assertThat(read.train()).hasToString("small: 20 images of 28 x 28 in 10 classes");
    assertThat(read.test().size()).isEqualTo(10);
    byte[] file = IdxFiles.images(20);
    assertThat(read.train().pixels()).isEqualTo(Arrays.copyOfRange(file, 16, file.length));
    assertThat(read.train().label(13)).isEqualTo(3);
  }

  @Test
  void given_names_with_a_dot_when_loaded_then_they_are_accepted() throws IOException {
    for (String name : new String[] {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS}) {
      Files.move(folder.resolve(name), folder.resolve(name.replace("-idx", ".idx")));
    }
    assertThat(Mnist.find(folder)).contains(folder);
    assertThat(Mnist.loadAlike(folder, "small").train().size()).isEqualTo(20);
  }

  @Test
  void wrong_magic() throws IOException {
    put(TRAIN_IMAGES, IdxFiles.labels(20));
    refused(
        "FOLDER/train-images-idx3-ubyte: the magic number 2051 of IDX images was expected, but the"
            + " file begins with 2049, the one of labels.");
    put(TRAIN_IMAGES, "<html>no such file</html>".getBytes());
    refused(
        "FOLDER/train-images-idx3-ubyte: the magic number 2051 of IDX images was expected, but the"
            + " file begins with 1013478509.");
  }

  @Test
  void wrong_dimensions() throws IOException {
    byte[] images = IdxFiles.images(20);
    ByteBuffer.wrap(images).putInt(8, 32);
    put(TRAIN_IMAGES, images);
    refused(
        "FOLDER/train-images-idx3-ubyte: images of 28 x 28 pixels were expected, but its header"
            + " says 32 x 28.");
  }

  @Test
  void impossible_counts() throws IOException {
    byte[] images = IdxFiles.images(20);
    ByteBuffer.wrap(images).putInt(4, -1);
    put(TRAIN_IMAGES, images);
    refused(
        "FOLDER/train-images-idx3-ubyte: a number of images from 1 to 2,147,483,647 was expected,"
            + " but its header says 4,294,967,295.");
    ByteBuffer.wrap(images).putInt(4, 5_000_000);
    put(TRAIN_IMAGES, images);
    refused(
        "FOLDER/train-images-idx3-ubyte: images that fit into this Java's memory were expected, but"
            + " its header declares 3,920,000,000 bytes.");
  }

  @Test
  void truncated() throws IOException {
    put(TRAIN_IMAGES, Arrays.copyOf(IdxFiles.images(20), 5000));
    refused(
        "FOLDER/train-images-idx3-ubyte: 15,696 bytes were expected from its header, but the file is"
            + " truncated after 5,000.");
    put(TRAIN_IMAGES, Arrays.copyOf(IdxFiles.images(20), 10));
    refused(
        "FOLDER/train-images-idx3-ubyte: an IDX header was expected, but the file ends after 10"
            + " bytes.");
    put(TRAIN_IMAGES, new byte[0]);
    refused(
        "FOLDER/train-images-idx3-ubyte: an IDX header was expected, but the file ends after 0"
            + " bytes.");
  }

  @Test
  void longer_than_declared() throws IOException {
    byte[] labels = IdxFiles.labels(20);
    put(TRAIN_LABELS, Arrays.copyOf(labels, labels.length + 1));
    refused(
        "FOLDER/train-labels-idx1-ubyte: 28 bytes were expected from its header, but the file goes"
            + " on after them.");
  }

  @Test
  void labels_out_of_range() throws IOException {
    byte[] labels = IdxFiles.labels(20);
    labels[8 + 7] = 10;
    put(TRAIN_LABELS, labels);
    refused("FOLDER/train-labels-idx1-ubyte: labels from 0 to 9 were expected, but label 7 is 10.");
    labels[8 + 7] = (byte) 200;
    put(TRAIN_LABELS, labels);
    refused(
        "FOLDER/train-labels-idx1-ubyte: labels from 0 to 9 were expected, but label 7 is 200.");
  }

  @Test
  void images_and_labels_of_different_count() throws IOException {
    put(TEST_LABELS, IdxFiles.labels(9));
    refused(
        "FOLDER/t10k-labels-idx1-ubyte: a label for each of the 10 images of t10k-images-idx3-ubyte"
            + " was expected, but there are 9 labels.");
  }

  @Test
  void gzip_damaged_in_the_middle() throws IOException {
    byte[] gzip = IdxFiles.gzip(IdxFiles.images(20));
    gzip[gzip.length / 2] ^= 0x55;
    gzip[gzip.length / 2 + 1] ^= 0x55;
    replaceByGzip(TRAIN_IMAGES, gzip);
    assertThatThrownBy(() -> Mnist.loadAlike(folder, "small"))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            ".*/train-images-idx3-ubyte\\.gz: whole gzip data were expected, but they are damaged"
                + " after [0-9,]+ uncompressed bytes \\(.+\\): get the file again\\.");
  }

  @Test
  void gzip_whose_checksum_is_wrong() throws IOException {
    byte[] gzip = IdxFiles.gzip(IdxFiles.images(20));
    gzip[gzip.length - 6] ^= 1;
    replaceByGzip(TRAIN_IMAGES, gzip);
    refused(
        "FOLDER/train-images-idx3-ubyte.gz: whole gzip data were expected, but they are damaged"
            + " after 15,696 uncompressed bytes (Corrupt GZIP trailer): get the file again.");
  }

  @Test
  void gzip_truncated() throws IOException {
    byte[] gzip = IdxFiles.gzip(IdxFiles.images(20));
    replaceByGzip(TRAIN_IMAGES, Arrays.copyOf(gzip, gzip.length / 2));
    assertThatThrownBy(() -> Mnist.loadAlike(folder, "small"))
        .isInstanceOf(DataException.class)
        .hasMessageMatching(
            ".*: whole gzip data were expected, but they are damaged after [0-9,]+ uncompressed"
                + " bytes \\(Unexpected end of ZLIB input stream\\): get the file again\\.");
    put(TRAIN_IMAGES + ".gz", Arrays.copyOf(gzip, 5));
    refused(
        "FOLDER/train-images-idx3-ubyte.gz: gzip data were expected, but their header is damaged"
            + " (it ends too early).");
  }

  @Test
  void good_files_of_another_content_are_not_mnist() {
    assertThatThrownBy(() -> Mnist.load(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(
            Text.of(
                    "%s: MNIST's own content (SHA-256 %s) was expected, but this is another (%s): put the",
                    folder.resolve(TRAIN_IMAGES),
                    "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                    IdxFiles.sha256(IdxFiles.images(20)))
                + " original there, or name no folder to have it downloaded.");
    assertThatThrownBy(() -> Mnist.loadAlike(folder, "mnist"))
        .hasMessage("Data that are not verified cannot be called 'mnist': give them another name.");
  }

  @Test
  void given_a_named_folder_without_all_files_when_looked_for_then_it_is_not_passed_over()
      throws IOException {
    Files.delete(folder.resolve(TEST_LABELS));
    assertThatThrownBy(() -> Mnist.find(folder))
        .isInstanceOf(DataException.class)
        .hasMessage(
            folder
                + ": the folder named for MNIST was expected to hold MNIST's four files, but"
                + " t10k-labels-idx1-ubyte (also with .gz) is missing.");
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> Mnist.find(none))
        .hasMessage(
            none + ": the folder named for MNIST was expected to be there, but there is none.");
    assertThatThrownBy(() -> Mnist.find(null, Map.of("KILONET_DATA", none.toString())))
        .hasMessage(
            none
                + ": the folder that KILONET_DATA names was expected to be there, but there is none.");
    Path file = folder.resolve(TEST_IMAGES);
    assertThatThrownBy(() -> Mnist.find(file))
        .hasMessage(
            file + ": the folder named for MNIST was expected to be there, but this is no folder.");
  }

  @Test
  void the_folder_that_is_named_goes_before_the_variable_and_the_variable_before_the_cache(
      @TempDir Path home) throws IOException {
    Path cache = home.resolve("kilonet").resolve("mnist");
    Map<String, String> onlyCache = Map.of("XDG_CACHE_HOME", home.toString());
    assertThat(Mnist.find(null, onlyCache)).isEmpty();
    Files.createDirectories(cache);
    for (String name : new String[] {TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS}) {
      assertThat(Mnist.find(null, onlyCache)).isEmpty();
      Files.copy(folder.resolve(name), cache.resolve(name));
    }
    assertThat(Mnist.find(null, onlyCache)).contains(cache);
    Map<String, String> both =
        Map.of("XDG_CACHE_HOME", home.toString(), "KILONET_DATA", folder.toString());
    assertThat(Mnist.find(null, both)).contains(folder);
    assertThat(Mnist.find(cache, both)).contains(cache);
  }

  @Test
  void the_cache_is_where_the_system_keeps_caches(@TempDir Path caches) {
    Path users = Path.of(System.getProperty("user.home"), ".cache", "kilonet", "mnist");
    assertThat(Mnist.cacheFolder(Map.of())).isEqualTo(users);
    assertThat(Mnist.cacheFolder(Map.of("XDG_CACHE_HOME", "relative"))).isEqualTo(users);
    assertThat(Mnist.cacheFolder(Map.of("XDG_CACHE_HOME", caches.toString())))
        .isEqualTo(caches.resolve("kilonet").resolve("mnist"));
    assertThat(Mnist.cacheFolder(Map.of("LOCALAPPDATA", caches.toString())))
        .isEqualTo(caches.resolve("kilonet").resolve("mnist"));
  }

  @Test
  void mnist_itself_is_read_verified_and_split() {
    String real = System.getenv(Mnist.FOLDER_VARIABLE);
    assumeTrue(real != null, "KILONET_DATA names no folder with MNIST.");
    TrainTest mnist = Mnist.load(Mnist.find(null).orElseThrow());
    assertThat(mnist.train()).hasToString("mnist: 60,000 images of 28 x 28 in 10 classes");
    assertThat(mnist.test().size()).isEqualTo(10_000);
    // The counts that LeCun's files are known for.
    assertThat(mnist.train().classCounts())
        .containsExactly(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949);
    assertThat(mnist.test().classCounts())
        .containsExactly(980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009);
    ImageSet.Split split = mnist.train().split(5_000, 1);
    assertThat(split.train().size()).isEqualTo(55_000);
    // A twelfth of each: 493.58, 561.83, 496.5, 510.92, 486.83, 451.75, 493.17, 522.08, 487.58,
    // 495.75
    assertThat(split.validation().classCounts())
        .containsExactly(494, 562, 496, 511, 487, 452, 493, 522, 487, 496);
    long sum = 0;
    long squares = 0;
    for (byte pixel : mnist.train().pixels()) {
      int value = pixel & 0xFF;
      sum += value;
      squares += value * value;
    }
    double pixels = 60_000 * 784;
    double mean = sum / (255 * pixels);
    double std = Math.sqrt(squares / (255.0 * 255.0 * pixels) - mean * mean);
    assertThat(mean).isEqualTo(Mnist.MEAN, within(5e-5));
    assertThat(std).isEqualTo(Mnist.STD, within(5e-5));
  }
}
