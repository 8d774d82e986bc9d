package kilonet.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import kilonet.augment.RandomStream;
import kilonet.text.Text;

/**
 * Labelled single-channel images in memory, one byte a pixel: 0 is the background, 255 full ink.
 *
 * <p>The images lie in one array, {@code [size, height, width]}. A set is not changed once it is
 * made; {@link #pixels()} is shared for speed and is to be read only.
 */
public final class ImageSet {

  private static final int IDX_IMAGES = 0x0803;
  private static final int IDX_LABELS = 0x0801;

  private final String name;
  private final int height;
  private final int width;
  private final int classes;
  private final byte[] pixels;
  private final byte[] labels;
  private volatile String sha256;

  /**
   * A set over arrays that the caller gives up.
   *
   * @param name what results are filed under; {@code mnist} and {@code digits} are taken by MNIST
   *     and by the generated digits, so that nothing else counts as them
   * @param height rows of an image, at least 1
   * @param width columns of an image, at least 1
   * @param classes number of classes, 2 to 128
   * @param pixels {@code [size, height, width]}
   * @param labels {@code [size]}, each from 0 to {@code classes - 1}
   * @throws DataException if a number is out of its range, the arrays do not fit each other, or the
   *     name is taken
   */
  public ImageSet(String name, int height, int width, int classes, byte[] pixels, byte[] labels) {
    this(name, false, height, width, classes, pixels, labels);
  }

  private ImageSet(
      String name,
      boolean mayBeTaken,
      int height,
      int width,
      int classes,
      byte[] pixels,
      byte[] labels) {
    if (!mayBeTaken && (name.equals(Mnist.NAME) || name.equals(PenDigits.NAME))) {
      throw new DataException(
          Text.of(
              "The name '%s' is taken by a data set of Kilonet's own: give these images another.",
              name));
    }
    if (height < 1 || width < 1) {
      throw new DataException(
          Text.of(
              "Images of %d x %d pixels cannot be: give both sides at least 1.", height, width));
    }
    if (classes < 2 || classes > 128) {
      throw new DataException(Text.of("%d classes cannot be: give 2 to 128.", classes));
    }
    long expected = (long) labels.length * height * width;
    if (labels.length == 0 || pixels.length != expected) {
      throw new DataException(
          Text.of(
                  "%,d labels of %d x %d images call for %,d pixels, but there are %,d: give one label for",
                  labels.length, height, width, expected, pixels.length)
              + " each of one or more images.");
    }
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= classes) {
        throw new DataException(
            Text.of(
                "Label %d of image %,d is out of range: give 0 to %d.",
                labels[i] & 0xFF, i, classes - 1));
      }
    }
    this.name = name;
    this.height = height;
    this.width = width;
    this.classes = classes;
    this.pixels = pixels;
    this.labels = labels;
  }

  /** A set of Kilonet's own, or of a part of any set's images, which may have a taken name. */
  static ImageSet named(
      String name, int height, int width, int classes, byte[] pixels, byte[] labels) {
    return new ImageSet(name, true, height, width, classes, pixels, labels);
  }

  /** What results are filed under: {@code mnist}, {@code digits} or a name of your own. */
  public String name() {
    return name;
  }

  /** Rows of an image. */
  public int height() {
    return height;
  }

  /** Columns of an image. */
  public int width() {
    return width;
  }

  /** Number of classes; labels run from 0 to one less. */
  public int classes() {
    return classes;
  }

  /** Number of images. */
  public int size() {
    return labels.length;
  }

  /** All pixels, {@code [size, height, width]}: the array itself, to be read only. */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * SHA-256 of what the set holds, in hexadecimal: of the pixels as an IDX file has them (a header
   * of 16 bytes, then the pixels), and behind it the labels likewise (a header of 8 bytes).
   */
  public String sha256() {
    if (sha256 == null) {
      MessageDigest digest = Sha256.digest();
      ByteBuffer header = ByteBuffer.allocate(24);
      header.putInt(IDX_IMAGES).putInt(size()).putInt(height).putInt(width);
      digest.update(header.array(), 0, 16);
      digest.update(pixels);
      header.putInt(IDX_LABELS).putInt(size());
      digest.update(header.array(), 16, 8);
      digest.update(labels);
      sha256 = HexFormat.of().formatHex(digest.digest());
    }
    return sha256;
  }

  /** The classes of all images: the array itself, to be read only. */
  byte[] labels() {
    return labels;
  }

  /** The class of an image. */
  public int label(int index) {
    return labels[index];
  }

  /** A copy of the pixels of an image, {@code [height, width]}. */
  public byte[] image(int index) {
    int n = height * width;
    return Arrays.copyOfRange(pixels, index * n, (index + 1) * n);
  }

  /** How many images there are of each class. */
  public int[] classCounts() {
    int[] counts = new int[classes];
    for (byte label : labels) {
      counts[label]++;
    }
    return counts;
  }

  /**
   * The first images only.
   *
   * @param n how many, 1 to {@link #size()}
   * @throws DataException if there are not so many
   */
  public ImageSet first(int n) {
    if (n < 1 || n > size()) {
      throw new DataException(
          Text.of(
              "The first %,d of %,d images cannot be taken: give 1 to %,d.", n, size(), size()));
    }
    return n == size()
        ? this
        : named(
            name,
            height,
            width,
            classes,
            Arrays.copyOf(pixels, n * height * width),
            Arrays.copyOf(labels, n));
  }

  /**
   * The images at the given places, in the given order.
   *
   * @throws DataException if a place is not from 0 to {@code size() - 1}, or there is none
   */
  public ImageSet select(int[] indices) {
    int n = height * width;
    byte[] chosenPixels = new byte[Math.multiplyExact(indices.length, n)];
    byte[] chosenLabels = new byte[indices.length];
    for (int i = 0; i < indices.length; i++) {
      int index = indices[i];
      if (index < 0 || index >= size()) {
        throw new DataException(
            Text.of("There is no image %,d: give places from 0 to %,d.", index, size() - 1));
      }
      System.arraycopy(pixels, index * n, chosenPixels, i * n, n);
      chosenLabels[i] = labels[index];
    }
    return named(name, height, width, classes, chosenPixels, chosenLabels);
  }

  /**
   * Parts the set in two, each class in the same proportion (stratified), drawn at random by the
   * seed. Both parts keep the order of the whole.
   *
   * <p>Each class gives {@code validation * count / size} images, rounded down; what is then
   * missing is given, one each, by the classes that lost most by rounding.
   *
   * @param validation images to put aside, 1 to {@code size() - 1}; 5,000 of MNIST's 60,000 is
   *     usual
   * @param seed what the draw depends on
   * @throws DataException if one part would be empty
   */
  public Split split(int validation, long seed) {
    if (validation < 1 || validation >= size()) {
      throw new DataException(
          Text.of(
              "%,d of %,d images cannot be put aside for validation: give 1 to %,d.",
              validation, size(), size() - 1));
    }
    int[] counts = classCounts();
    int[] quotas = quotas(counts, validation);
    boolean[] aside = new boolean[size()];
    for (int c = 0; c < classes; c++) {
      int[] members = membersOf(c, counts[c]);
      shuffle(members, new RandomStream(seed, c));
      for (int i = 0; i < quotas[c]; i++) {
        aside[members[i]] = true;
      }
    }
    int[] chosen = new int[validation];
    int[] rest = new int[size() - validation];
    for (int i = 0, a = 0, r = 0; i < size(); i++) {
      if (aside[i]) {
        chosen[a++] = i;
      } else {
        rest[r++] = i;
      }
    }
    return new Split(select(rest), select(chosen));
  }

  private int[] quotas(int[] counts, int validation) {
    int[] quotas = new int[classes];
    long[] remainders = new long[classes];
    int missing = validation;
    for (int c = 0; c < classes; c++) {
      long share = (long) validation * counts[c];
      quotas[c] = (int) (share / size());
      remainders[c] = share % size();
      missing -= quotas[c];
    }
    for (; missing > 0; missing--) {
      int most = 0;
      for (int c = 1; c < classes; c++) {
        if (remainders[c] > remainders[most]) {
          most = c;
        }
      }
      quotas[most]++;
      remainders[most] = -1;
    }
    return quotas;
  }

  private int[] membersOf(int label, int count) {
    int[] members = new int[count];
    for (int i = 0, n = 0; i < size(); i++) {
      if (labels[i] == label) {
        members[n++] = i;
      }
    }
    return members;
  }

  /** Fisher and Yates's shuffle. */
  static void shuffle(int[] values, RandomStream random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int value = values[i];
      values[i] = values[j];
      values[j] = value;
    }
  }

  @Override
  public String toString() {
    return Text.of("%s: %,d images of %d x %d in %d classes", name, size(), height, width, classes);
  }

  /**
   * A training set parted in two.
   *
   * @param train what is learnt from
   * @param validation what choices are made on
   */
  public record Split(ImageSet train, ImageSet validation) {}
}
