package kilonet.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import kilonet.data.Datasets;
import kilonet.text.Check;
import kilonet.text.Numbers;
import kilonet.text.Text;

/**
 * What is demanded of a run. {@link Contract} says whether one meets it.
 *
 * @param data the name of the set whose test images count; null for whatever the run is on
 * @param accuracy percent of the test images, at least, above 0 to 100
 * @param last in each of so many last epochs, at least 1
 * @param parametersBelow trainable parameters are fewer
 * @param epochsUpTo no more epochs are trained
 * @param receptiveFieldAbove what the values before the last pooling see is larger, in pixels; null
 *     where that does not matter
 */
public record Assignment(
    @JsonInclude(JsonInclude.Include.NON_NULL) String data,
    double accuracy,
    int last,
    long parametersBelow,
    int epochsUpTo,
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer receptiveFieldAbove) {

  /**
   * The assignment of this course: 99.4% of MNIST's test images in each of the last five epochs,
   * with fewer than 8,000 parameters and in at most 15 epochs.
   */
  public static final Assignment MNIST = new Assignment(Recipe.MNIST, 99.4, 5, 8_000, 15, null);

  /** Checks the numbers. */
  public Assignment {
    if (data != null) {
      Check.fileName("An assignment's data", data);
    }
    Check.positive("An assignment's accuracy", accuracy);
    Check.between("An assignment's accuracy", accuracy, 0, 100);
    Check.between("An assignment's number of last epochs", last, 1, Recipe.MOST_EPOCHS);
    Check.positive("An assignment's bound of the parameters", parametersBelow);
    Check.between("An assignment's bound of the epochs", epochsUpTo, last, Recipe.MOST_EPOCHS);
    if (receptiveFieldAbove != null) {
      Check.atLeast("An assignment's receptive field", receptiveFieldAbove, 1);
    }
  }

  /** What the images are called that count. */
  public String title() {
    return data == null ? "the test images" : Text.of("%s's test images", Datasets.title(data));
  }

  /** The accuracy with its sign, such as {@code 99.4%}. */
  public String percent() {
    return Numbers.text(accuracy) + "%";
  }
}
