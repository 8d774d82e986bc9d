package kilonet.data;

import java.nio.file.Path;
import kilonet.text.Text;

/**
 * A file in a folder of pictures that is none that can be read.
 *
 * @param file where it is
 * @param reason why, the rest of a sentence
 */
public record BrokenPicture(Path file, String reason) {

  @Override
  public String toString() {
    return Text.of("%s (%s)", file, reason);
  }
}
