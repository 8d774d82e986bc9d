package kilonet.course;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import kilonet.data.Sha256;
import kilonet.text.Text;
import kilonet.train.Json;
import kilonet.train.Recipe;
import kilonet.train.Result;
import kilonet.train.ResultFile;
import kilonet.train.RunFolder;

/**
 * A result as a notebook leaves it in a file, and what ties the two together.
 *
 * @param result the file below the notebook's folder, with slashes
 * @param sha256 SHA-256 of its bytes
 * @param recipe SHA-256 of the recipe that was run, as JSON on one line
 */
public record StoredResult(String result, String sha256, String recipe) {

  /** Writes a result below {@code base} into {@code folder/<recipe>/seed-<seed>.json}. */
  static StoredResult write(Path base, String folder, Result result) {
    Path file = ResultFile.of(base.resolve(folder), result.definition());
    RunFolder.replace(file, Json.pretty(result));
    return of(base, file, result);
  }

  /** What ties a file that is there, with the result that was read from it. */
  static StoredResult of(Path base, Path file, Result result) {
    try {
      return new StoredResult(
          base.relativize(file).toString().replace('\\', '/'),
          sha256(Files.readAllBytes(file)),
          sha256(result.definition()));
    } catch (IOException e) {
      throw new UncheckedIOException(Text.of("%s cannot be read: %s", file, Text.reason(e)), e);
    }
  }

  static String sha256(Recipe recipe) {
    return sha256(Json.line(recipe).getBytes(StandardCharsets.UTF_8));
  }

  static String sha256(byte[] bytes) {
    return Sha256.hex(bytes);
  }
}
