package kilonet.train;

import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Adds up the gradients of several batches before one update, as if they were one large batch; but
 * batch norm still looks at each batch by itself, and its running statistics take in the last one.
 */
final class Accumulation extends BaseTrainingListener {

  private final INDArray trained;
  private final INDArray sum;
  private int images;

  /**
   * A listener.
   *
   * @param trained one for each trained parameter, zero for running statistics
   */
  Accumulation(INDArray trained) {
    this.trained = trained;
    this.sum = Nd4j.zerosLike(trained);
  }

  /** Computes a batch's gradient and keeps it for the next update. */
  void add(MultiLayerNetwork network, DataSet batch) {
    network.setInput(batch.getFeatures());
    network.setLabels(batch.getLabels());
    network.computeGradientAndScore();
    sum.addi(network.getFlattenedGradients().reshape(trained.length()));
    images += (int) batch.getFeatures().size(0);
  }

  @Override
  public void onGradientCalculation(Model model) {
    if (images == 0) {
      return;
    }
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    INDArray gradient = network.getFlattenedGradients().reshape(trained.length());
    // The update divides by the last batch's size; what it should divide by is all of them.
    double share = (double) network.batchSize() / (network.batchSize() + images);
    INDArray change = gradient.add(sum).muli(share).subi(gradient).muli(trained);
    gradient.addi(change);
    sum.assign(0);
    images = 0;
  }
}
