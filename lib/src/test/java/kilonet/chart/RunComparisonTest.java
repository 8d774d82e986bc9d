package kilonet.chart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.train.EpochResult;
import kilonet.train.History;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class RunComparisonTest {

  static EpochResult epoch(int number, double train, double test) {
    return new EpochResult(number, 0.5, train, 0.25, test, test, 0.1, 1, 100);
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
