package kilonet.fused;

import java.util.List;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Keeping;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Recalling;
import kilonet.layer.Shape;

/**
 * What the stages of a training plan share: the batch in groups of sixteen images, the memory of
 * their activations and errors, and what the present step was given.
 */
final class TrainingBatch {
  final Stack stack;
  final int images;
  final int threads;

  /** The number of groups. */
  final int groups;

  /** Where what goes into each stage lies, then what comes out of the last one. */
  final Layout[] layouts;

  /** All activations and errors. */
  final float[] memory;

  private final int[] activations;
  private final int[] errors;

  /**
   * Where each stage's transformed inputs are, and the errors of its outputs, see {@link RowSums}.
   */
  private final int[] transformedInputs;

  private final int[] transformedErrors;
  private final int stride;

  /** Where each stage's own memory is among a thread's, and how much a thread has. */
  private final int[] owns;

  private final int own;

  /** Multiplies and adds; the same for a whole step. */
  Kernels kernels;

  float[] labels;
  float[] parameters;
  float[] gradient;
  long seed;
  int iteration;
  int microBatch;
  int epoch;

  TrainingBatch(Stack stack, int images, int threads) {
    this.stack = stack;
    this.images = images;
    this.threads = threads;
    this.groups = (images + Layout.LANES - 1) / Layout.LANES;
    this.layouts = layouts(stack);
    activations = new int[layouts.length];
    errors = new int[layouts.length];
    int next = 0;
    int begin = 0;
    if (FirstTraining.trains(stack)) {
      // The outcome of the first convolution is not kept; that of a pooling behind it is, and in
      // place of the convolution's which inputs were the largest.
      begin = FirstTraining.pools(stack) ? 3 : 2;
      next = layouts[0].floats();
      activations[1] = next;
      if (begin == 3) {
        next = Math.addExact(next, Layout.dense(layouts[3].shape()).floats());
      }
    }
    for (int i = begin; i < layouts.length; i++) {
      if (i > begin && PointwiseTraining.pools(stack, i - 1)) {
        // Goes from one stage to the next without a place in memory.
        continue;
      }
      Stage before = i > begin ? stack.stages().get(i - 1) : null;
      if (before instanceof Keeping) {
        activations[i] = activations[i - 1];
        errors[i] = errors[i - 1];
        continue;
      }
      if (before instanceof Recalling r && sharesPlace(r, i - 1, layouts)) {
        activations[i] = activations[r.kept()];
      } else {
        activations[i] = next;
        next = Math.addExact(next, layouts[i].floats());
      }
      if (PointwiseTraining.pools(stack, i)) {
        errors[i] = activations[i];
      } else if (before instanceof Pointwise) {
        errors[i] = errors[i - 1];
      } else if (i > 0
          || stack.stages().get(0) instanceof Pointwise
          || stack.stages().get(0) instanceof Keeping) {
        errors[i] = next;
        next = Math.addExact(next, Layout.dense(layouts[i].shape()).floats());
      }
    }
    transformedInputs = new int[layouts.length];
    transformedErrors = new int[layouts.length];
    next = placeRows(next);
    stride = next;
    owns = new int[layouts.length];
    next = 0;
    long transformed = 0;
    for (int i = 0; i < stack.stages().size(); i++) {
      owns[i] = next;
      if (stack.stages().get(i) instanceof Convolution c) {
        if (Winograd.suits(c)) {
          transformed = Math.max(transformed, WinogradSums.floats(c, groups, threads));
          next = Math.addExact(next, WinogradSums.ownFloats(c, threads));
        } else if (RowSums.train(c)) {
          next = Math.addExact(next, RowSums.ownFloats(c));
        } else if (i > 0 && TapSum.padsErrors(c)) {
          next = Math.addExact(next, TapSum.paddedErrors(c).floats());
        }
      }
    }
    own = next;
    memory = Memory.of((long) stride * groups + (long) own * threads + transformed);
  }

  /**
   * Finds places for what is transformed along rows. Inputs stay from the way forward to the way
   * back; errors only until the gradient is had, while those of the next stage come up.
   *
   * @return the first number behind
   */
  private int placeRows(int first) {
    int next = first;
    int[] turns = new int[2];
    int count = 0;
    for (int i = 0; i < stack.stages().size(); i++) {
      if (stack.stages().get(i) instanceof Convolution c && RowSums.train(c)) {
        transformedInputs[i] = next;
        next = Math.addExact(next, RowSums.inputFloats(c));
        turns[count % 2] = Math.max(turns[count % 2], RowSums.errorFloats(c));
        transformedErrors[i] = count++ % 2;
      }
    }
    for (int i = 0; i < transformedErrors.length; i++) {
      transformedErrors[i] = next + transformedErrors[i] * turns[0];
    }
    return Math.addExact(next, Math.addExact(turns[0], turns[1]));
  }

  /** Whether what a stage goes back to may stay where it is. */
  static boolean sharesPlace(Recalling r, int stage, Layout[] layouts) {
    return layouts[stage + 1].equals(layouts[r.kept()]);
  }

  /** What goes into each stage, with the zeros around it that a convolution wants. */
  static Layout[] layouts(Stack stack) {
    List<Stage> stages = stack.stages();
    Layout[] layouts = new Layout[stages.size() + 1];
    for (int i = stages.size(); i >= 0; i--) {
      Shape shape = i == 0 ? stack.input() : stages.get(i - 1).out();
      layouts[i] = Layout.dense(shape);
      if (i < stages.size() && stages.get(i) instanceof Keeping) {
        layouts[i] = layouts[i + 1];
      } else if (i < stages.size() && stages.get(i) instanceof Convolution c) {
        layouts[i] =
            new Layout(
                shape,
                c.window().padTop(),
                c.window().padLeft(),
                c.window().padBottom(c.in(), c.out()),
                c.window().padRight(c.in(), c.out()));
      }
    }
    for (int i = 0; i < stages.size() - 1; i++) {
      if (stages.get(i) instanceof Recalling r
          && stages.get(i + 1) instanceof Convolution c
          && layouts[i + 1].isDense()
          && c.in().equals(r.out())) {
        // A convolution without padding does not mind the zeros that another one wants.
        layouts[i + 1] = layouts[r.kept()];
      }
    }
    return layouts;
  }

  /** Where the activations that go into a stage start, of a group. */
  int activation(int stage, int group) {
    return Memory.START + group * stride + activations[stage];
  }

  /** Where their errors start. */
  int error(int stage, int group) {
    return Memory.START + group * stride + errors[stage];
  }

  /** Where the inputs of a stage start that are transformed along rows, of a group. */
  int transformedInput(int stage, int group) {
    return Memory.START + group * stride + transformedInputs[stage];
  }

  /** Where the errors of its outputs start. */
  int transformedError(int stage, int group) {
    return Memory.START + group * stride + transformedErrors[stage];
  }

  /** Where a batch's transformed inputs and outputs start, see {@link WinogradSums}. */
  int transformed() {
    return Memory.START + groups * stride + threads * own;
  }

  /**
   * Where a thread's memory of a stage starts: errors with zeros around them, see {@link
   * TapSum#padsErrors}, a tile, see {@link WinogradSums}, or what {@link RowSums} has in between.
   */
  int own(int stage, int thread) {
    return Memory.START + groups * stride + thread * own + owns[stage];
  }

  /** The share of its input that the dropout of a stage keeps. */
  double retained(Pointwise p) {
    if (p.dropout() == null) {
      return 1;
    }
    return p.dropout().getPSchedule() == null
        ? p.dropout().getP()
        : p.dropout().getPSchedule().valueAt(iteration, epoch);
  }

  /** Draws what the dropout of a stage drops of a group, see {@link DropoutMask#draw}. */
  void drawMask(Pointwise p, int group, int[] numbers) {
    int image = group * Layout.LANES;
    DropoutMask.draw(retained(p), seed, p.layer(), iteration, microBatch, image, numbers);
  }

  /** The images of a group; less than 16 in the last one. */
  int size(int group) {
    return Math.min(Layout.LANES, images - group * Layout.LANES);
  }
}
