package kilonet.course;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.export.Export;
import kilonet.export.Provenance;
import kilonet.layer.Shape;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.NoOp;

class DrawingPageTest {

  @TempDir private Path folder;

  private final Recipe recipe = Recipes.named("model_3").epochs(2);

  private Path result;

  @BeforeEach
  void aPageOfANetThatNobodyTrained() throws IOException {
    result = ResultFiles.write(folder.resolve("results"), recipe, 99.41);
    MultiLayerNetwork network = new MultiLayerNetwork(recipe.model().configuration(new NoOp(), 1));
    network.init();
    Export export =
        Export.of(network, new Shape(1, 28, 28))
            .provenance(Provenance.of(network, Json.read(result, Result.class)));
    Files.createDirectories(folder.resolve("reports"));
    Export.write(export.page(folder.resolve("reports/Draw.html"), null));
  }

  private List<String> problems() {
    return problems(Optional.empty());
  }

  private List<String> problems(Optional<ImageSet> test) {
    return DrawingPage.problems(
        "model_3", folder.resolve("reports"), folder.resolve("results"), () -> test);
  }

  private void replace(String text, String by) throws IOException {
    Path page = folder.resolve("reports/Draw.html");
    Files.writeString(page, Files.readString(page, StandardCharsets.UTF_8).replace(text, by));
  }

  @Test
  void whatThePageSaysIsWhatTheResultSays() throws IOException {
    assertThat(problems()).isEmpty();
    ResultFiles.write(folder.resolve("results"), recipe, 99.52);
    assertThat(problems())
        .singleElement()
        .asString()
        .contains("Draw.html says 99.41 for test_accuracy")
        .contains("seed-1.json says 99.52: train it again");
  }

  @Test
  void theNetItselfIsAskedWhereThereIsATestSet() {
    // It has learnt nothing.
    ImageSet digits = PenDigits.generate(1, 20, 1).test();
    assertThat(problems(Optional.of(digits)))
        .singleElement()
        .asString()
        .contains("of the test set, not on 99.41%: train it again");
  }

  @Test
  void aPageOfNoRunOrWithADamagedNetIsNamed() throws IOException {
    replace("\"kind\":\"convolution\"", "\"kind\":\"nothing\"");
    replace("\"numbers\":\"", "\"numbers\":\"AAAA");
    assertThat(problems()).singleElement().asString().contains("is damaged");
    replace("application/json", "text/plain");
    assertThat(problems()).singleElement().asString().contains("holds no net");
    Files.delete(result);
    aPageOfANetThatNobodyTrained();
    Files.delete(result);
    assertThat(problems()).singleElement().asString().contains("is of a run that has no result");
    Files.delete(folder.resolve("reports/Draw.html"));
    assertThat(problems()).isEmpty();
  }
}
