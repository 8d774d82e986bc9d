package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Stack;
import kilonet.train.Optimizer;
import kilonet.train.Predictions;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import kilonet.train.Trainer;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.Table;

class StepRunTest {

  private static final TrainTest IMAGES = PenDigits.generate(640, 200, 3);

  @Test
  void quickModeTakesATenthOfTheImagesAndTwoEpochs() {
    StepRun step = StepRun.of(Recipes.named("model_2"), IMAGES, true);
    assertThat(step.data().train().size()).isEqualTo(64);
    assertThat(step.data().test().size()).isEqualTo(20);
    assertThat(step.recipe())
        .isEqualTo(Recipes.named("model_2").data("digits").epochs(2).limit(6_000));
    assertThat(step)
        .hasToString(
            "QUICK MODE, a tenth of the images and few epochs\n"
                + "model_2 with seed 1: 2 epochs of 64 training images, tested on 20; GENERATED"
                + " DIGITS");
  }

  @Test
  void otherwiseRecipeAndImagesAreAsTheyWere() {
    StepRun step = StepRun.of(Recipes.named("model_3"), IMAGES, false);
    assertThat(step.recipe()).isEqualTo(Recipes.named("model_3").data("digits"));
    assertThat(step.data()).isSameAs(IMAGES);
    assertThat(step.toString()).doesNotContain("QUICK");
  }

  @Test
  void theEnvironmentAsksForQuickMode() {
    assertThat(StepRun.isQuick(Map.of("KILONET_QUICK", "1"))).isTrue();
    assertThat(StepRun.isQuick(Map.of("KILONET_QUICK", "true"))).isTrue();
    assertThat(StepRun.isQuick(Map.of("KILONET_QUICK", "Yes"))).isTrue();
    assertThat(StepRun.isQuick(Map.of("KILONET_QUICK", ""))).isFalse();
    assertThat(StepRun.isQuick(Map.of("KILONET_QUICK", "False"))).isFalse();
    assertThat(StepRun.isQuick(Map.of("KILONET_QUICK", "0"))).isFalse();
    assertThat(StepRun.isQuick(Map.of())).isFalse();
  }

  @Test
  void onlyFullRunsOnMnistAreFiledAsResults() {
    assertThat(StepRun.folder(false, "mnist")).isEqualTo("results");
    assertThat(StepRun.folder(false, "digits")).isEqualTo("results-digits");
    assertThat(StepRun.folder(true, "mnist")).isEqualTo("results-quick");
    assertThat(StepRun.folder(true, "digits")).isEqualTo("results-quick");
  }

  @Test
  void aRunIsJudgedDemandByDemandAndItsPredictionsAreThoseOfItsLastEpoch() {
    Recipe recipe =
        Recipe.of(
                "tiny",
                Stack.of("conv-bn-relu")
                    .conv(4)
                    .maxPool(4)
                    .conv(8)
                    .globalAveragePool()
                    .plain(10, 1),
                Optimizer.sgd(0.1, 0.9))
            .data(Recipe.DIGITS)
            .averaging("ema(decay=0.9)")
            .batch(32)
            .accumulation(3)
            .epochs(2);
    Trainer trainer = new Trainer(recipe, IMAGES);
    assertThat(trainer.updatesPerEpoch()).isEqualTo(7);
    Result run = trainer.run();
    Predictions predictions = trainer.predictions();
    assertThat(predictions.accuracy()).isEqualTo(run.testAccuracy().get(1));
    Table verdict = Verdict.of(run);
    assertThat(verdict.stringColumn("demand").asList())
        .isEqualTo(
            List.of(
                "data",
                "parameters",
                "epochs",
                "test accuracy of epoch 1",
                "test accuracy of epoch 2"));
    assertThat(verdict.stringColumn("this run").get(0))
        .isEqualTo("640 training and 200 test images of generated digits");
    assertThat(verdict.stringColumn("met").asList()).startsWith("no", "yes", "yes").hasSize(5);
  }
}
