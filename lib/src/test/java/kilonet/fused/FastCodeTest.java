package kilonet.fused;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import kilonet.seeds.Seeds;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;

/**
 * Where oneDNN has no code for a processor and a memory format, it silently takes its reference
 * code, hundreds of times slower. Run with AVX-512 and, by the build, without it.
 */
class FastCodeTest {
  private static final int BATCH = 20;

  static List<Recipe> recipes() {
    return Stream.concat(
            Recipes.names().stream().map(Recipes::named),
            Seeds.names().stream().map(name -> Seeds.named(name).orElseThrow()))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("recipes")
  void noOperationOfAnyRecipeIsReferenceCode(Recipe recipe) {
    int outputs = recipe.model().outputs();
    INDArray images = Nd4j.rand(BATCH, 1, recipe.model().height(), recipe.model().width());
    INDArray labels = Nd4j.zeros(BATCH, outputs);
    IntStream.range(0, BATCH).forEach(i -> labels.putScalar(i, i % 10, 1));
    try (FusedNetwork network =
        new FusedNetwork(recipe.model().configuration(new Sgd(0.01), recipe.seed()))) {
      network.init();
      network.fit(new DataSet(images, labels));
      network.output(images);
      assertThat(network.engine()).isEqualTo("fused");
      assertThat(network.slow()).isEmpty();
    }
  }
}
