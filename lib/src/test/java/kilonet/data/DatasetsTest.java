package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import kilonet.text.Text;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The formats of the sets that are known by name, on small files of that form. */
class DatasetsTest {

  private static final int SIDE = 28;

  @TempDir private Path folder;

  private static byte[] gzipped(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  /** Pictures whose pixel in row y and column x of number i is i + 10 y + x. */
  private static byte[] images(int count) {
    ByteBuffer idx = ByteBuffer.allocate(16 + count * SIDE * SIDE);
    idx.putInt(2051).putInt(count).putInt(SIDE).putInt(SIDE);
    for (int i = 0; i < count * SIDE * SIDE; i++) {
      int place = i % (SIDE * SIDE);
      idx.put((byte) (i / (SIDE * SIDE) + 10 * (place / SIDE) + place % SIDE));
    }
    return idx.array();
  }

  private static byte[] labels(int... labels) {
    ByteBuffer idx = ByteBuffer.allocate(8 + labels.length);
    idx.putInt(2049).putInt(labels.length);
    for (int label : labels) {
      idx.put((byte) label);
    }
    return idx.array();
  }

  private static byte[] rows(int... labels) {
    ByteBuffer idx = ByteBuffer.allocate(12 + labels.length * 32);
    idx.putInt(0x0C02).putInt(labels.length).putInt(8);
    for (int label : labels) {
      idx.putInt(label).putInt(4).putInt(2_154).putInt(59).putInt(35).putInt(1).putInt(0).putInt(0);
    }
    return idx.array();
  }

  @Test
  void filesLikeMnistsHaveNamesOfClasses() throws IOException {
    Files.write(folder.resolve("train-images-idx3-ubyte"), images(3));
    Files.write(folder.resolve("train-labels-idx1-ubyte.gz"), gzipped(labels(0, 2, 1)));
    Files.write(folder.resolve("t10k-images-idx3-ubyte.gz"), gzipped(images(1)));
    Files.write(folder.resolve("t10k-labels.idx1-ubyte"), labels(2));
    TrainTest read = IdxSets.likeMnist(folder, "kmnist", List.of("o", "ki", "su"));
    assertThat(read.name()).isEqualTo("kmnist");
    assertThat(read.train().size()).isEqualTo(3);
    assertThat(read.train().className(1)).isEqualTo("su");
    assertThat(read.test().normalization()).isEqualTo(read.train().normalization());
    Files.write(folder.resolve("t10k-labels.idx1-ubyte"), labels(2, 1));
    assertThatThrownBy(() -> IdxSets.likeMnist(folder, "kmnist", List.of("o", "ki", "su")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a label for each of 1 images was expected, but there are 2");
  }

  @Test
  void qmnistsLabelsAreTheFirstOfEightNumbers() throws IOException {
    for (String part : List.of("train", "test")) {
      Files.write(
          folder.resolve(Text.of("qmnist-%s-images-idx3-ubyte.gz", part)), gzipped(images(2)));
      Files.write(
          folder.resolve(Text.of("qmnist-%s-labels-idx2-int.gz", part)), gzipped(rows(5, 9)));
    }
    TrainTest read = IdxSets.qmnist(folder);
    assertThat(read.test().label(0)).isEqualTo(5);
    assertThat(read.test().label(1)).isEqualTo(9);
    Files.write(folder.resolve("qmnist-test-labels-idx2-int.gz"), gzipped(rows(5, 10)));
    assertThatThrownBy(() -> IdxSets.qmnist(folder))
        .hasMessageContaining("labels from 0 to 9 were expected, but label 1 is 10");
  }

  @Test
  void emnistsPicturesAreTurnedUpright() throws IOException {
    Path zip = folder.resolve("gzip.zip");
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip))) {
      for (String part : List.of("train", "test")) {
        String name = "gzip/emnist-letters-" + part;
        out.putNextEntry(new ZipEntry(name + "-images-idx3-ubyte.gz"));
        out.write(gzipped(images(2)));
        out.putNextEntry(new ZipEntry(name + "-labels-idx1-ubyte.gz"));
        out.write(gzipped(labels(1, 3)));
      }
    }
    TrainTest read = IdxSets.emnist(zip, "emnist-letters", List.of("A", "B", "C"), 1);
    assertThat(read.train().className(0)).isEqualTo("A");
    assertThat(read.train().className(1)).isEqualTo("C");
    // What was 10 a row and 1 a column is 10 a column and 1 a row.
    assertThat(read.train().image(0)[1]).isEqualTo((byte) 10);
    assertThat(read.train().image(0)[SIDE]).isEqualTo((byte) 1);
    assertThatThrownBy(() -> IdxSets.emnist(zip, "emnist-balanced", List.of("0", "1"), 0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("it has no gzip/emnist-balanced-train-images-idx3-ubyte.gz");
  }

  private static byte[] tar(Map<String, byte[]> files) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      byte[] header = new byte[512];
      byte[] name = file.getKey().getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(name, 0, header, 0, name.length);
      byte[] size = Text.of("%011o ", file.getValue().length).getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(size, 0, header, 124, size.length);
      bytes.write(header);
      bytes.write(file.getValue());
      bytes.write(new byte[(512 - file.getValue().length % 512) % 512]);
    }
    bytes.write(new byte[1_024]);
    return gzipped(bytes.toByteArray());
  }

  private static byte[] records(int labelBytes, int... labels) {
    ByteBuffer records = ByteBuffer.allocate(labels.length * (labelBytes + 3_072));
    for (int label : labels) {
      records.put(new byte[labelBytes - 1]).put((byte) label);
      for (int i = 0; i < 3_072; i++) {
        records.put((byte) (i / 1_024 * 100 + i % 32));
      }
    }
    return records.array();
  }

  @Test
  void cifarTenIsReadOutOfItsArchive() throws IOException {
    Path archive = folder.resolve("cifar-10-binary.tar.gz");
    Files.write(
        archive,
        tar(
            Map.of(
                "cifar-10-batches-bin/data_batch_1.bin", records(1, 3, 9),
                "cifar-10-batches-bin/readme.html", new byte[700],
                "cifar-10-batches-bin/test_batch.bin", records(1, 0))));
    TrainTest read = Cifar.ten(archive);
    assertThat(read.train()).hasToString("cifar-10: 2 images of 32 x 32 in colour in 10 classes");
    assertThat(read.train().className(0)).isEqualTo("cat");
    assertThat(read.train().className(1)).isEqualTo("truck");
    assertThat(read.test().className(0)).isEqualTo("airplane");
    assertThat(read.train().image(1)[1_024 + 33]).isEqualTo((byte) 101);
    Files.write(archive, tar(Map.of("data_batch_1.bin", new byte[100])));
    assertThatThrownBy(() -> Cifar.ten(archive))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("records of 3,073 bytes were expected, but a part of it has 100");
    Files.write(archive, new byte[] {1, 2, 3});
    assertThatThrownBy(() -> Cifar.ten(archive)).hasMessageContaining("it cannot be read");
  }

  @Test
  void cifarHundredTakesTheSecondLabelAndItsNames() throws IOException {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      names.append(Text.of("fine%d\n", i));
    }
    Path archive = folder.resolve("cifar-100-binary.tar.gz");
    Files.write(
        archive,
        tar(
            Map.of(
                "cifar-100-binary/train.bin", records(2, 99),
                "cifar-100-binary/fine_label_names.txt",
                    names.toString().getBytes(StandardCharsets.US_ASCII),
                "cifar-100-binary/test.bin", records(2, 7))));
    TrainTest read = Cifar.hundred(archive);
    assertThat(read.train().className(0)).isEqualTo("fine99");
    assertThat(read.test().className(0)).isEqualTo("fine7");
  }

  @Test
  void nothingElseCountsAsAKnownSet() throws IOException {
    Path archive = folder.resolve("cifar-10-binary.tar.gz");
    Files.write(archive, tar(Map.of("test_batch.bin", records(1, 0))));
    assertThatThrownBy(() -> Datasets.load("cifar-10", folder, DownloadListener.SILENT))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(
            "CIFAR-10's own content (SHA-256"
                + " c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd) was expected,"
                + " but this is another")
        .hasMessageEndingWith("get it again from https://www.cs.toronto.edu/~kriz/.");
    assertThatThrownBy(() -> Datasets.load("fashion-mnist", folder, DownloadListener.SILENT))
        .hasMessageContaining(
            "Fashion-MNIST was expected to be there, but its file train-images-idx3-ubyte.gz is"
                + " missing");
    assertThatThrownBy(() -> Datasets.named("imagenet"))
        .hasMessageContaining(
            "No data is called 'imagenet': use one of mnist, digits, fashion-mnist");
    assertThatThrownBy(() -> Mnist.loadAlike(folder, "fashion-mnist"))
        .hasMessageContaining("give them another name");
    KnownSet emnist = KnownSet.all().get("emnist-letters");
    assertThatThrownBy(() -> emnist.download(folder, DownloadListener.SILENT))
        .isInstanceOf(DataUnavailableException.class)
        .hasMessageContaining("561,753,746 bytes, too many to be fetched here: get it from");
  }

  /** Where a system's package of it is. */
  @Test
  void fashionMnistIsWhatItsPublishersSay() {
    Assumptions.assumeTrue(Files.isDirectory(Path.of("/usr/share/datasets/fashion-mnist")));
    TrainTest fashion = Datasets.named("fashion-mnist");
    assertThat(fashion.train().size()).isEqualTo(60_000);
    assertThat(fashion.test().size()).isEqualTo(10_000);
    // The figures that everybody normalizes with: 0.2860 and 0.3530.
    assertThat(fashion.train().normalization().mean(0)).isBetween(0.28603f, 0.28605f);
    assertThat(fashion.train().normalization().std(0)).isBetween(0.35301f, 0.35303f);
    assertThat(fashion.train().className(0)).isEqualTo("Ankle boot");
  }
}
