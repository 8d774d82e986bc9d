package kilonet.fused;

import java.lang.ref.Cleaner;
import java.util.LinkedHashMap;
import java.util.Map;
import kilonet.layer.Shape;
import kilonet.text.Notice;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a network was compiled to, for the shapes and batches that were asked for last, and the
 * threads that run it. Used by one thread at a time.
 */
final class Plans {

  /** So many are kept: for a batch, a last one that is smaller, and another shape or two. */
  private static final int KEPT = 4;

  private static final Logger LOG = LoggerFactory.getLogger(FusedNetwork.class);

  /** Ends the threads of networks that nobody closed and nobody has any more. */
  private static final Cleaner CLEANER = Cleaner.create();

  private final MultiLayerNetwork network;
  private final int threads;
  private final Map<Shape, Stack> stacks = latest();
  private final Map<Batch, TrainingPlan> training = latest();
  private final Map<Shape, InferencePlan> inference = latest();
  private Team team;
  private volatile String unsupported;

  /** The size of a batch and the shape of its images. */
  private record Batch(int images, Shape shape) {}

  Plans(MultiLayerNetwork network, int threads) {
    this.network = network;
    this.threads = threads;
  }

  /** Why DL4J computes whatever the images: the layer that has no fused form; null if not. */
  String unsupported() {
    return unsupported;
  }

  /** Whether the engine computes with images of a shape. */
  boolean supports(Shape shape) {
    return unsupported == null && stack(shape) != null;
  }

  /** The threads; null before the first images. */
  Team team() {
    return team;
  }

  /** The network read for images of a shape; null where DL4J computes with them. */
  Stack stack(Shape shape) {
    if (stacks.containsKey(shape)) {
      return stacks.get(shape);
    }
    Stack read = null;
    try {
      read = Stack.of(network, shape);
    } catch (UnsupportedLayerException e) {
      if (team == null) {
        unsupported = e.getMessage();
        Notice.warn(LOG, "Trained by DL4J itself, which is slow: " + unsupported + ".");
        return null;
      }
      Notice.warn(LOG, "Images of " + shape + " are left to DL4J: " + e.getMessage() + ".");
    }
    if (team == null) {
      team = new Team(threads);
      CLEANER.register(network, team::close);
    }
    stacks.put(shape, read);
    return read;
  }

  /**
   * What trains a network on batches of a size.
   *
   * @throws IllegalArgumentException if its activations are more than Java's arrays hold
   */
  TrainingPlan training(Stack stack, int images) {
    return training.computeIfAbsent(
        new Batch(images, stack.input()),
        any -> {
          try {
            return new TrainingPlan(stack, images, team);
          } catch (ArithmeticException e) {
            throw new IllegalArgumentException(
                "The activations of images of "
                    + stack.input()
                    + " are more than Java's arrays hold: use smaller images, or fewer channels.",
                e);
          }
        });
  }

  /** What computes a network's outputs. */
  InferencePlan inference(Stack stack) {
    return inference.computeIfAbsent(stack.input(), any -> new InferencePlan(stack, team));
  }

  /** A map that keeps what was asked for last. */
  private static <K, V> Map<K, V> latest() {
    return new LinkedHashMap<>(KEPT, 0.75f, true) {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > KEPT;
      }
    };
  }

  /** Ends the threads and forgets the plans. */
  void close() {
    if (team != null) {
      team.close();
      training.clear();
      inference.clear();
    }
  }
}
