package kilonet.train;

import java.nio.charset.StandardCharsets;

/**
 * What a run leaves in its folder, as bytes.
 *
 * @param result {@code result.json}
 * @param history {@code history.csv}
 * @param model {@code model.zip}
 */
public record RunFiles(byte[] result, byte[] history, byte[] model) {

  /** The files of a result and its net, which is given as {@link ModelFile} writes it. */
  public static RunFiles of(Result result, byte[] model) {
    return new RunFiles(
        Json.pretty(result).getBytes(StandardCharsets.UTF_8),
        result.history().csv().getBytes(StandardCharsets.UTF_8),
        model);
  }

  /** Writes them; the result last, because it says that the others are there. */
  void write(RunFolder folder) {
    RunFolder.replace(folder.history(), history);
    RunFolder.replace(folder.model(), model);
    RunFolder.replace(folder.result(), result);
  }
}
