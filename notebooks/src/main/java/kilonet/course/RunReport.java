package kilonet.course;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import kilonet.augment.Augmentations;
import kilonet.chart.ConfusionChart;
import kilonet.chart.Figure;
import kilonet.chart.Gallery;
import kilonet.chart.LearningRateChart;
import kilonet.chart.NetworkGallery;
import kilonet.chart.ReliabilityDiagram;
import kilonet.chart.TrainingCurves;
import kilonet.data.Batches;
import kilonet.data.Datasets;
import kilonet.data.ImageSet;
import kilonet.data.TrainTest;
import kilonet.evaluate.Calibration;
import kilonet.evaluate.ConfusionMatrix;
import kilonet.evaluate.Mistake;
import kilonet.evaluate.TrainTestGap;
import kilonet.fused.FusedNetwork;
import kilonet.model.Summary;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.schedule.Schedules;
import kilonet.text.Text;
import kilonet.train.Engine;
import kilonet.train.Json;
import kilonet.train.ModelFile;
import kilonet.train.Predictions;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.RunFolder;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** Charts and words about a run, written into its folder. */
public final class RunReport {

  private static final int TEST_BATCH = 1_000;
  private static final int MISTAKES = 40;
  private static final int EXPLAINED = 12;
  private static final int BINS = 15;

  /**
   * Accuracy of {@code result.json} and of {@code model.zip} may differ by that, in percent points:
   * another processor may round a handful of images to the other side.
   */
  private static final double TOLERANCE = 0.05;

  private RunReport() {}

  /**
   * Writes the charts that a training run leaves behind: {@code curves.png}, {@code
   * learning_rate.png}, {@code confusion.png}, {@code mistakes.png} and {@code calibration.png}.
   *
   * @param folder the run's
   * @param run what it came to
   * @param predictions what its net says of the test images
   * @param test the images that it was tested on
   * @throws IllegalStateException if this machine has no fonts
   */
  public static void plots(Path folder, Result run, Predictions predictions, ImageSet test) {
    charts(run, predictions, test)
        .forEach((name, figure) -> RunFolder.replace(folder.resolve(name), figure.png()));
  }

  private static Map<String, Figure> charts(Result run, Predictions predictions, ImageSet test) {
    Map<String, Figure> charts = new LinkedHashMap<>();
    charts.put("curves.png", TrainingCurves.of(run.history()));
    charts.put("learning_rate.png", learningRate(run));
    charts.put("confusion.png", ConfusionChart.of(ConfusionMatrix.of(predictions)));
    charts.put("mistakes.png", Gallery.mistakes(test, predictions, MISTAKES));
    charts.put("calibration.png", ReliabilityDiagram.of(Calibration.of(predictions, BINS)));
    return charts;
  }

  private static Figure learningRate(Result run) {
    Recipe recipe = run.definition();
    int updates = recipe.updatesPerEpoch(run.trainImages());
    boolean plateau =
        Schedules.parse(
                    recipe.schedule(), recipe.optimizer().learningRate(), recipe.epochs(), updates)
                .learningRate()
            instanceof ReduceLROnPlateau;
    return plateau ? LearningRateChart.of(run.history()) : LearningRateChart.of(recipe, updates);
  }

  /**
   * Writes {@code report.md}, {@code report.html} (one file, with all pictures in it) and the
   * pictures as PNG: target, result and analysis; curves, learning rate, mistakes, calibration; the
   * net and what it does to a digit; samples and their augmentation.
   *
   * @param folder the run's, with {@code result.json} and {@code model.zip}
   * @param images the data that the run was trained and tested on
   * @return {@code report.html}
   * @throws IllegalArgumentException if a file is missing or cannot be read, if the images are not
   *     those of the run, or if {@code model.zip} does not reach the accuracy of {@code
   *     result.json}
   * @throws IllegalStateException if this machine has no fonts
   */
  public static Path write(Path folder, TrainTest images) {
    RunFolder files = new RunFolder(folder);
    Result run = Json.read(files.result(), Result.class);
    ImageSet test = testImages(run, images);
    MultiLayerNetwork network = network(files, run);
    Predictions predictions;
    try (Batches batches =
        Batches.inOrder(test, TEST_BATCH).outputs(run.definition().model().outputs()).build()) {
      predictions = Predictions.of(network, batches);
    }
    check(files, run, predictions);
    Map<String, Figure> figures = charts(run, predictions, test);
    Recipe recipe = run.definition();
    figures.put("filters.png", NetworkGallery.filters(network));
    if (predictions.accuracy() < 100 && hasMaps(recipe)) {
      figures.put("grad_cam.png", Gallery.explained(network, test, predictions, EXPLAINED));
    }
    figures.put("feature_maps.png", NetworkGallery.featureMaps(network, test, 0));
    figures.put("receptive_fields.png", NetworkGallery.receptiveFields(recipe.model(), test, 0));
    figures.put("samples.png", Gallery.samples(images.train(), 12));
    if (!recipe.augmentation().equals("none")) {
      figures.put(
          "augmented.png",
          Gallery.augmented(
              images.train(), Augmentations.parse(recipe.augmentation()), recipe.seed(), 6, 8));
    }
    figures.forEach((name, figure) -> RunFolder.replace(folder.resolve(name), figure.png()));
    Page page = page(run, predictions, figures);
    Path html = folder.resolve("report.html");
    RunFolder.replace(folder.resolve("report.md"), page.markdown());
    RunFolder.replace(html, page.html());
    return html;
  }

  private static Page page(Result run, Predictions predictions, Map<String, Figure> figures) {
    Recipe recipe = run.definition();
    boolean digits = Datasets.isDigits(run.data());
    String things = digits ? "digits" : "images";
    String one = digits ? "a digit" : "an image";
    ConfusionMatrix confusion = ConfusionMatrix.of(predictions);
    Page page =
        new Page(
            Text.of("%s on %s, seed %d", run.recipe(), Datasets.title(run.data()), run.seed()),
            false);
    if (!run.isFinished()) {
      page.paragraph(
          Text.of("This run was stopped after epoch %d of %d.", run.epochs(), recipe.epochs()));
    }
    if (recipe.validates()) {
      page.paragraph(
          Text.of(
              "What is called test here are %s kept out of the training set.",
              recipe.validation().words()));
    }
    RunBlock.of(run, predictions).addTo(page);
    page.heading("Training");
    add(page, figures, "curves.png", "Accuracy and loss of train and test by epoch");
    add(page, figures, "learning_rate.png", "Learning rate");
    page.table(TrainTestGap.table(run.history()));
    page.heading("Mistakes");
    add(page, figures, "confusion.png", "Confusion matrix");
    page.table(confusion.mostConfusedTable(8));
    page.table(confusion.perClass());
    add(page, figures, "mistakes.png", Text.of("Misclassified %s", things));
    if (figures.containsKey("grad_cam.png")) {
      add(
          page,
          figures,
          "grad_cam.png",
          Text.of("Where the net looks in %s it gets wrong", things));
    }
    page.table(Mistake.table(Mistake.topLosses(predictions, 8), predictions.classes()));
    page.heading("Calibration");
    add(page, figures, "calibration.png", "Accuracy against confidence");
    page.heading("The net");
    page.code(Summary.of(recipe.model()).toString());
    add(page, figures, "receptive_fields.png", Text.of("What each layer sees of %s", one));
    add(page, figures, "filters.png", "Filters of the first convolution");
    add(page, figures, "feature_maps.png", Text.of("Feature maps of %s", one));
    page.heading("The data");
    add(page, figures, "samples.png", Text.of("%s of each class", upper(things)));
    if (figures.containsKey("augmented.png")) {
      add(page, figures, "augmented.png", Text.of("Augmented %s beside their originals", things));
    }
    page.heading("The recipe");
    return page.code(Json.pretty(recipe));
  }

  /** Whether a layer passes on pictures, of which one can ask where in them it looks. */
  private static boolean hasMaps(Recipe recipe) {
    return Summary.of(recipe.model()).rows().stream()
        .anyMatch(row -> row.output().contains("x") && !row.output().endsWith("x1x1"));
  }

  private static String upper(String word) {
    return Character.toUpperCase(word.charAt(0)) + word.substring(1);
  }

  private static void add(Page page, Map<String, Figure> figures, String file, String description) {
    page.figure(file, description, figures.get(file));
  }

  private static ImageSet testImages(Result run, TrainTest images) {
    if (!images.name().equals(run.data())) {
      throw new IllegalArgumentException(
          Text.of(
              "The run was trained on %s, but the images at hand are %s: give those that it"
                  + " was trained on.",
              run.data(), images.name()));
    }
    if (run.dataset() != null && !run.dataset().equals(images.identity())) {
      throw new IllegalArgumentException(
          Text.of(
              "The run was trained on other images of the name %s: give those that it was trained"
                  + " on.",
              run.data()));
    }
    return run.definition().images(images).test();
  }

  private static MultiLayerNetwork network(RunFolder files, Result run) {
    MultiLayerNetwork network = ModelFile.read(files.model());
    return Engine.FUSED.isNamed(run.engine()) ? FusedNetwork.of(network) : network;
  }

  private static void check(RunFolder files, Result run, Predictions predictions) {
    double said = run.testAccuracy().get(run.epochs() - 1);
    if (!(Math.abs(said - predictions.accuracy()) <= TOLERANCE)) {
      throw new IllegalArgumentException(
          Text.of(
              "%s says %.2f%%, but the net beside it reaches %.2f%% on these images: they are of"
                  + " different runs or data; train again.",
              files.result(), said, predictions.accuracy()));
    }
  }
}
