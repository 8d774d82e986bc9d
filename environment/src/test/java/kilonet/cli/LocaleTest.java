package kilonet.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import kilonet.chart.ConfusionChart;
import kilonet.chart.LearningRateChart;
import kilonet.chart.ReliabilityDiagram;
import kilonet.chart.RunComparison;
import kilonet.chart.TrainingCurves;
import kilonet.course.Catalogue;
import kilonet.course.RunReport;
import kilonet.data.PenDigits;
import kilonet.evaluate.Accuracy;
import kilonet.evaluate.Calibration;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.evaluate.Mistake;
import kilonet.evaluate.TrainTestGap;
import kilonet.model.Summary;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import kilonet.train.Trainer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is the same, byte for byte, whatever the locale of the machine. */
class LocaleTest {

  private final Locale before = Locale.getDefault();

  @TempDir private Path folder;

  @AfterEach
  void asBefore() {
    Locale.setDefault(before);
  }

  private static String in(String locale, String... arguments) {
    Locale.setDefault(Locale.forLanguageTag(locale));
    StringWriter said = new StringWriter();
    int status = Kilonet.execute(new PrintWriter(said), new PrintWriter(said), arguments);
    return said + "\nstatus " + status;
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "tr-TR", "ar-EG", "fa-IR", "hi-IN-u-nu-deva"})
  void commandsSayTheSame(String locale) throws Exception {
    Path mine = folder.resolve("mine.json");
    Files.writeString(mine, Json.pretty(Recipes.named("model_2").epochs(1234)));
    Path odd = folder.resolve("odd.json");
    Files.writeString(odd, "{\"epochs\": 12345.5, }");
    for (String[] command :
        List.of(
            new String[] {"recipes"},
            new String[] {"recipes", "record/small"},
            new String[] {"recipes", "nosuch"},
            new String[] {"summary", "--recipe", "model_1"},
            new String[] {"summary", "--recipe", "model_1", "--json"},
            new String[] {"summary", "--recipe", mine.toString()},
            new String[] {"train", "--recipe", odd.toString()},
            new String[] {"train", "--recipe", "model_1", "--epochs", "1,5"},
            new String[] {"sweep", "--recipe", "model_1", "--seeds", "12345..1"},
            new String[] {"bench", "--batch", "-12345"},
            new String[] {"--help"})) {
      assertThat(in(locale, command)).isEqualTo(in("und", command));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"de-DE", "tr-TR", "ar-EG", "fa-IR"})
  void recipesAreReadBackWhereTheyWereWritten(String locale) throws Exception {
    Locale.setDefault(Locale.forLanguageTag(locale));
    for (String name : Catalogue.names()) {
      Recipe recipe = Catalogue.named(name);
      Path file = Files.writeString(folder.resolve("recipe.json"), Json.pretty(recipe));
      assertThat(Json.read(file, Recipe.class)).isEqualTo(recipe);
    }
  }

  @Test
  void tablesChartsAndTheFilesOfARunHaveWesternDigits() throws Exception {
    Locale.setDefault(Locale.forLanguageTag("fa-IR"));
    Recipe recipe = Recipes.named("model_3").data(Recipe.DIGITS).epochs(2);
    Trainer trainer = new Trainer(recipe, PenDigits.generate(1_280, 1_100, 1)).folder(folder);
    Result result = trainer.run();
    Path page = RunReport.write(folder, PenDigits.generate(1_280, 1_100, 1));
    assertThat(page).exists();
    for (String text :
        List.of(
            Summary.of(recipe.model()).table().print(),
            result.history().table().print(),
            result.history().toString(),
            TrainTestGap.table(result.history()).print(),
            RunComparison.table(Map.of("run", List.of(result.history()))).print(),
            Accuracy.of(trainer.predictions()).table().print(),
            Calibration.of(trainer.predictions(), 10).table().print(),
            Mistake.table(Mistake.topLosses(trainer.predictions(), 5)).print(),
            ConfusionMatrix.of(trainer.predictions()).table().print(),
            ConfusionMatrix.of(trainer.predictions()).perClass().print(),
            ConfusionMatrix.of(trainer.predictions()).mostConfusedTable(5).print(),
            ConfusionChart.of(ConfusionMatrix.of(trainer.predictions())).svg(),
            ReliabilityDiagram.of(Calibration.of(trainer.predictions(), 10)).svg(),
            TrainingCurves.of(result.history()).svg(),
            LearningRateChart.of(recipe, 12_345).svg())) {
      assertThat(text).doesNotContainPattern("[٠-٩۰-۹٬٫]");
    }
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file :
          files.filter(f -> f.toString().matches(".*\\.(json|csv|md|html)")).toList()) {
        assertThat(Files.readString(file)).doesNotContainPattern("[٠-٩۰-۹٬٫]");
      }
    }
  }
}
