package kilonet.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import kilonet.augment.Augmentations;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

class ColourSetTest {

  private static final List<String> NAMES = List.of("cat", "dog");

  /** Two pictures of 3 channels, 1 x 2 pixels. */
  private static ImageSet two() {
    byte[] pixels = {0, (byte) 255, 51, 51, 10, 20, 0, (byte) 255, 51, 51, 30, 40};
    return new ImageSet("pets", 3, 1, 2, NAMES, pixels, new byte[] {0, 1});
  }

  @Test
  void statisticsAreThoseOfEachChannel() {
    Normalization normalization = two().normalization();
    assertThat(normalization.mean()).containsExactly(0.5f, 0.2f, 25 / 255f);
    // All of the second channel is the same: it is shifted only.
    assertThat(normalization.std()).containsExactly(0.5f, 1f, (float) (Math.sqrt(125) / 255));
  }

  @Test
  void bothPartsAreNormalizedByTheStatisticsOfTheFirst() {
    ImageSet test = two().select(new int[] {1});
    assertThat(test.normalization()).isNotEqualTo(two().normalization());
    TrainTest parts = new TrainTest(two(), test);
    assertThat(parts.test().normalization()).isEqualTo(two().normalization());
    // Also those of a part of them, as MNIST's are.
    assertThat(parts.train().first(1).normalization()).isEqualTo(two().normalization());
    ImageSet.Split split = two().split(1, 0);
    assertThat(split.validation().normalization()).isEqualTo(split.train().normalization());
  }

  @Test
  void mnistAndDrawnDigitsKeepMnistsOwn() {
    TrainTest digits = PenDigits.generate(20, 5, 1);
    assertThat(digits.train().normalization()).isEqualTo(Normalization.MNIST);
    assertThat(digits.train().first(3).normalization()).isEqualTo(Normalization.MNIST);
    assertThat(digits.test().normalization()).isEqualTo(Normalization.MNIST);
  }

  @Test
  void batchesAreNormalizedAsTheSetSaysAugmentedOrNot() {
    float[] wanted = {-1, 1, 0, 0, -1.3416406f, -0.4472136f};
    for (String line : List.of("none", "hflip(p=0)", "crop([1, 2])")) {
      try (Batches batches =
          Batches.inOrder(two(), 1).augmentation(Augmentations.parse(line)).build()) {
        INDArray features = batches.next().getFeatures();
        assertThat(features.shape()).containsExactly(1, 3, 1, 2);
        assertThat(features.dup('c').data().asFloat())
            .usingComparatorWithPrecision(1e-6f)
            .containsExactly(wanted);
        assertThat(batches.getLabels()).isEqualTo(NAMES);
        assertThat(batches.inputColumns()).isEqualTo(6);
      }
    }
    assertThat(two().input(0).dup('c').data().asFloat())
        .usingComparatorWithPrecision(1e-6f)
        .containsExactly(wanted);
  }

  @Test
  void mixingKeepsTheLabelsAndTheShape() {
    try (Batches batches =
        Batches.training(two(), 2, 1)
            .mixing(Augmentations.parseBatch("cutmix(alpha=1)").orElseThrow())
            .build()) {
      DataSet batch = batches.next();
      assertThat(batch.getFeatures().shape()).containsExactly(2, 3, 1, 2);
      assertThat(batch.getLabels().sumNumber().floatValue()).isEqualTo(2);
    }
  }

  @Test
  void whatTheyAreDependsOnTheShapeToo() {
    byte[] pixels = new byte[12];
    byte[] labels = {0, 1};
    ImageSet wide = new ImageSet("x", 3, 1, 2, NAMES, pixels, labels);
    ImageSet high = new ImageSet("x", 3, 2, 1, NAMES, pixels, labels);
    ImageSet grey = new ImageSet("x", 1, 3, 2, NAMES, pixels, labels);
    assertThat(List.of(wide.sha256(), high.sha256(), grey.sha256())).doesNotHaveDuplicates();
    assertThat(new ImageSet("y", 3, 1, 2, List.of("a", "b"), pixels, labels).sha256())
        .isEqualTo(wide.sha256());
    assertThat(wide).hasToString("x: 2 images of 1 x 2 in colour in 2 classes");
  }

  @Test
  void whatDoesNotFitIsRefused() {
    byte[] labels = {0, 1};
    assertThatThrownBy(() -> new ImageSet("x", 2, 1, 2, NAMES, new byte[8], labels))
        .isInstanceOf(DataException.class)
        .hasMessage("Images of 2 channels cannot be: give 1, or 3 for colours.");
    assertThatThrownBy(() -> new ImageSet("x", 3, 1, 2, List.of("a", "a"), new byte[12], labels))
        .hasMessageContaining("have the same name");
    assertThatThrownBy(() -> two().normalized(Normalization.MNIST))
        .hasMessage(
            "A normalization of 1 channels does not fit images of 3: give a mean and a standard"
                + " deviation for each.");
    assertThatThrownBy(() -> Batches.inOrder(two(), 1).normalization(0, 1))
        .hasMessageContaining("does not fit images of 3");
    assertThatThrownBy(
            () -> new TrainTest(two(), new ImageSet("pets", 1, 2, 2, new byte[2], new byte[1])))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("do not belong together");
    for (String name : Datasets.names()) {
      assertThatThrownBy(() -> new ImageSet(name, 1, 1, 2, new byte[1], new byte[1]))
          .hasMessageContaining("is taken");
    }
    float[] spoilt = {Float.NaN, 0, -1, Float.POSITIVE_INFINITY};
    for (float std : spoilt) {
      assertThatThrownBy(() -> Normalization.of(0, std)).hasMessageContaining("cannot be");
    }
    assertThatThrownBy(() -> new Normalization(List.of(0f), List.of()))
        .hasMessageContaining("1 means and 0 standard deviations");
  }
}
