package kilonet.fused;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the kernels: those with the vector module where it is there. Both give the same bits. */
final class KernelChoice {
  private static final Logger LOG = LoggerFactory.getLogger(KernelChoice.class);
  private static final Kernels PLAIN = new PlainKernels();
  private static final Kernels VECTOR = vector();

  private KernelChoice() {}

  private static Kernels vector() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      LOG.warn(
          "Kilonet computes without vectors, many times slower, with the same results: start Java"
              + " with --add-modules jdk.incubator.vector.");
      return null;
    }
    try {
      return (Kernels)
          Class.forName("kilonet.fused.VectorKernels").getDeclaredConstructor().newInstance();
    } catch (ReflectiveOperationException | LinkageError e) {
      LOG.warn("Kilonet computes without vectors, many times slower: {}", e.toString());
      return null;
    }
  }

  /** The kernels for a batch of so many images. */
  static Kernels forWork(int images) {
    return VECTOR == null ? PLAIN : VECTOR;
  }

  /** How many sums a tile may have. */
  static int registers() {
    return VECTOR == null ? 25 : VECTOR.sums();
  }
}
