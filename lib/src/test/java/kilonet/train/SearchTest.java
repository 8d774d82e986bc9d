package kilonet.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import kilonet.data.Normalization;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.model.Summary;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SearchTest {

  private static final TrainTest DIGITS = PenDigits.generate(1);
  private static final Recipe SMALL =
      Recipes.named("model_3").data(Recipe.DIGITS).limit(400).validation(200);

  @TempDir private Path folder;

  private static SearchSpace space(String json) {
    return Json.read(json, SearchSpace.class);
  }

  private static Search.Plan plan(int trials, Integer... rounds) {
    return new Search.Plan(trials, Long.MAX_VALUE, List.of(rounds), List.of(1L), 1, 1);
  }

  @Test
  void aSpaceThatIsSmallEnoughIsTriedWhole() {
    SearchSpace space = space("{\"batch\": [64, 128], \"averaging\": [\"none\"]}");
    assertThat(space.size()).isEqualTo(2);
    assertThat(space.draw(5, 1))
        .containsExactly(
            Map.of("batch", new IntNode(64), "averaging", new TextNode("none")),
            Map.of("batch", new IntNode(128), "averaging", new TextNode("none")));
  }

  @Test
  void aLargerSpaceIsDrawnFromWithoutRepetitionAndTheSameWayAgain() {
    SearchSpace space = space("{\"batch\": [16, 32, 64, 128], \"accumulation\": [1, 2, 3, 4]}");
    List<Map<String, JsonNode>> ten = space.draw(10, 7);
    assertThat(ten).hasSize(10).doesNotHaveDuplicates().isEqualTo(space.draw(10, 7));
    assertThat(ten.subList(0, 4)).isEqualTo(space.draw(4, 7));
    assertThat(ten).isNotEqualTo(space.draw(10, 8));
  }

  @Test
  void aChoiceChangesItsFieldAndNothingElse() {
    Recipe changed =
        SearchSpace.apply(
            SMALL,
            space("{\"optimizer.learning_rate\": [0.03], \"batch\": [64]}").draw(1, 1).get(0));
    Optimizer before = SMALL.optimizer();
    assertThat(changed)
        .isEqualTo(
            SMALL
                .batch(64)
                .optimizer(
                    new Optimizer(
                        before.kind(), 0.03, before.momentum(), before.beta2(), 0, true)));
  }

  @Test
  void whatDoesNotFitARecipeIsTold() {
    assertThatThrownBy(() -> SearchSpace.apply(SMALL, Map.of("optimizer.speed", new IntNode(1))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A recipe has no 'optimizer.speed': its fields are kind, ");
    assertThatThrownBy(() -> SearchSpace.apply(SMALL, Map.of("batch.size", new IntNode(1))))
        .hasMessage("A recipe has no 'batch.size': 'batch' is no object.");
    assertThatThrownBy(() -> SearchSpace.apply(SMALL, Map.of("batch", new IntNode(0))))
        .hasMessageStartingWith("No recipe can have batch 0: ")
        .hasMessageContaining("batch is 0: use 1 or more.");
    assertThatThrownBy(() -> space("{\"batch\": []}"))
        .hasMessageContaining("'batch' has no values to choose from");
    assertThatThrownBy(() -> plan(1, 4, 4)).hasMessageStartingWith("Rounds of [4, 4] epochs");
  }

  @Test
  void whatARecipeNeedNotHaveCanBeChosenToo() {
    assertThat(SMALL.normalization()).isNull();
    String teacher =
        Json.line(new Teacher(Recipes.named("model_2").data(Recipe.MNIST).limit(7), 0.5, 2));
    Map<String, JsonNode> choice =
        space(
                "{\"teacher\": [%s], \"limit\": [300], \"normalization\": [%s]}"
                    .formatted(teacher, Json.line(Normalization.MNIST)))
            .draw(1, 1)
            .get(0);
    Recipe chosen = SearchSpace.apply(SMALL, choice);
    assertThat(chosen.normalization()).isEqualTo(Normalization.MNIST);
    Recipe taught = chosen.teacher().recipe();
    assertThat(taught.name()).isEqualTo("model_2");
    assertThat(taught.limit()).isEqualTo(300);
    assertThat(taught.data()).isEqualTo(Recipe.DIGITS);
    assertThat(taught.validation()).isEqualTo(SMALL.validation());
    assertThat(taught.normalization()).isEqualTo(Normalization.MNIST);
    assertThat(SearchSpace.apply(chosen, Map.of("limit", new IntNode(200))).teacher().recipe())
        .isEqualTo(taught.limit(200));
    assertThatThrownBy(() -> SearchSpace.apply(SMALL, Map.of("teacher", new IntNode(5))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("No recipe can have teacher 5: ");
    assertThat(SearchSpace.words(choice)).startsWith("teacher {\"recipe\":{").contains("…, limit");
    assertThatThrownBy(() -> SearchSpace.apply(SMALL, Map.of("teacher.weight", new IntNode(1))))
        .hasMessageStartingWith("This recipe has no 'teacher.weight': its fields are name, model");
  }

  @Test
  void theBetterThirdGoesOnAndTheBestComesFirst() {
    SearchSpace space =
        space("{\"optimizer.learning_rate\": [1e-7, 2e-7, 0.1], \"schedule\": [\"constant\"]}");
    List<Search.Trial> told = new ArrayList<>();
    Search search = Search.run(SMALL, space, plan(3, 1, 2), DIGITS, folder, told::add);
    assertThat(told).extracting(Search.Trial::epochs).containsExactly(1, 1, 1, 1, 2, 2);
    assertThat(search.trials()).hasSize(4);
    assertThat(search.trials()).extracting(Search.Trial::epochs).containsExactly(2, 2, 1, 1);
    assertThat(search.trials().subList(2, 4))
        .extracting(Search.Trial::number)
        .containsExactlyInAnyOrder(1, 2);
    assertThat(search.judge()).isEqualTo(Search.Judge.LOSS);
    assertThat(search.best().loss()).isLessThanOrEqualTo(search.trials().get(1).loss());
    assertThat(search.trials().get(2).loss()).isLessThanOrEqualTo(search.trials().get(3).loss());
    assertThat(Search.recipe(SMALL, search.best()).validates()).isFalse();
    assertThat(Json.read(Json.line(search), Search.class)).isEqualTo(search);
  }

  @Test
  void aTrialThatDivergesComesLastAndDoesNotGoOn() {
    SearchSpace space =
        space("{\"optimizer.learning_rate\": [1e30, 0.05], \"schedule\": [\"constant\"]}");
    List<Search.Trial> told = new ArrayList<>();
    for (int times = 0; times < 2; times++) {
      told.clear();
      Search search = Search.run(SMALL, space, plan(4, 1, 2), DIGITS, folder, told::add);
      assertThat(told).hasSize(4);
      assertThat(search.trials()).extracting(Search.Trial::epochs).containsExactly(2, 1, 1);
      Search.Trial last = search.trials().get(2);
      assertThat(last.diverged()).isTrue();
      assertThat(last.words()).contains("learning_rate 1.0E30");
      assertThat(last.accuracy()).isNull();
      assertThat(search.trials().subList(0, 2)).noneMatch(Search.Trial::diverged);
      assertThat(Json.read(Json.line(search), Search.class)).isEqualTo(search);
    }
    // One seed that diverges is enough, and labels that cannot be compared change nothing of it.
    Search byAccuracy =
        Search.run(
            SMALL,
            space(
                "{\"optimizer.learning_rate\": [1e30], \"schedule\": [\"constant\"],"
                    + " \"label_smoothing\": [0.1]}"),
            new Search.Plan(4, Long.MAX_VALUE, List.of(1), List.of(1L, 2L), 1, 2),
            DIGITS,
            folder.resolve("accuracy"),
            trial -> {});
    assertThat(byAccuracy.judge()).isEqualTo(Search.Judge.ACCURACY);
    assertThat(byAccuracy.trials()).extracting(Search.Trial::diverged).containsExactly(false, true);
    assertThatThrownBy(
            () ->
                Search.run(
                    SMALL.schedule("constant").optimizer(Optimizer.sgd(1e30, 0)),
                    space("{}"),
                    plan(1, 1),
                    DIGITS,
                    folder.resolve("all"),
                    trial -> {}))
        .isInstanceOf(TrainingException.class)
        .hasMessageStartingWith("Every trial of 1 epochs diverged: ");
  }

  @Test
  void whatEndsEarlyByPatienceIsTrainedForAllItsEpochsAsTheBest() {
    Recipe patient = SMALL.patience(1).schedule("constant").optimizer(Optimizer.sgd(1e-9, 0));
    SearchSpace space = space("{\"patience\": [2]}");
    Search search = Search.run(patient, space, plan(1, 4), DIGITS, folder, trial -> {});
    assertThat(search.trials()).extracting(Search.Trial::epochs).containsExactly(4, 4);
    for (Search.Trial trial : search.trials()) {
      Recipe best = Search.recipe(patient, trial);
      assertThat(best).isEqualTo(patient.patience(0).validation(0).limit(0).epochs(4));
    }
  }

  @Test
  void theLastThirdOfTheEpochsIsJudged() {
    SearchSpace space = space("{\"batch\": [7]}");
    Search.Trial trial =
        Search.run(SMALL, space, plan(1, 4), DIGITS, folder, told -> {}).trials().stream()
            .filter(each -> each.number() == 0)
            .findFirst()
            .orElseThrow();
    Result same = new Trainer(SMALL.epochs(4), DIGITS).run();
    assertThat(trial.loss()).isEqualTo((same.testLoss().get(2) + same.testLoss().get(3)) / 2);
    assertThat(trial.accuracy())
        .isEqualTo((same.testAccuracy().get(2) + same.testAccuracy().get(3)) / 2);
  }

  /** A smoothed label costs loss, whatever the accuracy. */
  @Test
  void lossesOfOtherLabelsAreNotCompared() {
    for (String space :
        List.of(
            "{\"label_smoothing\": [0.3]}",
            "{\"mixing\": [\"mixup\"], \"batch\": [7]}",
            "{\"label_smoothing\": [0.1, 0.2, 0.3]}")) {
      Search search =
          Search.run(SMALL, space(space), plan(9, 1), DIGITS, folder.resolve("own"), trial -> {});
      assertThat(search.judge()).hasToString("accuracy");
      assertThat(search.trials())
          .isSortedAccordingTo(
              Comparator.comparingDouble(Search.Trial::accuracy)
                  .reversed()
                  .thenComparing(Search.Trial::loss));
    }
  }

  @Test
  void severalRunsAtATimeFindTheSame() throws IOException {
    SearchSpace space = space("{\"batch\": [7, 9]}");
    Search.Plan one = new Search.Plan(9, 100_000, List.of(1), List.of(1L, 2L), 1, 1);
    Search.Plan three = new Search.Plan(9, 100_000, List.of(1), List.of(1L, 2L), 1, 3);
    List<Search.Trial> told = new ArrayList<>();
    Search first = Search.run(SMALL, space, one, DIGITS, folder.resolve("1"), told::add);
    assertThat(told).hasSize(3);
    assertThat(Search.run(SMALL, space, three, DIGITS, folder.resolve("3"), trial -> {}))
        .isEqualTo(first);
    assertThat(written()).hasSize(2 * 3 * 2);
  }

  @Test
  void whatIsFinishedIsNotTrainedAgain() throws IOException {
    SearchSpace space = space("{\"batch\": [7]}");
    Search first = Search.run(SMALL, space, plan(1, 1), DIGITS, folder, trial -> {});
    Map<Path, FileTime> before = written();
    Search again = Search.run(SMALL, space, plan(1, 1), DIGITS, folder, trial -> {});
    assertThat(again).isEqualTo(first);
    assertThat(written()).hasSize(2).isEqualTo(before);
  }

  private Map<Path, FileTime> written() throws IOException {
    Map<Path, FileTime> times = new HashMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(f -> f.endsWith("result.json")).toList()) {
        times.put(file, Files.getLastModifiedTime(file));
      }
    }
    return times;
  }

  @Test
  void theTestSetDecidesNothing() {
    assertThatThrownBy(
            () ->
                Search.run(
                    SMALL.validation(0),
                    space("{\"batch\": [64]}"),
                    plan(1, 1),
                    DIGITS,
                    folder,
                    trial -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("A search needs validation images");
  }

  @Test
  void netsThatAreTooLargeAreLeftOut() {
    Search.Plan tight = new Search.Plan(1, 5, List.of(1), List.of(1L), 1, 1);
    assertThatThrownBy(
            () -> Search.run(SMALL, space("{\"batch\": [64]}"), tight, DIGITS, folder, trial -> {}))
        .hasMessage(
            "No recipe of this space has 5 parameters or fewer: allow more, or smaller nets.");
  }

  @Test
  void theRecipeAsItWasIsNumberZeroEvenWhereItIsTooLarge() {
    long size = Summary.of(SMALL.model()).parameters();
    SearchSpace space =
        space("{\"model\": [%s]}".formatted(Json.line(Recipes.named("model_2").model())));
    long smaller = Summary.of(Recipes.named("model_2").model()).parameters();
    assertThat(smaller).isLessThan(size);
    Search.Plan plan = new Search.Plan(3, smaller, List.of(1), List.of(1L), 1, 1);
    Search search = Search.run(SMALL, space, plan, DIGITS, folder, trial -> {});
    assertThat(search.trials()).extracting(Search.Trial::number).containsExactly(1);
    assertThat(Search.recipe(SMALL, search.best()).limit()).isZero();
  }

  @Test
  void aRateThatTheScheduleDecidesIsNotSearched() throws IOException {
    Recipe scheduled = Recipes.named("model_3").data(Recipe.DIGITS).validation(100);
    SearchSpace space = Json.read("{\"optimizer.learning_rate\": [0.1, 0.3]}", SearchSpace.class);
    assertThatThrownBy(
            () ->
                Search.run(
                    scheduled,
                    space,
                    new Search.Plan(2, Long.MAX_VALUE, List.of(1), List.of(1L), 1, 1),
                    PenDigits.generate(200, 20, 1),
                    folder,
                    trial -> {}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("The space varies optimizer.learning_rate, which changes nothing");
  }

  @Test
  void aValueThatIsRepeatedCountsOnce() {
    SearchSpace space =
        space("{\"batch\": [64, 64, 64], \"mixing\": [\"none\", \"mixup\", \"none\"]}");
    assertThat(space.size()).isEqualTo(2);
    for (int trials = 1; trials <= 7; trials++) {
      assertThat(space.draw(trials, 3)).hasSize(Math.min(trials, 2)).doesNotHaveDuplicates();
    }
    // 64 and 64.0 are two values, of which a recipe takes the first alone.
    assertThat(space("{\"clipping\": [1, 1.0, 2]}").draw(9, 1)).hasSize(3);
  }

  @Test
  void choicesOfOneRecipeAreOneTrial() {
    List<Search.Trial> told = new ArrayList<>();
    Search.run(SMALL, space("{\"clipping\": [1, 1.0]}"), plan(5, 1), DIGITS, folder, told::add);
    assertThat(told).extracting(Search.Trial::number).containsExactly(0, 1);
  }

  @Test
  void fewerCombinationsThanTrialsAreAllTried() {
    List<Search.Trial> told = new ArrayList<>();
    Search.run(SMALL, space("{\"batch\": [7, 9]}"), plan(50, 1), DIGITS, folder, told::add);
    assertThat(told).hasSize(3);
    told.clear();
    Search.run(SMALL, space("{}"), plan(50, 1), DIGITS, folder.resolve("empty"), told::add);
    assertThat(told).hasSize(1);
  }

  @Test
  void whatASearchSetsItselfOrCannotCountIsRefused() {
    for (String field : List.of("epochs", "seed", "data", "validation")) {
      assertThatThrownBy(() -> space("{\"%s\": [1, 2]}".formatted(field)))
          .hasMessageContaining("'%s' is no choice of a search, which sets it".formatted(field));
    }
    for (String field : List.of("name", "assignment")) {
      assertThatThrownBy(() -> space("{\"%s\": [\"x\", \"y\"]}".formatted(field)))
          .hasMessageContaining(
              "'%s' is no choice of a search: it changes nothing".formatted(field));
    }
    for (String fields :
        List.of(
            "{\"optimizer.learning_rate\": [0.1], \"optimizer\": [{}]}",
            "{\"optimizer\": [{}], \"optimizer.learning_rate\": [0.1]}")) {
      assertThatThrownBy(() -> space(fields))
          .hasMessageContaining("set the same part of a recipe: leave one of them out.");
    }
    assertThat(space("{\"model.blocks\": [[]], \"model.height\": [28]}").choices()).hasSize(2);
    assertThatThrownBy(() -> space("{\"batch\": [1], \"batch\": [2]}"))
        .hasMessageContaining("Duplicate field 'batch'");
    assertThatThrownBy(() -> space("{\"batch\": [null]}"))
        .hasMessageContaining("'batch' has no values to choose from");
    assertThatThrownBy(() -> plan(0, 1)).hasMessageContaining("0 trials cannot be searched");
    assertThatThrownBy(() -> plan(100_001, 1)).hasMessageContaining("use 1 to 100,000");
    assertThatThrownBy(() -> plan(1)).hasMessageContaining("give one or more of both");
    for (List<Long> seeds : List.of(List.<Long>of(), List.of(1L, 1L))) {
      assertThatThrownBy(() -> new Search.Plan(1, 9, List.of(1), seeds, 1, 1))
          .hasMessageContaining("no seed twice");
    }
  }
}
