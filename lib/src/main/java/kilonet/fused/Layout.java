package kilonet.fused;

import kilonet.layer.Shape;
import kilonet.text.Text;

/**
 * Where the activations of {@value #LANES} images lie in memory: {@code [channel][row][column][16]}
 * with rows and columns of zeros around each channel where a convolution pads its input.
 *
 * @param shape the shape of one image's activations
 * @param top rows of zeros above
 * @param left columns of zeros on the left
 * @param bottom rows of zeros below
 * @param right columns of zeros on the right
 */
record Layout(Shape shape, int top, int left, int bottom, int right) {

  /**
   * Checks the size.
   *
   * @throws IllegalArgumentException if no array of Java's can hold it
   */
  Layout {
    double floats =
        (double) shape.channels()
            * (top + shape.height() + bottom)
            * (left + shape.width() + right)
            * LANES;
    if (floats > Integer.MAX_VALUE - 64) {
      throw new IllegalArgumentException(
          Text.of(
              "Activations of %s for %d images are more than Java's arrays hold: use smaller images, or"
                  + " fewer channels.",
              shape, LANES));
    }
  }

  /** The number of images side by side. */
  static final int LANES = 16;

  /** A layout without zeros around the channels. */
  static Layout dense(Shape shape) {
    return new Layout(shape, 0, 0, 0, 0);
  }

  boolean isDense() {
    return top + left + bottom + right == 0;
  }

  /** The numbers from one row to the next. */
  int pitch() {
    return (left + shape.width() + right) * LANES;
  }

  /** The numbers from one channel to the next. */
  int plane() {
    return (top + shape.height() + bottom) * pitch();
  }

  /** The numbers of all channels. */
  int floats() {
    return shape.channels() * plane();
  }

  /** Where a pixel's first lane is; rows and columns count from the first that is not padding. */
  int at(int channel, int row, int column) {
    return channel * plane() + (top + row) * pitch() + (left + column) * LANES;
  }

  /** How many stretches of pixels a channel has that lie side by side. */
  int runs() {
    return isDense() ? 1 : shape.height();
  }

  /** The pixels of such a stretch. */
  int runLength() {
    return isDense() ? shape.height() * shape.width() : shape.width();
  }

  /** Where a stretch of a channel starts. */
  int run(int channel, int run) {
    return at(channel, run, 0);
  }
}
