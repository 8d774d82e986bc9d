package kilonet.augment;

import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Cuts a piece of a given size out of the padded picture, every place equally likely.
 *
 * <p>torchvision's {@code RandomCrop(size, padding, pad_if_needed, fill, padding_mode)}.
 *
 * @param height the rows of the piece, 1 to 10,000
 * @param width the columns of the piece, 1 to 10,000
 * @param padding so many pixels are added at each side first, 0 to 10,000
 * @param padIfNeeded whether a picture that is still too small is padded as far as needed
 * @param paddingMode what is added
 * @param fill values, 0 to 1, of {@link PaddingMode#CONSTANT}
 */
public record RandomCrop(
    int height, int width, int padding, boolean padIfNeeded, PaddingMode paddingMode, Fill fill)
    implements Augmentation {

  /** What is added around a picture. */
  public enum PaddingMode {
    /** The fill. */
    CONSTANT,
    /** The outermost pixel goes on. */
    EDGE,
    /** The picture is mirrored, without its outermost pixel. */
    REFLECT,
    /** The picture is mirrored, with its outermost pixel. */
    SYMMETRIC
  }

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomCrop {
    Check.between("RandomCrop's height", height, 1, Picture.LONGEST);
    Check.between("RandomCrop's width", width, 1, Picture.LONGEST);
    Check.between("RandomCrop's padding", padding, 0, Picture.LONGEST);
    fill.ofPixels("RandomCrop's fill");
  }

  /** Filled with one value for all channels. */
  public RandomCrop(
      int height,
      int width,
      int padding,
      boolean padIfNeeded,
      PaddingMode paddingMode,
      double fill) {
    this(height, width, padding, padIfNeeded, paddingMode, Fill.of(fill));
  }

  /** A square piece of the picture, padded with black. */
  public RandomCrop(int size, int padding) {
    this(size, size, padding, false, PaddingMode.CONSTANT, Fill.BLACK);
  }

  /**
   * Draws the uppermost row, then the leftmost column, and cuts.
   *
   * @throws IllegalArgumentException if the padded picture is smaller than the piece
   */
  @Override
  public void apply(Picture picture, RandomStream random) {
    int above = padding + missing(picture.height(), height);
    int before = padding + missing(picture.width(), width);
    int freeRows = picture.height() + 2 * above - height;
    int freeColumns = picture.width() + 2 * before - width;
    if (freeRows < 0 || freeColumns < 0) {
      throw new IllegalArgumentException(
          Text.of(
              "RandomCrop cannot cut %d x %d pixels out of %d x %d with a padding of %d: make the piece smaller or the padding larger.",
              height, width, picture.height(), picture.width(), padding));
    }
    crop(picture, random.nextInt(freeRows + 1) - above, random.nextInt(freeColumns + 1) - before);
  }

  private int missing(int side, int wanted) {
    return padIfNeeded ? Math.max(0, wanted - side - 2 * padding) : 0;
  }

  /** Cuts from a row and a column on, which may lie outside the picture. */
  void crop(Picture picture, int top, int left) {
    int rows = picture.height();
    int columns = picture.width();
    float[] out = picture.spare(height, width);
    float[] in = picture.pixels();
    for (int channel = 0; channel < picture.channels(); channel++) {
      float value = fill.at(picture, channel);
      int from = channel * rows * columns;
      int to = channel * height * width;
      for (int y = 0; y < height; y++) {
        int row = inside(top + y, rows);
        for (int x = 0; x < width; x++) {
          int column = inside(left + x, columns);
          out[to + y * width + x] =
              row < 0 || column < 0 ? value : in[from + row * columns + column];
        }
      }
    }
    picture.swap(height, width);
  }

  /** The pixel that stands for a place, or -1 for the fill value. */
  private int inside(int i, int n) {
    if (i >= 0 && i < n) {
      return i;
    }
    return switch (paddingMode) {
      case CONSTANT -> -1;
      case EDGE -> i < 0 ? 0 : n - 1;
      case REFLECT -> Gaussian.mirrored(i, n);
      case SYMMETRIC -> {
        int within = Math.floorMod(i, 2 * n);
        yield within < n ? within : 2 * n - 1 - within;
      }
    };
  }

  @Override
  public String toString() {
    return Spelling.of("crop")
        .with(height == width ? Integer.toString(height) : "[" + height + ", " + width + "]")
        .with("padding", padding, 0)
        .with("pad_if_needed", Boolean.toString(padIfNeeded), "false")
        .with("padding_mode", paddingMode, PaddingMode.CONSTANT)
        .with("fill", fill)
        .toString();
  }
}
