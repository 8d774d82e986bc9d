package kilonet.train;

import java.util.ArrayList;
import java.util.List;
import kilonet.data.DataIdentity;
import kilonet.text.Text;

/**
 * The assignment's demand, and whether a run meets it: fewer than 8,000 parameters, at most 15
 * epochs, and 99.4% of MNIST's test images in each of the last five epochs.
 *
 * @param params trainable parameters
 * @param epochs epochs trained
 * @param lastFive test accuracy of the last five epochs in percent; fewer where fewer were trained
 * @param met whether all of it holds
 * @param misses what does not hold, a sentence each; empty where it is met
 */
public record Contract(
    long params, int epochs, List<Double> lastFive, boolean met, List<String> misses) {

  /** Parameters must be below this. */
  public static final long PARAMETERS_BELOW = 8_000;

  /** Epochs may be up to this. */
  public static final int EPOCHS_UP_TO = 15;

  /** Test accuracy must be at least this, in percent. */
  public static final double ACCURACY = 99.4;

  /** In each of so many last epochs. */
  public static final int LAST = 5;

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

  /** Judges a run. */
  static Contract of(Recipe recipe, DataIdentity data, long parameters, History history) {
    List<Double> accuracies = history.each(EpochResult::testAccuracy);
    int epochs = accuracies.size();
    List<Double> last = last(accuracies);
    List<String> misses = new ArrayList<>();
    if (!data.isMnist()) {
      misses.add(
          switch (data.name()) {
            case Recipe.DIGITS -> "It was tested on generated digits, not on MNIST.";
            case Recipe.MNIST -> "Its images are some of MNIST's, not MNIST as it is published.";
            default -> Text.of("It was tested on '%s', not on MNIST.", data.name());
          });
    }
    if (recipe.validation() > 0) {
      misses.add("It was tested on a part of the training set, not on the test set.");
    }
    if (parameters >= PARAMETERS_BELOW) {
      misses.add(Text.of("It has %d parameters, not fewer than %d.", parameters, PARAMETERS_BELOW));
    }
    if (epochs > EPOCHS_UP_TO) {
      misses.add(Text.of("It took %d epochs, not at most %d.", epochs, EPOCHS_UP_TO));
    }
    if (epochs < LAST) {
      misses.add(
          Text.of(
              "It ran %d epoch%s, too few to judge the last %d.",
              epochs, epochs == 1 ? "" : "s", LAST));
    }
    long below = last.stream().filter(accuracy -> accuracy < ACCURACY).count();
    if (below > 0) {
      String which =
          last.size() == 1
              ? "Its only epoch is"
              : below == last.size()
                  ? Text.of("Its last %d epochs are all", last.size())
                  : Text.of(
                      "%d of its last %d epochs %s", below, last.size(), below == 1 ? "is" : "are");
      misses.add(Text.of("%s below %s%%.", which, ACCURACY));
    }
    return new Contract(
        parameters, epochs, List.copyOf(last), misses.isEmpty(), List.copyOf(misses));
  }
}
