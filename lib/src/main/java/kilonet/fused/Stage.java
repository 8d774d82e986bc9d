package kilonet.fused;

import org.bytedeco.dnnl.global.dnnl.algorithm;
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
  record Shape(int channels, int height, int width) {}

  /**
   * A window that slides over an image.
   *
   * @param kernelHeight rows of the window
   * @param kernelWidth columns of the window
   * @param strideHeight rows from one position to the next
   * @param strideWidth columns from one position to the next
   * @param padHeight rows of zeros above and below
   * @param padWidth columns of zeros on the left and on the right
   */
  record Window(
      int kernelHeight,
      int kernelWidth,
      int strideHeight,
      int strideWidth,
      int padHeight,
      int padWidth) {

    long[] kernel() {
      return new long[] {kernelHeight, kernelWidth};
    }

    long[] stride() {
      return new long[] {strideHeight, strideWidth};
    }

    long[] pad() {
      return new long[] {padHeight, padWidth};
    }

    /** Returns what the window makes of an image, the last incomplete positions left out. */
    Shape slideOver(Shape image, int channels) {
      return new Shape(
          channels,
          (image.height() + 2 * padHeight - kernelHeight) / strideHeight + 1,
          (image.width() + 2 * padWidth - kernelWidth) / strideWidth + 1);
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
   * @param depthwise whether each output channel sees only the input channel of its own number
   * @param weightAt for each weight in the order output, input, row, column, where it is; of a
   *     depthwise convolution, an output has one input
   * @param biasAt for each output channel where its bias is; empty without bias
   * @param activation what is applied to the sums
   */
  record Convolution(
      Shape in,
      Shape out,
      Window window,
      boolean depthwise,
      int[] weightAt,
      int[] biasAt,
      Activation activation)
      implements Stage {

    /** The number of input channels that an output channel sees. */
    int inputs() {
      return depthwise ? 1 : in.channels();
    }

    /** The same convolution with an activation behind it. */
    Convolution with(Activation next) {
      return new Convolution(in, out, window, depthwise, weightAt, biasAt, next);
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
      return logarithm ? Math.pow(10, 2 * kept) : kept;
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
      AVERAGE_WITH_PADDING;

      algorithm algorithm() {
        return switch (this) {
          case MAX -> algorithm.pooling_max;
          case AVERAGE -> algorithm.pooling_avg_exclude_padding;
          case AVERAGE_WITH_PADDING -> algorithm.pooling_avg_include_padding;
        };
      }
    }
  }
}
