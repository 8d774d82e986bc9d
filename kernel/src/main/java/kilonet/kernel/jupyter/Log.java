package kilonet.kernel.jupyter;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** The kernel's own words, on the process's standard error: cells own {@code System.err}. */
public final class Log {
  private static final PrintStream STDERR =
      new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8);

  private Log() {}

  /**
   * Writes a line.
   *
   * @param message one sentence
   */
  public static void warn(String message) {
    STDERR.println("[kilonet-kernel] " + message);
  }

  /**
   * Writes a line and a stack trace.
   *
   * @param message what failed
   * @param thrown why
   */
  public static void failure(String message, Throwable thrown) {
    STDERR.println("[kilonet-kernel] " + message + ":");
    thrown.printStackTrace(STDERR);
  }
}
