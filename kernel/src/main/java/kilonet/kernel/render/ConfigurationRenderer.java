package kilonet.kernel.render;

import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import kilonet.model.Summary;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;

/** DL4J's configurations: the table of their layers, with receptive fields where they are known. */
@Shows("org.deeplearning4j.nn.conf.MultiLayerConfiguration")
public final class ConfigurationRenderer implements Renderer<MultiLayerConfiguration> {
  /** A renderer. */
  public ConfigurationRenderer() {}

  @Override
  public Class<MultiLayerConfiguration> type() {
    return MultiLayerConfiguration.class;
  }

  @Override
  public MimeBundle render(MultiLayerConfiguration configuration) {
    return layers(configuration);
  }

  static MimeBundle layers(MultiLayerConfiguration configuration) {
    try {
      return SummaryRenderer.bundle(Summary.of(configuration));
    } catch (RuntimeException e) {
      // The size of the pictures does not follow from it, or a layer's receptive field is not
      // known.
      return MimeBundle.of("text/plain", configuration.toString());
    }
  }
}
