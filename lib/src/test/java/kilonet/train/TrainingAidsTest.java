package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import kilonet.data.Batches;
import kilonet.data.DataIdentity;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.schedule.ConstantLR;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

class TrainingAidsTest {

  @Test
  void theExponentialAverageByHand() {
    Averaging average = Averaging.of("ema(decay=0.5)", Nd4j.createFromArray(new float[] {0}));
    // Kept shares: min(0.5, (1 + t) / (10 + t)) = 1/10, 2/11, 3/12.
    average.afterBatch(Nd4j.createFromArray(new float[] {10}), 0);
    assertThat(average.average().getDouble(0)).isCloseTo(9, within(1e-5));
    average.afterBatch(Nd4j.createFromArray(new float[] {20}), 1);
    assertThat(average.average().getDouble(0)).isCloseTo(18, within(1e-5));
    average.afterBatch(Nd4j.createFromArray(new float[] {2}), 2);
    assertThat(average.average().getDouble(0)).isCloseTo(6, within(1e-5));
    average.afterEpoch(Nd4j.createFromArray(new float[] {99}), 1);
    assertThat(average.average().getDouble(0)).isCloseTo(6, within(1e-5));
  }

  @Test
  void stochasticWeightAveragingIsTheMeanFromItsFirstEpochOn() {
    Averaging average = Averaging.of("swa(from=2)", Nd4j.createFromArray(new float[] {0}));
    float[] ends = {7, 1, 2, 6};
    double[] expected = {7, 1, 1.5, 3};
    for (int epoch = 1; epoch <= 4; epoch++) {
      average.afterBatch(Nd4j.createFromArray(new float[] {1000}), epoch);
      average.afterEpoch(Nd4j.createFromArray(new float[] {ends[epoch - 1]}), epoch);
      assertThat(average.average().getDouble(0)).isCloseTo(expected[epoch - 1], within(1e-5));
    }
  }

  @Test
  void clippingScalesTheMeanGradientToTheNormAndLeavesStatisticsAlone() {
    MultiLayerNetwork network = network();
    boolean[] trained = WeightDecay.trained(network, true);
    DataSet batch = batch(1, 4);
    gradient(network, batch);
    float[] before = network.getFlattenedGradients().ravel().toFloatVector();
    double norm = norm(before, trained) / 4;
    new Clipping(norm / 10, trained).onGradientCalculation(network);
    float[] after = network.getFlattenedGradients().ravel().toFloatVector();
    assertThat(norm(after, trained) / 4).isCloseTo(norm / 10, within(norm * 1e-4));
    for (int i = 0; i < trained.length; i++) {
      assertThat(after[i]).isEqualTo(before[i], within(trained[i] ? Float.MAX_VALUE : 0));
    }
    new Clipping(norm, trained).onGradientCalculation(network);
    assertThat(network.getFlattenedGradients().ravel().toFloatVector()).isEqualTo(after);
  }

  private static double norm(float[] gradient, boolean[] trained) {
    return Math.sqrt(
        IntStream.range(0, gradient.length)
            .filter(i -> trained[i])
            .mapToDouble(i -> (double) gradient[i] * gradient[i])
            .sum());
  }

  /** Without batch norm, two halves added up are the gradient of the whole. */
  @Test
  void accumulatedGradientsAreThoseOfTheLargerBatch() {
    Stack stack = Stack.of("conv-relu").withBias().conv(3).globalAveragePool().plain(10, 1);
    MultiLayerNetwork whole = new MultiLayerNetwork(stack.configuration(updater(), 1));
    whole.init();
    MultiLayerNetwork halves = whole.clone();
    DataSet first = batch(1, 6);
    DataSet second = batch(2, 2);
    whole.fit(DataSet.merge(List.of(first, second)));
    Accumulation accumulation = new Accumulation(WeightDecay.trained(halves, true));
    halves.addListeners(accumulation);
    accumulation.add(halves, first);
    halves.fit(second);
    assertThat(halves.params().sub(whole.params()).amaxNumber().doubleValue()).isLessThan(1e-6);
    // The sum is spent: the next batch stands for itself.
    whole.fit(second);
    halves.fit(second);
    assertThat(halves.params().sub(whole.params()).amaxNumber().doubleValue()).isLessThan(1e-6);
  }

  @Test
  void accumulatedAndAveragedRunsResumeBitForBit(
      @org.junit.jupiter.api.io.TempDir java.nio.file.Path folder) {
    TrainTest digits = PenDigits.generate(320, 100, 1);
    Recipe recipe =
        Recipe.of("aids", small(), Optimizer.adamW(0.01, 0.05))
            .data(Recipe.DIGITS)
            .augmentation("rotation(7) + erasing(p=0.25)")
            .mixing("mixup(alpha=0.2)")
            .schedule("plateau(metric=loss, patience=0, factor=0.5)")
            .averaging("swa(from=2)")
            .labelSmoothing(0.1)
            .clipping(0.5)
            .accumulation(2)
            .batch(64)
            .epochs(4);
    Result whole = new Trainer(recipe, digits).run();
    Trainer stopped = new Trainer(recipe, digits).folder(folder);
    stopped
        .progress(
            new Progress() {
              private int batches;

              @Override
              public void batch(int batch, double loss, double right, double rate, double speed) {
                if (++batches == 11) {
                  stopped.stop();
                }
              }
            })
        .run();
    Result resumed = new Trainer(recipe, digits).folder(folder).resume().run();
    assertThat(resumed.trainLoss()).isEqualTo(whole.trainLoss());
    assertThat(resumed.testLoss()).isEqualTo(whole.testLoss());
    assertThat(resumed.rawTestAccuracy()).isEqualTo(whole.rawTestAccuracy());
  }

  /** What listeners do to gradients must reach the fused engine's updates too. */
  @ParameterizedTest
  @ValueSource(strings = {"decay", "decoupled decay", "clipping", "accumulation"})
  void theFusedEngineTrainsWithEveryAidAsDeeplearning4jDoes(String aid) {
    TrainTest digits = PenDigits.generate(160, 50, 1);
    Recipe plain = Recipe.of("aid", small(), Optimizer.sgd(0.1, 0.9)).data(Recipe.DIGITS);
    Recipe recipe =
        switch (aid) {
          case "decay" -> plain.optimizer(plain.optimizer().weightDecay(0.1, true));
          case "decoupled decay" -> plain.optimizer(Optimizer.adamW(0.02, 2));
          case "clipping" -> plain.clipping(0.05);
          default -> plain.accumulation(2);
        };
    recipe = recipe.batch(40).epochs(2);
    Result fused = new Trainer(recipe, digits).engine(Engine.FUSED).run();
    Result dl4j = new Trainer(recipe, digits).engine(Engine.DL4J).run();
    Recipe without =
        aid.equals("decoupled decay") ? plain.optimizer(Optimizer.adamW(0.02, 0)) : plain;
    Result bare = new Trainer(without.batch(40).epochs(2), digits).run();
    for (int epoch = 0; epoch < 2; epoch++) {
      assertThat(fused.testLoss().get(epoch)).isCloseTo(dl4j.testLoss().get(epoch), within(5e-4));
    }
    assertThat(Math.abs(fused.testLoss().get(1) - bare.testLoss().get(1))).isGreaterThan(2e-3);
  }

  /** A net that says how much ink lies in the middle sees each shift as it should. */
  @Test
  void testTimeShiftsAreTheMeanOverFivePlaces() {
    byte[] pixels = new byte[28 * 28];
    pixels[14 * 28 + 14] = (byte) 255;
    ImageSet dot = new ImageSet("dot", 28, 28, 10, pixels, new byte[] {3});
    MultiLayerNetwork network = network();
    float[] mean = new float[10];
    for (int[] place : new int[][] {{14, 14}, {12, 14}, {16, 14}, {14, 12}, {14, 16}}) {
      byte[] moved = new byte[28 * 28];
      moved[place[0] * 28 + place[1]] = (byte) 255;
      ImageSet set = new ImageSet("dot", 28, 28, 10, moved, new byte[] {3});
      try (Batches batches = Batches.inOrder(set, 1).build()) {
        float[] one = Predictions.of(network, batches).probabilities()[0];
        for (int c = 0; c < 10; c++) {
          mean[c] += one[c] / 5;
        }
      }
    }
    assertThat(Predictions.withShifts(network, dot, 10, 2).probabilities()[0])
        .containsExactly(mean, within(1e-6f));
    assertThatThrownBy(() -> Predictions.withShifts(network, dot, 10, 28))
        .hasMessage("Images of 28 x 28 pixels cannot be shifted by 28: use 1 to 27.");
  }

  @Test
  void patienceEndsARunThatNoLongerImproves() {
    TrainTest digits = PenDigits.generate(200, 100, 1);
    // Without batch norm, whose statistics would move however small the rate.
    Stack net = Stack.of("conv-relu").conv(3).globalAveragePool().plain(10, 1);
    Recipe recipe =
        Recipe.of("patient", net, Optimizer.sgd(1e-9, 0))
            .data(Recipe.DIGITS)
            .validation(100)
            .patience(2)
            .epochs(9);
    // A rate of a billionth changes nothing, so the first epoch stays the best.
    Result result = new Trainer(recipe, digits).run();
    assertThat(result.epochs()).isEqualTo(3);
    assertThat(result.isFinished()).isTrue();
  }

  @Test
  void theSteepestFallIsSuggested() {
    List<Double> rates = IntStream.range(0, 30).mapToObj(i -> Math.pow(10, i / 10.0 - 3)).toList();
    List<Double> losses =
        IntStream.range(0, 30)
            .mapToObj(i -> 2.0 - 1.5 / (1 + Math.exp(-(i - 17)))) // steepest at 17
            .toList();
    assertThat(LearningRateFinder.suggestion(rates, losses)).isEqualTo(rates.get(17));
  }

  @Test
  void aSweepSumsUpItsSeeds() {
    double[][] accuracies = {{99.4, 99.5, 99.5, 99.5, 99.6}, {99.3, 99.4, 99.4, 99.4, 99.4}};
    List<Result> results =
        IntStream.range(0, 2).mapToObj(i -> result(i + 1, accuracies[i])).toList();
    Sweep sweep = Sweep.of(results);
    assertThat(sweep.finals()).containsExactly(99.6, 99.4);
    assertThat(sweep.mean()).isCloseTo(99.5, within(1e-9));
    assertThat(sweep.standardDeviation()).isCloseTo(Math.sqrt(0.02), within(1e-9));
    assertThat(sweep.minLastFive()).containsExactly(99.4, 99.3);
    assertThat(sweep.lowest()).isEqualTo(99.3);
    assertThat(sweep.met()).isEqualTo(1);
  }

  private static Result result(long seed, double[] accuracies) {
    History history = new History(List.of());
    for (int i = 0; i < accuracies.length; i++) {
      history = history.plus(new EpochResult(i + 1, 0, 0, 0, accuracies[i], 0, 0, 1, 1));
    }
    Recipe recipe = Recipe.of("r", small(), Optimizer.sgd(0.1, 0)).epochs(5).seed(seed);
    return new Result(
        100,
        Engine.FUSED.version(recipe.model()),
        DataIdentity.MNIST,
        60_000,
        10_000,
        recipe,
        history);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mean|no average is called 'mean': write none, ema(decay=0.995) or swa(from=11).",
        "ema(decay=1)|the decay lies between 0 and 1",
        "ema(dekay=0.9)|dekay",
        "swa|from",
        "swa(from=0)|The epoch that swa starts from is 0"
      })
  void averagesThatAreNoneAreToldInASentence(String text, String sentence) {
    assertThatThrownBy(() -> Averaging.check(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void anEndWithoutAugmentationIsToldWhereThereIsNoneBeforeIt() {
    Recipe recipe = Recipe.of("r", small(), Optimizer.sgd(0.1, 0));
    for (String none : List.of("none", "none + none")) {
      assertThat(recipe.augmentation(none).unusedEnd()).isEmpty();
      assertThat(recipe.augmentation(none).unaugmented(0.25).unusedEnd())
          .contains(
              "unaugmented 0.25 is not used: no picture of this recipe is augmented or mixed.");
    }
    assertThat(recipe.augmentation("none + shift(2)").unaugmented(0.25).unusedEnd()).isEmpty();
    assertThat(recipe.mixing("mixup(alpha=0.2)").unaugmented(0.25).unusedEnd()).isEmpty();
  }

  @Test
  void anAverageThatNeverBeginsIsTold() {
    Recipe recipe = Recipe.of("r", small(), Optimizer.sgd(0.1, 0)).epochs(5);
    assertThat(recipe.averaging("swa(from=6)").unusedAverage())
        .contains(
            "The average swa(from=6) is not used: the run ends after epoch 5; let it start earlier.");
    for (String used : List.of("swa(from=5)", "ema(decay=0.9)", "none")) {
      assertThat(recipe.averaging(used).unusedAverage()).isEmpty();
    }
  }

  @Test
  void recipesOutOfRangeAreToldInASentence() {
    Recipe recipe = Recipe.of("r", small(), Optimizer.sgd(0.1, 0));
    assertThatThrownBy(() -> recipe.patience(3))
        .hasMessageContaining("needs validation images, because the test set is for reporting");
    assertThatThrownBy(() -> recipe.epochs(10_001))
        .hasMessage("epochs is 10001: use up to 10,000.");
    for (String name : List.of("nul", "a/Con", "aux.json", "COM1.x", "lpt9 ")) {
      assertThatThrownBy(() -> recipe.name(name)).hasMessageContaining("which can be no file's");
    }
    assertThat(recipe.name("community/console").name()).isEqualTo("community/console");
    assertThatThrownBy(() -> recipe.accumulation(0))
        .hasMessage("accumulation is 0: use 1 or more.");
    assertThatThrownBy(() -> recipe.labelSmoothing(1))
        .hasMessage("label smoothing is 1.0: it lies from 0 to below 1.");
    assertThatThrownBy(() -> recipe.clipping(-1)).hasMessageContaining("clipping is -1.0");
    assertThatThrownBy(() -> recipe.data("../cifar"))
        .hasMessageStartingWith("A recipe's data is '../cifar', which can be no file's: use ");
    assertThatThrownBy(() -> recipe.augmentation("rotate(7)"))
        .hasMessageContaining("no augmentation is called 'rotate'");
    assertThatThrownBy(() -> recipe.schedule("cosin"))
        .hasMessageContaining("no schedule is called 'cosin'");
  }

  private static Stack small() {
    return Stack.of("conv-bn-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1);
  }

  private static org.nd4j.linalg.learning.config.IUpdater updater() {
    return Optimizer.sgd(0.5, 0).updater(new ConstantLR(0.5), null);
  }

  private static MultiLayerNetwork network() {
    MultiLayerNetwork network = new MultiLayerNetwork(small().configuration(updater(), 1));
    network.init();
    return network;
  }

  private static void gradient(MultiLayerNetwork network, DataSet batch) {
    network.setInput(batch.getFeatures());
    network.setLabels(batch.getLabels());
    network.computeGradientAndScore();
  }

  private static DataSet batch(int seed, int size) {
    INDArray pictures = Nd4j.rand(seed, new long[] {size, 1, 28, 28});
    INDArray labels = Nd4j.zeros(size, 10);
    for (int i = 0; i < size; i++) {
      labels.putScalar(i, (i + seed) % 10, 1);
    }
    return new DataSet(pictures, labels);
  }

  /** (1 - 0.7) * 10 is a little more than 3 in floating point. */
  @Test
  void anEndWithoutAugmentationBeginsWithItsEpoch() {
    ImageSet set = PenDigits.generate(40, 1, 3).train();
    Recipe recipe =
        Recipe.of("r", small(), Optimizer.sgd(0.1, 0))
            .epochs(10)
            .batch(16)
            .augmentation("shift(4)");
    try (Batches plain = recipe.augmentation("none").batches(set, null);
        Batches before = recipe.unaugmented(0.6).batches(set, null);
        Batches ending = recipe.unaugmented(0.7).batches(set, null)) {
      for (Batches batches : List.of(plain, before, ending)) {
        batches.startAt(3, 0);
      }
      INDArray expected = plain.next().getFeatures();
      assertThat(ending.next().getFeatures()).isEqualTo(expected);
      assertThat(before.next().getFeatures()).isNotEqualTo(expected);
    }
  }
}
