package kilonet.fused;

import kilonet.layer.Shape;
import kilonet.layer.Window;
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
