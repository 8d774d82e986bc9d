package kilonet.train;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.data.DataException;
import kilonet.data.ImageSet;
import kilonet.data.MnistWriters;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Which training images are kept out of training, so that choices can be made on them instead of on
 * the test set. As JSON, a number of images, such as {@code 5000}, or a text: {@code "writers:54"}
 * are all images by 54 of the 539 people who wrote MNIST's training images, {@code "writers:54:2"}
 * those by 54 others, see {@link Writers}.
 */
public sealed interface Validation {

  /** No image is kept: all are trained on, and the test set tests. */
  Validation NONE = new Images(0);

  /** How many images are kept. */
  int images();

  /** What is kept, in words, such as {@code 5,000 images}. */
  String words();

  /**
   * Parts a training set, the same way each time.
   *
   * @throws DataException if it cannot be parted so
   */
  ImageSet.Split split(ImageSet train);

  /**
   * So many images, class by class alike, drawn from all of them: by the same people as the others.
   *
   * @param images how many, 0 or more; 0 for none
   */
  record Images(int images) implements Validation {

    /** Checks the range. */
    public Images {
      Check.atLeast("The number of images kept out of training", images, 0);
    }

    @Override
    @JsonValue
    public int images() {
      return images;
    }

    @Override
    public String words() {
      return Text.of("%,d images", images);
    }

    @Override
    public ImageSet.Split split(ImageSet train) {
      return train.split(images, 0);
    }

    @Override
    public String toString() {
      return Integer.toString(images);
    }
  }

  /**
   * All images by so many of MNIST's writers, of whom none is trained on, as none of the test set's
   * is. Only of MNIST itself is it known who wrote an image.
   *
   * @param writers how many, 1 to 538; 54 are about a tenth
   * @param fold which ones, from 0 to below {@link MnistWriters#folds}: folds of one size have no
   *     writer in common
   */
  record Writers(int writers, int fold) implements Validation {

    private static final Pattern FORM =
        Pattern.compile("writers:(0|-?[1-9][0-9]{0,8})(?::(0|-?[1-9][0-9]{0,8}))?");

    /** Checks the ranges. */
    public Writers {
      Check.between(
          Text.of("The fold of %d writers", writers), fold, 0, MnistWriters.folds(writers) - 1);
    }

    @Override
    public int images() {
      return MnistWriters.images(writers, fold);
    }

    @Override
    public String words() {
      return Text.of("the %,d images by %d of %d writers", images(), writers, MnistWriters.COUNT);
    }

    @Override
    public ImageSet.Split split(ImageSet train) {
      return MnistWriters.split(train, writers, fold);
    }

    @Override
    @JsonValue
    public String toString() {
      return "writers:" + writers + (fold == 0 ? "" : ":" + fold);
    }
  }

  /**
   * Reads what {@code toString} writes: {@code 5000}, {@code writers:54}, {@code writers:54:2}.
   *
   * @throws IllegalArgumentException if the text is nothing like it, or a number out of its range
   */
  static Validation parse(String text) {
    Matcher writers = Writers.FORM.matcher(text);
    if (writers.matches()) {
      String fold = writers.group(2);
      return new Writers(
          Integer.parseInt(writers.group(1)), fold == null ? 0 : Integer.parseInt(fold));
    } else if (text.matches("0|-?[1-9][0-9]{0,8}")) {
      return new Images(Integer.parseInt(text));
    }
    throw unknown(text);
  }

  /** Reads it from JSON, where a number is no text. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  static Validation of(Object json) {
    if (json instanceof Integer images) {
      return new Images(images);
    } else if (json instanceof String text && text.startsWith("writers")) {
      return parse(text);
    }
    throw unknown(json);
  }

  private static IllegalArgumentException unknown(Object said) {
    return new IllegalArgumentException(
        Text.of(
            "'%s' does not say which images are kept out of training: give a number of them, such"
                + " as 5000, or of writers and a fold of them, such as writers:54 or writers:54:2.",
            said));
  }
}
