package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.junit.jupiter.api.Test;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

class BenchmarkTest {

  @Test
  void countsTheArithmeticAndRelatesWhatItMeasures() {
    Benchmark.Result result = Benchmark.run(net(false), 9, 9, 4, 1);
    // First layer: 7x7 positions, 9 weights, 2 outputs, forward and weights, 2 each; second one:
    // 7x7 positions, 2 x 10 weights, forward, weights and inputs.
    assertThat(result.megaFlops()).isCloseTo((4 * 49 * 9 * 2 + 6 * 49 * 20) / 1e6, within(1e-12));
    assertThat(result.batch()).isEqualTo(4);
    assertThat(result.rounds()).isEqualTo(1);
    assertThat(result.trainingRatio())
        .isCloseTo(result.fusedTraining() / result.plainTraining(), within(1e-9));
    assertThat(result.inferenceRatio())
        .isCloseTo(result.fusedInference() / result.plainInference(), within(1e-9));
    assertThat(result.gigaFlops())
        .isCloseTo(result.fusedTraining() * result.megaFlops() / 1e3, within(1e-6));
    assertThat(result.peakShare())
        .isCloseTo(result.gigaFlops() / result.peakGigaFlops(), within(1e-9));
    assertThat(result.profile()).containsKeys("convolution 0", "gradient 0", "convolution 1");
    assertThat(result.profile().values()).allMatch(milliseconds -> milliseconds > 0);
  }

  @Test
  void aNetThatCannotBeRunFusedIsRefusedWithTheLayersName() {
    assertThatThrownBy(() -> Benchmark.run(net(true), 9, 9, 4, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("layer 0 (ConvolutionLayer): its activation tanh");
  }

  private static MultiLayerConfiguration net(boolean odd) {
    NeuralNetConfiguration.ListBuilder list = new NeuralNetConfiguration.Builder().seed(1).list();
    list.layer(convolution(2, 3, odd ? Activation.TANH : Activation.RELU));
    return list.layer(convolution(10, 1, Activation.RELU))
        .layer(new GlobalPoolingLayer(PoolingType.AVG))
        .layer(new LossLayer.Builder(LossFunction.MCXENT).activation(Activation.SOFTMAX).build())
        .setInputType(InputType.convolutional(9, 9, 1))
        .build();
  }

  private static ConvolutionLayer convolution(int out, int kernel, Activation activation) {
    return new ConvolutionLayer.Builder(kernel, kernel)
        .nOut(out)
        .hasBias(false)
        .activation(activation)
        .build();
  }
}
