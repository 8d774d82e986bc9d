package kilonet.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Labelled images in memory, grey or of three channels, one byte a value: 0 is black (the ground of
 * MNIST's digits), 255 white (full ink).
 *
 * <p>The images lie in one array, {@code [size, channels, height, width]}. A set is not changed
 * once it is made; {@link #pixels()} is shared for speed and is to be read only.
 */
public final class ImageSet {

  private static final int IDX_IMAGES = 0x0803;
  private static final int IDX_COLOURED = 0x0804;
  private static final int IDX_LABELS = 0x0801;

  private final String name;
  private final int channels;
  private final int height;
  private final int width;
  private final Fit fit;
  private final List<String> classNames;
  private final byte[] pixels;
  private final byte[] labels;
  private final Normalization said;
  private volatile Normalization own;
  private volatile String sha256;

  /**
   * A set of grey images over arrays that the caller gives up; its classes are called by their
   * numbers.
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
    this(Datasets.free(name), 1, height, width, Fit.PAD, named(classes), null, pixels, labels);
  }

  /**
   * A set over arrays that the caller gives up.
   *
   * @param name what results are filed under; names of Kilonet's own sets are taken
   * @param channels 1 for grey; 3 for red, green and blue
   * @param height rows of an image, at least 1
   * @param width columns of an image, at least 1
   * @param classNames what the classes are called, 2 to 128 different names
   * @param pixels {@code [size, channels, height, width]}
   * @param labels {@code [size]}, each from 0 to one less than there are classes
   * @throws DataException if a number is out of its range, the arrays do not fit each other, or the
   *     name is taken
   */
  public ImageSet(
      String name,
      int channels,
      int height,
      int width,
      List<String> classNames,
      byte[] pixels,
      byte[] labels) {
    this(Datasets.free(name), channels, height, width, Fit.PAD, classNames, null, pixels, labels);
  }

  private ImageSet(
      String name,
      int channels,
      int height,
      int width,
      Fit fit,
      List<String> classNames,
      Normalization normalization,
      byte[] pixels,
      byte[] labels) {
    if (channels != 1 && channels != 3) {
      throw new DataException(
          Text.of("Images of %d channels cannot be: give 1, or 3 for colours.", channels));
    }
    if (height < 1 || width < 1) {
      throw new DataException(
          Text.of(
              "Images of %d x %d pixels cannot be: give both sides at least 1.", height, width));
    }
    int classes = checked(classNames.size());
    if (classNames.stream().distinct().count() < classes) {
      throw new DataException(
          Text.of("Two classes have the same name, of %s: name each differently.", classNames));
    }
    long expected = (long) labels.length * channels * height * width;
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
    if (normalization != null && normalization.channels() != channels) {
      throw new DataException(
          Text.of(
              "A normalization of %d channels does not fit images of %d: give a mean and a standard"
                  + " deviation for each.",
              normalization.channels(), channels));
    }
    this.name = name;
    this.channels = channels;
    this.height = height;
    this.width = width;
    this.fit = fit;
    this.classNames = List.copyOf(classNames);
    this.said = normalization;
    this.pixels = pixels;
    this.labels = labels;
  }

  /** The numbers of classes as their names. */
  private static List<String> named(int classes) {
    return PictureForm.numbered(checked(classes));
  }

  private static int checked(int classes) {
    if (classes < 2 || classes > PictureForm.MOST_CLASSES) {
      throw new DataException(Text.of("%d classes cannot be: give 2 to 128.", classes));
    }
    return classes;
  }

  /**
   * A set of Kilonet's own, which may have a taken name.
   *
   * @param normalization null for that of these images
   */
  static ImageSet of(
      String name,
      int channels,
      int height,
      int width,
      List<String> classNames,
      Normalization normalization,
      byte[] pixels,
      byte[] labels) {
    return new ImageSet(
        name, channels, height, width, Fit.PAD, classNames, normalization, pixels, labels);
  }

  /** Images of the same kind. */
  private ImageSet like(byte[] pixels, byte[] labels) {
    return new ImageSet(name, channels, height, width, fit, classNames, said, pixels, labels);
  }

  /** The same images with pixels that are to be normalized otherwise. */
  public ImageSet normalized(Normalization normalization) {
    return normalization.equals(said) ? this : same(fit, normalization);
  }

  /** The same images, told how a picture of another size is brought to theirs. */
  ImageSet fitted(Fit fit) {
    return same(fit, said);
  }

  private ImageSet same(Fit fit, Normalization normalization) {
    ImageSet same =
        new ImageSet(name, channels, height, width, fit, classNames, normalization, pixels, labels);
    same.sha256 = sha256;
    return same;
  }

  /**
   * How pixels are normalized on the way to a net: as was said ({@link #normalized}), which {@link
   * TrainTest} does of both its parts; else by the statistics of these very images.
   */
  public Normalization normalization() {
    if (said != null) {
      return said;
    }
    if (own == null) {
      own = Normalization.of(pixels, channels, height * width);
    }
    return own;
  }

  /** What pictures these are, as a net's file keeps it. */
  public PictureForm form() {
    return new PictureForm(
        name, channels, height, width, fit, normalization(), classNames, null, null);
  }

  /**
   * What results are filed under: {@code mnist}, {@code digits}, another name of Kilonet's own sets
   * or a name of your own.
   */
  public String name() {
    return name;
  }

  /** Channels of an image: 1 for grey; 3 for red, green and blue. */
  public int channels() {
    return channels;
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
    return classNames.size();
  }

  /** What the classes are called. */
  public List<String> classNames() {
    return classNames;
  }

  /** What the class of an image is called. */
  public String className(int index) {
    return classNames.get(labels[index]);
  }

  /** Number of images. */
  public int size() {
    return labels.length;
  }

  /** Values of an image: channels times height times width. */
  public int imageSize() {
    return channels * height * width;
  }

  /** All pixels, {@code [size, channels, height, width]}: the array itself, to be read only. */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * SHA-256 of what the set holds, in hexadecimal: of the pixels as an IDX file has them (a header
   * of 16 bytes, 20 where there are channels, then the pixels), and behind it the labels likewise
   * (a header of 8 bytes).
   */
  public String sha256() {
    if (sha256 == null) {
      MessageDigest digest = Sha256.digest();
      ByteBuffer header = ByteBuffer.allocate(20);
      header.putInt(channels == 1 ? IDX_IMAGES : IDX_COLOURED).putInt(size());
      if (channels > 1) {
        header.putInt(channels);
      }
      digest.update(header.putInt(height).putInt(width).flip());
      digest.update(pixels);
      digest.update(header.clear().putInt(IDX_LABELS).putInt(size()).flip());
      digest.update(labels);
      sha256 = HexFormat.of().formatHex(digest.digest());
    }
    return sha256;
  }

  /** The classes of all images: the array itself, to be read only. */
  byte[] labels() {
    return labels;
  }

  /**
   * The class of an image.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public int label(int index) {
    return labels[index];
  }

  /**
   * A copy of the pixels of an image, {@code [channels, height, width]}.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public byte[] image(int index) {
    Objects.checkIndex(index, size());
    int n = imageSize();
    return Arrays.copyOfRange(pixels, index * n, (index + 1) * n);
  }

  /**
   * An image as a net takes it: {@code [1, channels, height, width]}, normalized.
   *
   * @throws IndexOutOfBoundsException if there is no such image
   */
  public INDArray input(int index) {
    Objects.checkIndex(index, size());
    float[] values = normalization().apply(pixels, index * imageSize(), imageSize());
    return Nd4j.create(values, new long[] {1, channels, height, width}, 'c');
  }

  /** How many images there are of each class. */
  public int[] classCounts() {
    int[] counts = new int[classes()];
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
        : like(Arrays.copyOf(pixels, n * imageSize()), Arrays.copyOf(labels, n));
  }

  /**
   * The images at the given places, in the given order.
   *
   * @throws DataException if a place is not from 0 to {@code size() - 1}, or there is none
   */
  public ImageSet select(int[] indices) {
    int n = imageSize();
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
    return like(chosenPixels, chosenLabels);
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
    Stratification classes = new Stratification(labels, classCounts());
    return split(classes.aside(classes.quotas(validation), seed));
  }

  /** Parts the set in two, of which both keep the order of the whole; both must have images. */
  Split split(boolean[] aside) {
    int[] places = IntStream.range(0, size()).toArray();
    ImageSet train = select(Arrays.stream(places).filter(i -> !aside[i]).toArray());
    ImageSet validation = select(Arrays.stream(places).filter(i -> aside[i]).toArray());
    return new Split(train, validation.normalized(train.normalization()));
  }

  @Override
  public String toString() {
    return Text.of(
        "%s: %,d images of %d x %d%s in %d classes",
        name, size(), height, width, channels == 1 ? "" : " in colour", classes());
  }

  /**
   * A training set parted in two.
   *
   * @param train what is learnt from
   * @param validation what choices are made on
   */
  public record Split(ImageSet train, ImageSet validation) {}
}
