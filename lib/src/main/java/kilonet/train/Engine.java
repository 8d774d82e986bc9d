package kilonet.train;

import java.util.Locale;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** What computes gradients and outputs. */
public enum Engine {
  /** A compiled plan of CPU primitives, see {@link FusedNetwork}. */
  FUSED,
  /** Plain Deeplearning4j. */
  DL4J;

  /** An initialized network of a configuration, which uses all processors. */
  public MultiLayerNetwork network(MultiLayerConfiguration configuration) {
    return network(configuration, Runtime.getRuntime().availableProcessors());
  }

  /**
   * An initialized network of a configuration.
   *
   * @param threads how many threads the fused engine uses, at least 1; the results are the same
   */
  MultiLayerNetwork network(MultiLayerConfiguration configuration, int threads) {
    MultiLayerNetwork network =
        this == FUSED
            ? new FusedNetwork(configuration, threads)
            : new MultiLayerNetwork(configuration);
    network.init();
    return network;
  }

  /**
   * What results of a net say of it: its name and, of the fused engine, the version of its
   * arithmetic.
   */
  public String version(Stack model) {
    if (this != FUSED) {
      return toString();
    }
    return this
        + " "
        + FusedNetwork.VERSION
        + (model.anyConvolution(FusedNetwork::isWinograd) ? FusedNetwork.WINOGRAD : "")
        + (model.anyConvolution(FusedNetwork::isWinogradAlongRows) ? FusedNetwork.ROWS : "");
  }

  /** Whether this is what a result or a checkpoint names, in whatever version. */
  public boolean isNamed(String engine) {
    return engine.equals(toString()) || engine.startsWith(this + " ");
  }

  /** {@code fused} or {@code dl4j}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
