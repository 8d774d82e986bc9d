package kilonet.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kilonet.model.Models;
import org.junit.jupiter.api.Test;

class MemoryPlanTest {

  @Test
  void aModelTakesWhatItsLargestLayerReadsAndWrites() {
    List<Operation> operations = Folding.of(Nets.of(Models.Model_3()), Nets.INPUT).operations();
    // 10 x 13 x 13 after the maximum, then 12 x 11 x 11.
    assertThat(MemoryPlan.of(operations, false).size()).isEqualTo(1_690 + 1_452);
    assertThat(MemoryPlan.of(operations, true).size()).isEqualTo(1_690 + 1_452);
  }

  @Test
  void whatALayerReadsAndWritesLiesApart() {
    for (var network : Nets.all().values()) {
      List<Operation> operations = Folding.of(network, Nets.INPUT).operations();
      for (boolean storesInput : new boolean[] {true, false}) {
        MemoryPlan plan = MemoryPlan.of(operations, storesInput);
        int from = 0;
        int end = storesInput ? 784 : 0;
        for (MemoryPlan.Layer layer : plan.layers()) {
          int next = layer.operation() + layer.operations();
          if (next == operations.size()) {
            break;
          }
          int size = operations.get(next - 1).out().size();
          assertThat(layer.at() >= end || layer.at() + size <= from).isTrue();
          assertThat(layer.at() + size).isLessThanOrEqualTo(plan.size());
          from = layer.at();
          end = from + size;
        }
      }
    }
  }
}
