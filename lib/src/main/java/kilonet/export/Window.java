package kilonet.export;

/**
 * A window that slides over a picture.
 *
 * @param kernelHeight rows of the window
 * @param kernelWidth columns of the window
 * @param strideHeight rows from one position to the next
 * @param strideWidth columns from one position to the next
 * @param padTop rows beyond the upper edge
 * @param padLeft columns beyond the left edge
 * @param dilationHeight rows of the picture from one row of the window to the next
 * @param dilationWidth columns of the picture from one column of the window to the next
 */
public record Window(
    int kernelHeight,
    int kernelWidth,
    int strideHeight,
    int strideWidth,
    int padTop,
    int padLeft,
    int dilationHeight,
    int dilationWidth) {

  /** A window of one pixel. */
  public static final Window PIXEL = new Window(1, 1, 1, 1, 0, 0, 1, 1);

  /** A window that sees all of a picture at once. */
  public static Window over(Shape picture) {
    return new Window(picture.height(), picture.width(), 1, 1, 0, 0, 1, 1);
  }

  /** How many pixels it sees. */
  public int taps() {
    return kernelHeight * kernelWidth;
  }

  /** Rows that the last position reaches beyond the lower edge. */
  public int padBottom(Shape in, Shape out) {
    int last = (out.height() - 1) * strideHeight - padTop + (kernelHeight - 1) * dilationHeight;
    return Math.max(0, last + 1 - in.height());
  }

  /** Columns that the last position reaches beyond the right edge. */
  public int padRight(Shape in, Shape out) {
    int last = (out.width() - 1) * strideWidth - padLeft + (kernelWidth - 1) * dilationWidth;
    return Math.max(0, last + 1 - in.width());
  }

  /** Whether a position of it reaches beyond an edge. */
  public boolean isPadded(Shape in, Shape out) {
    return padTop > 0 || padLeft > 0 || padBottom(in, out) > 0 || padRight(in, out) > 0;
  }

  /** The first position at which a row (or column) of the window lies on the picture. */
  static int first(int pad, int offset, int stride) {
    return Math.max(0, Math.floorDiv(pad - offset + stride - 1, stride));
  }

  /** One more than the last position at which a row (or column) of it lies on the picture. */
  static int end(int pad, int offset, int stride, int size, int positions) {
    return Math.min(positions, Math.floorDiv(size - 1 + pad - offset, stride) + 1);
  }
}
