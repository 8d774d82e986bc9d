package kilonet.kernel.render;

import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** DL4J's networks: the table of their layers. */
@Shows("org.deeplearning4j.nn.multilayer.MultiLayerNetwork")
public final class NetworkRenderer implements Renderer<MultiLayerNetwork> {
  /** A renderer. */
  public NetworkRenderer() {}

  @Override
  public Class<MultiLayerNetwork> type() {
    return MultiLayerNetwork.class;
  }

  @Override
  public MimeBundle render(MultiLayerNetwork network) {
    return ConfigurationRenderer.layers(network.getLayerWiseConfigurations());
  }
}
