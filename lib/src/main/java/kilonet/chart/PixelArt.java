package kilonet.chart;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.function.DoubleFunction;
import kilonet.augment.Picture;
import kilonet.data.ImageSet;

/** A small picture that is drawn with every pixel as a square. */
final class PixelArt {

  private final BufferedImage image;

  private PixelArt(BufferedImage image) {
    this.image = image;
  }

  /** A digit as ink on paper. */
  static PixelArt of(ImageSet set, int index) {
    byte[] pixels = set.image(index);
    double[] values = new double[pixels.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (pixels[i] & 0xFF) / 255.0;
    }
    return of(values, set.width(), Palette::ink);
  }

  /** A picture as ink on paper. */
  static PixelArt of(Picture picture) {
    double[] values = new double[picture.height() * picture.width()];
    for (int i = 0; i < values.length; i++) {
      values[i] = picture.pixels()[i];
    }
    return of(values, picture.width(), Palette::ink);
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
