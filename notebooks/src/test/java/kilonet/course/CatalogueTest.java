package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import kilonet.model.Summary;
import kilonet.train.Ablations;
import kilonet.train.Contract;
import kilonet.train.Json;
import kilonet.train.Recipe;
import org.junit.jupiter.api.Test;

class CatalogueTest {

  @Test
  void recordsAndTheirAblationsAreFoundByName() {
    for (String name : Catalogue.records()) {
      Recipe record = Catalogue.named(name);
      assertThat(record.name()).isEqualTo(name);
      assertThat(record.epochs()).isLessThanOrEqualTo(Contract.EPOCHS_UP_TO);
      assertThat(record.validates()).isFalse();
      assertThat(record.limit()).isZero();
      assertThat(Summary.of(record.model()).parameters()).isLessThan(Contract.PARAMETERS_BELOW);
      assertThat(Catalogue.names()).contains(name);
      for (Recipe ablation : Ablations.of(record)) {
        assertThat(Catalogue.find(ablation.name())).contains(ablation);
      }
    }
    assertThat(Summary.of(Catalogue.named("record/small").model()).parameters()).isLessThan(4_000);
    assertThat(Summary.of(Catalogue.named("record/tiny").model()).parameters()).isLessThan(1_000);
    assertThatThrownBy(() -> Catalogue.named("record/small-without-luck"))
        .hasMessageContaining("No recipe is called 'record/small-without-luck'");
  }

  /** The next assignment of such a course: what it demands, but for the accuracy. */
  @Test
  void recipesOnOtherDataKeepTheirOwnDemands() {
    for (String name : Catalogue.elsewhere()) {
      Recipe recipe = Catalogue.named(name);
      assertThat(recipe.name()).isEqualTo(name);
      assertThat(recipe.assignment().data()).isEqualTo(recipe.data());
      assertThat(recipe.epochs()).isLessThanOrEqualTo(recipe.assignment().epochsUpTo());
      assertThat(Summary.of(recipe.model()).parameters())
          .isLessThan(recipe.assignment().parametersBelow());
      assertThat(Catalogue.ours()).doesNotContain(name);
      assertThat(Catalogue.names()).contains(name);
    }
    Recipe next = Catalogue.named("next/cifar-10");
    assertThat(next.model().receptiveField())
        .isEqualTo(55)
        .isGreaterThan(next.assignment().receptiveFieldAbove());
    assertThat(next.model().texts())
        .noneMatch(block -> block.startsWith("maxpool"))
        .anyMatch(block -> block.startsWith("depthwise"))
        .anyMatch(block -> block.contains("dilation"));
    assertThat(Summary.of(Catalogue.named("fashion/small").model()).parameters()).isEqualTo(7_936);
  }

  @Test
  void everyRecipeIsWrittenAsItIsRead() {
    assertThat(Catalogue.names()).startsWith("model_1").contains("record/small", "002/step3");
    for (String name : Catalogue.names()) {
      Recipe recipe = Catalogue.named(name);
      assertThat(recipe.name()).isEqualTo(name);
      assertThat(Json.read(Json.pretty(recipe), Recipe.class)).isEqualTo(recipe);
    }
  }
}
