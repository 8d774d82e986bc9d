package kilonet.kernel.render;

import java.awt.image.BufferedImage;
import kilonet.kernel.MimeBundle;
import kilonet.kernel.Renderer;

/** Images as PNG. */
public final class ImageRenderer implements Renderer<BufferedImage> {
  /** A renderer. */
  public ImageRenderer() {}

  @Override
  public Class<BufferedImage> type() {
    return BufferedImage.class;
  }

  @Override
  public MimeBundle render(BufferedImage image) {
    return Png.bundle(image, "[image " + image.getWidth() + "x" + image.getHeight() + "]");
  }
}
