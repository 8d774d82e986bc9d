package kilonet.train;

import java.util.Arrays;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.dataset.DataSet;

/**
 * Adds up the gradients of several batches before one update, as if they were one large batch; but
 * batch norm still looks at each batch by itself, and its running statistics take in the last one.
 */
final class Accumulation extends BaseTrainingListener {

  private final boolean[] trained;
  private final float[] sum;
  private final float[] gradient;
  private int images;

  /**
   * A listener.
   *
   * @param trained true for each trained parameter, false for running statistics
   */
  Accumulation(boolean[] trained) {
    this.trained = trained;
    this.sum = new float[trained.length];
    this.gradient = new float[trained.length];
  }

  /** Computes a batch's gradient and keeps it for the next update. */
  void add(MultiLayerNetwork network, DataSet batch) {
    network.setInput(batch.getFeatures());
    network.setLabels(batch.getLabels());
    network.computeGradientAndScore();
    PlainNumbers.get(network.getFlattenedGradients(), gradient);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += gradient[i];
    }
    images += (int) batch.getFeatures().size(0);
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (images == 0) {
      return;
    }
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    PlainNumbers.get(network.getFlattenedGradients(), gradient);
    // The update divides by the last batch's size; what it should divide by is all of them.
    float share = (float) network.batchSize() / (network.batchSize() + images);
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = trained[i] ? (sum[i] + gradient[i]) * share : gradient[i];
    }
    PlainNumbers.put(gradient, network.getFlattenedGradients());
    Arrays.fill(sum, 0);
    images = 0;
  }
}
