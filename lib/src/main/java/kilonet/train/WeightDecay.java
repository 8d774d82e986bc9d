package kilonet.train;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * Weight decay over any choice of parameters, applied between a batch's gradient and its update.
 * Deeplearning4j's own never reaches batch norm, which PyTorch's does.
 */
final class WeightDecay extends BaseTrainingListener {

  private final Optimizer optimizer;
  private final ISchedule rates;
  private final boolean[] decayed;
  private final float[] parameters;
  private final float[] gradient;

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
    this.parameters = new float[decayed.length];
    this.gradient = new float[decayed.length];
  }

  /**
   * True for each trained parameter, false for running statistics.
   *
   * @param normAndBias whether batch norm's gamma and beta and the biases are true too
   */
  static boolean[] trained(MultiLayerNetwork network, boolean normAndBias) {
    boolean[] mask = new boolean[(int) network.numParams()];
    int offset = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      boolean norm = network.getLayer(i).conf().getLayer() instanceof BatchNormalization;
      for (Map.Entry<String, INDArray> entry : network.getLayer(i).paramTable().entrySet()) {
        String name = entry.getKey();
        int end = offset + (int) entry.getValue().length();
        boolean weight = !norm && name.equals("W");
        boolean trained = !norm || name.equals("gamma") || name.equals("beta");
        Arrays.fill(mask, offset, end, weight || (normAndBias && trained));
        offset = end;
      }
    }
    return mask;
  }

  @Override
  public void onGradientCalculation(Model model) {
    MultiLayerNetwork network = (MultiLayerNetwork) model;
    PlainNumbers.get(network.params(), parameters);
    if (optimizer.kind() == Optimizer.Kind.ADAMW || optimizer.kind() == Optimizer.Kind.MUON) {
      double rate = rates.valueAt(network.getIterationCount(), network.getEpochCount());
      float kept = (float) (1 - rate * optimizer.weightDecay());
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] = decayed[i] ? parameters[i] * kept : parameters[i];
      }
      PlainNumbers.put(parameters, network.params());
    } else {
      // The gradient is still the sum over the batch; the update divides it.
      float share = (float) (optimizer.weightDecay() * network.batchSize());
      PlainNumbers.get(network.getFlattenedGradients(), gradient);
      for (int i = 0; i < gradient.length; i++) {
        gradient[i] = decayed[i] ? gradient[i] + parameters[i] * share : gradient[i];
      }
      PlainNumbers.put(gradient, network.getFlattenedGradients());
    }
  }
}
