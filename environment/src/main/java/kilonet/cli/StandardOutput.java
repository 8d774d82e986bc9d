package kilonet.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import kilonet.text.Text;

/**
 * Standard output that remembers what was lost on the way: Java's own keeps silent about a disk
 * that is full.
 */
final class StandardOutput extends OutputStream {

  private final OutputStream out;
  private IOException failure;

  StandardOutput(OutputStream out) {
    this.out = out;
  }

  /** Takes the place of Java's. */
  static StandardOutput connect() {
    StandardOutput output = new StandardOutput(new FileOutputStream(FileDescriptor.out));
    System.setOut(new PrintStream(output, true, StandardCharsets.UTF_8));
    return output;
  }

  @Override
  public void write(int value) throws IOException {
    write(new byte[] {(byte) value}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int from, int length) throws IOException {
    try {
      out.write(bytes, from, length);
    } catch (IOException e) {
      failure = failure == null ? e : failure;
      throw e;
    }
  }

  /**
   * Why something could not be written; nothing where all was, or where whoever reads it has had
   * enough, as {@code head} has.
   */
  synchronized Optional<String> failure() {
    return Optional.ofNullable(failure)
        .map(Text::reason)
        .filter(message -> !message.toLowerCase(Locale.ROOT).contains("pipe"));
  }
}
