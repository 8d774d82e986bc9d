package kilonet.augment;

import java.util.Arrays;
import kilonet.text.Check;
import kilonet.text.Text;

/**
 * Paints over some rectangles that lie in the picture as a whole, now and then.
 *
 * <p>Albumentations' {@code CoarseDropout(max_holes, max_height, max_width, min_holes, min_height,
 * min_width, fill_value, p)}; a hole larger than the picture is as large as the picture. With one
 * hole it is that of DeVries and Taylor, <i>Improved regularization of convolutional neural
 * networks with cutout</i>, 2017, except that there (and in {@link CutOut}) a hole may stick out.
 *
 * @param minHoles the least number of holes, 1 to {@code maxHoles}
 * @param maxHoles the greatest, up to 10,000
 * @param minHeight the least height of a hole in pixels, 1 to {@code maxHeight}
 * @param maxHeight the greatest, up to 10,000
 * @param minWidth the least width of a hole in pixels, 1 to {@code maxWidth}
 * @param maxWidth the greatest, up to 10,000
 * @param fill what is painted, such as the mean of the training images
 * @param p how likely the picture is changed, 0 to 1
 */
public record CoarseDropout(
    int minHoles,
    int maxHoles,
    int minHeight,
    int maxHeight,
    int minWidth,
    int maxWidth,
    Fill fill,
    double p)
    implements Augmentation {

  static final int USUAL = 8;

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CoarseDropout {
    ordered("holes", minHoles, maxHoles);
    ordered("height", minHeight, maxHeight);
    ordered("width", minWidth, maxWidth);
    Check.between("CoarseDropout's p", p, 0, 1);
  }

  private static void ordered(String what, int least, int most) {
    Check.between(Text.of("CoarseDropout's max_%s", what), most, 1, Picture.LONGEST);
    Check.between(Text.of("CoarseDropout's min_%s", what), least, 1, most);
  }

  /** Always one square hole. */
  public CoarseDropout(int size, Fill fill) {
    this(1, 1, size, size, size, size, fill, 1);
  }

  /**
   * Draws whether the picture is changed, then the number of holes, then height, width, uppermost
   * row and leftmost column of each.
   */
  @Override
  public void apply(Picture picture, RandomStream random) {
    if (random.nextFloat() >= p) {
      return;
    }
    int holes = drawn(random, minHoles, maxHoles);
    for (int hole = 0; hole < holes; hole++) {
      int height = Math.min(drawn(random, minHeight, maxHeight), picture.height());
      int width = Math.min(drawn(random, minWidth, maxWidth), picture.width());
      int top = random.nextInt(picture.height() - height + 1);
      int left = random.nextInt(picture.width() - width + 1);
      paint(picture, fill, top, left, height, width);
    }
  }

  private static int drawn(RandomStream random, int least, int most) {
    return least + random.nextInt(most - least + 1);
  }

  /** Paints a rectangle that lies in the picture. */
  static void paint(Picture picture, Fill fill, int top, int left, int height, int width) {
    float[] pixels = picture.pixels();
    for (int channel = 0; channel < picture.channels(); channel++) {
      float value = fill.at(picture, channel);
      int plane = channel * picture.plane();
      for (int y = top; y < top + height; y++) {
        int row = plane + y * picture.width() + left;
        Arrays.fill(pixels, row, row + width, value);
      }
    }
  }

  @Override
  public String toString() {
    return Spelling.of("coarse_dropout")
        .with("max_holes", maxHoles, USUAL)
        .with("max_height", maxHeight, USUAL)
        .with("max_width", maxWidth, USUAL)
        .with("min_holes", minHoles, maxHoles)
        .with("min_height", minHeight, maxHeight)
        .with("min_width", minWidth, maxWidth)
        .with("value", fill)
        .with("p", p, 0.5)
        .toString();
  }
}
