package kilonet.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.function.DoubleFunction;
import kilonet.augment.Picture;
import kilonet.data.Datasets;
import kilonet.data.ImageSet;

/** A small picture that is drawn with every pixel as a square. */
final class PixelArt {

  private final BufferedImage image;

  private PixelArt(BufferedImage image) {
    this.image = image;
  }

  /** An image: as ink on paper where its set is one of white on black, else as it is. */
  static PixelArt of(ImageSet set, int index) {
    byte[] pixels = set.image(index);
    double[] values = new double[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (pixels[i] & 0xFF) / 255.0;
    }
    return of(values, set.width(), set);
  }

  /** What has become of an image of a set. */
  static PixelArt of(Picture picture, ImageSet set) {
    double[] values = new double[picture.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = picture.pixels()[i];
    }
    return of(values, picture.width(), set);
  }

  private static PixelArt of(double[] values, int width, ImageSet set) {
    if (set.channels() == 1) {
      return of(values, width, Datasets.isInk(set.name()) ? Palette::ink : PixelArt::grey);
    }
    return ofColours(values, width);
  }

  private static Color grey(double value) {
    int level = level(value);
    return new Color(level, level, level);
  }

  private static int level(double value) {
    return (int) Math.round(255 * Math.max(0, Math.min(1, value)));
  }

  /** Red, green and blue, from 0 to 1, each row by row. */
  static PixelArt ofColours(double[] values, int width) {
    int plane = values.length / 3;
    BufferedImage image = new BufferedImage(width, plane / width, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < plane; i++) {
      Color colour =
          new Color(level(values[i]), level(values[i + plane]), level(values[i + 2 * plane]));
      image.setRGB(i % width, i / width, colour.getRGB());
    }
    return new PixelArt(image);
  }

  /** Values row by row, each in the colour of a scale. */
  static PixelArt of(double[] values, int width, DoubleFunction<Color> scale) {
    BufferedImage image =
        new BufferedImage(width, values.length / width, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < values.length; i++) {
      image.setRGB(i % width, i / width, scale.apply(values[i]).getRGB());
    }
    return new PixelArt(image);
  }

  /** The same under a glow: where a value is 1, most of it is {@link Palette#MARK}. */
  PixelArt under(float[] glow) {
    BufferedImage lit = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < glow.length; i++) {
      Color below = new Color(image.getRGB(i % width(), i / width()));
      double share = 0.75 * glow[i];
      lit.setRGB(
          i % width(),
          i / width(),
          new Color(
                  mixed(below.getRed(), Palette.MARK.getRed(), share),
                  mixed(below.getGreen(), Palette.MARK.getGreen(), share),
                  mixed(below.getBlue(), Palette.MARK.getBlue(), share))
              .getRGB());
    }
    return new PixelArt(lit);
  }

  private static int mixed(int one, int other, double share) {
    return (int) Math.round(one + share * (other - one));
  }

  int width() {
    return image.getWidth();
  }

  int height() {
    return image.getHeight();
  }

  /**
   * Draws it with {@code zoom} pixels for a pixel. It is enlarged here, not by the viewer, because
   * viewers of SVG would blur it.
   */
  void paint(Graphics2D g, int x, int y, int zoom) {
    BufferedImage large =
        new BufferedImage(zoom * width(), zoom * height(), BufferedImage.TYPE_INT_RGB);
    for (int row = 0; row < large.getHeight(); row++) {
      for (int column = 0; column < large.getWidth(); column++) {
        large.setRGB(column, row, image.getRGB(column / zoom, row / zoom));
      }
    }
    g.drawImage(large, x, y, null);
  }
}
