package kilonet.evaluate;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.text.Numbers;
import kilonet.train.Predictions;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Table;

/**
 * What a net says of one image, beside the truth.
 *
 * @param image its place in the set
 * @param truth its class
 * @param predicted the class it was given
 * @param probability the probability of the predicted class, 0 to 1
 * @param loss cross-entropy in nats: minus the logarithm of the probability of the true class
 */
public record Mistake(int image, int truth, int predicted, double probability, double loss) {

  private static Mistake of(Predictions predictions, int image) {
    int truth = predictions.labels()[image];
    int predicted = predictions.predicted(image);
    return new Mistake(
        image,
        truth,
        predicted,
        predictions.probabilities()[image][predicted],
        predictions.losses()[image]);
  }

  /** All images classified wrongly, greatest loss first. */
  public static List<Mistake> all(Predictions predictions) {
    return worstFirst(predictions).filter(m -> m.truth != m.predicted).toList();
  }

  /**
   * The images of greatest loss, also those that were classified rightly, as with fastai's top
   * losses.
   *
   * @param most how many at most, 0 or more
   */
  public static List<Mistake> topLosses(Predictions predictions, int most) {
    return worstFirst(predictions).limit(most).toList();
  }

  private static java.util.stream.Stream<Mistake> worstFirst(Predictions predictions) {
    return IntStream.range(0, predictions.size())
        .mapToObj(image -> of(predictions, image))
        .sorted(Comparator.comparingDouble(Mistake::loss).reversed());
  }

  /** Images as a table of Tablesaw, with classes by their numbers. */
  public static Table table(List<Mistake> mistakes) {
    int outputs =
        1 + mistakes.stream().mapToInt(m -> Math.max(m.truth, m.predicted)).max().orElse(0);
    return table(mistakes, IntStream.range(0, outputs).mapToObj(Integer::toString).toList());
  }

  /**
   * Images as a table of Tablesaw.
   *
   * @param classes what the outputs of the net are called; numbers where there are too few
   */
  public static Table table(List<Mistake> mistakes, List<String> classes) {
    return Numbers.plain(
        Table.create(
            "losses",
            IntColumn.create("image", mistakes.stream().mapToInt(Mistake::image).toArray()),
            ClassNames.column(
                "true", mistakes.stream().mapToInt(Mistake::truth).toArray(), classes),
            ClassNames.column(
                "predicted", mistakes.stream().mapToInt(Mistake::predicted).toArray(), classes),
            DoubleColumn.create(
                "probability", mistakes.stream().mapToDouble(Mistake::probability).toArray()),
            DoubleColumn.create("loss", mistakes.stream().mapToDouble(Mistake::loss).toArray())));
  }
}
