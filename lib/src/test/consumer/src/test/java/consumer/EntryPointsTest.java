package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.jar.JarFile;
import kilonet.augment.Augmentations;
import kilonet.chart.ConfusionChart;
import kilonet.chart.Figure;
import kilonet.chart.Gallery;
import kilonet.chart.LearningRateChart;
import kilonet.chart.NetworkGallery;
import kilonet.chart.ReliabilityDiagram;
import kilonet.chart.RunComparison;
import kilonet.chart.TrainingCurves;
import kilonet.data.ImageSet;
import kilonet.data.PenDigits;
import kilonet.data.TrainTest;
import kilonet.evaluate.Calibration;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.evaluate.Mistake;
import kilonet.evaluate.TrainTestGap;
import kilonet.fused.Benchmark;
import kilonet.fused.FusedNetwork;
import kilonet.model.Models;
import kilonet.model.Stack;
import kilonet.model.Summary;
import kilonet.photo.DigitPhoto;
import kilonet.schedule.Schedules;
import kilonet.train.Ablations;
import kilonet.train.Engine;
import kilonet.train.Json;
import kilonet.train.LearningRateFinder;
import kilonet.train.Optimizer;
import kilonet.train.Predictions;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;
import kilonet.train.Search;
import kilonet.train.SearchSpace;
import kilonet.train.Sweep;
import kilonet.train.Trainer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.learning.config.Sgd;
import tech.tablesaw.api.Table;

/** All that the jar offers, with the dependencies that a project of somebody else's gets. */
class EntryPointsTest {

  private static final TrainTest DIGITS = PenDigits.generate(640, 200, 1);
  private static final Stack NET =
      Stack.of("conv-bn-relu").conv(6).maxPool(2).conv(8).globalAveragePool().plain(10, 1);
  private static final Recipe RECIPE =
      Recipe.of("mine", NET, Optimizer.nesterov(0.1, 0.9))
          .augmentation("rotation(7) + shift(2)")
          .schedule("onecycle(max=0.1)")
          .data("digits")
          .epochs(2);

  @TempDir static Path folder;
  private static Trainer trainer;
  private static Result result;

  @BeforeAll
  static void aRun() {
    trainer = new Trainer(RECIPE, DIGITS).folder(folder.resolve("run"));
    result = trainer.run();
  }

  private static Path jar() throws Exception {
    return Path.of(Models.class.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  @Test
  void everyClassFindsWhatItIsMadeOf() throws Exception {
    int classes = 0;
    try (JarFile jar = new JarFile(jar().toFile())) {
      for (var entry : Collections.list(jar.entries())) {
        String name = entry.getName();
        if (name.endsWith(".class") && !name.contains("-info")) {
          Class<?> type =
              Class.forName(
                  name.replace(".class", "").replace('/', '.'), true, getClass().getClassLoader());
          assertNotNull(type.getDeclaredMethods());
          assertNotNull(type.getDeclaredConstructors());
          assertNotNull(type.getDeclaredFields());
          classes++;
        }
      }
    }
    assertTrue(classes > 100);
  }

  @Test
  void tablesCanBeSortedFilteredAndPrinted() {
    Predictions predictions = trainer.predictions();
    ConfusionMatrix confusion = ConfusionMatrix.of(predictions);
    Table history = result.history().table();
    assertEquals(
        1, history.where(history.intColumn("epoch").isGreaterThan(1)).rowCount());
    for (Table table :
        List.of(
            history,
            Summary.of(NET).table(),
            TrainTestGap.table(result.history()),
            RunComparison.table(Map.of("run", List.of(result.history()))),
            Calibration.of(predictions, 10).table(),
            Mistake.table(Mistake.topLosses(predictions, 5)),
            confusion.table(),
            confusion.perClass())) {
      assertFalse(table.sortDescendingOn(table.columnNames().get(0)).print().isEmpty());
    }
    history.summarize("test accuracy", tech.tablesaw.aggregate.AggregateFunctions.mean).apply();
  }

  @Test
  void chartsAreDrawnAsPngAndSvg() throws Exception {
    Predictions predictions = trainer.predictions();
    ImageSet test = DIGITS.test();
    for (Figure figure :
        List.of(
            TrainingCurves.of(result.history()),
            LearningRateChart.of(RECIPE, 10),
            ConfusionChart.of(ConfusionMatrix.of(predictions)),
            ReliabilityDiagram.of(Calibration.of(predictions, 10)),
            RunComparison.of(Map.of("run", List.of(result.history()))),
            Gallery.mistakes(test, predictions, 5),
            Gallery.samples(test, 2),
            NetworkGallery.receptiveFields(NET, test, 0))) {
      assertTrue(figure.png().length > 100);
      assertTrue(figure.svg().startsWith("<svg"));
    }
    Path picture = folder.resolve("digit.png");
    Gallery.samples(test, 1).save(picture);
    assertEquals(28 * 28, DigitPhoto.read(picture).pixels().length);
  }

  @Test
  void runsAreSweptSearchedAndAblated() throws Exception {
    Recipe brief = RECIPE.epochs(1).limit(256);
    Sweep sweep =
        Sweep.of(Sweep.runs(brief, DIGITS, List.of(1L, 2L), folder.resolve("sweep")).runAll());
    assertEquals(2, sweep.finals().size());
    Path space = Files.writeString(folder.resolve("space.json"), "{\"batch\": [32, 64]}");
    Search search =
        Search.run(
            brief.validation(128),
            Json.read(space, SearchSpace.class),
            new Search.Plan(1, Long.MAX_VALUE, List.of(1), List.of(1L), 1, 1),
            DIGITS,
            folder.resolve("search"),
            trial -> {});
    assertEquals(2, search.trials().size());
    assertFalse(Ablations.of(RECIPE).isEmpty());
    assertTrue(
        LearningRateFinder.find(brief, DIGITS, Engine.FUSED, 1e-4, 1, 20).suggestion() > 0);
    Path file = Files.writeString(folder.resolve("recipe.json"), Json.pretty(RECIPE));
    assertEquals(RECIPE, Json.read(file, Recipe.class));
    for (String name : Recipes.names()) {
      assertTrue(Summary.of(Recipes.named(name).model()).parameters() > 0);
    }
    assertNotNull(Augmentations.parse("perspective(0.2) + erasing()"));
    assertNotNull(Schedules.parse("cosine", 0.1, 10, 10));
  }

  @Test
  void enginesAreCompared() {
    var configuration = NET.configuration(new Sgd(0.1), 1);
    try (FusedNetwork network = new FusedNetwork(configuration)) {
      network.init();
    }
    assertTrue(Benchmark.run(configuration, 28, 28, 16, 1).fusedTraining() > 0);
  }

  /** What the poms of others bring and what works are two things: these are what works. */
  @Test
  void theClassPathHoldsTheVersionsThatWorkAndNothingOfTests() {
    TreeSet<String> jars = new TreeSet<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      jars.add(Path.of(entry).getFileName().toString());
    }
    assertTrue(jars.contains("fastutil-8.5.13.jar"), jars::toString);
    assertTrue(jars.contains("slf4j-api-2.0.17.jar"), jars::toString);
    assertTrue(jars.contains("commons-math3-3.6.1.jar"), jars::toString);
    for (String unused : List.of(
            "icu4j",
            "pdfbox",
            "gson",
            "jmh",
            "assertj",
            "archunit",
            "picocli",
            "progressbar",
            "slf4j-simple",
            "kilonet-course",
            "kilonet-cli")) {
      assertTrue(jars.stream().noneMatch(jar -> jar.startsWith(unused)), jars::toString);
    }
    String cpu = System.getProperty("kilonet.cpu", "");
    assertTrue(
        jars.stream().anyMatch(jar -> jar.matches("nd4j-native-1.*-(x86_64|arm64)" + cpu + ".jar")),
        jars::toString);
  }
}
