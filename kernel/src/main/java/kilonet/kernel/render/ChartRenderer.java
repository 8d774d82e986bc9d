package kilonet.kernel.render;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import kilonet.kernel.Display;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.internal.chartpart.Chart;

/** XChart's charts as PNG; {@link #svg} gives a drawing instead. */
@SuppressWarnings("rawtypes")
@Shows("org.knowm.xchart.internal.chartpart.Chart")
public final class ChartRenderer implements Renderer<Chart> {
  /** A renderer. */
  public ChartRenderer() {}

  @Override
  public Class<Chart> type() {
    return Chart.class;
  }

  @Override
  public MimeBundle render(Chart chart) {
    return Png.bundle(BitmapEncoder.getBufferedImage(chart), text(chart));
  }

  private static String text(Chart<?, ?> chart) {
    String title = chart.getTitle() == null ? "" : chart.getTitle();
    return "[chart"
        + (title.isBlank() ? "" : " \"" + title + "\"")
        + " of "
        + String.join(", ", chart.getSeriesMap().keySet())
        + "]";
  }

  /**
   * A chart as a drawing that stays sharp at every size.
   *
   * @param chart any of XChart's charts
   * @return what {@link Display#display} or the end of a cell shows
   */
  public static MimeBundle svg(Chart<?, ?> chart) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Display.svg(out.toString(StandardCharsets.UTF_8)).with("text/plain", text(chart));
  }
}
