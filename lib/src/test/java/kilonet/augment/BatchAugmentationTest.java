package kilonet.augment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import kilonet.augment.BatchAugmentation.Batch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BatchAugmentationTest {

  /** Three pictures of 2 x 3 pixels, all 1, all 2 and all 3, of classes 0, 1 and 2. */
  private static Batch batch() {
    float[] features = new float[3 * 6 + 5];
    float[] labels = new float[3 * 3 + 5];
    for (int i = 0; i < 3; i++) {
      Arrays.fill(features, i * 6, i * 6 + 6, i + 1);
      labels[i * 3 + i] = 1;
    }
    return new Batch(features, labels, 3, 2, 3, 3);
  }

  @Test
  void mixUpBlendsEachPictureWithTheOneBeforeIt() {
    Batch batch = batch();
    float lambda = (float) Beta.draw(0.4, new RandomStream(5));

    new MixUp(0.4).apply(batch, new RandomStream(5));

    assertThat(lambda).isStrictlyBetween(0f, 1f);
    for (int pixel = 0; pixel < 6; pixel++) {
      assertThat(batch.features()[pixel]).isEqualTo(lambda * 1 + (1 - lambda) * 3);
      assertThat(batch.features()[6 + pixel]).isEqualTo(lambda * 2 + (1 - lambda) * 1);
      assertThat(batch.features()[12 + pixel]).isEqualTo(lambda * 3 + (1 - lambda) * 2);
    }
    float rest = 1 - lambda;
    assertThat(batch.labels())
        .startsWith(lambda, 0, rest, rest, lambda, 0, 0, rest, lambda)
        .endsWith(0, 0, 0, 0, 0);
  }

  @Test
  void cutMixReplacesTheRectangleAndBlendsLabelsByArea() {
    Batch batch = batch();

    CutMix.cut(batch, 1, 0, 3, 1);

    assertThat(Arrays.copyOf(batch.features(), 18))
        .containsExactly(1, 3, 3, 1, 1, 1, 2, 1, 1, 2, 2, 2, 3, 2, 2, 3, 3, 3);
    float kept = (float) (1 - 2 / 6.0);
    float rest = 1 - kept;
    assertThat(Arrays.copyOf(batch.labels(), 9))
        .containsExactly(kept, 0, rest, rest, kept, 0, 0, rest, kept);
  }

  @Test
  void cutMixKeepsAsMuchOfALabelAsOfItsPicture() {
    for (int seed = 0; seed < 50; seed++) {
      Batch batch = batch();
      new CutMix(1).apply(batch, new RandomStream(seed));
      float kept = 0;
      for (int pixel = 0; pixel < 6; pixel++) {
        kept += batch.features()[pixel] == 1 ? 1 : 0;
      }
      assertThat(batch.labels()[0]).isCloseTo(kept / 6, within(1e-6f));
    }
  }

  @Test
  void aBatchOfOneIsMixedWithItself() {
    Batch batch = new Batch(new float[] {0.25f, 0.75f}, new float[] {1}, 1, 1, 2, 1);

    new MixUp(1).apply(batch, new RandomStream(1));

    assertThat(batch.features()[0]).isCloseTo(0.25f, within(1e-7f));
    assertThat(batch.labels()[0]).isCloseTo(1, within(1e-7f));
  }

  /** Mean 1/2 and variance 1 / (4 (2 alpha + 1)), within five standard errors. */
  @ParameterizedTest
  @ValueSource(doubles = {0.01, 0.2, 1, 4})
  void betaHasItsMoments(double alpha) {
    RandomStream random = new RandomStream(3);
    int n = 20_000;
    double[] drawn = DoubleStream.generate(() -> Beta.draw(alpha, random)).limit(n).toArray();
    double variance = 1 / (4 * (2 * alpha + 1));
    double mean = Arrays.stream(drawn).average().orElseThrow();
    double spread = Arrays.stream(drawn).map(x -> (x - 0.5) * (x - 0.5)).average().orElseThrow();

    assertThat(Arrays.stream(drawn)).allMatch(x -> x >= 0 && x <= 1);
    assertThat(mean).isCloseTo(0.5, within(5 * Math.sqrt(variance / n)));
    // (x - 1/2)^2 lies within 0 and 1/4: its variance is at most spread * (1/4 - spread).
    assertThat(spread).isCloseTo(variance, within(5 * Math.sqrt(variance * (0.25 - variance) / n)));
  }

  @Test
  void linesReadAndWriteTheSame() {
    assertThat(Augmentations.parseBatch("none")).isEmpty();
    assertThat(Augmentations.parseBatch("mixup(0.2)").orElseThrow())
        .isEqualTo(new MixUp(0.2))
        .hasToString("mixup(alpha=0.2)");
    assertThat(Augmentations.parseBatch("cutmix").orElseThrow())
        .isEqualTo(new CutMix(1))
        .hasToString("cutmix(alpha=1)");
  }

  @Test
  void badArgumentsAreSentences() {
    assertThatThrownBy(() -> Augmentations.parseBatch("mixup(0)"))
        .hasMessage(
            "At position 1 of 'mixup(0)': MixUp's alpha is 0: give a number from 1e-9 to 1e9.");
    assertThatThrownBy(() -> Augmentations.parseBatch("cutmix(1e-300)"))
        .hasMessageContaining("CutMix's alpha is 1e-300: give a number from 1e-9 to 1e9.");
    assertThatThrownBy(() -> Augmentations.parseBatch("rotation(7)"))
        .hasMessage(
            "At position 1 of 'rotation(7)': no augmentation of batches is called 'rotation'; there are none, mixup, cutmix.");
    assertThatThrownBy(() -> Augmentations.parseBatch("mixup + cutmix"))
        .hasMessage(
            "At position 9 of 'mixup + cutmix': a batch is mixed once: give mixup or cutmix.");
    assertThatThrownBy(() -> new Batch(new float[3], new float[1], 2, 1, 2, 1))
        .hasMessage(
            "3 features and 1 labels are no batch of 2 pictures of 1 x 1 x 2 with 1 classes: give arrays of that size.");
  }
}
