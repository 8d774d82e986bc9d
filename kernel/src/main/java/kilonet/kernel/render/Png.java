package kilonet.kernel.render;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import java.util.Map;
import javax.imageio.ImageIO;
import kilonet.kernel.MimeBundle;

/** Images as PNG. */
final class Png {
  private Png() {}

  /** A bundle that shows an image in its size. */
  static MimeBundle bundle(BufferedImage image, String text) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bundle(out.toByteArray(), image, text);
  }

  /** A bundle that shows a PNG file in the size of an image. */
  static MimeBundle bundle(byte[] png, BufferedImage image, String text) {
    return MimeBundle.of("image/png", Base64.getEncoder().encodeToString(png))
        .with("text/plain", text)
        .about("image/png", Map.of("width", image.getWidth(), "height", image.getHeight()));
  }
}
