package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import kilonet.schedule.ConstantLR;
import kilonet.schedule.LambdaLR;
import kilonet.schedule.StepLR;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class OptimizerTest {

  /** Steps over the gradients 1, 2, 3 at rates 0.1, 0.1, 0.01 and momentum 0.9, by hand. */
  @Test
  void heavyBallAndNesterovAsPyTorchComputesThem() {
    ISchedule rates = new StepLR(0.1, 2, 0.1, ScheduleType.ITERATION);
    // v: 1, 2.9, 5.61
    assertThat(steps(new MomentumSgd(rates, 0.9, null, false)))
        .containsExactly(new double[] {0.1, 0.29, 0.0561}, within(1e-6));
    // g + 0.9 v: 1.9, 4.61, 8.049
    assertThat(steps(new MomentumSgd(rates, 0.9, null, true)))
        .containsExactly(new double[] {0.19, 0.461, 0.08049}, within(1e-6));
  }

  private static double[] steps(MomentumSgd sgd) {
    GradientUpdater<?> updater = sgd.instantiate(Nd4j.create(2), true);
    double[] taken = new double[3];
    for (int i = 0; i < 3; i++) {
      INDArray gradient = Nd4j.valueArrayOf(new long[] {1, 2}, i + 1f);
      updater.applyUpdater(gradient, i, 0);
      taken[i] = gradient.getDouble(1);
    }
    return taken;
  }

  /** PyTorch 1.13's steps, the second parameter's gradients being 1e-8 of the first's. */
  @Test
  void adamStepsAsPyTorchsDoes() {
    float[][] expected = {
      {0.10000000149f, -0.03656077385f, -0.00683902949f, 0.07856719196f},
      {0.05000000075f, -0.02240924351f, -0.00389359891f, 0.05142080039f}
    };
    assertClose(adam(null), expected);
    // With beta1 moved as its one-cycle moves it.
    float[][] moved = {
      {0.10000000149f, -0.05151744559f, -0.00556271523f, 0.07642570138f},
      {0.05000000075f, -0.03157665953f, -0.00316696800f, 0.05001924187f}
    };
    assertClose(
        adam(new LambdaLR(1, List.of(0.95, 0.9, 0.85, 0.9), ScheduleType.ITERATION)), moved);
  }

  /** PyTorch's are differences of parameters, which round them. */
  private static void assertClose(float[][] steps, float[][] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(steps[i]).containsExactly(expected[i], within(2e-8f));
    }
  }

  private static float[][] adam(ISchedule momenta) {
    LambdaLR rates = new LambdaLR(1, List.of(0.1, 0.1, 0.05, 0.2), ScheduleType.ITERATION);
    Adam adam = new Adam(rates, 0.9, momenta, 0.99);
    float[] state = new float[4];
    float[] gradients = {1, -2, 0.5f, 3};
    float[][] steps = new float[2][4];
    for (int t = 0; t < 4; t++) {
      float[] gradient = {gradients[t], gradients[t] * 1e-8f};
      adam.update(gradient, state, 0, 2, t, 0);
      steps[0][t] = gradient[0];
      steps[1][t] = gradient[1];
    }
    return steps;
  }

  static Stream<MomentumUpdater> updaters() {
    ISchedule rates = new StepLR(0.1, 2, 0.1, ScheduleType.ITERATION);
    return Stream.of(
        new MomentumSgd(rates, 0.9, null, false),
        new MomentumSgd(rates, 0.9, null, true),
        new Muon(rates, 0.9, null, 0, 20),
        new Adam(rates, 0.9, null, 0.99));
  }

  /** Of double precision, which Deeplearning4j may be asked for, the state is kept in it, too. */
  @ParameterizedTest
  @MethodSource("updaters")
  void onPlainNumbersItDoesBitForBitWhatItDoesOnArrays(MomentumUpdater updater) {
    for (DataType type : List.of(DataType.FLOAT, DataType.DOUBLE)) {
      int numbers = (int) updater.stateSize(1_000);
      GradientUpdater<?> ofArrays = updater.instantiate(Nd4j.create(type, 1, numbers), true);
      float[] state = new float[numbers];
      Random random = new Random(5);
      for (int step = 0; step < 4; step++) {
        float[] gradient = new float[1_000];
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] = (float) random.nextGaussian();
        }
        // As Deeplearning4j has it: a stretch of a longer vector.
        INDArray all = Nd4j.zeros(type, 1, 1_200);
        INDArray part = all.get(NDArrayIndex.all(), NDArrayIndex.interval(100, 1_100));
        part.assign(Nd4j.createFromArray(gradient));
        ofArrays.applyUpdater(part, step, 0);
        updater.update(gradient, state, 0, gradient.length, step, 0);
        assertThat(part.ravel().toFloatVector()).isEqualTo(gradient);
        assertThat(all.getFloat(0, 99)).isZero();
        assertThat(all.getFloat(0, 1_100)).isZero();
      }
    }
  }

  @Test
  void theUpdaterSurvivesTheConfigurationsJson() {
    for (Optimizer optimizer :
        List.of(Optimizer.nesterov(0.1, 0.9), Optimizer.adam(0.1), Optimizer.muon(0.1, 0.9))) {
      MultiLayerConfiguration configuration =
          optimizer.configuration(
              Recipes.named("model_3").model(), new ConstantLR(0.1), new ConstantLR(0.8), 1);
      String json = configuration.toJson();
      assertThat(json).contains("kilonet.train.");
      assertThat(MultiLayerConfiguration.fromJson(json)).isEqualTo(configuration);
      assertThat(MultiLayerConfiguration.fromJson(json).toJson()).isEqualTo(json);
    }
  }

  /** A column: there is one direction, so the iteration is a polynomial of the number 1. */
  @Test
  void muonMovesByTheOrthogonalMatrixTimesTheRate() {
    double kept = 1;
    for (int i = 0; i < 5; i++) {
      kept = 3.4445 * kept - 4.7750 * Math.pow(kept, 3) + 2.0315 * Math.pow(kept, 5);
    }
    Muon muon = new Muon(new ConstantLR(0.1), 0.9, null, 0, 4);
    float[] gradient = {3, 0, 0, 4};
    float[] velocity = new float[4];
    muon.update(gradient, velocity, 0, 4, 0, 0);
    assertThat(velocity).containsExactly(3, 0, 0, 4);
    // Four rows, one column: twice the rate.
    assertThat(gradient[0]).isCloseTo((float) (0.2 * 0.6 * kept), within(1e-6f));
    assertThat(gradient[3]).isCloseTo((float) (0.2 * 0.8 * kept), within(1e-6f));
    gradient = new float[] {0, 0, 0, 0};
    muon.update(gradient, velocity, 0, 4, 1, 0);
    assertThat(velocity).containsExactly(new float[] {2.7f, 0, 0, 3.6f}, within(1e-6f));
    assertThat(gradient[0]).isCloseTo((float) (0.2 * 0.6 * kept), within(1e-6f));
  }

  /** Each convolution but the last is a matrix, and Deeplearning4j joins no two of them. */
  @Test
  void muonTrainsAlikeInBothEngines() {
    Stack model =
        Stack.of("conv-relu")
            .blocks("conv 6 3x3", "conv 6 1x1", "conv 6 1x1", "maxpool 2", "depthwise 3x3 plain")
            .blocks("conv 8 3x3", "global avgpool", "conv 10 1x1 plain");
    MultiLayerConfiguration configuration =
        Optimizer.muon(0.05, 0.9).configuration(model, new ConstantLR(0.05), null, 1);
    assertThat(
            configuration.getConfs().stream()
                .map(NeuralNetConfiguration::getLayer)
                .filter(ConvolutionLayer.class::isInstance)
                .map(layer -> ((ConvolutionLayer) layer).getIUpdater().getClass().getSimpleName()))
        .containsExactly("Muon", "Muon", "Muon", "MomentumSgd", "Muon", "MomentumSgd");
    MultiLayerNetwork plain = new MultiLayerNetwork(configuration.clone());
    plain.init();
    try (FusedNetwork fused = FusedNetwork.of(plain)) {
      INDArray start = plain.params().dup();
      for (int step = 0; step < 3; step++) {
        DataSet batch =
            new DataSet(
                Nd4j.rand(DataType.FLOAT, 8, 1, 28, 28),
                Nd4j.eye(10).castTo(DataType.FLOAT).getRows(0, 1, 2, 3, 4, 5, 6, 7));
        plain.fit(batch);
        fused.fit(batch);
      }
      assertThat(start.distance2(plain.params())).isGreaterThan(0.1);
      assertThat(fused.params().distance2(plain.params())).isLessThan(1e-4);
    }
  }

  @Test
  void weightDecayReachesWhatItIsAskedToReach() {
    for (boolean all : new boolean[] {true, false}) {
      Optimizer optimizer = Optimizer.adamW(0.5, 0.1).weightDecay(0.1, all);
      MultiLayerNetwork network =
          new MultiLayerNetwork(
              Recipes.named("model_2")
                  .model()
                  .configuration(optimizer.updater(new ConstantLR(0.5), null), 1));
      network.init();
      INDArray before = network.params().dup();
      new WeightDecay(optimizer, new ConstantLR(0.5), network).onGradientCalculation(network);
      INDArray ratio = network.getLayer(0).paramTable().get("W").div(weights(before, network));
      assertThat(ratio.meanNumber().doubleValue()).isCloseTo(0.95, within(1e-6));
      double gamma = network.getLayer(1).paramTable().get("gamma").meanNumber().doubleValue();
      assertThat(gamma).isCloseTo(all ? 0.95 : 1, within(1e-6));
      assertThat(network.getLayer(1).paramTable().get("mean").sumNumber().doubleValue()).isZero();
    }
  }

  private static INDArray weights(INDArray parameters, MultiLayerNetwork network) {
    INDArray w = network.getLayer(0).paramTable().get("W");
    MultiLayerNetwork copy = network.clone();
    copy.params().assign(parameters);
    assertThat(copy.getLayer(0).paramTable().get("W").shape()).isEqualTo(w.shape());
    return copy.getLayer(0).paramTable().get("W");
  }

  /** In SGD the decay joins the gradient before momentum: one step of rate 1 shows it. */
  @Test
  void weightDecayOfSgdIsPartOfTheGradient() {
    Optimizer plain = Optimizer.sgd(1, 0);
    MultiLayerNetwork one = network(plain);
    MultiLayerNetwork two = network(plain.weightDecay(0.01, true));
    two.addListeners(new WeightDecay(plain.weightDecay(0.01, true), new ConstantLR(1), two));
    INDArray start = one.params().dup();
    DataSet batch = new DataSet(Nd4j.rand(4, 1, 28, 28), Nd4j.eye(10).getRows(1, 2, 3, 4));
    one.fit(batch);
    two.fit(batch);
    INDArray difference = one.params().sub(two.params());
    int weights = 90;
    for (int i = 0; i < weights; i++) {
      assertThat(difference.getDouble(0, i)).isCloseTo(0.01 * start.getDouble(0, i), within(1e-6));
    }
  }

  private static MultiLayerNetwork network(Optimizer optimizer) {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            Recipes.named("model_2")
                .model()
                .configuration(optimizer.updater(new ConstantLR(1), null), 1));
    network.init();
    return network;
  }

  @Test
  void numbersOutOfRangeAreToldInASentence() {
    assertThatThrownBy(() -> Optimizer.sgd(0, 0.9))
        .hasMessage("A learning rate of 0.0 cannot be: use a number above 0.");
    assertThatThrownBy(() -> Optimizer.sgd(Double.NaN, 0.9)).hasMessageContaining("NaN cannot be");
    assertThatThrownBy(() -> Optimizer.sgd(0.1, 1))
        .hasMessageContaining("both lie from 0 to below 1");
    assertThatThrownBy(() -> Optimizer.adamW(0.1, -1))
        .hasMessage("A weight decay of -1.0 cannot be: use 0 or more.");
  }
}
