package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

class MnistWritersTest {

  private static final int IMAGES = 60_000;

  /** Names QMNIST's file {@code qmnist-train-labels-idx2-int.gz}, of which the table is made. */
  private static final String QMNIST_VARIABLE = "KILONET_QMNIST";

  private static TrainTest mnist() {
    String folder = System.getenv(Mnist.FOLDER_VARIABLE);
    assumeTrue(folder != null, "KILONET_DATA names no folder with MNIST.");
    return Mnist.load(Path.of(folder));
  }

  /** The writers of the images of a fold, or of all others. */
  private static Set<Integer> people(int writers, int fold, boolean kept) {
    boolean[] aside = MnistWriters.aside(writers, fold);
    return IntStream.range(0, IMAGES)
        .filter(i -> aside[i] == kept)
        .mapToObj(MnistWriters::writer)
        .collect(Collectors.toSet());
  }

  /**
   * Makes the table anew from QMNIST's file and leaves it in {@code target/mnist-writers}, for
   * those who want to put it into the library.
   */
  @Test
  void theTableIsTheThirdColumnOfQmnistsLabels() throws IOException {
    String file = System.getenv(QMNIST_VARIABLE);
    assumeTrue(file != null, QMNIST_VARIABLE + " does not name qmnist-train-labels-idx2-int.gz.");
    ByteBuffer table = ByteBuffer.allocate(IMAGES * Short.BYTES);
    byte[] classes = new byte[IMAGES];
    try (DataInputStream in =
        new DataInputStream(new GZIPInputStream(Files.newInputStream(Path.of(file)), 1 << 16))) {
      // Two-dimensional, of ints: so many rows of eight.
      assertThat(List.of(in.readInt(), in.readInt(), in.readInt()))
          .containsExactly(0x0C02, IMAGES, 8);
      for (int i = 0; i < IMAGES; i++) {
        int[] row = new int[8];
        for (int j = 0; j < row.length; j++) {
          row[j] = in.readInt();
        }
        classes[i] = (byte) row[0];
        assertThat(row[1]).isEqualTo(row[2] < 2_100 ? 0 : 4);
        table.putShort((short) row[2]);
      }
      assertThat(in.read()).isEqualTo(-1);
    }
    Files.write(Path.of("target", "mnist-writers"), table.array());
    try (InputStream shipped = MnistWriters.class.getResourceAsStream("mnist-writers")) {
      assertThat(shipped.readAllBytes()).isEqualTo(table.array());
    }
    assertThat(mnist().train().labels()).isEqualTo(classes);
  }

  @Test
  void everyImageHasAWriterOfEitherKind() {
    int[] writers = IntStream.range(0, IMAGES).map(MnistWriters::writer).toArray();
    assertThat(Arrays.copyOf(writers, 5)).containsExactly(2154, 0, 2232, 0, 2168);
    assertThat(Arrays.stream(writers).distinct()).hasSize(MnistWriters.COUNT);
    assertThat(Arrays.stream(writers).filter(w -> w <= 288).count()).isEqualTo(30_950);
    assertThat(Arrays.stream(writers).filter(w -> w >= 2100 && w <= 2349).count())
        .isEqualTo(29_050);
    for (int none : new int[] {-1, IMAGES}) {
      assertThatThrownBy(() -> MnistWriters.writer(none))
          .hasMessageEndingWith("give a whole number from 0 to 59999.");
    }
  }

  @Test
  void foldsOfOneSizeAreDisjointAndTogetherAll() {
    for (int writers : new int[] {5, 54, 77, 100, 270, 538}) {
      Set<Integer> people = new HashSet<>();
      int images = 0;
      int folds = MnistWriters.folds(writers);
      for (int fold = 0; fold < folds; fold++) {
        Set<Integer> own = people(writers, fold, true);
        assertThat(own).hasSize(fold < folds - 1 ? writers : 539 - writers * (folds - 1));
        assertThat(people).doesNotContainAnyElementsOf(own);
        assertThat(people(writers, fold, false)).hasSize(539 - own.size());
        assertThat(people(writers, fold, false)).doesNotContainAnyElementsOf(own);
        people.addAll(own);
        images += MnistWriters.images(writers, fold);
      }
      assertThat(people).hasSize(MnistWriters.COUNT);
      assertThat(images).isEqualTo(IMAGES);
    }
    // 7 times 77.
    assertThat(MnistWriters.folds(77)).isEqualTo(7);
  }

  @Test
  void eachFoldHoldsBothKindsOfPeopleInProportion() {
    for (int writers : new int[] {5, 54, 100}) {
      for (int fold = 0; fold < MnistWriters.folds(writers); fold++) {
        Set<Integer> people = people(writers, fold, true);
        long students = people.stream().filter(writer -> writer >= 2100).count();
        assertThat(students - people.size() * 250 / 539.0).isBetween(-1.0, 1.0);
      }
    }
  }

  /** What was kept for one run is kept for all, on every machine and in every version. */
  @Test
  void aFoldIsOneForGood() {
    assertThat(IntStream.range(0, 10).map(fold -> MnistWriters.images(54, fold)))
        .containsExactly(6095, 6074, 6013, 6005, 5874, 5909, 6057, 6122, 5910, 5941);
    String places =
        IntStream.range(0, 10)
            .mapToObj(fold -> Arrays.toString(MnistWriters.aside(54, fold)))
            .collect(Collectors.joining());
    assertThat(Sha256.hex(places.getBytes(StandardCharsets.UTF_8)))
        .isEqualTo("8f0964d7b686f0d175f1ab73681c2fd55742fa700bf748ac35cae38fe7065a0f");
  }

  @Test
  void mnistIsPartedWithoutLosingAnImage() {
    ImageSet train = mnist().train();
    ImageSet.Split split = MnistWriters.split(train, 54, 2);
    boolean[] aside = MnistWriters.aside(54, 2);
    assertThat(split.validation().size()).isEqualTo(MnistWriters.images(54, 2));
    assertThat(split.train().size()).isEqualTo(IMAGES - split.validation().size());
    assertThat(split.validation().normalization()).isEqualTo(train.normalization());
    int kept = 0;
    for (int i = 0; i < IMAGES; i++) {
      ImageSet part = aside[i] ? split.validation() : split.train();
      int place = aside[i] ? kept++ : i - kept;
      assertThat(part.label(place)).isEqualTo(train.label(i));
      if (i % 97 == 0) {
        assertThat(part.image(place)).isEqualTo(train.image(i));
      }
    }
    // Each class is there, though not all alike.
    for (int count : split.validation().classCounts()) {
      assertThat(count).isBetween(450, 750);
    }
  }

  @Test
  void ofOtherImagesNobodyKnowsTheWriters() {
    ImageSet digits = PenDigits.generate(200, 20, 1).train();
    assertThatThrownBy(() -> MnistWriters.split(digits, 54, 0))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Who wrote an image is known of MNIST's 60,000 training images alone, as they are"
                + " published, and these are others (digits: 200 images of 28 x 28 in 10"
                + " classes): keep a number of images out of training instead, such as 5000.");
  }

  @Test
  void aPartOfMnistOrItsTestSetIsNotMnist() {
    TrainTest mnist = mnist();
    for (ImageSet other : List.of(mnist.test(), mnist.train().first(59_999))) {
      assertThatThrownBy(() -> MnistWriters.split(other, 54, 0))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("these are others (mnist: ");
    }
    int[] swapped = IntStream.range(0, IMAGES).toArray();
    swapped[0] = 1;
    swapped[1] = 0;
    assertThatThrownBy(() -> MnistWriters.split(mnist.train().select(swapped), 54, 0))
        .isInstanceOf(DataException.class);
    assertThat(
            MnistWriters.split(
                    mnist.train().normalized(new Normalization(List.of(0.5f), List.of(0.5f))),
                    54,
                    0)
                .validation()
                .size())
        .isEqualTo(MnistWriters.images(54, 0));
  }

  @Test
  void numbersOutOfTheirRangeAreRefused() {
    for (int writers : new int[] {0, -1, 539, 540, Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      assertThatThrownBy(() -> MnistWriters.images(writers, 0))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "The number of writers whose images are kept out of training is "
                  + writers
                  + ": give a whole number from 1 to 538.");
    }
    for (int fold : new int[] {-1, 10, Integer.MAX_VALUE}) {
      assertThatThrownBy(() -> MnistWriters.images(54, fold))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The fold of 54 writers is " + fold + ": give a whole number from 0 to 9.");
    }
  }
}
