package kilonet.train;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import kilonet.data.DataIdentity;
import kilonet.data.Sha256;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.text.Text;

/**
 * All that an unfinished run needs to go on as if it had never stopped.
 *
 * <p>A file of it is a zip of {@code state.json}, {@code parameters.bin}, {@code updater.bin} where
 * the updater has a state, {@code average.bin} where the parameters are averaged, and {@code
 * sha256.txt}, the SHA-256 of those before it, one after the other. Numbers are 32-bit floats, high
 * byte first. Nothing of a file is used before all of it was checked.
 *
 * @param state where it stood
 * @param parameters the net's parameters
 * @param updater the updater's state; empty where it has none
 * @param average the averaged parameters; empty where nothing is averaged
 */
record Checkpoint(State state, float[] parameters, float[] updater, float[] average) {

  private static final String CHECKSUM = "sha256.txt";

  /** What the recipe and the counters of a state may take, in bytes. */
  private static final int STATE = 1 << 20;

  /** What an epoch of its history may take. */
  private static final int EPOCH = 1 << 10;

  /**
   * Where a run stood.
   *
   * @param recipe what it runs
   * @param engine what it runs on
   * @param data what its images are
   * @param history epochs that are done
   * @param iteration updates that are done, over all epochs
   * @param tally sums over the batches done of an epoch that is not
   * @param plateau state of a plateau schedule, or null
   */
  record State(
      Recipe recipe,
      String engine,
      DataIdentity data,
      History history,
      int iteration,
      Tally tally,
      @JsonInclude(JsonInclude.Include.NON_NULL) ReduceLROnPlateau.State plateau) {}

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

  /**
   * The run that goes on, against which a checkpoint is checked.
   *
   * @param recipe what it runs
   * @param engine what it runs on
   * @param data what its images are
   * @param images images trained on in an epoch
   * @param parameters numbers that the net has
   * @param updater numbers that the updater's state has
   * @param averaged whether the parameters are averaged
   * @param plateau the state of a plateau schedule as it begins, or null
   */
  record Plan(
      Recipe recipe,
      Engine engine,
      DataIdentity data,
      int images,
      int parameters,
      int updater,
      boolean averaged,
      ReduceLROnPlateau plateau) {

    /** Whether this run can have stood there. */
    private boolean canBeAt(State state) {
      int epochs = state.history.epochs().size();
      int batches = (images - 1) / recipe.batch() + 1;
      Tally tally = state.tally;
      boolean whole = tally.batches % recipe.accumulation() == 0;
      return !Result.isFinished(recipe, state.history)
          && state.history.isComplete()
          && tally.batches >= 0
          && tally.batches < batches
          && whole
          && tally.images == tally.batches * recipe.batch()
          && tally.right >= 0
          && tally.right <= tally.images
          && tally.loss >= 0
          && Double.isFinite(tally.loss)
          && tally.nanos >= 0
          && state.iteration
              == (long) epochs * recipe.updatesPerEpoch(images)
                  + tally.batches / recipe.accumulation()
          && (plateau == null ? state.plateau == null : plateau.canBeAt(state.plateau, epochs));
    }
  }

  byte[] bytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    MessageDigest digest = Sha256.digest();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      put(zip, digest, "state.json", Json.pretty(state).getBytes(StandardCharsets.UTF_8));
      put(zip, digest, "parameters.bin", bytes(parameters));
      put(zip, digest, "updater.bin", bytes(updater));
      put(zip, digest, "average.bin", bytes(average));
      zip.putNextEntry(new ZipEntry(CHECKSUM));
      zip.write(HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void put(ZipOutputStream zip, MessageDigest digest, String name, byte[] part)
      throws IOException {
    if (part.length > 0) {
      zip.putNextEntry(new ZipEntry(name));
      zip.write(part);
      digest.update(part);
    }
  }

  private static byte[] bytes(float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * numbers.length);
    bytes.asFloatBuffer().put(numbers);
    return bytes.array();
  }

  /**
   * Reads the checkpoint of a run.
   *
   * @throws TrainingException if the file is of another run or damaged
   */
  static Checkpoint read(Path file, Plan plan) {
    MessageDigest digest = Sha256.digest();
    try (ZipInputStream zip =
        new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      State state = state(zip, digest, file, plan.recipe, plan.engine, plan.data);
      if (!plan.canBeAt(state)) {
        throw new IOException("its state is none of this run");
      }
      Checkpoint checkpoint =
          new Checkpoint(
              state,
              numbers(zip, digest, "parameters.bin", plan.parameters),
              numbers(zip, digest, "updater.bin", plan.updater),
              numbers(zip, digest, "average.bin", plan.averaged ? plan.parameters : 0));
      String checksum = HexFormat.of().formatHex(digest.digest());
      byte[] written = part(zip, digest, CHECKSUM, checksum.length());
      if (!checksum.equals(new String(written, StandardCharsets.US_ASCII))) {
        throw new IOException("its parts do not have the SHA-256 that it names");
      }
      if (zip.getNextEntry() != null) {
        throw new IOException("it holds more than it should");
      }
      return checkpoint;
    } catch (TrainingException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  /**
   * Sees that a file is a checkpoint of a run, for who begins that run anew.
   *
   * @throws TrainingException if it is of another run or damaged
   */
  static void requireOwn(Path file, Recipe recipe, Engine engine, DataIdentity data) {
    try (ZipInputStream zip =
        new ZipInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      state(zip, Sha256.digest(), file, recipe, engine, data);
    } catch (TrainingException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw damaged(file, e);
    }
  }

  /** Whether a file is there and is a checkpoint of a run. */
  static boolean isOf(Path file, Recipe recipe, Engine engine, DataIdentity data) {
    try {
      if (Files.exists(file)) {
        requireOwn(file, recipe, engine, data);
        return true;
      }
    } catch (TrainingException e) {
      // Another's, or nobody's.
    }
    return false;
  }

  private static TrainingException damaged(Path file, Exception e) {
    return new TrainingException(
        Text.of(
            "%s is damaged and cannot be resumed from (%s): delete it, or do not resume but train"
                + " anew.",
            file, e instanceof EOFException ? "it ends too early" : e.getMessage()));
  }

  private static State state(
      ZipInputStream zip,
      MessageDigest digest,
      Path file,
      Recipe recipe,
      Engine engine,
      DataIdentity data)
      throws IOException {
    byte[] text = part(zip, digest, "state.json", STATE + EPOCH * (long) recipe.epochs());
    State state = Json.read(new String(text, StandardCharsets.UTF_8), State.class);
    if (state.recipe.equals(recipe)
        && state.engine.equals(engine.version(recipe.model()))
        && state.data.equals(data)) {
      return state;
    }
    throw new TrainingException(
        Text.of(
                "%s belongs to another run (recipe %s, seed %d, %d epochs, engine %s, data %s):"
                    + " resume it",
                file,
                state.recipe.name(),
                state.recipe.seed(),
                state.recipe.epochs(),
                state.engine,
                state.data.name())
            + " as what it was begun as, or train into another folder.");
  }

  private static float[] numbers(ZipInputStream zip, MessageDigest digest, String name, int count)
      throws IOException {
    if (count == 0) {
      return new float[0];
    }
    byte[] part = part(zip, digest, name, (long) Float.BYTES * count);
    if (part.length != Float.BYTES * count) {
      throw new IOException(Text.of("its %s is too short", name));
    }
    float[] numbers = new float[count];
    ByteBuffer.wrap(part).asFloatBuffer().get(numbers);
    if (!Finite.all(numbers)) {
      throw new IOException(Text.of("its %s holds what is no number", name));
    }
    return numbers;
  }

  /** The next part, which must be of this name and have so many bytes or fewer. */
  private static byte[] part(ZipInputStream zip, MessageDigest digest, String name, long most)
      throws IOException {
    ZipEntry entry = zip.getNextEntry();
    if (entry == null || !entry.getName().equals(name)) {
      throw new IOException(Text.of("its %s is missing", name));
    }
    byte[] part = atMost(zip, most);
    digest.update(part);
    return part;
  }

  private static byte[] atMost(InputStream in, long most) throws IOException {
    byte[] bytes = in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 8));
    if (in.read() >= 0) {
      throw new IOException("a part of it is longer than it can be");
    }
    return bytes;
  }
}
