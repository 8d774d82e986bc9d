package kilonet.train;

import java.util.List;
import java.util.Locale;
import kilonet.fused.FusedNetwork;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import kilonet.model.Block;
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
    return this + " " + (isWinograd(model) ? FusedNetwork.WINOGRAD_VERSION : FusedNetwork.VERSION);
  }

  private static boolean isWinograd(Stack model) {
    List<Shape> shapes = model.shapes();
    for (int i = 0; i < model.blocks().size(); i++) {
      Block b = model.blocks().get(i);
      boolean whole = b.kind() == Block.Kind.CONV || b.kind() == Block.Kind.PLAIN;
      if (whole
          && b.groups() == 1
          && FusedNetwork.isWinograd(
              Window.of(pair(b.kernel()), pair(b.stride()), pair(b.padding()), pair(b.dilation())),
              shapes.get(i).channels(),
              shapes.get(i + 1))) {
        return true;
      }
    }
    return false;
  }

  private static int[] pair(int number) {
    return new int[] {number, number};
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
