package kilonet.train;

import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Weight decay over any choice of parameters, applied between a batch's gradient and its update.
 * Deeplearning4j's own never reaches batch norm, which PyTorch's does.
 */
final class WeightDecay extends BaseTrainingListener {

  private final Optimizer optimizer;
  private final ISchedule rates;
  private final INDArray decayed;

  /**
   * A listener for a network.
   *
   * @param rates learning rate at each step, by which the decay of AdamW and Muon is multiplied
   * @param network an initialized network
   */
  WeightDecay(Optimizer optimizer, ISchedule rates, MultiLayerNetwork network) {
    this.optimizer = optimizer;
    this.rates = rates;
    this.decayed = trained(network, optimizer.decayNormAndBias());
  }

  /**
   * One for each trained parameter, zero for running statistics.
   *
   * @param normAndBias whether batch norm's gamma and beta and the biases get a one too
   */
  static INDArray trained(MultiLayerNetwork network, boolean normAndBias) {
    INDArray mask = Nd4j.zeros(network.params().dataType(), network.numParams());
    long offset = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      boolean norm = network.getLayer(i).conf().getLayer() instanceof BatchNormalization;
      for (Map.Entry<String, INDArray> entry : network.getLayer(i).paramTable().entrySet()) {
        String name = entry.getKey();
        long length = entry.getValue().length();
        boolean weight = !norm && name.equals("W");
        boolean trained = !norm || name.equals("gamma") || name.equals("beta");
        if (weight || (normAndBias && trained)) {
          mask.get(NDArrayIndex.interval(offset, offset + length)).assign(1);
        }
        offset += length;
      }
    }
    return mask;
  }

  @Override
  public void onGradientCalculation(Model model) {
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    INDArray parameters = network.params().reshape(network.numParams());
    INDArray kept = parameters.mul(decayed);
    if (optimizer.kind() == Optimizer.Kind.ADAMW || optimizer.kind() == Optimizer.Kind.MUON) {
      double rate = rates.valueAt(network.getIterationCount(), network.getEpochCount());
      parameters.subi(kept.muli(rate * optimizer.weightDecay()));
    } else {
      // The gradient is still the sum over the batch; the update divides it.
      INDArray gradient = network.getFlattenedGradients().reshape(network.numParams());
      gradient.addi(kept.muli(optimizer.weightDecay() * network.batchSize()));
    }
  }
}
