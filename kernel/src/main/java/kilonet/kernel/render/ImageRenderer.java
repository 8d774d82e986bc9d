package kilonet.kernel.render;

import java.awt.image.BufferedImage;
import kilonet.chart.Figure;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;
import kilonet.kernel.Shows;

/** Images as PNG; figures in twice their resolution. */
@Shows("java.awt.image.BufferedImage")
public final class ImageRenderer implements Renderer<BufferedImage> {
  /** A figure can be drawn finer than its size, for screens and paper that show more. */
  private static final int FINE = 2;

  /** A renderer. */
  public ImageRenderer() {}

  @Override
  public Class<BufferedImage> type() {
    return BufferedImage.class;
  }

  @Override
  public MimeBundle render(BufferedImage image) {
    String text = "[image " + image.getWidth() + "x" + image.getHeight() + "]";
    return image instanceof Figure figure
        ? Png.bundle(figure.png(FINE), figure, text)
        : Png.bundle(image, text);
  }
}
