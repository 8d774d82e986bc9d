package kilonet.train;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * All that an unfinished run needs to go on as if it had never stopped.
 *
 * @param state where it stood
 * @param parameters the net's parameters
 * @param updater the updater's state, or null where it has none
 * @param average the averaged parameters, or null where nothing is averaged
 */
record Checkpoint(State state, INDArray parameters, INDArray updater, INDArray average) {

  /**
   * Where a run stood.
   *
   * @param recipe what it runs
   * @param engine what it runs on
   * @param history epochs that are done
   * @param iteration batches that are done, over all epochs
   * @param tally sums over the batches done of an epoch that is not
   * @param plateau state of a plateau schedule, or null
   */
  record State(
      Recipe recipe,
      String engine,
      History history,
      int iteration,
      Tally tally,
      ReduceLROnPlateau.State plateau) {}

  /**
   * Sums over the batches of an epoch.
   *
   * @param batches batches
   * @param images images
   * @param loss sum of the images' losses
   * @param right images classified rightly
   * @param nanos time spent on training
   */
  record Tally(int batches, int images, double loss, int right, long nanos) {

    static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);

    Tally plus(int images, double loss, int right, long nanos) {
      return new Tally(
          batches + 1,
          this.images + images,
          this.loss + loss * images,
          this.right + right,
          this.nanos + nanos);
    }
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("state.json"));
      zip.write(Json.pretty(state).getBytes(StandardCharsets.UTF_8));
      put(zip, "parameters.bin", parameters);
      put(zip, "updater.bin", updater);
      put(zip, "average.bin", average);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, String name, INDArray array) throws IOException {
    if (array != null) {
      zip.putNextEntry(new ZipEntry(name));
      DataOutputStream data = new DataOutputStream(zip);
      Nd4j.write(array, data);
      data.flush();
    }
  }

  /**
   * Reads a checkpoint.
   *
   * @throws TrainingException if the file is damaged
   */
  static Checkpoint read(Path file) {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream zip =
        new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
      State state =
          Json.read(
              new String(entries.getOrDefault("state.json", new byte[0]), StandardCharsets.UTF_8),
              State.class);
      return new Checkpoint(
          state,
          array(entries.get("parameters.bin")),
          array(entries.get("updater.bin")),
          array(entries.get("average.bin")));
    } catch (IOException | RuntimeException e) {
      throw new TrainingException(
          Text.of(
              "%s is damaged and cannot be resumed from: delete it, or train without --resume.",
              file));
    }
  }

  private static INDArray array(byte[] bytes) throws IOException {
    return bytes == null ? null : Nd4j.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }
}
