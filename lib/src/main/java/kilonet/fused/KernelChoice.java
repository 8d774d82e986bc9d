package kilonet.fused;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import kilonet.text.Notice;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernels. All give the same bits.
 *
 * <p>The vector kernels are slow until the compiler has seen them, slower than plain Java by far.
 * So a process starts with the plain ones; once there is work to do for longer than a moment, a
 * thread of its own has the vector kernels compiled, on a small batch of the same net, and then all
 * plans change over. {@code -Dkilonet.kernels=plain} or {@code =vector} chooses for good.
 */
final class KernelChoice {
  private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

  /** Multiply-adds that are done before the vector kernels are worth their compilation. */
  private static final long MOMENT = 300_000_000;

  /** From this gain over the plain kernels on, the vector kernels count as compiled. */
  private static final double GAIN = 2.5;

  private static final long LONGEST_NANOS = 20_000_000_000L;
  private static final Kernels PLAIN = new PlainKernels();
  private static final Kernels VECTOR = vector();
  private static final AtomicLong WORK = new AtomicLong();
  private static final AtomicBoolean WARMING = new AtomicBoolean();
  private static volatile Kernels current = first();

  private KernelChoice() {}

  private static Kernels vector() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      Notice.warn(
          LOG,
          "Kilonet computes without vectors, many times slower, with the same results: start Java"
              + " with --add-modules jdk.incubator.vector.");
      return null;
    }
    try {
      return (Kernels)
          Class.forName("kilonet.fused.VectorKernels").getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      Notice.warn(LOG, "Kilonet computes without vectors, many times slower: " + e);
      return null;
    }
  }

  private static Kernels first() {
    boolean vector = VECTOR != null && "vector".equals(System.getProperty("kilonet.kernels"));
    return vector ? VECTOR : PLAIN;
  }

  /**
   * The kernels for the next piece of work.
   *
   * @param multiplyAdds how much it is
   * @param sample does a small piece of the same work with the kernels it is given, on memory of
   *     its own
   */
  static Kernels forWork(long multiplyAdds, Consumer<Kernels> sample) {
    Kernels now = current;
    if (now == PLAIN
        && VECTOR != null
        && WORK.addAndGet(multiplyAdds) > MOMENT
        && !"plain".equals(System.getProperty("kilonet.kernels"))
        && WARMING.compareAndSet(false, true)) {
      Thread thread = new Thread(() -> warm(sample), "kilonet-fused-warm-up");
      thread.setDaemon(true);
      thread.start();
    }
    return now;
  }

  private static void warm(Consumer<Kernels> sample) {
    long plain = Long.MAX_VALUE;
    for (int i = 0; i < 5; i++) {
      plain = Math.min(plain, time(PLAIN, sample));
    }
    long start = System.nanoTime();
    while (time(VECTOR, sample) * GAIN > plain && System.nanoTime() - start < LONGEST_NANOS) {
      plain = Math.min(plain, time(PLAIN, sample));
    }
    current = VECTOR;
  }

  private static long time(Kernels kernels, Consumer<Kernels> sample) {
    long start = System.nanoTime();
    sample.accept(kernels);
    return System.nanoTime() - start;
  }

  /** The fastest kernels of this machine, warm or not. */
  static Kernels fastest() {
    return VECTOR == null ? PLAIN : VECTOR;
  }

  /** The plain kernels. */
  static Kernels plain() {
    return PLAIN;
  }

  /** Whether the fastest kernels do the work by now. */
  static boolean isWarm() {
    return current == fastest();
  }

  /** Has kernels do all work from now on; for tests. */
  static void use(Kernels kernels) {
    current = kernels;
  }
}
