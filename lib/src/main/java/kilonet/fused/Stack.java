package kilonet.fused;

import java.util.List;
import kilonet.fused.Stage.Convolution;
import kilonet.layer.Shape;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A DL4J network read as a list of stages, for images of one shape.
 *
 * @param stages the stages, first to last; the last one makes one logit a class
 * @param input the shape of an image
 * @param parameters the length of the flat parameter vector
 */
record Stack(List<Stage> stages, Shape input, int parameters) {

  /** The number of logits. */
  int classes() {
    return stages.get(stages.size() - 1).out().channels();
  }

  /** The multiply-adds of the convolutions and dense layers for an image. */
  long multiplyAdds() {
    long all = 0;
    for (Stage stage : stages) {
      if (stage instanceof Convolution c) {
        all += (long) c.weightAt().length * c.out().height() * c.out().width();
      }
    }
    return all;
  }

  /**
   * Reads a network.
   *
   * @param network an initialised network
   * @param input the shape of its images
   * @throws UnsupportedLayerException if a layer has no fused form
   */
  static Stack of(MultiLayerNetwork network, Shape input) throws UnsupportedLayerException {
    return new StackReader(network, input).read();
  }
}
