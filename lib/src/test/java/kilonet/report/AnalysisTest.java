package kilonet.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Predictions;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

/** Accuracy, losses, calibration, gap and comparison. */
class AnalysisTest {

  /** Right at 0.75 and 1.0, wrong at 0.75 and 0.5; powers of two are exact as floats. */
  private static final Predictions PREDICTIONS =
      new Predictions(
          new float[][] {{0.75f, 0.25f}, {0.25f, 0.75f}, {0.5f, 0.5f}, {0, 1}},
          new int[] {0, 0, 1, 1});

  static EpochResult epoch(int number, double train, double test) {
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

  @Test
  void aComparisonGivesMeanSampleDeviationAndTheLowestOfTheLastFive() {
    History first = new History(List.of(epoch(1, 90, 90), epoch(2, 99, 99)));
    History second = new History(List.of(epoch(1, 90, 91), epoch(2, 99, 98)));
    History longer =
        new History(
            List.of(
                epoch(1, 9, 10),
                epoch(2, 9, 99),
                epoch(3, 9, 98),
                epoch(4, 9, 97),
                epoch(5, 9, 98),
                epoch(6, 9, 99)));
    Map<String, List<History>> runs = new LinkedHashMap<>();
    runs.put("two seeds", List.of(first, second));
    runs.put("six epochs", List.of(longer));
    Table table = RunComparison.table(runs);
    assertThat(table.doubleColumn("mean").asDoubleArray()).containsExactly(98.5, 99);
    assertThat(table.doubleColumn("standard deviation").get(0))
        .isCloseTo(Math.sqrt(0.5), within(1e-12));
    assertThat(table.doubleColumn("standard deviation").isMissing(1)).isTrue();
    assertThat(table.doubleColumn("min of last 5").asDoubleArray()).containsExactly(90, 97);
  }

  @Test
  void nothingToCompareIsRefused() {
    assertThatThrownBy(() -> RunComparison.table(Map.of())).hasMessageContaining("give one run");
    assertThatThrownBy(() -> RunComparison.of(Map.of("a", List.of(new History(List.of())))))
        .hasMessageContaining("with an epoch or more");
  }
}
