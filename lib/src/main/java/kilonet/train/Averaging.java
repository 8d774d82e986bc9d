package kilonet.train;

import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An exponential moving average of all parameters of a net and its batch norm statistics, which
 * Deeplearning4j keeps among the parameters.
 *
 * <p>After batch {@code t}, counted from 0, {@code average = d average + (1 - d) parameters} with
 * {@code d = min(decay, (1 + t) / (10 + t))}, so that the random start is soon forgotten (the rule
 * of TensorFlow's {@code ExponentialMovingAverage}). Polyak, Juditsky: <i>Acceleration of
 * stochastic approximation by averaging</i>, 1992.
 */
final class Averaging {

  private final double decay;
  private final INDArray average;

  /**
   * An average that starts at the parameters.
   *
   * @param decay share of the average that is kept at each batch, in {@code (0, 1)}
   */
  Averaging(double decay, INDArray parameters) {
    this.decay = decay;
    this.average = parameters.dup();
  }

  /** The average so far. */
  INDArray average() {
    return average;
  }

  /** Takes in the parameters after batch {@code t}. */
  void add(INDArray parameters, int t) {
    double kept = Math.min(decay, (1.0 + t) / (10.0 + t));
    average.muli(kept).addi(parameters.mul(1 - kept));
  }
}
