package kilonet.data;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.Serializable;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * What pictures a net takes, and what its outputs are called: all that is needed to ask it about a
 * picture, and all that is forgotten most easily.
 *
 * @param data the name of the images that it was trained on
 * @param channels 1 for grey; 3 for red, green and blue
 * @param height rows, at least 1
 * @param width columns, at least 1
 * @param fit how a picture of another size is brought to this one
 * @param normalization how pixels become what the net takes
 * @param classes what the classes are called, 2 to 128 different names
 * @param dataset what the images that it was trained and tested on are; null where that is not said
 * @param testShare how those that it was tested on were drawn; null where they were not, or that is
 *     not said
 */
public record PictureForm(
    String data,
    int channels,
    int height,
    int width,
    Fit fit,
    Normalization normalization,
    List<String> classes,
    @JsonInclude(JsonInclude.Include.NON_NULL) DataIdentity dataset,
    @JsonInclude(JsonInclude.Include.NON_NULL) TestShare testShare)
    implements Serializable {

  /** MNIST's, which is that of files that do not say otherwise. */
  public static final PictureForm MNIST =
      new PictureForm(
          Mnist.NAME,
          1,
          Mnist.SIDE,
          Mnist.SIDE,
          Fit.PAD,
          Normalization.MNIST,
          numbered(Mnist.CLASSES),
          null,
          null);

  /** A label is a byte that is not negative. */
  static final int MOST_CLASSES = 128;

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is out of its range, or they do not fit each other
   */
  public PictureForm {
    classes = List.copyOf(classes);
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          Text.of("Pictures of %d channels cannot be: give 1, or 3 for colours.", channels));
    }
    Check.atLeast("The height of a picture", height, 1);
    Check.atLeast("The width of a picture", width, 1);
    Check.between("The number of classes", classes.size(), 2, MOST_CLASSES);
    if (classes.stream().distinct().count() < classes.size()) {
      throw new IllegalArgumentException(
          Text.of("Two classes have the same name, of %s: name each differently.", classes));
    }
    if (normalization.channels() != channels) {
      throw new IllegalArgumentException(
          Text.of(
              "A normalization of %d channels does not fit pictures of %d: give a mean and a"
                  + " standard deviation for each.",
              normalization.channels(), channels));
    }
  }

  /** The same, of a net that is trained and tested on these images. */
  public PictureForm of(TrainTest images) {
    return new PictureForm(
        data,
        channels,
        height,
        width,
        fit,
        normalization,
        classes,
        images.identity(),
        images.testShare());
  }

  /** Whether a net is known to have been tested on other images than these. */
  public boolean isTestedOnOthers(ImageSet test) {
    return dataset != null && !dataset.testSha256().equals(test.sha256());
  }

  /** The names of classes that have none: {@code 0}, {@code 1} and so on. */
  static List<String> numbered(int classes) {
    return IntStream.range(0, classes).mapToObj(Integer::toString).toList();
  }

  /** What a class is called; its number where a net has more outputs than there are classes. */
  public String className(int output) {
    return output < classes.size() ? classes.get(output) : Integer.toString(output);
  }

  /** Values of a picture. */
  public int size() {
    return channels * height * width;
  }

  /** {@code 28 x 28}, or {@code 32 x 32 in colour}. */
  public String shape() {
    return Text.of("%d x %d%s", height, width, channels == 1 ? "" : " in colour");
  }
}
