package kilonet.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Predictions;
import org.junit.jupiter.api.Test;

/** Accuracy, losses, calibration and gap. */
class AnalysisTest {

  /** Right at 0.75 and 1.0, wrong at 0.75 and 0.5; powers of two are exact as floats. */
  private static final Predictions PREDICTIONS =
      new Predictions(
          new float[][] {{0.75f, 0.25f}, {0.25f, 0.75f}, {0.5f, 0.5f}, {0, 1}},
          new int[] {0, 0, 1, 1});

  private static EpochResult epoch(int number, double train, double test) {
    return new EpochResult(number, 0.5, train, 0.25, test, test, 0.1, 1, 100);
  }

  @Test
  void accuracyHasTheStandardErrorOfABinomial() {
    Accuracy accuracy = new Accuracy(9_940, 10_000);
    assertThat(accuracy.percent()).isEqualTo(99.4);
    assertThat(accuracy.standardError())
        .isCloseTo(100 * Math.sqrt(0.994 * 0.006 / 10_000), within(1e-12));
    assertThat(accuracy).hasToString("99.40% ± 0.08");
    assertThat(accuracy.table().intColumn("wrong").get(0)).isEqualTo(60);
    assertThat(Accuracy.of(PREDICTIONS)).isEqualTo(new Accuracy(2, 4));
  }

  @Test
  void anAccuracyOfNoImageIsRefused() {
    assertThatThrownBy(() -> new Accuracy(0, 0)).hasMessageContaining("give 1 image or more");
    assertThatThrownBy(() -> new Accuracy(5, 4)).hasMessageContaining("5 of 4");
  }

  @Test
  void mistakesComeByFallingLoss() {
    assertThat(Mistake.all(PREDICTIONS))
        .containsExactly(
            new Mistake(1, 0, 1, 0.75, StrictMath.log(4)),
            new Mistake(2, 1, 0, 0.5, StrictMath.log(2)));
  }

  @Test
  void aLossIsToldHoweverLargeItIs() {
    Predictions sure =
        new Predictions(
            new float[][] {{1, 1e-30f}, {1, 0}}, new int[] {1, 1}, new double[] {69, 500});
    assertThat(Mistake.all(sure)).extracting(Mistake::loss).containsExactly(500.0, 69.0);
    Predictions bare = new Predictions(new float[][] {{1, 1e-30f}}, new int[] {1});
    assertThat(Mistake.all(bare).get(0).loss()).isEqualTo(-StrictMath.log(1e-30f));
  }

  @Test
  void topLossesHoldHitsToo() {
    List<Mistake> losses = Mistake.topLosses(PREDICTIONS, 3);
    assertThat(losses).extracting(Mistake::image).containsExactly(1, 2, 0);
    assertThat(losses.get(2).loss()).isEqualTo(-StrictMath.log(0.75));
    assertThat(Mistake.table(losses).doubleColumn("probability").asDoubleArray())
        .containsExactly(0.75, 0.5, 0.75);
  }

  @Test
  void calibrationPutsAConfidenceIntoTheBinThatEndsWithIt() {
    Calibration calibration = Calibration.of(PREDICTIONS, 4);
    assertThat(calibration.bins()).extracting(Calibration.Bin::images).containsExactly(0, 1, 2, 1);
    assertThat(calibration.bins()).extracting(Calibration.Bin::right).containsExactly(0, 0, 1, 1);
    assertThat(calibration.bins().get(2).confidence()).isEqualTo(0.75);
    assertThat(calibration.bins().get(2).standardError())
        .isCloseTo(Math.sqrt(0.25 / 2), within(1e-12));
    // (1 * |0 - 0.5| + 2 * |0.5 - 0.75| + 1 * |1 - 1|) / 4
    assertThat(calibration.expectedError()).isEqualTo(0.25);
    assertThat(calibration.maximumError()).isEqualTo(0.5);
    assertThat(calibration.table().rowCount()).isEqualTo(4);
    assertThat(calibration.table().doubleColumn("confidence").isMissing(0)).isTrue();
  }

  @Test
  void calibrationWithoutBinsIsRefused() {
    assertThatThrownBy(() -> Calibration.of(PREDICTIONS, 0)).hasMessageContaining("0 bins");
  }

  @Test
  void theGapIsTrainLessTestAccuracyAndTestLessTrainLoss() {
    History history = new History(List.of(epoch(1, 97.5, 98.75), epoch(2, 99.5, 99.25)));
    assertThat(TrainTestGap.of(history))
        .containsExactly(new TrainTestGap(1, -1.25, -0.25), new TrainTestGap(2, 0.25, -0.25));
    assertThat(TrainTestGap.table(history).doubleColumn("accuracy gap").asDoubleArray())
        .containsExactly(-1.25, 0.25);
  }
}
