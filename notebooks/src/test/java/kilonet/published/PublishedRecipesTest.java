package kilonet.published;

import static org.assertj.core.api.Assertions.assertThat;

import kilonet.model.Summary;
import kilonet.train.Json;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PublishedRecipesTest {

  /** As published, and recounted. */
  @ParameterizedTest
  @CsvSource({
    "000/step0, 10790, 20, 128",
    "000/step1, 8354, 15, 128",
    "000/step2, 8354, 15, 128",
    "000/step3, 7846, 15, 128",
    "001/step1, 147344, 15, 128",
    "001/step2, 10616, 15, 128",
    "001/step3, 10616, 15, 128",
    "001/step4, 8172, 15, 128",
    "001/step5, 8172, 15, 64",
    "001/step6, 6750, 15, 128",
    "002/step1, 6969866, 15, 128",
    "002/step2, 12862, 15, 128",
    "002/step3, 7944, 15, 128",
    "003/step1, 194884, 20, 128",
    "003/step2, 9606, 20, 128",
    "003/step3, 9606, 20, 128",
    "003/step4, 9606, 20, 128",
    "003/step4_adam, 9606, 20, 128",
    "003/step5, 9606, 20, 128",
    "004/step1, 776160, 15, 128",
    "004/step2, 7330, 15, 128",
    "004/step3, 7330, 15, 128",
    "004/step4, 7330, 15, 128",
    "004/step5, 7330, 15, 128"
  })
  void sizesEpochsAndBatchesAsPublished(String name, long parameters, int epochs, int batch) {
    Recipe recipe = PublishedRecipes.named(name).orElseThrow();
    assertThat(Summary.of(recipe.model()).parameters()).isEqualTo(parameters);
    assertThat(recipe.epochs()).isEqualTo(epochs);
    assertThat(recipe.batch()).isEqualTo(batch);
    assertThat(recipe.seed()).isEqualTo(1);
    assertThat(Json.read(Json.line(recipe), Recipe.class)).isEqualTo(recipe);
  }

  @Test
  void thereAreTwentyFour() {
    assertThat(PublishedRecipes.names()).hasSize(24).startsWith("000/step0").endsWith("004/step5");
    assertThat(PublishedRecipes.named("005/step1")).isEmpty();
  }

  @Test
  void twoOfThemLetterByLetter() {
    Recipe best = PublishedRecipes.named("002/step3").orElseThrow();
    assertThat(best.model())
        .hasToString(
            "conv-bn-relu-dropout: conv 10 3x3, conv 15 3x3, conv 10 1x1 plain, maxpool 2, conv 16"
                + " 3x3, conv 16 3x3, conv 16 3x3, avgpool 6, conv 10 1x1 plain");
    assertThat(best.optimizer()).isEqualTo(Optimizer.sgd(0.2, 0.9));
    assertThat(best.schedule()).isEqualTo("step(size=6, gamma=0.1)");
    assertThat(best.model().bias()).isFalse();
    assertThat(best.model().dropout()).isEqualTo(0.05);
    Recipe sixteen = PublishedRecipes.named("001/step2").orElseThrow();
    assertThat(sixteen.model().outputs()).isEqualTo(16);
    assertThat(PublishedRecipes.named("002/step1").orElseThrow().model().bias()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"2", "3", "4", "5"})
  void otherStacksForDocument004AreOfItsSizeAndStandInNoList(int step) {
    String name = "004/step" + step;
    Recipe chosen = PublishedRecipes.named(name).orElseThrow();
    assertThat(PublishedRecipes.candidates(name))
        .containsExactly(name + "-10-10-14-14-10-10-10", name + "-6-12-16-16-16")
        .doesNotContainAnyElementsOf(PublishedRecipes.names());
    for (String other : PublishedRecipes.candidates(name)) {
      Recipe candidate = PublishedRecipes.named(other).orElseThrow();
      assertThat(Summary.of(candidate.model()).parameters()).isEqualTo(7330);
      assertThat(candidate.model(chosen.model()).name(name)).isEqualTo(chosen);
      assertThat(candidate.model().dropout()).isEqualTo(chosen.model().dropout());
    }
  }

  @Test
  void otherDropoutsOfDocument001DifferInNothingElse() {
    Recipe chosen = PublishedRecipes.named("001/step3").orElseThrow();
    assertThat(PublishedRecipes.candidates("001/step3")).hasSize(3);
    for (String other : PublishedRecipes.candidates("001/step3")) {
      Recipe candidate = PublishedRecipes.named(other).orElseThrow();
      assertThat(other).isEqualTo("001/step3-dropout-" + candidate.model().dropout());
      assertThat(candidate.model().dropout()).isNotEqualTo(chosen.model().dropout());
      assertThat(candidate.model().texts()).isEqualTo(chosen.model().texts());
      assertThat(candidate.model(chosen.model()).name("001/step3")).isEqualTo(chosen);
    }
    assertThat(PublishedRecipes.candidates("001/step2")).isEmpty();
  }

  @Test
  void everyExperimentHasItsPublishedFigures() {
    assertThat(Published.all()).extracting(Published::id).isEqualTo(PublishedRecipes.names());
    for (Published published : Published.all()) {
      boolean unknown = published.id().startsWith("004");
      int missing = published.id().equals("003/step4") ? 1 : 0;
      missing = published.id().equals("003/step4_adam") ? 2 : missing;
      assertThat(published.logged())
          .as(published.id())
          .hasSize(
              unknown ? 0 : PublishedRecipes.named(published.id()).orElseThrow().epochs() - missing)
          .allMatch(accuracy -> accuracy > 95 && accuracy < 99.6);
    }
  }
}
