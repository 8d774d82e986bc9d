package kilonet.chart;

import static java.util.stream.Collectors.joining;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import kilonet.text.Text;
import kilonet.train.RunFolder;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A chart or picture that is drawn: an image of pixels, which notebooks show as it is, that can
 * also be drawn again as PNG of any resolution or as SVG.
 *
 * <pre>{@code
 * TrainingCurves.of(history).save(Path.of("curves.svg"));
 * }</pre>
 */
public final class Figure extends BufferedImage {

  /** Pixels across, unless a figure needs less. */
  public static final int WIDTH = 800;

  private static final Pattern LIBRARY =
      Pattern.compile("(lib[\\w+-]+\\.so[.\\d]*): cannot open shared object file");

  private final Consumer<Graphics2D> painter;
  private final String drawn;

  private Figure(int width, int height, String drawn, Consumer<Graphics2D> painter) {
    super(width, height, TYPE_INT_RGB);
    this.painter = painter;
    this.drawn = drawn;
  }

  /**
   * A figure that a painter draws on white.
   *
   * @param width pixels across, at least 1
   * @param height pixels down, at least 1
   * @param painter draws it, as often as it is asked to
   * @throws IllegalStateException if this machine has no fonts
   */
  public static Figure of(int width, int height, Consumer<Graphics2D> painter) {
    return of(width, height, null, painter);
  }

  /** A figure of which it is known, in words, what it draws. */
  static Figure of(int width, int height, String drawn, Consumer<Graphics2D> painter) {
    requireFonts();
    Figure figure = new Figure(width, height, drawn, painter);
    figure.paint(figure, 1);
    return figure;
  }

  /** A chart of XChart. */
  public static Figure of(Chart<?, ?> chart) {
    return of(
        chart.getWidth(),
        chart.getHeight(),
        g -> chart.paint(g, chart.getWidth(), chart.getHeight()));
  }

  /** Figures one below the other, in the width of the widest. */
  public static Figure column(Figure... figures) {
    int width = 0;
    int height = 0;
    for (Figure figure : figures) {
      width = Math.max(width, figure.getWidth());
      height += figure.getHeight();
    }
    boolean known = Stream.of(figures).allMatch(figure -> figure.drawn != null);
    return of(
        width,
        height,
        known ? Stream.of(figures).map(figure -> figure.drawn).collect(joining("\n")) : null,
        g -> {
          int y = 0;
          for (Figure figure : figures) {
            AffineTransform before = g.getTransform();
            g.translate(0, y);
            figure.painter.accept(g);
            g.setTransform(before);
            y += figure.getHeight();
          }
        });
  }

  /** The figure as PNG, a pixel a pixel, with a note of what was drawn. */
  public byte[] png() {
    return png(1);
  }

  /**
   * The figure as PNG, a pixel drawn as {@code scale} times {@code scale} pixels.
   *
   * @param scale 2 for screens and paper of high resolution, at least 1
   */
  public byte[] png(int scale) {
    BufferedImage image = this;
    if (scale != 1) {
      image = new BufferedImage(scale * getWidth(), scale * getHeight(), TYPE_INT_RGB);
      paint(image, scale);
    }
    return PngNote.png(image, drawn);
  }

  /** The figure as an SVG element, without the prolog of an XML file, so that HTML can hold it. */
  public String svg() {
    VectorGraphics2D graphics = new VectorGraphics2D();
    draw(graphics, 1);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      new SVGProcessor()
          .getDocument(graphics.getCommands(), new PageSize(getWidth(), getHeight()))
          .writeTo(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String svg = bytes.toString(StandardCharsets.UTF_8);
    // Where the font is missing, Verdana has nearly the same widths.
    return svg.substring(svg.indexOf("<svg"))
        .replaceAll(
            "font-family:(&quot;[^;]*&quot;|[^;\"&]*);", "font-family:$1,Verdana,sans-serif;");
  }

  /**
   * Writes the figure to a file, which is whole at any time, and the folder that it is in where
   * that is missing.
   *
   * @param file its name ends in {@code .png} or {@code .svg}
   * @throws IllegalArgumentException if it ends otherwise
   * @throws UncheckedIOException if the file cannot be written
   */
  public void save(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    byte[] bytes;
    if (name.endsWith(".png")) {
      bytes = png();
    } else if (name.endsWith(".svg")) {
      bytes = svg().getBytes(StandardCharsets.UTF_8);
    } else {
      throw new IllegalArgumentException(
          Text.of("%s is neither PNG nor SVG by its name: let it end in .png or .svg.", file));
    }
    RunFolder.replace(file, bytes);
  }

  private void paint(BufferedImage image, int scale) {
    Graphics2D graphics = image.createGraphics();
    draw(graphics, scale);
    graphics.dispose();
  }

  private void draw(Graphics2D g, int scale) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    g.scale(scale, scale);
    g.setColor(Palette.GROUND);
    g.fillRect(0, 0, getWidth(), getHeight());
    painter.accept(g);
  }

  /**
   * Says in a sentence what Java says in several ways, depending on what is missing.
   *
   * @throws IllegalStateException if this machine has no fonts
   */
  static void requireFonts() {
    try {
      font(Font.PLAIN, 13).getStringBounds("0", new FontRenderContext(null, true, true));
    } catch (LinkageError | InternalError | RuntimeException e) {
      throw new IllegalStateException(whatIsMissing(e), e);
    }
  }

  /** The font, or the library that Java draws with, whose name is in one of the messages. */
  static String whatIsMissing(Throwable thrown) {
    String missing = "a font, and Java finds none";
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      Matcher library = LIBRARY.matcher(String.valueOf(t.getMessage()));
      if (library.find()) {
        missing = Text.of("the library %s, and this machine lacks it", library.group(1));
      }
    }
    return Text.of(
            "Charts need %s: install what headless drawing takes (on Debian and Ubuntu:", missing)
        + " apt-get install fontconfig fonts-dejavu-core libfreetype6 libharfbuzz0b).";
  }

  /** The font of all text, in pixels. */
  static Font font(int style, float size) {
    return new Font(Font.SANS_SERIF, style, 1).deriveFont(size);
  }

  /** Writes a line of text. */
  static void text(
      Graphics2D g, String text, Color color, Font font, double x, double y, Align align) {
    g.setFont(font);
    g.setColor(color);
    double width = g.getFontMetrics().getStringBounds(text, g).getWidth();
    double left =
        switch (align) {
          case LEFT -> x;
          case CENTRE -> x - width / 2;
          case RIGHT -> x - width;
        };
    g.drawString(text, (float) left, (float) y);
  }

  /** Writes a line of text upwards, its middle at a place. */
  static void upwards(Graphics2D g, String text, Color color, Font font, double x, double y) {
    // Graphics2D.create() would be tidier, but VectorGraphics2D keeps the child's transform.
    AffineTransform before = g.getTransform();
    g.translate(x, y);
    g.rotate(-Math.PI / 2);
    text(g, text, color, font, 0, 0, Align.CENTRE);
    g.setTransform(before);
  }

  /** Which part of a line of text stands at its place. */
  enum Align {
    LEFT,
    CENTRE,
    RIGHT
  }
}
