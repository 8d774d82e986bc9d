package kilonet.train;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Scales a batch's gradient down where its norm over all trained parameters together is too large,
 * as {@code torch.nn.utils.clip_grad_norm_} does. Pascanu, Mikolov, Bengio: <i>On the difficulty of
 * training recurrent neural networks</i>, 2013.
 */
final class Clipping extends BaseTrainingListener {

  private final double maxNorm;
  private final INDArray trained;

  /**
   * A listener.
   *
   * @param maxNorm the largest norm of a mean gradient that is left as it is
   * @param trained one for each trained parameter, zero for running statistics
   */
  Clipping(double maxNorm, INDArray trained) {
    this.maxNorm = maxNorm;
    this.trained = trained;
  }

  @Override
  public void onGradientCalculation(Model model) {
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    INDArray gradient = network.getFlattenedGradients().reshape(trained.length());
    INDArray counted = gradient.mul(trained);
    // The gradient is still the sum over the batch; the update divides it.
    double norm = counted.norm2Number().doubleValue() / network.batchSize();
    if (norm > maxNorm) {
      gradient.addi(counted.muli(maxNorm / (norm + 1e-6) - 1));
    }
  }
}
