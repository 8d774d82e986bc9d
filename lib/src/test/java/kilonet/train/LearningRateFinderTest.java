package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import kilonet.data.Batches;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.schedule.ExponentialLR;
import kilonet.schedule.SchedulePlan;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ScheduleType;

/** The range test trains as the run will. */
class LearningRateFinderTest {

  private static final TrainTest DIGITS = PenDigits.generate(240, 20, 1);

  private static Recipe recipe() {
    return Recipe.of(
            "r",
            Stack.of("conv-bn-relu").maxPool(2).conv(4).globalAveragePool().plain(10, 1),
            Optimizer.sgd(0.1, 0.9))
        .batch(20);
  }

  private static LearningRateFinder.RangeTest find(Recipe recipe) {
    return LearningRateFinder.find(recipe, DIGITS, Engine.FUSED, 0.01, 1, 24);
  }

  /** What {@code train} does to gradients reaches the range test, one thing after the other. */
  @ParameterizedTest
  @ValueSource(strings = {"weight decay", "clipping", "accumulation", "limit", "validation"})
  void nothingThatARecipeSaysIsLeftOut(String what) {
    Recipe changed =
        switch (what) {
          case "weight decay" -> recipe().optimizer(recipe().optimizer().weightDecay(0.3, true));
          case "clipping" -> recipe().clipping(0.01);
          case "accumulation" -> recipe().accumulation(3);
          case "limit" -> recipe().limit(60);
          default -> recipe().validation(120);
        };
    assertThat(find(changed).losses()).isNotEqualTo(find(recipe()).losses());
    assertThat(find(changed)).isEqualTo(find(changed));
  }

  @Test
  void theEndWithoutAugmentationIsNoPartOfTheTest() {
    Recipe augmented = recipe().augmentation("shift(2)");
    assertThat(find(augmented.unaugmented(1))).isEqualTo(find(augmented));
    assertThat(find(augmented).losses()).isNotEqualTo(find(recipe()).losses());
  }

  /** The first update's loss is that of its batches before any update, the second's after one. */
  @ParameterizedTest
  @EnumSource(Engine.class)
  void anUpdateIsOfAsManyBatchesAsTheRecipeAccumulates(Engine engine) {
    Recipe recipe = recipe().accumulation(3);
    LearningRateFinder.RangeTest test =
        LearningRateFinder.find(recipe, DIGITS, engine, 0.01, 1, 24);
    double factor = Math.pow(100, 1.0 / 23);
    ExponentialLR rates = new ExponentialLR(0.01, factor, ScheduleType.ITERATION);
    SchedulePlan plan = new SchedulePlan("", rates, Optional.empty());
    double[] losses = new double[6];
    try (Batches batches = recipe.batches(DIGITS.train(), null);
        Learner learner = new Learner(recipe, plan, engine, 1)) {
      for (int i = 0; i < losses.length; i++) {
        DataSet batch = batches.next();
        assertThat(learner.learn(batch, 0, i, false)).isEqualTo(i % 3 == 2);
        losses[i] = learner.loss();
      }
    }
    double first = (losses[0] + losses[1] + losses[2]) / 3;
    double second = (losses[3] + losses[4] + losses[5]) / 3;
    assertThat(test.losses().get(0)).isCloseTo(first, within(1e-6));
    assertThat(test.losses().get(1))
        .isCloseTo((0.95 * 0.05 * first + 0.05 * second) / (1 - 0.95 * 0.95), within(1e-6));
    assertThat(test.rates().get(1)).isCloseTo(0.01 * factor, within(1e-9));
  }

  @Test
  void argumentsOutOfRangeAreRefused() {
    for (double[] range : new double[][] {{0, 1}, {1, 1}, {Double.NaN, 1}, {1, 1.0 / 0}}) {
      assertThatThrownBy(
              () -> LearningRateFinder.find(recipe(), DIGITS, Engine.FUSED, range[0], range[1], 24))
          .hasMessageContaining("cannot be tested");
    }
    assertThatThrownBy(() -> LearningRateFinder.find(recipe(), DIGITS, Engine.FUSED, 0.1, 1, 19))
        .hasMessage("19 batches are too few to see a loss fall: use 20 or more.");
  }
}
