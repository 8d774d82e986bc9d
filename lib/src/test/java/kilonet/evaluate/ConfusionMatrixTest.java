package kilonet.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class ConfusionMatrixTest {

  /** 10 images of class 0, 5 of class 1, 5 of class 2. */
  private static final ConfusionMatrix MATRIX =
      new ConfusionMatrix(new int[][] {{8, 2, 0}, {1, 4, 0}, {0, 2, 3}});

  @Test
  void countsImagesAndHits() {
    assertThat(MATRIX.images()).isEqualTo(20);
    assertThat(MATRIX.right()).isEqualTo(15);
  }

  @Test
  void precisionRecallAndF1OfEachClass() {
    // Class 1: 4 hits, 5 there, 8 predicted.
    assertThat(MATRIX.precision(1)).isEqualTo(50);
    assertThat(MATRIX.recall(1)).isEqualTo(80);
    assertThat(MATRIX.f1(1)).isCloseTo(200.0 * 4 / 13, within(1e-12));
    assertThat(MATRIX.precision(2)).isEqualTo(100);
    assertThat(MATRIX.recall(2)).isEqualTo(60);
    assertThat(MATRIX.f1(2)).isEqualTo(75);
    Table table = MATRIX.perClass();
    assertThat(table.intColumn("images").asObjectArray()).containsExactly(10, 5, 5);
    assertThat(table.doubleColumn("recall").asDoubleArray()).containsExactly(80, 80, 60);
    assertThat(table.doubleColumn("precision").get(0)).isCloseTo(800.0 / 9, within(1e-12));
  }

  @Test
  void aClassThatIsNeverHitHasAnF1Of0AndOneThatIsNotThereNone() {
    ConfusionMatrix matrix = new ConfusionMatrix(new int[][] {{0, 3, 0}, {0, 2, 0}, {0, 0, 0}});
    assertThat(matrix.f1(0)).isZero();
    assertThat(matrix.precision(0)).isNaN();
    assertThat(matrix.recall(0)).isZero();
    assertThat(matrix.f1(2)).isNaN();
  }

  @Test
  void mostConfusedPairsComeByFrequencyThenByClass() {
    assertThat(MATRIX.mostConfused(10))
        .containsExactly(
            new ConfusionMatrix.Confusion(0, 1, 2, 20),
            new ConfusionMatrix.Confusion(2, 1, 2, 40),
            new ConfusionMatrix.Confusion(1, 0, 1, 20));
    assertThat(MATRIX.mostConfused(1)).hasSize(1);
    assertThat(MATRIX.mostConfusedTable(2).intColumn("true").asObjectArray()).containsExactly(0, 2);
  }

  @Test
  void theTableHasARowForEachTrueClass() {
    Table table = MATRIX.table();
    assertThat(table.columnNames()).containsExactly("true", "as 0", "as 1", "as 2");
    assertThat(table.intColumn("as 1").asObjectArray()).containsExactly(2, 4, 2);
  }

  @Test
  void classesWhoseNamesDifferInCaseAloneHaveColumnsOfTheirOwn() {
    Table table =
        new ConfusionMatrix(new int[][] {{1, 0, 0}, {0, 2, 0}, {0, 0, 3}}, List.of("a", "A", "b"))
            .table();
    assertThat(table.columnNames()).containsExactly("true", "as a", "as A (1)", "as b");
  }
}
