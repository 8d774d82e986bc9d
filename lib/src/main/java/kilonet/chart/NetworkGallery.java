package kilonet.chart;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleFunction;
import kilonet.data.Datasets;
import kilonet.data.ImageSet;
import kilonet.model.Stack;
import kilonet.model.Summary;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Pictures of what is inside a net: its first filters, what a digit becomes, what a value sees. */
public final class NetworkGallery {

  private static final int TOP = 64;
  private static final int MARGIN = 16;

  private NetworkGallery() {}

  /**
   * The kernels of the first convolution, which look at pixels: vermilion where ink counts for,
   * blue where it counts against, all on one scale. Those of a net for colours are drawn in colour:
   * a grey of one half is a weight of 0.
   *
   * @param network its first layer is a convolution of pictures of one channel or three
   * @throws IllegalArgumentException if it is not
   */
  public static Figure filters(MultiLayerNetwork network) {
    INDArray weights = network.getLayer(0).paramTable().get("W");
    if (weights == null || weights.rank() != 4 || weights.size(1) != 1 && weights.size(1) != 3) {
      throw new IllegalArgumentException(
          Text.of(
                  "The first layer '%s' has no filters to draw: give a net that starts with a convolution of",
                  name(network.getLayerWiseConfigurations().getConf(0).getLayer()))
              + " grey or coloured pictures.");
    }
    int filters = (int) weights.size(0);
    int high = (int) weights.size(2);
    int wide = (int) weights.size(3);
    int channels = (int) weights.size(1);
    double[] values = weights.dup('c').data().asDouble();
    double most = Arrays.stream(values).map(Math::abs).max().orElse(1);
    int columns = Math.min(filters, filters <= 10 ? 10 : 8);
    int cell = (Figure.WIDTH - 2 * MARGIN) / Math.max(columns, 8);
    int zoom = Math.max(1, (cell - 14) / Math.max(high, wide));
    int row = zoom * high + 30;
    int rows = (filters + columns - 1) / columns;
    int left = (Figure.WIDTH - columns * cell) / 2;
    return Figure.of(
        Figure.WIDTH,
        TOP + rows * row + 56,
        g -> {
          Gallery.heading(
              g,
              "Filters of the first convolution",
              Text.of("%d filters of %d x %d weights", filters, high, wide));
          for (int f = 0; f < filters; f++) {
            int size = channels * high * wide;
            double[] kernel = Arrays.copyOfRange(values, f * size, (f + 1) * size);
            PixelArt art =
                channels == 1
                    ? PixelArt.of(kernel, wide, v -> Palette.diverging(v / most))
                    : PixelArt.ofColours(
                        Arrays.stream(kernel).map(v -> 0.5 + v / most / 2).toArray(), wide);
            int x = left + f % columns * cell + (cell - zoom * wide) / 2;
            int y = TOP + f / columns * row;
            framed(g, art, x, y, zoom);
            Figure.text(
                g,
                Integer.toString(f + 1),
                Palette.INK,
                Figure.font(Font.PLAIN, 13),
                x + zoom * wide / 2.0,
                y + zoom * high + 17,
                Figure.Align.CENTRE);
          }
          if (channels == 1) {
            scale(g, most, TOP + rows * row + 12);
          }
        });
  }

  private static void scale(Graphics2D g, double most, int y) {
    int width = 240;
    int left = (Figure.WIDTH - width) / 2;
    for (int i = 0; i < width; i++) {
      g.setColor(Palette.diverging(2.0 * i / (width - 1) - 1));
      g.fillRect(left + i, y, 1, 14);
    }
    Font font = Figure.font(Font.PLAIN, 13);
    String end = Text.of("%.2f", most);
    Figure.text(g, "−" + end, Palette.INK, font, left - 8, y + 12, Figure.Align.RIGHT);
    Figure.text(g, "+" + end, Palette.INK, font, left + width + 8, y + 12, Figure.Align.LEFT);
    Figure.text(g, "weight", Palette.MUTED, font, left + width / 2.0, y + 32, Figure.Align.CENTRE);
  }

  /**
   * What a digit becomes on its way through a net: the output of each stage, channel by channel,
   * before the next convolution or pooling. Each stage has a scale of its own: white to dark blue
   * from 0 to its greatest value, or blue to vermilion around 0 where there are values below 0.
   *
   * @param network takes {@code [1, channels, height, width]}
   * @param set where the image is from; its pixels are normalized as it says
   * @param image its place in the set
   */
  public static Figure featureMaps(MultiLayerNetwork network, ImageSet set, int image) {
    INDArray input = set.input(image);
    List<INDArray> activations = network.feedForward(input, false);
    List<Stage> stages = new ArrayList<>();
    int layers = network.getnLayers();
    for (int i = 0; i < layers; i++) {
      if (i + 1 == layers || looksAround(layer(network, i + 1))) {
        stages.add(Stage.of(name(layer(network, i)), activations.get(i + 1)));
      }
    }
    int height = stages.stream().mapToInt(Stage::height).sum();
    return Figure.of(
        Figure.WIDTH,
        TOP + 76 + height + MARGIN,
        g -> {
          Gallery.heading(
              g,
              Text.of("%s on its way through the net", a(set)),
              Text.of(
                  "image %,d of %s, a %s; what each stage passes on, one picture a channel",
                  image, set.name(), set.className(image)));
          Stage.label(
              g,
              "input",
              Text.of("%d x %d x %d", set.channels(), set.height(), set.width()),
              TOP + 26);
          framed(g, PixelArt.of(set, image), Stage.LEFT, TOP, 2);
          int y = TOP + 76;
          for (Stage stage : stages) {
            stage.paint(g, y);
            y += stage.height();
          }
        });
  }

  private static boolean looksAround(Layer layer) {
    return layer instanceof ConvolutionLayer
        || layer instanceof SubsamplingLayer
        || layer instanceof GlobalPoolingLayer;
  }

  /**
   * The output of a layer for one picture: {@code channels} maps of {@code high x wide} values, or
   * the net's output, a value a class.
   */
  private record Stage(
      String name, boolean output, int channels, int high, int wide, double[] values) {

    static final int LEFT = 112;
    private static final int COLUMNS = 16;
    private static final int LARGEST = 62;

    static Stage of(String name, INDArray output) {
      boolean maps = output.rank() == 4;
      return new Stage(
          name,
          !maps,
          (int) output.size(1),
          maps ? (int) output.size(2) : 1,
          maps ? (int) output.size(3) : 1,
          output.dup('c').data().asDouble());
    }

    private int cell() {
      int fit = (Figure.WIDTH - LEFT - MARGIN) / Math.min(COLUMNS, channels);
      return Math.min(LARGEST, fit);
    }

    private int zoom() {
      int side = high * wide == 1 ? Math.min(30, cell() - 4) : cell() - 4;
      return Math.max(1, side / Math.max(high, wide));
    }

    private int row() {
      return zoom() * high + (high * wide == 1 ? 26 : 6);
    }

    int height() {
      return (channels + COLUMNS - 1) / COLUMNS * row() + 12;
    }

    static void label(Graphics2D g, String name, String shape, int y) {
      Figure.text(g, name, Palette.INK, Figure.font(Font.BOLD, 13), MARGIN, y, Figure.Align.LEFT);
      Figure.text(
          g, shape, Palette.MUTED, Figure.font(Font.PLAIN, 12), MARGIN, y + 16, Figure.Align.LEFT);
    }

    /** A value, of the net's output with its class. */
    private String caption(int channel, double value) {
      String digits = Text.of(Math.abs(value) < 9.995 ? "%.2f" : "%.0f", value);
      return output ? channel + ": " + digits : digits;
    }

    void paint(Graphics2D g, int top) {
      String shape =
          high * wide == 1 ? channels + " values" : channels + " x " + high + " x " + wide;
      label(g, name, shape, top + 13);
      double least = Arrays.stream(values).min().orElse(0);
      double most = Arrays.stream(values).map(Math::abs).max().orElse(1);
      double unit = most == 0 ? 1 : most;
      DoubleFunction<Color> scale =
          least < 0 ? v -> Palette.diverging(v / unit) : v -> Palette.sequential(v / unit);
      for (int c = 0; c < channels; c++) {
        double[] map = Arrays.copyOfRange(values, c * high * wide, (c + 1) * high * wide);
        int x = LEFT + c % COLUMNS * cell();
        int y = top + c / COLUMNS * row();
        framed(g, PixelArt.of(map, wide, scale), x, y, zoom());
        if (high * wide == 1) {
          Figure.text(
              g,
              caption(c, map[0]),
              Palette.MUTED,
              Figure.font(Font.PLAIN, 11),
              x + zoom() / 2.0,
              y + zoom() + 14,
              Figure.Align.CENTRE);
        }
      }
    }
  }

  /**
   * What the middle value of each layer sees of a digit, for all layers that widen the view or its
   * steps.
   *
   * @param stack the net
   * @param set where the digit is from, of the size that the net takes
   * @param image its place in the set
   * @throws IllegalArgumentException if the digit is of another size
   */
  public static Figure receptiveFields(Stack stack, ImageSet set, int image) {
    if (set.height() != stack.height() || set.width() != stack.width()) {
      throw new IllegalArgumentException(
          Text.of(
              "An image of %d x %d pixels does not fit a net for %d x %d: give one of its size.",
              set.height(), set.width(), stack.height(), stack.width()));
    }
    List<Summary.Row> rows = new ArrayList<>();
    List<Long> before = List.of(1L, 1L, 1L);
    for (Summary.Row row : Summary.of(stack).rows()) {
      List<Long> now = List.of(row.receptiveField(), row.receptiveFieldWidth(), row.jump());
      if (!now.equals(before)) {
        rows.add(row);
      }
      before = now;
    }
    int columns = rows.size() > 6 ? 7 : 6;
    int cell = (Figure.WIDTH - 2 * MARGIN) / columns;
    int zoom = Math.max(1, (cell - 12) / Math.max(set.height(), set.width()));
    int high = zoom * set.height() + 52;
    int lines = (rows.size() + columns - 1) / columns;
    return Figure.of(
        Figure.WIDTH,
        TOP + lines * high + MARGIN,
        g -> {
          Gallery.heading(
              g,
              "Receptive field, layer by layer",
              Text.of(
                  "what the middle value of a layer sees of a picture of %d x %d pixels",
                  set.height(), set.width()));
          for (int i = 0; i < rows.size(); i++) {
            int x = MARGIN + i % columns * cell + (cell - zoom * set.width()) / 2;
            view(g, rows.get(i), set, image, x, TOP + i / columns * high, zoom);
          }
        });
  }

  private static void view(
      Graphics2D g, Summary.Row row, ImageSet set, int image, int x, int y, int zoom) {
    framed(g, PixelArt.of(set, image), x, y, zoom);
    String[] shape = row.output().split("x");
    double centre = row.start() + (double) middle(shape, 1) * row.jump();
    double across = row.startWidth() + (double) middle(shape, 2) * row.jumpWidth();
    double low = Math.max(0, centre - row.receptiveField() / 2.0);
    double top = Math.min(set.height(), centre + row.receptiveField() / 2.0);
    double right = Math.min(set.width(), across + row.receptiveFieldWidth() / 2.0);
    int x0 = (int) Math.round(x + zoom * Math.max(0, across - row.receptiveFieldWidth() / 2.0));
    int y0 = (int) Math.round(y + zoom * low);
    int x1 = (int) Math.round(x + zoom * right);
    int y1 = (int) Math.round(y + zoom * top);
    g.setColor(Palette.transparent(Palette.MARK, 50));
    g.fillRect(x0, y0, x1 - x0, y1 - y0);
    g.setColor(Palette.MARK);
    g.setStroke(new BasicStroke(2));
    g.drawRect(x0, y0, x1 - x0, y1 - y0);
    g.setStroke(new BasicStroke(1));
    double middleX = x + zoom * set.width() / 2.0;
    int below = y + zoom * set.height();
    Figure.text(
        g,
        row.layer() + " " + row.kernel(),
        Palette.INK,
        Figure.font(Font.BOLD, 13),
        middleX,
        below + 18,
        Figure.Align.CENTRE);
    Figure.text(
        g,
        Text.of("%d x %d, jump %d", row.receptiveField(), row.receptiveFieldWidth(), row.jump()),
        Palette.MUTED,
        Figure.font(Font.PLAIN, 12),
        middleX,
        below + 34,
        Figure.Align.CENTRE);
  }

  /** The middle one of the values of a layer along the height (1) or the width (2). */
  private static int middle(String[] shape, int side) {
    return shape.length == 3 ? (Integer.parseInt(shape[side]) - 1) / 2 : 0;
  }

  private static String a(ImageSet set) {
    return Datasets.isDigits(set.name()) ? "A digit" : "An image";
  }

  private static void framed(Graphics2D g, PixelArt art, int x, int y, int zoom) {
    art.paint(g, x, y, zoom);
    g.setColor(Palette.GRID);
    g.drawRect(x - 1, y - 1, art.width() * zoom + 1, art.height() * zoom + 1);
  }

  private static Layer layer(MultiLayerNetwork network, int index) {
    return network.getLayerWiseConfigurations().getConf(index).getLayer();
  }

  private static String name(Layer layer) {
    return layer.getLayerName() != null ? layer.getLayerName() : layer.getClass().getSimpleName();
  }
}
