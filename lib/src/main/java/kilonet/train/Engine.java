package kilonet.train;

import java.util.Locale;
import kilonet.fused.FusedNetwork;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** What computes gradients and outputs. */
public enum Engine {
  /** A compiled plan of CPU primitives, see {@link FusedNetwork}. */
  FUSED,
  /** Plain Deeplearning4j. */
  DL4J;

  /** An initialized network of a configuration. */
  public MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    MultiLayerNetwork network =
        this == FUSED ? new FusedNetwork(configuration) : new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  /** {@code fused} or {@code dl4j}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
