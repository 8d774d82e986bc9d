package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Sgd;

class PredictionsTest {

  private static final ImageSet DIGITS = PenDigits.generate(10, 60, 1).test();

  private static MultiLayerNetwork network(int outputs, double scale) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Stack.of("conv-bn-relu")
                .conv(4)
                .globalAveragePool()
                .plain(outputs, 1)
                .configuration(new Sgd(0.1), 1));
    network.init();
    // The last convolution's weights, and with them the logits, become so many times as large.
    network.getLayer(network.getnLayers() - 2).getParam("W").muli(scale);
    return network;
  }

  /** PyTorch's CrossEntropyLoss: of logits, so that nothing is lost to a softmax. */
  private static double loss(INDArray logits, int row, int label) {
    double sum = 0;
    double most = logits.getRow(row).maxNumber().doubleValue();
    for (int c = 0; c < logits.size(1); c++) {
      sum += Math.exp(logits.getDouble(row, c) - most);
    }
    return Math.log(sum) + most - logits.getDouble(row, label);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 300, 1e4, 1e6})
  void theLossOfLargeLogitsIsNotCutOff(double scale) {
    MultiLayerNetwork plain = network(10, scale);
    try (Batches batches = Batches.inOrder(DIGITS, 25).build();
        FusedNetwork fused = FusedNetwork.of(plain)) {
      double[] losses = Predictions.of(fused, batches).losses();
      assertThat(Predictions.of(plain, batches).losses())
          .hasSameSizeAs(losses)
          .containsExactly(losses, within(1e-4 * scale));
      double greatest = 0;
      for (int i = 0; batches.hasNext(); ) {
        INDArray images = batches.next().getFeatures();
        INDArray logits = plain.feedForward(images, false).get(plain.getnLayers() - 1);
        logits = logits.reshape(logits.size(0), logits.size(1));
        for (int row = 0; row < logits.size(0); row++, i++) {
          double expected = loss(logits, row, DIGITS.label(i));
          assertThat(losses[i]).isCloseTo(expected, within(1e-4 * Math.max(1, scale)));
          greatest = Math.max(greatest, expected);
        }
      }
      assertThat(greatest > -Math.log(Float.MIN_VALUE)).isEqualTo(scale > 1);
    }
  }

  @Test
  void aNetWithTooFewOutputsIsRefused() {
    try (Batches batches = Batches.inOrder(DIGITS, 25).build()) {
      assertThatThrownBy(() -> Predictions.of(network(9, 1), batches))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith(
              "A net of 9 outputs does not tell the 10 classes of digits apart");
    }
  }

  @Test
  void imagesOfWhichNobodyKnowsWhichIsWhichAreRefused() {
    try (Batches shuffled = Batches.training(DIGITS, 25, 1).build();
        Batches begun = Batches.inOrder(DIGITS, 25).build()) {
      begun.next();
      for (Batches batches : List.of(shuffled, begun)) {
        assertThatThrownBy(() -> Predictions.of(network(10, 1), batches))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("give those of Batches.inOrder");
      }
    }
  }

  @Test
  void logitsAreWhatTheSoftmaxIsTakenOf() {
    try (Batches batches = Batches.inOrder(DIGITS, 25).build();
        FusedNetwork fused = FusedNetwork.of(network(10, 1))) {
      Predictions predictions = Predictions.of(fused, batches);
      double[][] logits = Predictions.logits(fused, batches);
      for (int i = 0; i < DIGITS.size(); i++) {
        double sum = Arrays.stream(logits[i]).map(Math::exp).sum();
        for (int c = 0; c < 10; c++) {
          assertThat(Math.exp(logits[i][c]) / sum)
              .isCloseTo(predictions.probabilities()[i][c], within(1e-6));
        }
      }
    }
  }

  @Test
  void whatDoesNotBelongTogetherIsRefused() {
    float[][] rows = {{0.1f, 0.9f}, {0.8f, 0.2f}, {0.5f, 0.5f}};
    assertThatThrownBy(() -> new Predictions(rows, new int[] {1, 0}))
        .hasMessage(
            "3 rows of probabilities, 2 labels and 2 losses do not belong together: give one of each"
                + " for every image.");
    assertThatThrownBy(() -> new Predictions(rows, new int[] {1, 0, 1, 1}))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Predictions(rows, new int[] {1, 0, 2}))
        .hasMessage("The label of image 2 is 2: give 0 to 1.");
    assertThatThrownBy(() -> new Predictions(new float[][] {{1, 0}, {1}}, new int[] {0, 0}))
        .hasMessageStartingWith("The probabilities of image 1 are 1 and those of image 0 are 2");
  }

  @Test
  void whatIsNoNumberIsNotRight() {
    float[][] rows = {{Float.NaN, Float.NaN}, {1, 0}};
    assertThat(new Predictions(rows, new int[] {0, 0}).accuracy()).isEqualTo(50);
  }
}
