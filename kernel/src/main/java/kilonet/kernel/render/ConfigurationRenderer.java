package kilonet.kernel.render;

import java.util.ArrayList;
import java.util.List;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;

/** DL4J's configurations: the table of their layers. */
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
    List<List<String>> rows = new ArrayList<>();
    StringBuilder text = new StringBuilder();
    long total = 0;
    int index = 0;
    for (NeuralNetConfiguration layerConfiguration : configuration.getConfs()) {
      Layer layer = layerConfiguration.getLayer();
      long parameters = layer.initializer().numParams(layerConfiguration);
      total += parameters;
      String kind = layer.getClass().getSimpleName();
      String name = layer.getLayerName() == null ? String.valueOf(index) : layer.getLayerName();
      rows.add(List.of(name, kind, String.valueOf(parameters)));
      text.append(String.format("%-12s %-28s %10d%n", name, kind, parameters));
      index++;
    }
    String sum = "parameters, with running means and variances: " + total;
    return MimeBundle.of("text/html", Html.table(List.of("layer", "kind", "parameters"), rows, sum))
        .with("text/plain", text + sum);
  }
}
