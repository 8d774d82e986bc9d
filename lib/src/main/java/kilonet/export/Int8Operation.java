package kilonet.export;

/**
 * One step of a net in whole numbers. A value {@code q} from 0 to 255 stands for {@code scale * (q
 * - zero)}.
 */
public sealed interface Int8Operation {

  /** The step in float32: its shapes and its window. */
  Operation source();

  /** How what goes in is to be read. */
  Grid in();

  /** How what comes out is to be read. */
  Grid out();

  /** How sums become what comes out. */
  Rescaling rescaling();

  /** Whether what is below zero becomes zero: other than for logits the grid sees to that. */
  default boolean isRectified() {
    return source() instanceof Operation.Convolution convolution && convolution.slope() == 0;
  }

  /**
   * What the values of a tensor stand for.
   *
   * @param scale the value of one step, above 0
   * @param zero the step that stands for 0
   */
  record Grid(float scale, int zero) {

    /** What the logits are: whole numbers of 65,536 to one, with a sign, in 32 bits. */
    static final Grid LOGITS = new Grid(1f / (1 << 16), 0);

    /** The finest grid over a range, which is widened to hold 0. */
    static Grid over(float least, float most) {
      float low = Math.min(0, least);
      float high = Math.max(0, most);
      if (high == low) {
        return new Grid(1, 0);
      }
      float scale = (high - low) / 255;
      return new Grid(scale, Math.round(-low / scale));
    }
  }

  /**
   * What a sum is multiplied by: {@code multiplier / 2^shift}, a half rounded up.
   *
   * @param multipliers one an output channel, or one a number of averaged values, or one for all;
   *     from 0 to 2^31 - 1
   * @param shift from 1 to 46
   */
  record Rescaling(int[] multipliers, int shift) {

    /** The nearest to given factors, which are above 0. */
    static Rescaling of(double... factors) {
      double most = 0;
      for (double factor : factors) {
        most = Math.max(most, factor);
      }
      int shift = Math.max(1, Math.min(46, 30 - Math.getExponent(most)));
      int[] multipliers = new int[factors.length];
      for (int i = 0; i < factors.length; i++) {
        multipliers[i] =
            (int) Math.min(Integer.MAX_VALUE, Math.round(Math.scalb(factors[i], shift)));
      }
      return new Rescaling(multipliers, shift);
    }

    int multiplier(int at) {
      return multipliers[multipliers.length == 1 ? 0 : at];
    }
  }

  /**
   * A convolution.
   *
   * @param weights from -127 to 127, in the order of the source
   * @param weightScales the value of one step of an output's weights
   * @param bias one an output, in steps of the scale of what goes in times that of the weights
   */
  record Convolution(
      Operation.Convolution source,
      Grid in,
      Grid out,
      byte[] weights,
      float[] weightScales,
      int[] bias,
      Rescaling rescaling)
      implements Int8Operation {}

  /** A pooling; a maximum keeps the grid, unless it makes the logits. */
  record Pooling(Operation.Pooling source, Grid in, Grid out, Rescaling rescaling)
      implements Int8Operation {}
}
