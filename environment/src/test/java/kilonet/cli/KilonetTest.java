package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kilonet.data.DataIdentity;
import kilonet.published.PublishedRecipes;
import kilonet.train.Engine;
import kilonet.train.EpochResult;
import kilonet.train.History;
import kilonet.train.Json;
import kilonet.train.Optimizer;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import kilonet.train.Teacher;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KilonetTest {

  @TempDir private Path folder;

  private record Outcome(int status, String out, String err) {

    String lastLine() {
      return out.substring(out.stripTrailing().lastIndexOf('\n') + 1).strip();
    }

    JsonNode json() throws Exception {
      return new ObjectMapper().readTree(lastLine());
    }
  }

  private static Outcome kilonet(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status = Kilonet.execute(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    return new Outcome(status, out.toString(), err.toString());
  }

  @Test
  void trainLeavesItsFilesAndEndsInItsResult() throws Exception {
    Path run = folder.resolve("run");
    Outcome trained =
        kilonet(
            "train",
            "--recipe",
            "model_3",
            "--data",
            "digits",
            "--limit",
            "512",
            "--epochs",
            "2",
            "--seed",
            "3",
            "--out",
            run.toString());
    assertThat(trained.err).isEmpty();
    assertThat(trained.status).isZero();
    JsonNode json = trained.json();
    assertThat(json.get("recipe").asText()).isEqualTo("model_3");
    assertThat(json.get("parameters").asInt()).isEqualTo(7806).isLessThan(8000);
    assertThat(json.get("seed").asInt()).isEqualTo(3);
    assertThat(json.get("engine").asText()).isEqualTo("fused lanes-2");
    assertThat(json.get("data").asText()).isEqualTo("digits");
    assertThat(json.get("epochs").asInt()).isEqualTo(2);
    assertThat(json.get("train_accuracy")).hasSize(2);
    assertThat(json.get("test_accuracy")).hasSize(2);
    assertThat(json.get("train_loss")).hasSize(2);
    assertThat(json.get("test_loss")).hasSize(2);
    assertThat(json.get("images_per_second").asDouble()).isPositive();
    assertThat(json.get("contract").get("params").asInt()).isEqualTo(7806);
    assertThat(json.get("contract").get("met").asBoolean()).isFalse();
    assertThat(Files.readString(run.resolve("history.csv")).lines()).hasSize(3);
    assertThat(run.resolve("result.json")).exists();
    assertThat(trained.out)
        .contains("total parameters: 7806")
        .contains("epoch  2/2")
        .contains("The assignment is not met.");

    Outcome evaluated =
        kilonet("evaluate", run.resolve("model.zip").toString(), "--data", "digits");
    assertThat(evaluated.status).isZero();
    assertThat(evaluated.json().get("accuracy").asDouble())
        .isEqualTo(json.get("test_accuracy").get(1).asDouble());
    assertThat(evaluated.json().get("confusion")).hasSize(10);
    // A net of digits is tested on digits, without being told.
    assertThat(kilonet("evaluate", run.resolve("model.zip").toString()).json())
        .isEqualTo(evaluated.json());
  }

  @Test
  void aSweepIsNotRunTwice() throws Exception {
    String[] sweep = {
      "sweep",
      "--recipe",
      "model_2",
      "--data",
      "digits",
      "--limit",
      "256",
      "--epochs",
      "1",
      "--seeds",
      "1..2",
      "--out",
      folder.toString()
    };
    Outcome first = kilonet(sweep);
    assertThat(first.err).isEmpty();
    assertThat(first.json().get("finals")).hasSize(2);
    long written = Files.getLastModifiedTime(folder.resolve("seed-1/result.json")).toMillis();
    Outcome second = kilonet(sweep);
    assertThat(second.lastLine()).isEqualTo(first.lastLine());
    assertThat(Files.getLastModifiedTime(folder.resolve("seed-1/result.json")).toMillis())
        .isEqualTo(written);
  }

  @Test
  void anAblationTrainsTheRecipeAndTheSameWithoutEachIngredient() throws Exception {
    Path file = folder.resolve("own.json");
    Recipe own =
        Recipes.named("model_2").name("own").schedule("cosine").averaging("ema(decay=0.9)");
    Files.writeString(file, Json.pretty(own));
    String[] ablate = {
      "ablate",
      "--recipe",
      file.toString(),
      "--data",
      "digits",
      "--limit",
      "256",
      "--epochs",
      "2",
      "--seeds",
      "1,2",
      "--out",
      folder.toString()
    };
    Outcome first = kilonet(ablate);
    assertThat(first.err).isEmpty();
    assertThat(first.status).isZero();
    JsonNode whole = first.json().get("recipe");
    assertThat(whole.get("recipe").asText()).isEqualTo("own");
    JsonNode without = first.json().get("without");
    assertThat(without.findValuesAsText("ingredient")).containsExactly("averaging", "schedule");
    for (JsonNode each : without) {
      double mean = each.get("sweep").get("mean").asDouble();
      assertThat(each.get("change").asDouble()).isEqualTo(mean - whole.get("mean").asDouble());
    }
    assertThat(first.out).contains("6/6  own-without-schedule seed 2: ");
    Result run = Json.read(folder.resolve("own-without-schedule/seed-2/result.json"), Result.class);
    assertThat(run.definition().schedule()).isEqualTo("constant");
    assertThat(kilonet(ablate).lastLine()).isEqualTo(first.lastLine());

    // Without its schedule it learns at a rate that nothing bears.
    Files.writeString(
        file,
        Json.pretty(
            Recipes.named("model_2")
                .name("hot")
                .schedule("onecycle(max=0.1)")
                .averaging("ema(decay=0.9)")
                .optimizer(Optimizer.sgd(1e30, 0))));
    ablate[ablate.length - 1] = folder.resolve("hot").toString();
    Outcome hot = kilonet(ablate);
    assertThat(hot.status).isZero();
    assertThat(hot.out).containsPattern("  without schedule +diverged\n");
    assertThat(hot.json().get("recipe").get("seeds")).hasSize(2);
    assertThat(hot.json().get("without").get(0).get("sweep").get("seeds")).hasSize(2);
    assertThat(hot.json().get("without").get(1)).hasSize(1);
    assertThat(folder.resolve("hot/ablations.json")).exists();

    Outcome bare = kilonet("ablate", "--recipe", "model_2", "--data", "digits");
    assertThat(bare.status).isEqualTo(2);
    assertThat(bare.err).contains("model_2 has no ingredient that could be left out");
  }

  @Test
  void publishedExperimentsAreReproducedOnceAndFiledByTheirNames() throws Exception {
    String[] reproduce = {
      "reproduce",
      "001/step2",
      "000/step3",
      "--data",
      "digits",
      "--limit",
      "128",
      "--epochs",
      "1",
      "--seeds",
      "2",
      "--work",
      folder.toString()
    };
    Outcome first = kilonet(reproduce);
    assertThat(first.err).isEmpty();
    assertThat(first.status).isZero();
    assertThat(first.json().get("runs").asInt()).isEqualTo(2);
    assertThat(first.json().get("finished").asInt()).isEqualTo(2);
    assertThat(first.json().get("trained").asInt()).isEqualTo(2);
    assertThat(first.out.lines().filter(line -> line.contains(" finished: ")))
        .extracting(line -> line.replaceFirst("^(\\d/2  \\S+ seed \\d)  .*( h left)$", "$1$2"))
        .containsExactly("1/2  000/step3 seed 2 h left", "2/2  001/step2 seed 2 h left");
    Path result = folder.resolve("results/000/step3/seed-2.json");
    assertThat(result).hasSameBinaryContentAs(folder.resolve("000/step3/seed-2/result.json"));

    Files.delete(folder.resolve("000/step3/seed-2/result.json"));
    Files.delete(folder.resolve("results/001/step2/seed-2.json"));
    Outcome second = kilonet(reproduce);
    assertThat(second.json().get("finished").asInt()).isEqualTo(2);
    assertThat(second.json().get("trained").asInt()).as("one or the other file is left").isZero();
    assertThat(folder.resolve("results/001/step2/seed-2.json")).exists();

    reproduce[1] = "000/step3";
    reproduce[8] = "2";
    Outcome longer = kilonet(reproduce);
    assertThat(longer.json().get("runs").asInt()).isEqualTo(1);
    assertThat(longer.json().get("trained").asInt()).as("the results are outdated").isEqualTo(1);
    assertThat(Json.read(result, Result.class).epochs()).isEqualTo(2);
  }

  @Test
  void aRunThatFailsDoesNotEndTheOthers() throws Exception {
    Path stale = Files.createDirectories(folder.resolve("000/step1/seed-1"));
    Files.writeString(stale.resolve("checkpoint.zip"), "no checkpoint");
    Outcome outcome =
        kilonet(
            "reproduce",
            "000/step1",
            "000/step2",
            "--data",
            "digits",
            "--limit",
            "128",
            "--epochs",
            "1",
            "--seeds",
            "1",
            "--work",
            folder.toString());
    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.err).contains("000/step1, seed 1: ").contains("checkpoint.zip");
    assertThat(outcome.json().get("finished").asInt()).isEqualTo(1);
    assertThat(folder.resolve("results/000/step2/seed-1.json")).exists();
  }

  @Test
  void eachSmallNetIsReproducedOnceBeforeAnyTwiceAndTheLargestLast() {
    List<Recipe> order =
        ReproduceCommand.inOrder(
            PublishedRecipes.names().stream()
                .map(name -> PublishedRecipes.named(name).orElseThrow())
                .toList(),
            null);
    assertThat(order).hasSize(20 * 3 + 4);
    assertThat(order.subList(0, 20)).allMatch(recipe -> recipe.seed() == 1);
    assertThat(order.subList(20, 40)).allMatch(recipe -> recipe.seed() == 2);
    assertThat(order.subList(60, 64))
        .extracting(Recipe::name)
        .containsExactly("001/step1", "004/step1", "003/step1", "002/step1");
  }

  @Test
  void seedsAreRangesAndNumbers() {
    assertThat(SweepCommand.parse("1..3, 7,2")).isEqualTo(List.of(1L, 2L, 3L, 7L));
    assertThatThrownBy(() -> SweepCommand.parse("3..1")).hasMessageContaining("runs backwards");
    assertThatThrownBy(() -> SweepCommand.parse("a")).hasMessageContaining("'a' are no seeds");
  }

  @Test
  void theRangeTestEndsInARate() {
    Outcome found =
        kilonet(
            "lr-find",
            "--recipe",
            "model_2",
            "--data",
            "digits",
            "--batches",
            "40",
            "--out",
            folder.toString());
    assertThat(found.err).isEmpty();
    assertThat(folder.resolve("lr-find.png")).isNotEmptyFile();
    assertThat(Double.parseDouble(found.lastLine())).isBetween(1e-4, 10.0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"model_1", "model_2", "model_3"})
  void summaryEndsInTheTotal(String recipe) {
    Outcome summary = kilonet("summary", "--recipe", recipe);
    assertThat(summary.status).isZero();
    assertThat(summary.lastLine()).matches("total parameters: \\d+");
    assertThat(kilonet("summary", "--recipe", recipe, "--json").out).startsWith("{\"rows\":[");
    assertThat(kilonet("recipes").out).contains(recipe);
  }

  @Test
  void aRecipeWithATeacherSaysSo() {
    assertThat(kilonet("recipes").out.lines().filter(line -> line.contains("taught")).toList())
        .hasSize(2)
        .allMatch(
            line -> line.matches("record/(sure|small) .*, taught by a net of 48,200 parameters"))
        .anyMatch(line -> line.matches("record/sure +7,806 .*"));
  }

  @Test
  void aRecipeInAFileIsTrainedLikeANamedOne() throws Exception {
    Path file = folder.resolve("own.json");
    Files.writeString(file, kilonet("recipes", "model_2").out);
    assertThat(Json.read(file, Recipe.class)).isEqualTo(Recipes.named("model_2"));
    assertThat(kilonet("summary", "--recipe", file.toString()).lastLine())
        .isEqualTo("total parameters: 6754");
  }

  @Test
  void aChangedCopyOfARecipeIsCalledByItsFileAndSaysWhatIsInVain() throws Exception {
    Path file = folder.resolve("mine.json");
    String whole = kilonet("recipes", "model_3").out;
    Files.writeString(
        file, whole.replaceFirst("\"learning_rate\" : 0.2", "\"learning_rate\" : 0.0001"));
    Outcome trained =
        kilonet(
            ("train --data digits --limit 128 --epochs 1 --recipe %s --out %s/run")
                .formatted(file, folder)
                .split(" "));
    assertThat(trained.json().get("recipe").asText()).isEqualTo("mine");
    assertThat(trained.err)
        .startsWith("The learning rate 1.0E-4 of the optimizer is not used: the schedule onecycle(")
        .contains("sets the rate, up to 0.2; change it there.");
    assertThat(trained.out).contains("Its only epoch is below 99.4%.", "Its files are in ");
    Files.writeString(file, whole);
    assertThat(kilonet("summary", "--recipe", file.toString()).err).isEmpty();
  }

  @Test
  void aRunThatNamesNoFolderNeverGoesOverAnother() throws Exception {
    Path runs = folder.resolve("runs");
    Recipe recipe = Recipes.named("model_3");
    DefaultFolder folders = new DefaultFolder(runs, Engine.FUSED, DataIdentity.MNIST);
    Path first = runs.resolve("model_3-seed1");
    Path second = runs.resolve("model_3-seed1-2");
    assertThat(folders.of(recipe, false)).isEqualTo(first);
    assertThat(folders.of(recipe.data("digits"), false))
        .isEqualTo(runs.resolve("model_3-digits-seed1"));
    write(first, recipe.epochs(1));
    assertThat(folders.of(recipe.epochs(1), false)).isEqualTo(first);
    assertThat(folders.of(recipe, false)).isEqualTo(second);
    assertThat(new DefaultFolder(runs, Engine.DL4J, DataIdentity.MNIST).of(recipe, false))
        .isEqualTo(second);
    assertThat(folders.of(recipe, true)).isEqualTo(first);

    Files.delete(first.resolve("result.json"));
    assertThat(folders.of(recipe, false)).isEqualTo(first);
    Path checkpoint = Files.writeString(first.resolve("checkpoint.zip"), "of something else");
    assertThat(folders.of(recipe, false)).isEqualTo(second);
    Files.delete(checkpoint);
    Recipe taught = recipe.teacher(new Teacher(recipe.epochs(3), 0.5, 1));
    write(first.resolve("teacher"), recipe.epochs(3));
    assertThat(folders.of(recipe, false)).isEqualTo(second);
    assertThat(folders.of(taught, false)).isEqualTo(first);
    assertThat(folders.of(recipe.teacher(new Teacher(recipe.epochs(4), 0.5, 1)), false))
        .isEqualTo(second);
  }

  @Test
  void aSweepThatNamesNoFolderNeverGoesOverAnother() throws Exception {
    Path runs = folder.resolve("runs");
    Recipe recipe = Recipes.named("model_3");
    DefaultFolder folders = new DefaultFolder(runs, Engine.FUSED, DataIdentity.MNIST);
    List<DefaultFolder.Seeds> same = List.of(new DefaultFolder.Seeds(recipe, ""));
    List<DefaultFolder.Seeds> other = List.of(new DefaultFolder.Seeds(recipe.epochs(1), ""));
    assertThat(folders.of("sweep", recipe, same)).isEqualTo(runs.resolve("sweep-model_3"));
    write(runs.resolve("sweep-model_3/seed-7"), recipe.seed(7));
    assertThat(folders.of("sweep", recipe, same)).isEqualTo(runs.resolve("sweep-model_3"));
    assertThat(folders.of("sweep", recipe, other)).isEqualTo(runs.resolve("sweep-model_3-2"));

    List<DefaultFolder.Seeds> without = List.of(new DefaultFolder.Seeds(recipe, "a/b"));
    write(runs.resolve("ablate-model_3/a/b/seed-1"), recipe.limit(100));
    assertThat(folders.of("ablate", recipe, without)).isEqualTo(runs.resolve("ablate-model_3-2"));
  }

  private static void write(Path run, Recipe recipe) throws Exception {
    History history = new History(List.of(new EpochResult(1, 0.1, 97, 0.1, 97, 97, 0.1, 2, 500)));
    Result result =
        new Result(
            7_806,
            Engine.FUSED.version(recipe.model()),
            DataIdentity.MNIST,
            1_000,
            100,
            recipe,
            history);
    Files.createDirectories(run);
    Files.writeString(run.resolve("result.json"), Json.pretty(result));
  }

  @Test
  void accuraciesHaveTwoDigits() {
    assertThat(ReportCommand.percents(List.of(99.55, 99.5))).isEqualTo("99.55%, 99.50%");
  }

  @Test
  void aRecipeInAFileThatLacksSomethingOrHasTooMuchIsRefused() throws Exception {
    Path file = folder.resolve("own.json");
    String whole = kilonet("recipes", "model_2").out;
    Files.writeString(file, whole.replaceFirst("\"mixing\" : \"none\",", ""));
    Outcome lacking = kilonet("summary", "--recipe", file.toString());
    assertThat(lacking.status).isEqualTo(2);
    assertThat(lacking.err).contains("own.json").contains("'mixing'").doesNotContain("\tat ");
    Files.writeString(file, whole.replaceFirst("\\{", "{ \"mixin\" : 1,"));
    assertThat(kilonet("summary", "--recipe", file.toString()).err).contains("\"mixin\"");
    Files.writeString(file, "{");
    assertThat(kilonet("summary", "--recipe", file.toString()).err)
        .contains("This is no JSON of a Recipe");
  }

  /** So a shell writes a variable that is not set. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "train --recipe model_2 --data digits --out",
        "train --recipe model_2 --data digits --data-dir",
        "search --recipe model_2 --space",
        "sweep --recipe model_2 --seeds 1 --results",
        "reproduce --work",
        "course new",
        "course check",
        "report --write",
        "report",
        "evaluate",
        "predict",
        "export --to page",
        "data --data"
      })
  void anEmptyPathIsRefused(String command) {
    for (String nothing : List.of("", " ")) {
      List<String> words = new ArrayList<>(List.of(command.split(" ")));
      words.add(nothing);
      Outcome refused = kilonet(words.toArray(String[]::new));
      assertThat(refused.err).contains("it names no file or folder, but nothing");
      assertThat(refused.status).isEqualTo(2);
    }
  }

  @Test
  void emptyDataAreNotThePicturesOfThisFolder() {
    Outcome refused = kilonet("train", "--recipe", "model_2", "--data", "");
    assertThat(refused.err).contains("No data is called '', and there is no such folder");
    assertThat(refused.status).isEqualTo(2);
  }

  @Test
  void aSearchNeverTakesOtherValidationImagesThanItWasTold() throws Exception {
    Path space = Files.writeString(folder.resolve("space.json"), "{\"batch\": [64]}");
    Outcome none =
        kilonet(
            "search",
            "--recipe",
            "model_2",
            "--data",
            "digits",
            "--space",
            space.toString(),
            "--validation",
            "0",
            "--out",
            folder.resolve("search").toString());
    assertThat(none.status).isEqualTo(2);
    assertThat(none.err).contains("A search needs validation images");
  }

  @Test
  void theFolderOfMnistIsTheLastLine() {
    Outcome missing = kilonet("data", "--data", folder.resolve("none").toString());
    assertThat(missing.status).isEqualTo(1);
    assertThat(missing.err.strip().lines()).hasSize(1);
    assertThat(missing.err).contains("but there is none");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "2|train --recipe nothing --data digits|kilonet train: No recipe is called 'nothing': use"
            + " one of model_1",
        "2|train --recipe model_2 --data fashion|No data is called 'fashion', and there is no such"
            + " folder: use a folder of pictures, or one of mnist, digits, fashion-mnist",
        "2|train --recipe model_2 --data digits --epochs 0|epochs is 0: give a whole number",
        "2|train --recipe model_2 --data digits --limit -5|limit is -5: give a whole number",
        "2|train --recipe model_2 --engine gpu|Invalid value for option '--engine'",
        "2|train|Missing required option: '--recipe=NAME'",
        "2|train --recipe gone.json --data digits|There is no file gone.json.",
        "2|evaluate gone.zip|There is no file gone.zip: name the model.zip of a run.",
        "2|evaluate pom.xml|pom.xml is no net that Deeplearning4j saved",
        "2|lr-find --recipe model_2 --data digits --from 1 --to 0.1|Rates from 1.0 to 0.1 cannot be"
            + " tested",
        "2|sweep --recipe model_2 --data digits --seeds x|'x' are no seeds",
        "2|sweep --recipe model_2 --data digits --seeds 1 --jobs 0|--jobs is 0: give",
        "2|bench --recipe gone.json|There is no file gone.json.",
        "2|search --recipe model_2 --data digits --space pom.xml --epochs 3 --rounds 1,2|--rounds"
            + " says the epochs of each round, and --epochs those of a single one",
        "2|reproduce 005/step1 --data digits|No published experiment is called '005/step1'",
        "2|reproduce 000 --data digits --jobs 0|--jobs is 0: give",
        "2|report --check nowhere|There is no folder nowhere: name the folder that holds"
            + " Step_1.ipynb",
        "2|report --write src|The folder src holds no notebooks of the steps: name the folder",
        "2|fly|Unmatched argument",
        "2|''|No command was given"
      })
  void wrongUseIsToldInASentence(int status, String line, String sentence) {
    Outcome outcome = kilonet(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(outcome.err).contains(sentence).doesNotContain("\tat ");
    assertThat(outcome.status).isEqualTo(status);
  }

  @Test
  void aFolderThatCannotBeWrittenIsNamed() throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Outcome outcome =
        kilonet(
            "train",
            "--recipe",
            "model_2",
            "--data",
            "digits",
            "--limit",
            "128",
            "--epochs",
            "1",
            "--out",
            file.resolve("run").toString());
    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.err).contains("cannot be written").contains("--out").doesNotContain("\tat ");
  }

  @Test
  void theStackTraceIsThereForWhoAsks() {
    assertThat(kilonet("evaluate", "gone.zip", "--stacktrace").err).contains("\tat ");
  }

  private static String[] train(Path out, String... more) {
    List<String> words =
        new ArrayList<>(List.of("train", "--recipe", "model_2", "--data", "digits"));
    words.addAll(List.of("--limit", "128", "--epochs", "1", "--out", out.toString()));
    words.addAll(List.of(more));
    return words.toArray(String[]::new);
  }

  @Test
  void aFinishedRunIsToldAndNotTrainedAgain() throws Exception {
    Outcome first = kilonet(train(folder));
    assertThat(first.status).isZero();
    byte[] model = Files.readAllBytes(folder.resolve("model.zip"));
    Outcome again = kilonet(train(folder, "--resume"));
    assertThat(again.err).isEmpty();
    assertThat(again.status).isZero();
    assertThat(again.out)
        .contains("This run is finished since epoch 1: nothing is left to train.")
        .doesNotContain("epoch  1/1");
    assertThat(again.lastLine()).as("times and all").isEqualTo(first.lastLine());
    assertThat(folder.resolve("model.zip")).hasBinaryContent(model);

    Outcome other = kilonet(train(folder, "--resume", "--seed", "7"));
    assertThat(other.status).isEqualTo(1);
    assertThat(other.err).contains("is of another run, which is finished").contains("--out");
    assertThat(folder.resolve("model.zip")).hasBinaryContent(model);

    Outcome over = kilonet(train(folder, "--seed", "7"));
    assertThat(over.status).isEqualTo(2);
    assertThat(over.err)
        .contains("holds a run of another recipe, engine or data, which would be lost");
    assertThat(folder.resolve("model.zip")).hasBinaryContent(model);

    Outcome anew = kilonet(train(folder));
    assertThat(anew.status).isZero();
    assertThat(anew.err).contains("which is finished, is trained again: --resume");
  }

  @Test
  void whereThereIsNothingToGoOnWithThatIsTold() {
    Path nowhere = folder.resolve("nowhere");
    Outcome begun = kilonet(train(nowhere, "--resume"));
    assertThat(begun.status).isZero();
    assertThat(begun.err)
        .contains("There is nothing to go on with in " + nowhere + ": the run begins anew.");
  }

  @Test
  void aSweepNeverGoesOverAnother() throws Exception {
    Path seed = folder.resolve("seed-1");
    write(seed, Recipes.named("model_3").limit(100));
    byte[] result = Files.readAllBytes(seed.resolve("result.json"));
    Outcome over =
        kilonet(
            "sweep",
            "--recipe",
            "model_3",
            "--data",
            "digits",
            "--limit",
            "50",
            "--epochs",
            "1",
            "--seeds",
            "1",
            "--out",
            folder.toString());
    assertThat(over.status).isEqualTo(2);
    assertThat(over.err).contains("which would be lost");
    assertThat(seed.resolve("result.json")).hasBinaryContent(result);
  }

  @Test
  void whatOfStandardOutputIsLostIsKnown() throws Exception {
    for (String why : List.of("No space left on device", "Broken pipe")) {
      StandardOutput output =
          new StandardOutput(
              new OutputStream() {
                @Override
                public void write(int value) throws IOException {
                  throw new IOException(why);
                }
              });
      assertThat(output.failure()).isEmpty();
      try (PrintWriter out = new PrintWriter(new PrintStream(output, true), true)) {
        out.println("one");
        out.println("two");
      }
      assertThat(output.failure()).isEqualTo(Optional.of(why).filter(w -> w.startsWith("No")));
    }
  }

  @Test
  void aSingleSeedIsToldWithoutADeviation() {
    Outcome sweep =
        kilonet(
            "sweep",
            "--recipe",
            "model_2",
            "--data",
            "digits",
            "--limit",
            "128",
            "--epochs",
            "1",
            "--seeds",
            "4",
            "--out",
            folder.toString());
    assertThat(sweep.err).isEmpty();
    assertThat(sweep.out).contains("over 1 seeds: ").doesNotContain("±").doesNotContain("0.000");
    assertThat(sweep.lastLine()).doesNotContain("standard_deviation");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../../x", "/tmp/x", "a/../../x", ".."})
  void aNameOfARecipeDoesNotLeaveTheFolderOfResults(String name) throws Exception {
    Path file = folder.resolve("own.json");
    String json = Json.pretty(Recipes.named("model_2"));
    Files.writeString(file, json.replace("\"model_2\"", "\"" + name + "\""));
    Path results = folder.resolve("a/b/results");
    Outcome outcome =
        kilonet(
            "sweep",
            "--recipe",
            file.toString(),
            "--data",
            "digits",
            "--seeds",
            "1",
            "--results",
            results.toString());
    assertThat(outcome.status).isEqualTo(2);
    assertThat(outcome.err).contains("A part of a recipe's name is '").doesNotContain("\tat ");
    assertThat(folder.resolve("a")).doesNotExist();
  }

  @Test
  void whatDataARecipeNamesIsUsedOrRefused() throws Exception {
    Path file = folder.resolve("own.json");
    Recipe own = Recipes.named("model_2").limit(128).epochs(1);
    Files.writeString(file, Json.pretty(own.data("digits")));
    Path run = folder.resolve("run");
    Outcome digits = kilonet("train", "--recipe", file.toString(), "--out", run.toString());
    assertThat(digits.status).isZero();
    assertThat(digits.json().get("data").asText()).isEqualTo("digits");
    Files.writeString(file, Json.pretty(own.data("fashion")));
    Outcome fashion = kilonet("train", "--recipe", file.toString(), "--out", run.toString());
    assertThat(fashion.status).isEqualTo(2);
    assertThat(fashion.err)
        .contains(
            "The recipe own is for pictures called 'fashion', which are not here: name their folder"
                + " with --data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "sweep --seeds 1", "ablate --seeds 1", "search", "lr-find"})
  void aFolderThatCannotBeWrittenIsNamedBeforeAnythingIsTrained(String command) throws Exception {
    Path file = Files.createFile(folder.resolve("file"));
    Path space = Files.writeString(folder.resolve("space.json"), "{\"batch\": [64]}");
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of("--recipe", "model_3", "--data", "digits"));
    words.addAll(List.of("--out", file.resolve("run").toString()));
    words.addAll(command.equals("search") ? List.of("--space", space.toString()) : List.of());
    Outcome outcome = kilonet(words.toArray(String[]::new));
    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.err).contains("cannot be written").contains("--out");
    assertThat(outcome.out).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"train", "sweep --seeds 1", "ablate --seeds 1", "search"})
  void writersAreKnownOfMnistAlone(String command) throws Exception {
    Path space = Files.writeString(folder.resolve("space.json"), "{\"batch\": [64]}");
    List<String> words = new ArrayList<>(List.of(command.split(" ")));
    words.addAll(List.of("--recipe", "model_3", "--data", "digits", "--limit", "64"));
    words.addAll(List.of("--epochs", "1", "--out", folder.resolve("run").toString()));
    words.addAll(command.equals("search") ? List.of("--space", space.toString()) : List.of());
    words.addAll(List.of("--validation", "writers:54:2"));
    Outcome outcome = kilonet(words.toArray(String[]::new));
    assertThat(outcome.status).isEqualTo(1);
    assertThat(outcome.err)
        .contains("Who wrote an image is known of MNIST's 60,000 training images alone")
        .contains("these are others (digits: ")
        .contains("keep a number of images out of training instead, such as 5000.");
    words.set(words.size() - 1, "writers:54:10");
    outcome = kilonet(words.toArray(String[]::new));
    assertThat(outcome.status).isEqualTo(2);
    assertThat(outcome.err)
        .contains("The fold of 54 writers is 10: give a whole number from 0 to 9.");
  }

  @Test
  void theHelpTellsHowToKeepWriters() {
    for (String command : List.of("train", "sweep", "ablate", "search")) {
      assertThat(kilonet(command, "--help").out).contains("--validation=N|writers:W[:F]");
    }
  }
}
