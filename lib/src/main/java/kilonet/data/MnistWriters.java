package kilonet.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import kilonet.augment.RandomStream;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Who wrote MNIST's training images, and the parting of them by writers. MNIST's test images were
 * written by people of whom no training image is: only images of kept writers, too, tell how a net
 * fares with a hand that it has not seen.
 *
 * <p>539 people wrote the 60,000 images, 19 to 131 each: 289 employees of the Census Bureau 30,950
 * of them (NIST's series hsf_0), 250 high-school students the rest (hsf_4). The people are in one
 * order for good: both kinds shuffled, then dealt in proportion. A fold is so many of them in a
 * row, all of whose images are kept, so that any fold holds both kinds in proportion, as the test
 * set does; folds of one size have no writer in common, and all of them together have every image.
 *
 * <p>The numbers of the writers, {@code mnist-writers} beside this class, are those of Yadav,
 * Bottou: <i>Cold Case: The Lost MNIST Digits</i>, 2019, under the licence in {@code
 * mnist-writers.txt}; {@code MnistWritersTest} makes the file anew from theirs.
 */
public final class MnistWriters {

  /** How many people wrote the training images. */
  public static final int COUNT = 539;

  /** NIST's numbers from here on are of students. */
  private static final int FIRST_STUDENT = 2_100;

  private static final String TABLE = "mnist-writers";

  private MnistWriters() {}

  /** Reads the table where it is first asked for. */
  private static final class Table {

    static final short[] WRITERS = read();
    static final int[] ORDER = order();

    private static short[] read() {
      try (InputStream in = MnistWriters.class.getResourceAsStream(TABLE)) {
        ByteBuffer bytes = ByteBuffer.wrap(in.readAllBytes());
        short[] writers = new short[bytes.capacity() / Short.BYTES];
        bytes.asShortBuffer().get(writers);
        return writers;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    /** Both kinds of people, shuffled and dealt in proportion. */
    private static int[] order() {
      int[] all = IntStream.range(0, WRITERS.length).map(i -> WRITERS[i]).sorted().toArray();
      all = Arrays.stream(all).distinct().toArray();
      int[] employees = Arrays.stream(all).filter(writer -> writer < FIRST_STUDENT).toArray();
      int[] students = Arrays.stream(all).filter(writer -> writer >= FIRST_STUDENT).toArray();
      new RandomStream(0, 0).shuffle(employees);
      new RandomStream(0, 1).shuffle(students);
      for (int i = 0, e = 0; i < all.length; i++) {
        boolean employee = (2L * e + 1) * all.length <= (2L * i + 1) * employees.length;
        all[i] = employee ? employees[e++] : students[i - e];
      }
      return all;
    }
  }

  /**
   * NIST's number of the writer of a training image, 0 to 288 for employees of the Census Bureau,
   * 2100 to 2349 for high-school students.
   *
   * @param image its place in MNIST's training set, 0 to 59,999
   * @throws IllegalArgumentException if there is no such image
   */
  public static int writer(int image) {
    return Table.WRITERS[Check.between("The image", image, 0, Table.WRITERS.length - 1)];
  }

  /**
   * How many folds of so many writers there are; the last one has what remains, where the size is
   * no divisor of 539.
   *
   * @param writers of a fold, 1 to 538
   * @throws IllegalArgumentException if the number is out of its range
   */
  public static int folds(int writers) {
    Check.between(
        "The number of writers whose images are kept out of training", writers, 1, COUNT - 1);
    return (COUNT - 1) / writers + 1;
  }

  /** How many images the writers of a fold wrote; arguments as of {@link #split}. */
  public static int images(int writers, int fold) {
    boolean[] aside = aside(writers, fold);
    return (int) IntStream.range(0, aside.length).filter(i -> aside[i]).count();
  }

  /**
   * Parts MNIST's training set in two, of which one has all images by the writers of a fold. Both
   * parts keep the order of the whole.
   *
   * @param train MNIST's training set, all of it
   * @param writers of a fold, 1 to 538; 54 are about a tenth
   * @param fold which one, from 0 to below {@link #folds}
   * @throws IllegalArgumentException if a number is out of its range
   * @throws DataException if these are other images, of which nobody knows who wrote them
   */
  public static ImageSet.Split split(ImageSet train, int writers, int fold) {
    boolean[] aside = aside(writers, fold);
    if (!train.sha256().equals(DataIdentity.MNIST.trainSha256())) {
      throw new DataException(
          Text.of(
                  "Who wrote an image is known of MNIST's %,d training images alone, as they are"
                      + " published, and these are others (%s):",
                  aside.length, train)
              + " keep a number of images out of training instead, such as 5000.");
    }
    return train.split(aside);
  }

  /** Whether an image is by a writer of the fold. */
  static boolean[] aside(int writers, int fold) {
    Check.between(Text.of("The fold of %d writers", writers), fold, 0, folds(writers) - 1);
    int first = fold * writers;
    int[] kept = Arrays.copyOfRange(Table.ORDER, first, Math.min(first + writers, COUNT));
    Arrays.sort(kept);
    boolean[] aside = new boolean[Table.WRITERS.length];
    for (int i = 0; i < aside.length; i++) {
      aside[i] = Arrays.binarySearch(kept, Table.WRITERS[i]) >= 0;
    }
    return aside;
  }
}
