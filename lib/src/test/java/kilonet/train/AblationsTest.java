package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import kilonet.model.Models;
import org.junit.jupiter.api.Test;

class AblationsTest {

  private static final Recipe RICH =
      Recipe.of("rich", Models.Model_3(), Optimizer.nesterov(0.1, 0.9).weightDecay(1e-4, false))
          .augmentation("rotation(10) + shift(2) + erasing(p=0.5)")
          .mixing("mixup(alpha=0.2)")
          .unaugmented(0.25)
          .schedule("onecycle(max=0.1)")
          .averaging("ema(decay=0.99)")
          .labelSmoothing(0.1)
          .clipping(1)
          .accumulation(2);

  @Test
  void eachIngredientIsLeftOutOnce() {
    assertThat(Ablations.of(RICH))
        .extracting(recipe -> recipe.name().replace("rich-without-", ""))
        .containsExactly(
            "averaging",
            "rotation",
            "shift",
            "erasing",
            "mixing",
            "unaugmented-end",
            "schedule",
            "nesterov",
            "weight-decay",
            "label-smoothing",
            "clipping",
            "accumulation",
            "dropout");
    assertThat(Ablations.of(RICH)).allMatch(recipe -> recipe.name("rich").differences(RICH) == 1);
    assertThat(Ablations.of(Recipe.of("plain", Models.Model_2(), Optimizer.sgd(0.1, 0)))).isEmpty();
  }

  @Test
  void eachAugmentationIsLeftOutAndNoneIsNoIngredient() {
    Recipe plain = Recipe.of("plain", Models.Model_2(), Optimizer.sgd(0.1, 0));
    for (String none : List.of("", " ", "none", "none + none")) {
      assertThat(Ablations.of(plain.augmentation(none))).isEmpty();
    }
    assertThat(Ablations.of(plain.augmentation("none + rotation(7)")))
        .containsExactly(plain.name("plain-without-augmentation").augmentation("none"));
    assertThat(Ablations.of(plain.augmentation("rotation(7) + none + shift(2) + rotation(20)")))
        .extracting(recipe -> recipe.name() + ": " + recipe.augmentation())
        .satisfiesExactly(
            first ->
                assertThat(first)
                    .matches("plain-without-rotation: shift\\(2.*\\) \\+ rotation\\(20.*\\)"),
            second ->
                assertThat(second)
                    .matches("plain-without-shift: rotation\\(7.*\\) \\+ rotation\\(20.*\\)"),
            third ->
                assertThat(third)
                    .matches("plain-without-rotation-2: rotation\\(7.*\\) \\+ shift\\(2.*\\)"));
  }

  @Test
  void theRestStaysAsItWas() {
    Recipe still = Ablations.of(RICH).get(2);
    assertThat(still.augmentation())
        .startsWith("rotation(")
        .contains(" + erasing(")
        .doesNotContain("shift");
    Recipe heavyBall = Ablations.of(RICH).get(7);
    assertThat(heavyBall.optimizer()).isEqualTo(Optimizer.sgd(0.1, 0.9).weightDecay(1e-4, false));
    Recipe muon = Recipe.of("muon", Models.Model_2(), Optimizer.muon(0.1, 0.9));
    assertThat(Ablations.of(muon))
        .containsExactly(muon.name("muon-without-muon").optimizer(Optimizer.nesterov(0.1, 0.9)));
  }
}
