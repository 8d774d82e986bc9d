package kilonet.train;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;

/**
 * Scales a batch's gradient down where its norm over all trained parameters together is too large,
 * as {@code torch.nn.utils.clip_grad_norm_} does. Pascanu, Mikolov, Bengio: <i>On the difficulty of
 * training recurrent neural networks</i>, 2013.
 */
final class Clipping extends BaseTrainingListener {

  private final double maxNorm;
  private final boolean[] trained;
  private final float[] gradient;

  /**
   * A listener.
   *
   * @param maxNorm the largest norm of a mean gradient that is left as it is
   * @param trained true for each trained parameter, false for running statistics
   */
  Clipping(double maxNorm, boolean[] trained) {
    this.maxNorm = maxNorm;
    this.trained = trained;
    this.gradient = new float[trained.length];
  }

  @Override
  public void onGradientCalculation(Model model) {
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    PlainNumbers.get(network.getFlattenedGradients(), gradient);
    double squares = 0;
    for (int i = 0; i < gradient.length; i++) {
      squares += trained[i] ? (double) gradient[i] * gradient[i] : 0;
    }
    // The gradient is still the sum over the batch; the update divides it.
    double norm = Math.sqrt(squares) / network.batchSize();
    if (norm > maxNorm) {
      float share = (float) (maxNorm / (norm + 1e-6));
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = trained[i] ? gradient[i] * share : gradient[i];
      }
      PlainNumbers.put(gradient, network.getFlattenedGradients());
    }
  }
}
