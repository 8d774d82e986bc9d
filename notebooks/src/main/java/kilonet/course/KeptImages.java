package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import kilonet.text.Text;
import kilonet.train.EpochResult;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.ResultFile;
import kilonet.train.Validation;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;

/**
 * Recipes that have seen the test set, trained once more without some training images and judged by
 * those: how well two ways to keep images rank what the test set ranks.
 *
 * @param recipes those that were measured in all three ways
 */
record KeptImages(List<Ranked> recipes) {

  /** Where the runs lie: {@code kept/images/record/small} is of {@code record/small}. */
  private static final String IMAGES = "kept/images";

  private static final String WRITERS = "kept/writers";

  /** Fewer recipes than that have no order to speak of. */
  private static final int LEAST = 4;

  /**
   * A recipe, measured in three ways.
   *
   * @param name where its results on the test set lie
   * @param tested on the test set
   * @param images on so many kept images
   * @param writers on the images of kept writers
   */
  record Ranked(String name, Measurements tested, Measurements images, Measurements writers) {}

  /**
   * Reads what was measured.
   *
   * @param results the folder of results
   * @throws IllegalArgumentException if a file is no result
   */
  static KeptImages of(Path results) {
    return new KeptImages(
        names(results.resolve(IMAGES)).stream()
            .map(name -> ranked(results, name))
            .filter(r -> !r.tested.isEmpty() && !r.images.isEmpty() && !r.writers.isEmpty())
            .toList());
  }

  private static Ranked ranked(Path results, String name) {
    Measurements tested =
        Measurements.read(results.resolve(name), run -> !run.definition().validates());
    Predicate<Result> same =
        run ->
            !tested.isEmpty()
                && like(run.definition(), tested.runs().get(0).definition())
                && run.recipe().endsWith("/" + name);
    return new Ranked(
        name,
        tested,
        Measurements.read(
            results.resolve(IMAGES).resolve(name),
            same.and(run -> run.definition().validation() instanceof Validation.Images)),
        Measurements.read(
            results.resolve(WRITERS).resolve(name),
            same.and(run -> run.definition().validation() instanceof Validation.Writers)));
  }

  /** Whether two recipes differ in name, seed and kept images alone. */
  private static boolean like(Recipe kept, Recipe tested) {
    return kept.name(tested.name())
        .seed(tested.seed())
        .validation(tested.validation())
        .equals(tested);
  }

  /** The folders below a folder that hold results, relative to it. */
  private static List<String> names(Path folder) {
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(ResultFile::isResult)
          .map(file -> folder.relativize(file.getParent()).toString().replace('\\', '/'))
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(folder + " cannot be read: " + Text.reason(e), e);
    }
  }

  /** Tells it on a page, where there are recipes enough. */
  void addTo(Page page) {
    if (recipes.size() < LEAST) {
      return;
    }
    Validation images = recipes.get(0).images.runs().get(0).definition().validation();
    Validation writers = recipes.get(0).writers.runs().get(0).definition().validation();
    DoubleSummaryStatistics tested =
        DoubleStream.of(figures(Ranked::tested, KeptImages::accuracy)).summaryStatistics();
    double wrong = 1 - tested.getAverage() / 100;
    page.heading("Which kept images to choose by")
        .paragraph(
            Text.of(
                "Nobody who wrote a training image wrote one of the test set. These recipes have"
                    + " seen the test set already; each was trained again without some training"
                    + " images and judged by them: %s, class by class alike, by the same people as"
                    + " the rest, or %s (`%s`), of whom no image is trained on. All figures are of"
                    + " the last epoch.",
                images.words(), writers.words(), writers))
        .table(columns(), recipes)
        .paragraph(
            Text.of(
                "On the test set, these %d recipes lie within %.2f points of each other; one run's"
                    + " accuracy on %s has a standard error of %.2f. Rank correlation (Spearman's)"
                    + " with the accuracy on the test set: %s of the accuracy on these, %s of that"
                    + " on %s. Of the losses with the loss on the test set: %s and %s. The standard"
                    + " error of each is about %.2f. On average, the accuracy on kept images is"
                    + " %+.2f points from that on the test set for the first, %+.2f for the second;"
                    + " the loss %+.4f and %+.4f.",
                recipes.size(),
                tested.getMax() - tested.getMin(),
                images.words(),
                100 * Math.sqrt(wrong * (1 - wrong) / images.images()),
                correlation(Ranked::images, KeptImages::accuracy),
                correlation(Ranked::writers, KeptImages::accuracy),
                writers.words(),
                correlation(Ranked::images, KeptImages::loss),
                correlation(Ranked::writers, KeptImages::loss),
                1 / Math.sqrt(recipes.size() - 1),
                distance(Ranked::images, KeptImages::accuracy),
                distance(Ranked::writers, KeptImages::accuracy),
                distance(Ranked::images, KeptImages::loss),
                distance(Ranked::writers, KeptImages::loss)));
  }

  private static Map<String, Function<Ranked, String>> columns() {
    Map<String, Function<Ranked, String>> columns = new LinkedHashMap<>();
    columns.put("recipe", r -> Text.of("[%1$s](../results/%1$s)", r.name));
    add(columns, "test set", Ranked::tested);
    add(columns, "kept images", Ranked::images);
    add(columns, "kept writers", Ranked::writers);
    return columns;
  }

  private static void add(
      Map<String, Function<Ranked, String>> columns,
      String where,
      Function<Ranked, Measurements> way) {
    columns.put(where + ": seeds", r -> Text.of("%d", way.apply(r).runs().size()));
    columns.put("accuracy, " + where, r -> Text.of("%.2f", accuracy(way.apply(r))));
    columns.put("loss, " + where, r -> Text.of("%.4f", loss(way.apply(r))));
  }

  /** In the order of the test set's figures; none where all of one way are the same. */
  private String correlation(
      Function<Ranked, Measurements> way, ToDoubleFunction<Measurements> figure) {
    double[] tested = figures(Ranked::tested, figure);
    double correlation = new SpearmansCorrelation().correlation(tested, figures(way, figure));
    return Double.isNaN(correlation) ? "–" : Text.of("%.2f", correlation);
  }

  private double distance(
      Function<Ranked, Measurements> way, ToDoubleFunction<Measurements> figure) {
    return recipes.stream()
        .mapToDouble(r -> figure.applyAsDouble(way.apply(r)) - figure.applyAsDouble(r.tested))
        .average()
        .orElseThrow();
  }

  private double[] figures(
      Function<Ranked, Measurements> way, ToDoubleFunction<Measurements> figure) {
    return recipes.stream().map(way).mapToDouble(figure).toArray();
  }

  private static double accuracy(Measurements runs) {
    return last(runs, EpochResult::testAccuracy);
  }

  private static double loss(Measurements runs) {
    return last(runs, EpochResult::testLoss);
  }

  private static double last(Measurements runs, Function<EpochResult, Double> figure) {
    return runs.over(run -> figure.apply(run.history().last())).mean();
  }
}
