package kilonet.train;

import java.util.List;
import kilonet.fused.FusedNetwork;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Counts what a training pass classified rightly: the fused engine tells; of Deeplearning4j, also
 * where the fused engine falls back to it, the last activations before the softmax are looked at,
 * which has no parameters of its own.
 */
final class Hits extends BaseTrainingListener {

  private final MultiLayerNetwork network;
  private INDArray labels;
  private int seen;

  Hits(MultiLayerNetwork network) {
    this.network = network;
  }

  /** Says what the images of the next pass are. */
  void expect(INDArray labels) {
    this.labels = labels;
    this.seen = -1;
  }

  /** How many of the last pass were classified rightly. */
  int count() {
    return seen < 0 ? ((FusedNetwork) network).correctInLastBatch() : seen;
  }

  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    INDArray logits = activations.get(activations.size() - 1).reshape(labels.shape());
    seen = logits.argMax(1).eq(labels.argMax(1)).castTo(labels.dataType()).sumNumber().intValue();
  }
}
