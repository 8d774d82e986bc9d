package kilonet.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.nd4j.linalg.schedule.ScheduleType;

/** What DL4J makes of a schedule in a configuration. */
class ScheduleInNetworkTest {

  private static final DataSet BATCH = new DataSet(Nd4j.ones(1, 1), Nd4j.valueArrayOf(1, 1, 9f));

  private static MultiLayerNetwork network(Schedule schedule) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(new Sgd(schedule))
                .list()
                .layer(
                    new OutputLayer.Builder(LossFunction.MSE)
                        .nIn(1)
                        .nOut(1)
                        .activation(Activation.IDENTITY)
                        .build())
                .build());
    network.init();
    return network;
  }

  private static boolean changes(MultiLayerNetwork network, int batches) {
    INDArray before = network.params().dup();
    network.fit(new ListDataSetIterator<>(Collections.nCopies(batches, BATCH), 1));
    return !network.params().equals(before);
  }

  @Test
  void theFirstBatchGetsTheFirstValueAndTheSecondBatchTheSecond() {
    MultiLayerNetwork network =
        network(new LambdaLR(0.1, List.of(1.0, 0.0, 1.0), ScheduleType.ITERATION));

    assertThat(changes(network, 1)).isTrue();
    assertThat(changes(network, 1)).isFalse();
    assertThat(changes(network, 1)).isTrue();
  }

  @Test
  void theFirstEpochGetsTheFirstValueAndTheSecondEpochTheSecond() {
    MultiLayerNetwork network =
        network(new LambdaLR(0.1, List.of(0.0, 1.0, 0.0), ScheduleType.EPOCH));

    assertThat(changes(network, 3)).isFalse();
    assertThat(changes(network, 3)).isTrue();
    assertThat(changes(network, 3)).isFalse();
  }

  @Test
  void theNetworkSeesTheRateThatThePlateauWasBroughtTo() {
    ReduceLROnPlateau plateau =
        new ReduceLROnPlateau(
            new ReduceLROnPlateau.Settings(
                0.1,
                ReduceLROnPlateau.Metric.LOSS,
                0.5,
                0,
                1e-4,
                ReduceLROnPlateau.Threshold.REL,
                0,
                0,
                1e-8));
    MultiLayerNetwork network = network(plateau);

    assertThat(network.getLearningRate(0)).isEqualTo(0.1);
    changes(network, 1);
    plateau.step(1);
    assertThat(network.getLearningRate(0)).isEqualTo(0.1);
    changes(network, 1);
    plateau.step(1);
    assertThat(network.getLearningRate(0)).isEqualTo(0.05);
    assertThat(changes(network.clone(), 1)).isTrue();
  }
}
