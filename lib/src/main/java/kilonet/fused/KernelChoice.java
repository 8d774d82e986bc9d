package kilonet.fused;

import java.util.List;
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
 * So a process starts with the plain ones. Training in earnest, and inference of many images or of
 * large ones, go over to the vector kernels as they are: their threads run them until they are
 * compiled, which is over sooner than beside other work. Inference of few must not halt: while it
 * goes on with the plain ones, a thread of its own has the vector kernels compiled, on a small
 * batch of the same net, and then all plans change over. {@code -Dkilonet.kernels=plain} or {@code
 * =vector} chooses for good.
 */
final class KernelChoice {
  private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);

  /** Multiply-adds of inference that are done before the vector kernels are compiled beside it. */
  private static final long MOMENT = 300_000_000;

  /** Multiply-adds of one piece of inference that takes longer than most of the compiling. */
  private static final long BULK = 200_000_000;

  /**
   * Multiply-adds that are done before long steps go over: what a test does, and less than one step
   * of a net in earnest. With more, the plain kernels are compiled first, which takes longer than
   * it saves.
   */
  private static final long LASTING = 90_000_000;

  /** From this gain over the plain kernels on, the vector kernels count as compiled. */
  private static final double GAIN = 2.5;

  private static final long LONGEST_NANOS = 20_000_000_000L;
  private static final Kernels PLAIN = new PlainKernels();
  private static final Kernels VECTOR = vector();
  private static final AtomicLong WORK = new AtomicLong();
  private static final AtomicBoolean WARMING = new AtomicBoolean();
  private static volatile Kernels current = first();

  /** Whether the kernels stay as they are. */
  private static volatile boolean chosen = isChosen();

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

  private static boolean isChosen() {
    return VECTOR == null
        || List.of("plain", "vector").contains(System.getProperty("kilonet.kernels", ""));
  }

  private static Kernels first() {
    boolean vector = VECTOR != null && "vector".equals(System.getProperty("kilonet.kernels"));
    return vector ? VECTOR : PLAIN;
  }

  /**
   * The kernels for the next step of training, or of inference of large images.
   *
   * @param multiplyAdds how much it is
   */
  static Kernels forLongSteps(long multiplyAdds) {
    if (current == PLAIN && !chosen && WORK.addAndGet(multiplyAdds) > LASTING) {
      current = VECTOR;
    }
    return current;
  }

  /**
   * The kernels for the next piece of inference.
   *
   * @param multiplyAdds how much it is
   * @param sample does a small piece of the same work with the kernels it is given, on memory of
   *     its own
   */
  static Kernels forInference(long multiplyAdds, Consumer<Kernels> sample) {
    if (multiplyAdds > BULK) {
      return forLongSteps(multiplyAdds);
    }
    Kernels now = current;
    if (now == PLAIN
        && !chosen
        && WORK.addAndGet(multiplyAdds) > MOMENT
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
    while (current == PLAIN
        && time(VECTOR, sample) * GAIN > plain
        && System.nanoTime() - start < LONGEST_NANOS) {
      plain = Math.min(plain, time(PLAIN, sample));
    }
    if (!chosen) {
      current = VECTOR;
    }
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

  /** Whether the kernels stay what they are by now. */
  static boolean isWarm() {
    return chosen || current == fastest();
  }

  /**
   * Has kernels do all work from now on, for tests.
   *
   * @param kernels null for those that this class chooses
   */
  static void use(Kernels kernels) {
    chosen = kernels != null || isChosen();
    current = kernels == null ? first() : kernels;
    WARMING.set(false);
  }
}
