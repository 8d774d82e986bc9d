package kilonet.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import kilonet.text.Text;

/**
 * The folder of a run. Every file is written under another name and moved when it is whole, so that
 * whoever reads it finds the old one or the new one.
 *
 * @param path where it is; made when the first file is written
 */
public record RunFolder(Path path) {

  /** The result, as JSON. */
  public Path result() {
    return path.resolve("result.json");
  }

  /** The epochs, as comma-separated values. */
  public Path history() {
    return path.resolve("history.csv");
  }

  /** The net, as Deeplearning4j's {@code ModelSerializer} writes it. */
  public Path model() {
    return path.resolve("model.zip");
  }

  /** What an unfinished run needs to go on. */
  public Path checkpoint() {
    return path.resolve("checkpoint.zip");
  }

  /** Writes a file of text. */
  public void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a file.
   *
   * @throws UncheckedIOException if it cannot be written, with a message that names it
   */
  public void write(Path file, byte[] content) {
    Path aside = file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.createDirectories(path);
      Files.write(aside, content);
      try {
        Files.move(
            aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } catch (AtomicMoveNotSupportedException e) {
        Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          Text.of("%s cannot be written (%s): name a folder that can be, with --out.", file, e), e);
    }
  }
}
