package kilonet.augment;

import kilonet.text.Check;

/**
 * Paints over squares whose centres lie anywhere in the picture; what sticks out is cut off.
 *
 * <p>DeVries, Taylor: <i>Improved regularization of convolutional neural networks with cutout</i>,
 * 2017. torchvision has only {@link RandomErasing}.
 *
 * @param size the side of a square in pixels, 1 to 10,000
 * @param holes the number of squares, 1 to 10,000
 * @param fill what is painted
 */
public record CutOut(int size, int holes, Fill fill) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public CutOut {
    Check.between("CutOut's size", size, 1, Picture.LONGEST);
    Check.between("CutOut's holes", holes, 1, 10_000);
  }

  /** Painted with one value for all channels. */
  public CutOut(int size, int holes, double fill) {
    this(size, holes, Fill.of(fill));
  }

  /** One black square. */
  public CutOut(int size) {
    this(size, 1, Fill.BLACK);
  }

  /** Draws row and column of each centre. */
  @Override
  public void apply(Picture picture, RandomStream random) {
    int height = picture.height();
    int width = picture.width();
    for (int hole = 0; hole < holes; hole++) {
      int top = random.nextInt(height) - size / 2;
      int left = random.nextInt(width) - size / 2;
      int y = Math.max(top, 0);
      int x = Math.max(left, 0);
      CoarseDropout.paint(
          picture, fill, y, x, Math.min(top + size, height) - y, Math.min(left + size, width) - x);
    }
  }

  @Override
  public String toString() {
    return Spelling.of("cutout")
        .with(Integer.toString(size))
        .with("holes", holes, 1)
        .with("value", fill)
        .toString();
  }
}
