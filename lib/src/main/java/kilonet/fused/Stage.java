package kilonet.fused;

import org.deeplearning4j.nn.conf.dropout.Dropout;

/**
 * One step of a network as the compiled plans see it: what DL4J keeps in one layer may be several
 * stages, and what it keeps in several (batch norm, ReLU, dropout) may be one.
 *
 * <p>Indices called {@code at} are positions in the network's flat parameter vector.
 */
sealed interface Stage {

  /** The shape of one image's activations that go in. */
  Shape in();

  /** The shape of one image's activations that come out. */
  Shape out();

  /**
   * The shape of one image's activations.
   *
   * @param channels the number of channels, at least 1
   * @param height the number of rows, at least 1
   * @param width the number of columns, at least 1
   */
  record Shape(int channels, int height, int width) {

    /** The numbers of an image. */
    int size() {
      return Math.multiplyExact(channels, Math.multiplyExact(height, width));
    }
  }

  /**
   * A window that slides over an image.
   *
   * @param kernelHeight rows of the window
   * @param kernelWidth columns of the window
   * @param strideHeight rows from one position to the next
   * @param strideWidth columns from one position to the next
   * @param padHeight rows of zeros above
   * @param padWidth columns of zeros on the left
   * @param dilationHeight rows of the image from one row of the window to the next
   * @param dilationWidth columns of the image from one column of the window to the next
   */
  record Window(
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padHeight,
      int padWidth,
      int dilationHeight,
      int dilationWidth) {

    /** A window that sees all of an image at once. */
    static Window over(Shape image) {
      return new Window(image.height(), image.width(), 1, 1, 0, 0, 1, 1);
    }

    /** A window from pairs of rows and columns. */
    static Window of(int[] kernel, int[] stride, int[] padding, int[] dilation) {
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
    static Window same(Shape image, int[] kernel, int[] stride, int[] dilation) {
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
      return image.height() + 2 * padHeight - wide(kernelHeight, dilationHeight);
    }

    /** Columns of the padded image beside the first position of the window. */
    private int moreColumns(Shape image) {
      return image.width() + 2 * padWidth - wide(kernelWidth, dilationWidth);
    }

    /** Whether the last position of the window ends where the padded image ends. */
    boolean fits(Shape image) {
      return moreRows(image) % strideHeight == 0 && moreColumns(image) % strideWidth == 0;
    }

    /** What the window makes of an image; positions that are not whole are left out. */
    Shape out(Shape image, int channels) {
      return new Shape(
          channels,
          Math.floorDiv(moreRows(image), strideHeight) + 1,
          Math.floorDiv(moreColumns(image), strideWidth) + 1);
    }

    /** What the window makes of an image with a position for each stride. */
    Shape outSame(Shape image, int channels) {
      return new Shape(
          channels,
          (image.height() + strideHeight - 1) / strideHeight,
          (image.width() + strideWidth - 1) / strideWidth);
    }

    /** The number of pixels that the window sees. */
    int taps() {
      return kernelHeight * kernelWidth;
    }

    /** The rows that the last position of the window wants below the image. */
    int below(Shape image, Shape out) {
      return Math.max(
          0,
          (out.height() - 1) * strideHeight
              + (kernelHeight - 1) * dilationHeight
              + 1
              - padHeight
              - image.height());
    }

    /** The columns that the last position of the window wants on the right of the image. */
    int beside(Shape image, Shape out) {
      return Math.max(
          0,
          (out.width() - 1) * strideWidth
              + (kernelWidth - 1) * dilationWidth
              + 1
              - padWidth
              - image.width());
    }
  }

  /**
   * A piecewise linear activation: x for x &gt; 0 and {@code slope * x} otherwise; ReLU has slope
   * 0, the identity slope 1.
   */
  record Activation(float slope) {
    static final Activation IDENTITY = new Activation(1);

    boolean isIdentity() {
      return slope == 1;
    }
  }

  /**
   * A convolution or, where the window covers the whole image, a dense layer.
   *
   * @param groups into how many groups the channels are divided; an output channel sees only the
   *     input channels of its own group
   * @param weightAt for each weight in the order output, input of the group, row, column, where it
   *     is
   * @param biasAt for each output channel where its bias is; empty without bias
   * @param activation what is applied to the sums
   */
  record Convolution(
      Shape in,
      Shape out,
      Window window,
      int groups,
      int[] weightAt,
      int[] biasAt,
      Activation activation)
      implements Stage {

    /** The number of input channels that an output channel sees. */
    int inputs() {
      return in.channels() / groups;
    }

    /** The number of output channels of a group. */
    int outputs() {
      return out.channels() / groups;
    }

    /** The number of weights of an output channel. */
    int taps() {
      return inputs() * window.taps();
    }

    /** The same convolution with an activation behind it. */
    Convolution with(Activation next) {
      return new Convolution(in, out, window, groups, weightAt, biasAt, next);
    }
  }

  /**
   * Batch norm, if there is one, then an activation, then dropout, if there is one, all in one
   * pass.
   *
   * @param norm the batch norm, or null
   * @param dropout the dropout, or null
   * @param layer the number of the DL4J layer, which tells dropouts apart
   */
  record Pointwise(Shape in, Norm norm, Activation activation, Dropout dropout, int layer)
      implements Stage {
    @Override
    public Shape out() {
      return in;
    }
  }

  /**
   * The parameters of a batch norm.
   *
   * @param gammaAt where the first scale is; -1 if all scales are 1 and all offsets 0
   * @param betaAt where the first offset is; -1 likewise
   * @param meanAt where the first running mean is
   * @param varianceAt where the first running variance is, or the logarithm (base 10) of its root
   * @param logarithm whether it is the logarithm
   * @param epsilon what is added to a variance
   * @param decay what a running mean keeps of itself in a step
   */
  record Norm(
      int gammaAt,
      int betaAt,
      int meanAt,
      int varianceAt,
      boolean logarithm,
      double epsilon,
      double decay) {

    float gamma(float[] parameters, int channel) {
      return gammaAt < 0 ? 1 : parameters[gammaAt + channel];
    }

    float beta(float[] parameters, int channel) {
      return betaAt < 0 ? 0 : parameters[betaAt + channel];
    }

    /** The running variance. */
    double variance(float[] parameters, int channel) {
      double kept = parameters[varianceAt + channel];
      return logarithm ? StrictMath.pow(10, 2 * kept) : kept;
    }
  }

  /**
   * Pooling.
   *
   * @param kind which
   */
  record Pooling(Shape in, Shape out, Window window, Kind kind) implements Stage {
    enum Kind {
      MAX,
      /** The mean over the pixels of the window that lie on the image. */
      AVERAGE,
      /** The mean over all pixels of the window, the padding's zeros too. */
      AVERAGE_WITH_PADDING
    }
  }

  /**
   * A place in the chain to which a later {@link Addition} goes back; nothing is done there.
   *
   * @param again what goes into this stage of the list has the errors of its input added to its own
   */
  record Keeping(Shape in, int again) implements Stage {
    @Override
    public Shape out() {
      return in;
    }
  }

  /**
   * Goes back to what a {@link Keeping} saw.
   *
   * @param kept the number of the stage into which goes what comes out here
   */
  record Recalling(Shape in, Shape out, int kept) implements Stage {}

  /**
   * The sum of what comes in and of what went into a stage before.
   *
   * @param other the number of that stage, a {@link Keeping} or a {@link Recalling}
   */
  record Addition(Shape in, int other) implements Stage {
    @Override
    public Shape out() {
      return in;
    }
  }
}
