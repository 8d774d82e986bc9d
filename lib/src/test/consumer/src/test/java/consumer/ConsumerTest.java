package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.stream.IntStream;
import kilonet.data.Batches;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import kilonet.model.Summary;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

class ConsumerTest {

  @TempDir Path folder;

  @Test
  void aNetOfOnesOwnTrainsAndOpensInPlainDl4j() throws Exception {
    Stack stack =
        Stack.of("conv-bn-relu").conv(6).maxPool(2).conv(8).globalAveragePool().plain(10, 1);
    assertEquals(6 * 9 + 12 + 6 * 8 * 9 + 16 + 80, Summary.of(stack).parameters());

    TrainTest digits = PenDigits.generate(640, 100, 1);
    File file = folder.resolve("net.zip").toFile();
    INDArray expected;
    INDArray pictures;
    try (FusedNetwork network = new FusedNetwork(stack.configuration(new Adam(0.01), 1));
        Batches batches = Batches.training(digits.train(), 64, 1).build();
        Batches testing = Batches.inOrder(digits.test(), 100).build()) {
      network.init();
      Stack.initialize(network, 1);
      double first = network.score(testing.next());
      for (int epoch = 0; epoch < 3; epoch++) {
        network.fit(batches);
      }
      testing.reset();
      pictures = testing.next().getFeatures().dup();
      testing.reset();
      assertTrue(network.score(testing.next()) < first);
      expected = network.output(pictures).dup();
      ModelSerializer.writeModel(network, file, true);
    }
    MultiLayerNetwork plain = ModelSerializer.restoreMultiLayerNetwork(file);
    assertTrue(plain.output(pictures).equalsWithEps(expected, 1e-4));
  }

  @Test
  void tablesAreSortedThatIsTheRightFastutilCame() {
    IntColumn numbers = IntColumn.create("n", IntStream.range(0, 20_000).map(i -> -i).toArray());
    assertEquals(-19_999, Table.create(numbers).sortOn("n").intColumn("n").get(0));
  }
}
