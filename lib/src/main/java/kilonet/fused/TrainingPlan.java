package kilonet.fused;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import org.bytedeco.javacpp.FloatPointer;

/** One training step for batches of one size, compiled: forward, loss, backward. */
final class TrainingPlan {
  private final TrainingBatch batch;
  private final Program program;
  private final CrossEntropy loss;
  private final ImageCopy copy;
  private final Stack stack;

  TrainingPlan(Stack stack, int images, Team team) {
    this.stack = stack;
    batch = new TrainingBatch(stack, images, team.size());
    program = new Program(team, batch.groups);
    copy = new ImageCopy(batch.layouts[0], team.size());
    loss = new CrossEntropy(batch);
    List<TrainingStage> stages = stages(stack);
    for (TrainingStage stage : stages) {
      stage.load(program);
    }
    program.endPhase(null);
    program.add(
        "copy input",
        (group, part, parts, thread) ->
            copy.run(
                group * Layout.LANES,
                batch.size(group),
                batch.memory,
                batch.activation(0, group),
                part,
                parts,
                thread));
    for (TrainingStage stage : stages) {
      stage.forward(program);
    }
    program.add("loss", (group, part, parts, thread) -> loss.run(group, part));
    for (int i = stages.size() - 1; i >= 0; i--) {
      stages.get(i).backward(program);
    }
    program.endPhase(null);
  }

  private List<TrainingStage> stages(Stack stack) {
    List<TrainingStage> stages = new ArrayList<>();
    ConvolutionTraining before = null;
    int first = 0;
    if (FirstTraining.trains(stack)) {
      stages.add(new FirstTraining(batch));
      first = FirstTraining.pools(stack) ? 3 : 2;
    }
    for (int i = first; i < stack.stages().size(); i++) {
      Stage stage = stack.stages().get(i);
      if (stage instanceof Convolution c) {
        before = new ConvolutionTraining(batch, i, c);
        stages.add(before);
      } else if (stage instanceof Pointwise p) {
        boolean pools = PointwiseTraining.pools(stack, i);
        Pooling pooling = pools ? (Pooling) stack.stages().get(i + 1) : null;
        stages.add(new PointwiseTraining(batch, i, p, before, pooling));
        before = null;
        i += pools ? 1 : 0;
      } else {
        stages.add(
            stage instanceof Pooling p
                ? new PoolingTraining(batch, i, p)
                : new ShortcutTraining(batch, i, stage));
        before = null;
      }
    }
    return stages;
  }

  /**
   * Does one step.
   *
   * @param images the first of the images, side by side as plain floats
   * @param labels a row for each image, a column for each logit
   * @param parameters the network's
   * @param gradient takes the sums of the images' gradients
   * @param microBatch the number of the batch among those of one update
   * @return the sum of the losses of the images
   */
  double run(
      FloatPointer images,
      float[] labels,
      float[] parameters,
      float[] gradient,
      long seed,
      int iteration,
      int microBatch,
      int epoch) {
    batch.kernels = KernelChoice.forLongSteps(3 * stack.multiplyAdds() * batch.images);
    batch.labels = labels;
    batch.parameters = parameters;
    batch.gradient = gradient;
    batch.seed = seed;
    batch.iteration = iteration;
    batch.microBatch = microBatch;
    batch.epoch = epoch;
    copy.from(images);
    program.run();
    return loss.loss();
  }

  /** Whether an image of the last step has a value that is no finite number. */
  boolean spoilt() {
    return copy.spoilt();
  }

  /** Starts to take the time of every step. */
  void time() {
    program.time();
  }

  /** Nanoseconds of one thread by operation, see {@link Program#times}. */
  Map<String, Long> times() {
    return program.times();
  }

  /** How many images of the last batch were classified rightly. */
  int correct() {
    return loss.correct();
  }
}
