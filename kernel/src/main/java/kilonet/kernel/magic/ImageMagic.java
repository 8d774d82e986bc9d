package kilonet.kernel.magic;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;

/** {@code %image}: shows a picture. */
final class ImageMagic implements Magic {
  @Override
  public List<String> names() {
    return List.of("image");
  }

  @Override
  public String help() {
    return "%image FILE_OR_ADDRESS: shows a picture.";
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Object run(Call call) throws IOException {
    List<String> words = Words.of(call.argument());
    if (words.size() != 1) {
      throw new MagicFailure("%image takes one file or address, such as %image plot.png.");
    }
    String word = words.get(0);
    try (InputStream in =
        word.matches("(https?|file):.*")
            ? URI.create(word).toURL().openStream()
            : Files.newInputStream(Path.of(word))) {
      Object image = ImageIO.read(in);
      if (image == null) {
        throw new MagicFailure(word + " is no picture that Java can read, such as PNG or JPEG.");
      }
      return image;
    } catch (IOException | IllegalArgumentException e) {
      throw new MagicFailure(word + " cannot be read: " + e.getMessage() + ".");
    }
  }

  @Override
  public List<String> complete(String argument) {
    return Words.files(argument);
  }
}
