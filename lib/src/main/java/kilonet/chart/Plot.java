package kilonet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import kilonet.text.Text;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * An XY chart of XChart in this package's style. XChart draws the series; ticks, labels and legend
 * are drawn here, because XChart puts ticks where it likes and sets legends that touch.
 */
public final class Plot {

  private static final BasicStroke LINE =
      new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  private static final BasicStroke THIN = new BasicStroke(1f);
  private static final BasicStroke DASHED =
      new BasicStroke(
          1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {7, 5}, 0);

  private static final int LABEL_WIDTH = 76;
  private static final int LABEL_HEIGHT = 26;
  private static final int LEGEND_HEIGHT = 30;

  private final XYChart chart;
  private final Axis x;
  private final Axis y;
  private final List<Entry> legend = new ArrayList<>();

  /** What a colour stands for. */
  private record Entry(String name, Color color, BasicStroke stroke, boolean dots) {}

  /** An empty plot of {@link Figure#WIDTH}. */
  public Plot(int height, String title, Axis x, Axis y) {
    Figure.requireFonts();
    this.x = x;
    this.y = y;
    chart =
        new XYChartBuilder()
            .width(Figure.WIDTH)
            .height(height - LEGEND_HEIGHT)
            .title(title)
            .xAxisTitle(x.title())
            .build();
    style(chart.getStyler());
    chart
        .getStyler()
        .setXAxisMin(x.start())
        .setXAxisMax(x.end())
        .setYAxisMin(y.start())
        .setYAxisMax(y.end());
    for (double tick : x.ticks()) {
      grid(x.at().applyAsDouble(tick), x.at().applyAsDouble(tick), y.start(), y.end());
    }
    for (double tick : y.ticks()) {
      grid(x.start(), x.end(), y.at().applyAsDouble(tick), y.at().applyAsDouble(tick));
    }
  }

  private static void style(XYStyler styler) {
    styler
        .setAxisTicksVisible(false)
        .setYAxisTitleVisible(false)
        .setAxisTitleFont(Figure.font(Font.PLAIN, 13))
        .setAxisTitlePadding(LABEL_HEIGHT)
        .setPlotGridLinesVisible(false)
        .setPlotMargin(0)
        .setErrorBarsColor(Palette.MUTED);
    styler
        .setYAxisLeftWidthHint(LABEL_WIDTH)
        .setPlotBackgroundColor(Palette.GROUND)
        .setPlotBorderColor(Palette.GRID)
        .setPlotContentSize(1)
        .setChartBackgroundColor(Palette.GROUND)
        .setChartFontColor(Palette.INK)
        .setChartTitleFont(Figure.font(Font.BOLD, 16))
        .setChartTitleBoxVisible(false)
        .setChartTitlePadding(8)
        .setChartPadding(10)
        .setLegendVisible(false)
        .setMarkerSize(6);
  }

  private void grid(double left, double right, double bottom, double top) {
    series(new double[] {left, right}, new double[] {bottom, top}, Palette.GRID, THIN, false);
  }

  private XYSeries series(
      double[] atX, double[] atY, Color color, BasicStroke stroke, boolean dots) {
    XYSeries series = chart.addSeries("series " + chart.getSeriesMap().size(), atX, atY);
    series.setMarkerColor(color).setMarker(dots ? SeriesMarkers.CIRCLE : SeriesMarkers.NONE);
    series.setLineColor(color).setLineStyle(stroke);
    return series;
  }

  /** Adds a line. */
  public Plot line(String name, double[] xs, double[] ys, Color color, boolean dots) {
    series(x.at(xs), y.at(ys), color, LINE, dots);
    legend.add(new Entry(name, color, LINE, dots));
    return this;
  }

  /** Adds a dashed line between two points. */
  public Plot mark(String name, double[] xs, double[] ys, Color color) {
    series(x.at(xs), y.at(ys), color, DASHED, false);
    legend.add(new Entry(name, color, DASHED, false));
    return this;
  }

  /** Adds dots. */
  public Plot dots(String name, double[] xs, double[] ys, Color color) {
    return dots(name, xs, ys, null, color);
  }

  /**
   * Adds dots with error bars up and down, in the units of a linear axis; without bars where there
   * are none.
   */
  public Plot dots(String name, double[] xs, double[] ys, double[] errors, Color color) {
    XYSeries series =
        chart.addSeries("series " + chart.getSeriesMap().size(), x.at(xs), y.at(ys), errors);
    series.setMarkerColor(color).setMarker(SeriesMarkers.CIRCLE);
    series.setLineColor(color).setLineStyle(LINE);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    legend.add(new Entry(name, color, null, true));
    return this;
  }

  /** Adds the area between two lines. */
  public Plot band(double[] xs, double[] lows, double[] highs, Color color) {
    int n = xs.length;
    double[] outlineX = new double[2 * n + 1];
    double[] outlineY = new double[2 * n + 1];
    for (int i = 0; i < n; i++) {
      outlineX[i] = xs[i];
      outlineY[i] = lows[i];
      outlineX[2 * n - 1 - i] = xs[i];
      outlineY[2 * n - 1 - i] = highs[i];
    }
    outlineX[2 * n] = xs[0];
    outlineY[2 * n] = lows[0];
    XYSeries series =
        series(x.at(outlineX), y.at(outlineY), Palette.transparent(color, 0), THIN, false);
    series.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
    series.setFillColor(Palette.transparent(color, 60));
    return this;
  }

  /** Adds the line of the goal at 99.4%. */
  public Plot goal() {
    for (double tick : y.ticks()) {
      if (Axis.isGoal(tick)) {
        mark(
            "goal " + y.label().apply(tick) + "%",
            new double[] {x.low(), x.high()},
            new double[] {tick, tick},
            Palette.MARK);
      }
    }
    return this;
  }

  public Figure figure() {
    return Figure.of(Figure.WIDTH, chart.getHeight() + LEGEND_HEIGHT, drawn(), this::paint);
  }

  /**
   * All that is drawn but the letters' shapes. Six digits are more than a pixel shows, and fewer
   * than what logarithms of two machines may differ in.
   */
  private String drawn() {
    StringBuilder text = new StringBuilder();
    text.append(chart.getTitle()).append('\n');
    for (Axis axis : List.of(x, y)) {
      text.append(axis.title());
      DoubleStream.of(axis.ticks()).forEach(at -> text.append(' ').append(axis.label().apply(at)));
      text.append(numbers(new double[] {axis.start(), axis.end()})).append('\n');
    }
    legend.forEach(entry -> text.append(entry.name).append(entry.color).append('\n'));
    for (XYSeries series : chart.getSeriesMap().values()) {
      text.append(series.getMarkerColor()).append(numbers(series.getXData()));
      text.append(numbers(series.getYData())).append(numbers(series.getExtraValues()));
      text.append('\n');
    }
    return text.toString();
  }

  private static String numbers(double[] values) {
    StringBuilder text = new StringBuilder(";");
    for (double value : values == null ? new double[0] : values) {
      text.append(Text.of(" %.6g", value));
    }
    return text.toString();
  }

  private void paint(Graphics2D g) {
    chart.paint(g, chart.getWidth(), chart.getHeight());
    Font plain = Figure.font(Font.PLAIN, 13);
    double left = chart.getScreenXFromChart(x.start());
    double bottom = chart.getScreenYFromChart(y.start());
    for (double tick : y.ticks()) {
      boolean goal = legend.stream().anyMatch(e -> e.name.startsWith("goal")) && Axis.isGoal(tick);
      Figure.text(
          g,
          y.label().apply(tick),
          goal ? Palette.MARK : Palette.INK,
          goal ? Figure.font(Font.BOLD, 13) : plain,
          left - 8,
          chart.getScreenYFromChart(y.at().applyAsDouble(tick)) + 4.5,
          Figure.Align.RIGHT);
    }
    for (double tick : x.ticks()) {
      String label = x.label().apply(tick);
      double half = g.getFontMetrics(plain).stringWidth(label) / 2.0;
      double at = chart.getScreenXFromChart(x.at().applyAsDouble(tick));
      Figure.text(
          g,
          label,
          Palette.INK,
          plain,
          Math.min(at, Figure.WIDTH - 4 - half),
          bottom + 19,
          Figure.Align.CENTRE);
    }
    Figure.upwards(
        g, y.title(), Palette.INK, plain, 22, (bottom + chart.getScreenYFromChart(y.end())) / 2);
    paintLegend(g, plain);
  }

  private void paintLegend(Graphics2D g, Font font) {
    g.setFont(font);
    double width = -26;
    for (Entry entry : legend) {
      width += 36 + g.getFontMetrics().stringWidth(entry.name) + 26;
    }
    double at = Math.max(10, (Figure.WIDTH - width) / 2);
    int line = chart.getHeight() + 10;
    for (Entry entry : legend) {
      g.setColor(entry.color);
      if (entry.stroke != null) {
        g.setStroke(entry.stroke);
        g.drawLine((int) at, line, (int) at + 28, line);
      }
      if (entry.dots) {
        g.fillOval((int) at + 11, line - 3, 6, 6);
      }
      Figure.text(g, entry.name, Palette.INK, font, at + 36, line + 5, Figure.Align.LEFT);
      at += 36 + g.getFontMetrics().stringWidth(entry.name) + 26;
    }
    g.setStroke(THIN);
  }
}
