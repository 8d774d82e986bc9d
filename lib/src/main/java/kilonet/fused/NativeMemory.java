package kilonet.fused;

import java.lang.ref.Cleaner;
import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Owns everything native that one plan uses: buffers and oneDNN's objects. All of it ends with
 * {@link #close()}, in the reverse order of its making; a forgotten one ends when its owner has
 * become unreachable.
 *
 * <p>Buffers start on a cache line and hold zeros: denormal garbage slows arithmetic a hundredfold.
 */
final class NativeMemory implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();
  private static final int CACHE_LINE = 64;

  private final Contents contents = new Contents();
  private final Cleaner.Cleanable cleanable;

  NativeMemory(Object owner) {
    this.cleanable = CLEANER.register(owner, contents);
  }

  /** Keeps a native object until the end. */
  <P extends Pointer> P keep(P object) {
    contents.add(object);
    return object;
  }

  /** Returns a new buffer of so many bytes, all zero, on a cache line. */
  Pointer allocate(long bytes) {
    BytePointer raw = keep(new BytePointer(bytes + CACHE_LINE));
    raw.zero();
    long skip = (CACHE_LINE - raw.address() % CACHE_LINE) % CACHE_LINE;
    return raw.getPointer(skip);
  }

  /** Returns a new buffer of so many floats, all zero, on a cache line. */
  FloatPointer allocateFloats(long count) {
    return new FloatPointer(allocate(count * Float.BYTES));
  }

  /** Returns the place so many bytes after another. */
  static Pointer after(Pointer start, long bytes) {
    return new BytePointer(start).getPointer(bytes);
  }

  /** Frees everything; a second call does nothing. */
  @Override
  public void close() {
    cleanable.clean();
  }

  /** Apart from its owner, so that a Cleaner can hold it. */
  private static final class Contents implements Runnable {
    private final Deque<Pointer> objects = new ArrayDeque<>();

    synchronized void add(Pointer object) {
      objects.push(object);
    }

    @Override
    public synchronized void run() {
      while (!objects.isEmpty()) {
        objects.pop().deallocate();
      }
    }
  }
}
