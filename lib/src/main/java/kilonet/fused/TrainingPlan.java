package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kilonet.fused.OneDnn.Scratch;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** One training step for batches of one size, compiled: forward, loss, backward. */
final class TrainingPlan implements AutoCloseable {
  /** So many images of a batch stay in a core's cache on their way through a small net. */
  private static final int CHUNK = 16;

  /**
   * Of a net with many parameters more images at a time, as each chunk goes through all of them.
   */
  private static final int MANY = 100_000;

  private static final int CHUNK_OF_MANY = 32;
  private static final int VERY_MANY = 1_000_000;
  private static final int CHUNK_OF_VERY_MANY = 64;

  private final Team team;
  private final NativeMemory own = new NativeMemory(this);
  private final OneDnn dnn = new OneDnn(own);
  private final List<Chunk> chunks = new ArrayList<>();
  private final TrainingBatch batch;
  private final List<TrainingStage> stages = new ArrayList<>();
  private final List<Runnable> merges = new ArrayList<>();
  private final dnnl_stream[] streams;
  private final float[] partial;

  private Pointer images;
  private boolean timed;

  TrainingPlan(Stack stack, int images, Team team) {
    this.team = team;
    streams = new dnnl_stream[team.size()];
    Scratch[] scratches = new Scratch[team.size()];
    for (int i = 0; i < team.size(); i++) {
      streams[i] = dnn.stream().get();
      scratches[i] = new Scratch(own, 1 << 22);
    }
    int most = chunk(stack);
    int count = (images + most - 1) / most;
    for (int i = 0; i < count; i++) {
      int size = Math.min(most, images - i * most);
      int thread = (int) ((long) i * team.size() / count);
      chunks.add(new Chunk(i, i * most, size, thread, dnn, scratches[thread]));
    }
    batch = new TrainingBatch(stack, images, team.size(), dnn, own, chunks);
    addStages(stack);
    batch.allocateGradients();
    partial = new float[batch.gradientLength()];
    for (Chunk chunk : chunks) {
      compile(chunk);
    }
    for (TrainingStage stage : stages) {
      addMerge(stage.forwardMerge());
    }
    for (int i = stages.size() - 1; i >= 0; i--) {
      addMerge(stages.get(i).backwardMerge());
    }
  }

  /** The images of a chunk; not by the number of threads, so that it does not change the sums. */
  private static int chunk(Stack stack) {
    int weights = stack.parameters();
    return weights < MANY ? CHUNK : weights < VERY_MANY ? CHUNK_OF_MANY : CHUNK_OF_VERY_MANY;
  }

  private void addMerge(Runnable merge) {
    if (merge != null) {
      merges.add(merge);
    }
  }

  private void addStages(Stack stack) {
    int next = 0;
    if (FoldedTraining.fits(stack)) {
      batch.activations[1] = batch.activations[2];
      Convolution first = (Convolution) stack.stages().get(0);
      stages.add(new FoldedTraining(batch, first, (Pointwise) stack.stages().get(1)));
      next = 2;
    }
    ConvolutionTraining before = null;
    for (int i = next; i < stack.stages().size(); i++) {
      TrainingStage stage;
      if (stack.stages().get(i) instanceof Convolution convolution) {
        before = new ConvolutionTraining(batch, i, convolution);
        stage = before;
      } else if (stack.stages().get(i) instanceof Pointwise pointwise) {
        stage = new PointwiseTraining(batch, i, pointwise, before);
        before = null;
      } else {
        stage = new PoolingTraining(batch, i, (Pooling) stack.stages().get(i));
        before = null;
      }
      stages.add(stage);
    }
  }

  private void compile(Chunk chunk) {
    Shape shape = batch.stack.input();
    long bytes = (long) shape.channels() * shape.height() * shape.width() * Float.BYTES;
    if (batch.stack.plainInput()) {
      Pointer to = NativeMemory.after(batch.activations[0], chunk.first * bytes);
      own.keep(to);
      chunk.add(
          "copy input",
          s ->
              Pointer.memcpy(
                  to, NativeMemory.after(images, chunk.first * bytes), chunk.size * bytes));
    } else {
      memory.desc plain =
          dnn.describe(
              memory.format_tag.nchw, chunk.size, shape.channels(), shape.height(), shape.width());
      FloatPointer copy = own.allocateFloats(chunk.size * bytes / Float.BYTES);
      memory from = dnn.memory(plain, copy);
      chunk.add(
          "copy input",
          s ->
              Pointer.memcpy(
                  copy, NativeMemory.after(images, chunk.first * bytes), chunk.size * bytes));
      memory.desc logical = dnn.images(chunk.size, shape.channels(), shape);
      memory target = batch.at(batch.activations[0], shape, chunk, logical);
      reorder.primitive_desc e = new reorder.primitive_desc(from, target, dnn.attributes(), false);
      chunk.add(
          dnn.operation("pack input", new reorder(e), e), DNNL_ARG_FROM, from, DNNL_ARG_TO, target);
    }
    for (TrainingStage stage : stages) {
      stage.forward(chunk);
    }
    CrossEntropy loss = new CrossEntropy(batch, chunk);
    chunk.add("loss", s -> loss.run());
    for (int i = stages.size() - 1; i >= 0; i--) {
      stages.get(i).backward(chunk);
    }
  }

  /**
   * Does one step.
   *
   * @return the sum of the losses of the images
   */
  double run(
      Pointer images,
      float[] labels,
      float[] parameters,
      float[] gradient,
      long seed,
      int iteration,
      int epoch) {
    this.images = images;
    batch.labels = labels;
    batch.parameters = parameters;
    batch.gradient = gradient;
    batch.seed = seed;
    batch.iteration = iteration;
    batch.epoch = epoch;
    for (TrainingStage stage : stages) {
      stage.load();
    }
    team.run(this::work);
    reduce();
    for (TrainingStage stage : stages) {
      stage.store();
    }
    double loss = 0;
    for (Chunk chunk : chunks) {
      loss += chunk.loss;
    }
    return loss;
  }

  /** Starts to take the time of every step. */
  void time() {
    timed = true;
  }

  /**
   * The least time that each kind of operation has taken since {@link #time}, in nanoseconds of one
   * thread for the whole batch, in the order of execution.
   */
  Map<String, Long> times() {
    Map<String, Long> times = new LinkedHashMap<>();
    for (int phase = 0; phase <= merges.size(); phase++) {
      for (Chunk chunk : chunks) {
        chunk.addTimes(phase, times);
      }
    }
    return times;
  }

  int correct() {
    int correct = 0;
    for (Chunk chunk : chunks) {
      correct += chunk.correct;
    }
    return correct;
  }

  private void work(int member) {
    int phases = merges.size() + 1;
    for (int phase = 0; phase < phases; phase++) {
      if (!team.failed()) {
        try {
          for (int i = 0; i < chunks.size(); i++) {
            if (chunks.get(i).thread == member) {
              chunks.get(i).run(phase, streams[member], timed);
            }
          }
        } catch (RuntimeException | Error e) {
          team.fail(e);
        }
      }
      if (phase < merges.size()) {
        team.meet(merges.get(phase));
      }
    }
  }

  private void reduce() {
    float[] total = batch.total;
    Arrays.fill(total, 0);
    for (int c = 0; c < chunks.size(); c++) {
      batch.partialGradients.position((long) c * total.length).get(partial);
      for (int i = 0; i < total.length; i++) {
        total[i] += partial[i];
      }
    }
    batch.partialGradients.position(0);
  }

  /** The names of the operations for which oneDNN has nothing but its slow reference code. */
  Set<String> slow() {
    return dnn.slow();
  }

  @Override
  public void close() {
    own.close();
  }
}
