package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;
import kilonet.data.DataIdentity;
import kilonet.model.Stack;
import org.junit.jupiter.api.Test;

class AssignmentTest {

  private static final DataIdentity PATCHES = new DataIdentity("patches", "a", "b");

  private static History history(double... accuracies) {
    List<EpochResult> epochs =
        IntStream.range(0, accuracies.length)
            .mapToObj(
                i ->
                    new EpochResult(i + 1, 0.5, 80, 0.5, accuracies[i], accuracies[i], 0.1, 1, 100))
            .toList();
    return new History(epochs);
  }

  private static Recipe recipe(Assignment assignment) {
    Stack net =
        Stack.of("conv-bn-relu")
            .input(3, 32, 32)
            .conv(8, 3, 2, 1, 1)
            .conv(8, 3, 1, 2, 2)
            .globalAveragePool()
            .plain(10, 1);
    return Recipe.of("mine", net, Optimizer.sgd(0.1, 0)).assignment(assignment);
  }

  @Test
  void aRunIsJudgedByTheNumbersOfItsOwn() {
    Assignment asked = new Assignment("patches", 85, 2, 200_000, 30, 10);
    Recipe recipe = recipe(asked);
    assertThat(recipe.model().receptiveField()).isEqualTo(11);
    Contract met = Contract.of(recipe, PATCHES, 199_999, history(10, 85, 86.5));
    assertThat(met.met()).isTrue();
    assertThat(met.lastFive()).containsExactly(85.0, 86.5);
    Contract missed =
        Contract.of(
            recipe(new Assignment("cifar-10", 85, 2, 200_000, 2, 11)),
            PATCHES,
            200_000,
            history(90, 84.99, 86));
    assertThat(missed.misses())
        .containsExactly(
            "It was tested on 'patches', not on CIFAR-10.",
            "It has 200000 parameters, not fewer than 200000.",
            "Its receptive field is of 11 pixels, not of more than 11.",
            "It took 3 epochs, not at most 2.",
            "1 of its last 2 epochs is below 85%.");
    // Where no data are named, those at hand count.
    assertThat(
            Contract.of(
                    recipe(new Assignment(null, 50, 1, 9_000, 9, null)), PATCHES, 1, history(50))
                .met())
        .isTrue();
  }

  @Test
  void aRecipeCarriesItAndIsJudgedByThisCoursesWithoutOne() {
    Recipe recipe = recipe(new Assignment("cifar-10", 85, 2, 200_000, 30, 44));
    assertThat(Json.read(Json.line(recipe), Recipe.class)).isEqualTo(recipe);
    Recipe without = recipe.assignment(null);
    assertThat(Json.line(without)).doesNotContain("assignment");
    assertThat(without.goal()).isEqualTo(Assignment.MNIST);
    assertThat(recipe.differences(without)).isEqualTo(1);
    assertThat(Contract.of(without, PATCHES, 1, history(100, 100, 100, 100, 100)).misses())
        .containsExactly("It was tested on 'patches', not on MNIST.");
  }

  @Test
  void numbersThatCannotBeAreRefused() {
    assertThatThrownBy(() -> new Assignment(null, 101, 1, 1, 1, null))
        .hasMessage("An assignment's accuracy is 101: give a number from 0 to 100.");
    assertThatThrownBy(() -> new Assignment(null, 50, 3, 1, 2, null))
        .hasMessageContaining("bound of the epochs is 2: give a whole number from 3");
    assertThatThrownBy(() -> new Assignment(null, 50, 0, 1, 2, null))
        .hasMessageContaining("number of last epochs is 0");
    assertThatThrownBy(() -> new Assignment("../x", 50, 1, 1, 2, null))
        .hasMessageContaining("which can be no file's");
  }
}
