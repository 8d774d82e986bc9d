package kilonet.layer;

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

  /** A window from pairs of rows and columns. */
  public static Window of(int[] kernel, int[] stride, int[] padding, int[] dilation) {
    return new Window(
        kernel[0],
        kernel[1],
        stride[0],
        stride[1],
        padding[0],
        padding[1],
        dilation[0],
        dilation[1]);
  }

  /** A window with the padding that makes as many outputs as there are strides. */
  public static Window same(Shape image, int[] kernel, int[] stride, int[] dilation) {
    int[] padding = {
      before(image.height(), wide(kernel[0], dilation[0]), stride[0]),
      before(image.width(), wide(kernel[1], dilation[1]), stride[1])
    };
    return of(kernel, stride, padding, dilation);
  }

  private static int before(int size, int wide, int stride) {
    int outputs = (size + stride - 1) / stride;
    return Math.max(0, (outputs - 1) * stride + wide - size) / 2;
  }

  private static int wide(int kernel, int dilation) {
    return (kernel - 1) * dilation + 1;
  }

  /** Rows of the padded image below the first position of the window. */
  private int moreRows(Shape image) {
    return image.height() + 2 * padTop - wide(kernelHeight, dilationHeight);
  }

  /** Columns of the padded image beside the first position of the window. */
  private int moreColumns(Shape image) {
    return image.width() + 2 * padLeft - wide(kernelWidth, dilationWidth);
  }

  /** Whether the last position of the window ends where the padded image ends. */
  public boolean fits(Shape image) {
    return moreRows(image) % strideHeight == 0 && moreColumns(image) % strideWidth == 0;
  }

  /** What the window makes of an image; positions that are not whole are left out. */
  public Shape out(Shape image, int channels) {
    return new Shape(
        channels,
        Math.floorDiv(moreRows(image), strideHeight) + 1,
        Math.floorDiv(moreColumns(image), strideWidth) + 1);
  }

  /** What the window makes of an image with a position for each stride. */
  public Shape outSame(Shape image, int channels) {
    return new Shape(
        channels,
        (image.height() + strideHeight - 1) / strideHeight,
        (image.width() + strideWidth - 1) / strideWidth);
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
  public static int first(int pad, int offset, int stride) {
    return Math.max(0, Math.floorDiv(pad - offset + stride - 1, stride));
  }

  /** One more than the last position at which a row (or column) of it lies on the picture. */
  public static int end(int pad, int offset, int stride, int size, int positions) {
    return Math.min(positions, Math.floorDiv(size - 1 + pad - offset, stride) + 1);
  }
}
