package kilonet.kernel.jupyter;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * {@code System.out} and {@code System.err} of cells, published in batches.
 *
 * <p>Text waits at most a few milliseconds, or until there is much of it, or until something else
 * is published, so that the order stays. Only whole characters leave. A text belongs to the request
 * whose cell started the writing thread.
 */
final class Output {
  /** Published a stream message. */
  interface Publisher {
    void stream(Map<String, Object> parent, String name, String text);
  }

  private static final int MANY = 1 << 16;
  private static final long WAIT_NANOS = 4_000_000;

  private final Object lock = new Object();
  private final Publisher publisher;
  private final Supplier<Map<String, Object>> parent;
  private final StringBuilder text = new StringBuilder();
  private final CharBuffer decoded = CharBuffer.allocate(8192);
  private String pendingName = "";
  private Map<String, Object> pendingParent = Map.of();
  private volatile boolean pending;
  private final Thread flusher;

  Output(Publisher publisher, Supplier<Map<String, Object>> parent) {
    this.publisher = publisher;
    this.parent = parent;
    flusher = new Thread(null, this::flushNowAndThen, "kernel-output", 256 * 1024);
    flusher.setDaemon(true);
    flusher.start();
  }

  /** Held while output is written. */
  Object lock() {
    return lock;
  }

  /** A stream; the name is stdout or stderr. */
  PrintStream stream(String name) {
    return new PrintStream(new Stream(name), false, StandardCharsets.UTF_8) {
      @Override
      public void close() {
        // A writer around it that is closed, as in a try, must not silence later cells.
        flush();
      }
    };
  }

  /** Publishes what waits. */
  void flush() {
    synchronized (lock) {
      if (text.length() > 0) {
        publisher.stream(pendingParent, pendingName, text.toString());
        text.setLength(0);
        if (text.capacity() > 4 * MANY) {
          text.trimToSize();
        }
      }
      pending = false;
    }
  }

  private void flushNowAndThen() {
    while (true) {
      if (!pending) {
        LockSupport.park(this);
      }
      LockSupport.parkNanos(WAIT_NANOS);
      flush();
    }
  }

  private void add(String name, CharSequence more) {
    Map<String, Object> from = parent.get();
    if (!name.equals(pendingName) || from != pendingParent) {
      flush();
      pendingName = name;
      pendingParent = from;
    }
    text.append(more);
    if (text.length() >= MANY) {
      flush();
    } else if (!pending) {
      pending = true;
      LockSupport.unpark(flusher);
    }
  }

  private final class Stream extends OutputStream {
    private final String name;
    private final CharsetDecoder decoder =
        StandardCharsets.UTF_8
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPLACE)
            .onUnmappableCharacter(CodingErrorAction.REPLACE);

    /** Bytes of a character whose rest has not come yet. */
    private ByteBuffer rest = ByteBuffer.allocate(0);

    Stream(String name) {
      this.name = name;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      synchronized (lock) {
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        if (rest.hasRemaining()) {
          ByteBuffer joined = ByteBuffer.allocate(rest.remaining() + length);
          in = joined.put(rest).put(in).flip();
        }
        boolean more = true;
        while (more) {
          decoded.clear();
          more = decoder.decode(in, decoded, false).isOverflow();
          add(name, decoded.flip());
        }
        rest = in.hasRemaining() ? ByteBuffer.allocate(in.remaining()).put(in).flip() : in;
      }
    }

    @Override
    public void flush() {
      // println flushes after each line; batching is the point.
    }
  }
}
