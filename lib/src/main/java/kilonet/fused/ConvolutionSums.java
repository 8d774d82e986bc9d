package kilonet.fused;

/**
 * How a convolution's outputs, the errors of its inputs and the gradient of its weights are had.
 */
interface ConvolutionSums {

  /** Adds what has to be done with new parameters before the first image. */
  void load(Program program);

  /** Adds the sums, without activation. */
  void forward(Program program);

  /**
   * Adds the errors of the inputs, unless nobody wants them, and the gradient of the weights, which
   * may wait for the next phase.
   */
  void backward(Program program);
}
