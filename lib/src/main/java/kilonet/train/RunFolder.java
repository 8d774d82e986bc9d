package kilonet.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import kilonet.data.DataIdentity;
import kilonet.text.Text;

/**
 * The folder of a run. Every file is written under another name and moved when it is whole, so that
 * whoever reads it finds the old one or the new one.
 *
 * @param path where it is; made when the first file is written
 */
public record RunFolder(Path path) {

  /** What a file about many runs, or a chart, may take, in bytes. */
  public static final long SUMMARY = 1 << 20;

  private static final String UNFINISHED = ".part";

  /**
   * The folders that this process has locked: closing a second channel of a file would give up the
   * lock of the first one.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

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

  /** Where the run of its teacher is, if that is its own. */
  RunFolder teacher() {
    return new RunFolder(path.resolve("teacher"));
  }

  /**
   * Whether there is a run of anything else than this recipe on these images with this engine,
   * finished, stopped, or with no more than its teacher begun; what cannot be read is of something
   * else.
   */
  public boolean holdsAnother(Recipe recipe, Engine engine, DataIdentity data) {
    if (Files.exists(result()) && !isOf(recipe, engine, data)
        || Files.exists(checkpoint()) && !Checkpoint.isOf(checkpoint(), recipe, engine, data)) {
      return true;
    }
    return recipe.teacher() == null
        ? Files.exists(teacher().path)
        : teacher().holdsAnother(recipe.teacher().recipe(), engine, data);
  }

  private boolean isOf(Recipe recipe, Engine engine, DataIdentity data) {
    try {
      return Json.read(result(), Result.class).isOf(recipe, engine, data);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Writes a file of text, see {@link #replace(Path, byte[])}. */
  public static void replace(Path file, String text) {
    replace(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Writes a file, and the folder that it is in where that is missing: under another name first, so
   * that nobody ever finds a part of it.
   *
   * @throws UncheckedIOException if it cannot be written, with a message that names it
   */
  public static void replace(Path file, byte[] content) {
    Path aside = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + UNFINISHED);
    try {
      Files.createDirectories(file.toAbsolutePath().getParent());
      try {
        Files.write(aside, content);
        move(aside, file);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  /**
   * Deletes a file, if it is there.
   *
   * @throws UncheckedIOException if it cannot be deleted, with a message that names it
   */
  void delete(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw unwritable(file, e);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /**
   * Makes the folder and sees that so much can be written there, before anything is trained for it.
   *
   * @param bytes what is to be written
   * @throws UncheckedIOException if it cannot be, with a message that names the folder
   */
  public void provide(long bytes) {
    Path aside = path.resolve("room." + UUID.randomUUID() + UNFINISHED);
    try {
      Files.createDirectories(path);
      // Asked of the folder itself: of its file store Java knows nothing in a container whose table
      // of mounts does not name it.
      long room = path.toFile().getUsableSpace();
      if (room > 0 && room < bytes) {
        throw new IOException(Text.of("%,d bytes are needed and %,d are left", bytes, room));
      }
      // The answer may be 0 for unknown, or more than this user may have.
      try (FileChannel channel =
          FileChannel.open(aside, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        fill(channel, bytes);
      } finally {
        Files.deleteIfExists(aside);
      }
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  private static void fill(FileChannel channel, long bytes) throws IOException {
    ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(bytes, 1 << 20));
    for (long left = bytes; left > 0; ) {
      left -= channel.write(zeros.clear().limit((int) Math.min(left, zeros.capacity())));
    }
  }

  /**
   * Keeps every other run out of the folder, in this process and in others, until the lock is
   * released; a process that ends lets go of it. Leftovers of a process that was killed while it
   * wrote are deleted.
   *
   * @throws TrainingException if another run has it
   * @throws UncheckedIOException if the folder cannot be written
   */
  Lock lock() {
    try {
      Files.createDirectories(path);
      Path real = path.toRealPath();
      if (!LOCKED.add(real)) {
        throw inUse();
      }
      try {
        FileChannel channel = lockedChannel();
        try {
          clear();
        } catch (IOException | RuntimeException e) {
          channel.close();
          throw e;
        }
        return new Lock(channel, real);
      } catch (IOException | RuntimeException e) {
        LOCKED.remove(real);
        throw e;
      }
    } catch (IOException e) {
      throw unwritable(path, e);
    }
  }

  /**
   * What keeps others out of a folder.
   *
   * @param channel of the file that is locked; closing it gives up the lock
   * @param folder the folder's real path
   */
  record Lock(FileChannel channel, Path folder) {

    /** Lets others in. */
    void release() {
      try {
        channel.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } finally {
        LOCKED.remove(folder);
      }
    }
  }

  private FileChannel lockedChannel() throws IOException {
    FileChannel channel =
        FileChannel.open(
            path.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw inUse();
      }
      return channel;
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private void clear() throws IOException {
    String own = "{result.json,history.csv,model.zip,checkpoint.zip,room}.*" + UNFINISHED;
    try (DirectoryStream<Path> parts = Files.newDirectoryStream(path, own)) {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    }
  }

  private TrainingException inUse() {
    return new TrainingException(
        Text.of("%s is in use by another run: wait for its end, or name another folder.", path));
  }

  private static UncheckedIOException unwritable(Path file, IOException e) {
    String todo =
        e instanceof ClosedByInterruptException
            ? "begin again"
            : "name another folder, which can be";
    return new UncheckedIOException(
        Text.of("%s cannot be written (%s): %s.", file, Text.reason(e), todo), e);
  }
}
