package kilonet.kernel.jupyter;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import kilonet.kernel.Display;

/** {@code System.in}: asks the front end for a line at a time. */
final class Stdin extends InputStream {
  private byte[] line = new byte[0];
  private int at;

  private boolean fill() {
    if (at == line.length) {
      line = (Display.input("") + "\n").getBytes(StandardCharsets.UTF_8);
      at = 0;
    }
    return at < line.length;
  }

  @Override
  public int read() {
    return fill() ? line[at++] & 0xff : -1;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int n = Math.min(length, line.length - at);
    System.arraycopy(line, at, bytes, offset, n);
    at += n;
    return n;
  }

  @Override
  public int available() {
    return line.length - at;
  }
}
