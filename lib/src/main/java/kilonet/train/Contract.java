package kilonet.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import kilonet.data.DataIdentity;
import kilonet.data.Datasets;
import kilonet.text.Text;

/**
 * Whether a run meets the {@link Assignment} of its recipe; where that names none, the one of this
 * course: fewer than 8,000 parameters, at most 15 epochs, and 99.4% of MNIST's test images in each
 * of the last five epochs.
 *
 * @param params trainable parameters
 * @param epochs epochs trained
 * @param lastFive test accuracy in percent of the last epochs that the assignment is about, five in
 *     the course's; fewer where fewer were trained
 * @param met whether all of it holds
 * @param misses what does not hold, a sentence each; empty where it is met
 */
public record Contract(
    long params, int epochs, List<Double> lastFive, boolean met, List<String> misses) {

  /** Parameters must be below this in the assignment of this course. */
  public static final long PARAMETERS_BELOW = Assignment.MNIST.parametersBelow();

  /** Epochs may be up to this. */
  public static final int EPOCHS_UP_TO = Assignment.MNIST.epochsUpTo();

  /** Test accuracy must be at least this, in percent. */
  public static final double ACCURACY = Assignment.MNIST.accuracy();

  /** In each of so many last epochs. */
  public static final int LAST = Assignment.MNIST.last();

  /** The last five of epochs, or of figures of epochs; all where there are fewer. */
  public static <T> List<T> last(List<T> epochs) {
    return epochs.subList(Math.max(0, epochs.size() - LAST), epochs.size());
  }

  /** Whether so many parameters and epochs are within the limits. */
  public static boolean fits(long parameters, int epochs) {
    return parameters < PARAMETERS_BELOW && epochs <= EPOCHS_UP_TO;
  }

  /**
   * Whether what is told of a run, such as a log, meets the assignment; its data are taken to be
   * MNIST's test images.
   *
   * @param accuracies test accuracy by epoch in percent, or the end of it
   */
  public static boolean isMetBy(long parameters, int epochs, List<Double> accuracies) {
    return fits(parameters, epochs)
        && accuracies.size() >= LAST
        && last(accuracies).stream().allMatch(accuracy -> accuracy >= ACCURACY);
  }

  /**
   * Judges a run.
   *
   * @param data what its images are; null where only their name in the recipe is known
   */
  static Contract of(Recipe recipe, DataIdentity data, long parameters, History history) {
    Assignment asked = recipe.goal();
    List<Double> accuracies = history.each(EpochResult::testAccuracy);
    int epochs = accuracies.size();
    List<Double> last = accuracies.subList(Math.max(0, epochs - asked.last()), epochs);
    List<String> misses = new ArrayList<>();
    isOf(asked, data == null ? recipe.data() : data.name(), data).ifPresent(misses::add);
    if (recipe.validates()) {
      misses.add("It was tested on a part of the training set, not on the test set.");
    }
    if (parameters >= asked.parametersBelow()) {
      misses.add(
          Text.of("It has %d parameters, not fewer than %d.", parameters, asked.parametersBelow()));
    }
    Integer least = asked.receptiveFieldAbove();
    if (least != null && recipe.model().receptiveField() <= least) {
      misses.add(
          Text.of(
              "Its receptive field is of %d pixels, not of more than %d.",
              recipe.model().receptiveField(), least));
    }
    if (epochs > asked.epochsUpTo()) {
      misses.add(Text.of("It took %d epochs, not at most %d.", epochs, asked.epochsUpTo()));
    }
    if (epochs < asked.last()) {
      misses.add(
          Text.of(
              "It ran %d epoch%s, too few to judge the last %d.",
              epochs, epochs == 1 ? "" : "s", asked.last()));
    }
    below(asked, last).ifPresent(misses::add);
    return new Contract(
        parameters, epochs, List.copyOf(last), misses.isEmpty(), List.copyOf(misses));
  }

  /** What is wrong with the images, if anything. */
  private static Optional<String> isOf(Assignment asked, String name, DataIdentity data) {
    boolean right =
        Recipe.MNIST.equals(asked.data())
            ? data == null ? Recipe.MNIST.equals(name) : data.isMnist()
            : asked.data() == null || asked.data().equals(name);
    if (right) {
      return Optional.empty();
    }
    String wanted = Datasets.title(asked.data());
    return Optional.of(
        switch (name) {
          case Recipe.DIGITS -> Text.of("It was tested on generated digits, not on %s.", wanted);
          case Recipe.MNIST ->
              Recipe.MNIST.equals(asked.data())
                  ? "Its images are some of MNIST's, not MNIST as it is published."
                  : Text.of("It was tested on MNIST, not on %s.", wanted);
          default -> Text.of("It was tested on '%s', not on %s.", name, wanted);
        });
  }

  private static Optional<String> below(Assignment asked, List<Double> last) {
    long below = last.stream().filter(accuracy -> accuracy < asked.accuracy()).count();
    if (below == 0) {
      return Optional.empty();
    }
    String which =
        last.size() == 1
            ? "Its only epoch is"
            : below == last.size()
                ? Text.of("Its last %d epochs are all", last.size())
                : Text.of(
                    "%d of its last %d epochs %s", below, last.size(), below == 1 ? "is" : "are");
    return Optional.of(Text.of("%s below %s.", which, asked.percent()));
  }
}
