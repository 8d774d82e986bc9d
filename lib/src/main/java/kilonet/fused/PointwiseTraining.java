package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.layer.Shape;

/** Trains what works on each channel by itself: batch norm, activation and dropout. */
final class PointwiseTraining implements TrainingStage {
  /** Numbers between what two threads write, so that they do not share a cache line. */
  private static final int APART = 32;

  private final TrainingBatch batch;
  private final int stage;
  private final Pointwise p;
  private final int channels;
  private final int pixels;
  private final double count;
  private final Layout in;
  private final Layout out;

  /** The slope of the activation of the convolution before, if its errors are corrected here. */
  private final float slopeBefore;

  /** The max pooling behind, if it is done here, and its windows. */
  private final Windows pooled;

  private final Layout behind;
  private final float[][] scratch;
  private final int[][] masks;

  // One for each group and channel.
  private final double[] first;
  private final double[] second;

  private final BatchNorm norm;

  /**
   * Prepares it.
   *
   * @param before the convolution right before it, or null
   * @param pooling the max pooling right behind it that is to be done here, or null
   */
  PointwiseTraining(
      TrainingBatch batch, int stage, Pointwise p, ConvolutionTraining before, Pooling pooling) {
    this.batch = batch;
    this.stage = stage;
    this.p = p;
    Shape shape = p.in();
    this.channels = shape.channels();
    this.pixels = shape.height() * shape.width();
    this.count = (double) batch.images * pixels;
    this.in = batch.layouts[stage];
    this.out = batch.layouts[stage + 1];
    this.behind = pooling == null ? null : batch.layouts[stage + 2];
    this.pooled = pooling == null ? null : Windows.of(pooling, in, behind);
    this.slopeBefore = before == null || p.norm() == null ? 1 : before.correctedBehind();
    this.scratch = new float[batch.threads][3 * LANES + APART];
    this.first = new double[batch.groups * channels];
    this.second = new double[batch.groups * channels];
    this.masks = new int[batch.threads][DropoutMask.NUMBERS + APART];
    this.norm = p.norm() == null ? null : new BatchNorm(batch, p.norm(), channels, count);
  }

  /**
   * Whether the batch norm of a stage, its activation and the max pooling behind it are done in one
   * pass: behind a convolution, whose outcome then gives its place to its errors.
   */
  static boolean pools(Stack stack, int stage) {
    if (stage == 0
        || stage + 1 >= stack.stages().size()
        || !(stack.stages().get(stage - 1) instanceof Convolution)
        || !(stack.stages().get(stage) instanceof Pointwise p)
        || !(stack.stages().get(stage + 1) instanceof Pooling pooling)
        || p.norm() == null
        || pooling.kind() != Pooling.Kind.MAX
        || p.dropout() != null) {
      return false;
    }
    Windows windows = Windows.of(pooling, Layout.dense(pooling.in()), Layout.dense(pooling.out()));
    return windows.disjoint() && windows.allSee();
  }

  private interface ChannelWork {
    void run(int group, int channel, int thread);
  }

  private Program.GroupWork byChannel(ChannelWork work) {
    return (group, part, parts, thread) -> {
      int end = TapSum.share(channels, part + 1, parts);
      for (int c = TapSum.share(channels, part, parts); c < end; c++) {
        work.run(group, c, thread);
      }
    };
  }

  @Override
  public void forward(Program program) {
    if (p.norm() != null) {
      program.add("statistics " + stage, byChannel(this::addStatistics));
      program.endPhase(this::mergeStatistics);
      program.addForBatch(
          "running statistics " + stage, (part, parts, thread) -> norm.storeRunning(part, parts));
      if (pooled != null) {
        program.add("norm and pooling " + stage, byChannel(this::normalizePool));
        return;
      }
      program.add("norm " + stage, byChannel(this::normalize));
    } else {
      program.add("activation " + stage, byChannel(this::activate));
    }
    if (p.dropout() != null) {
      program.add(
          "dropout " + stage,
          (group, part, parts, thread) ->
              drop(group, part, parts, thread, batch.activation(stage + 1, group), out));
    }
  }

  private void addStatistics(int group, int channel, int thread) {
    float[] sums = scratch[thread];
    batch.kernels.statistics(
        batch.memory, batch.activation(stage, group) + in.run(channel, 0), pixels, sums);
    int size = batch.size(group);
    double total = 0;
    double squares = 0;
    for (int l = 0; l < size; l++) {
      total += sums[l] + (double) sums[LANES + l] / pixels;
    }
    double middle = total / size;
    for (int l = 0; l < size; l++) {
      double more = (double) sums[LANES + l] / pixels;
      double apart = sums[l] + more - middle;
      squares += sums[2 * LANES + l] - sums[LANES + l] * more + apart * apart * pixels;
    }
    first[group * channels + channel] = middle;
    second[group * channels + channel] = squares;
  }

  private void mergeStatistics() {
    for (int c = 0; c < channels; c++) {
      double total = 0;
      for (int g = 0; g < batch.groups; g++) {
        total += first[g * channels + c] * batch.size(g);
      }
      double middle = total / batch.images;
      double squares = 0;
      for (int g = 0; g < batch.groups; g++) {
        double apart = first[g * channels + c] - middle;
        squares += second[g * channels + c] + apart * apart * pixels * batch.size(g);
      }
      norm.set(c, middle, squares / count, keptFactor());
    }
  }

  private void normalize(int group, int c, int thread) {
    int y = batch.activation(stage, group) + in.run(c, 0);
    int a = batch.activation(stage + 1, group);
    int length = out.runLength();
    for (int r = 0; r < out.runs(); r++) {
      batch.kernels.normalize(
          batch.memory,
          y + r * length * LANES,
          batch.memory,
          a + out.run(c, r),
          length,
          norm.mean[c],
          norm.scale[c],
          norm.shift[c],
          p.activation().slope());
    }
  }

  private void normalizePool(int group, int c, int thread) {
    batch.kernels.normalizePool(
        pooled,
        batch.memory,
        batch.activation(stage, group) + in.run(c, 0),
        batch.memory,
        batch.activation(stage + 2, group) + c * behind.plane(),
        norm.mean[c],
        norm.scale[c],
        norm.shift[c],
        p.activation().slope());
  }

  private void activate(int group, int c, int thread) {
    int x = batch.activation(stage, group) + in.run(c, 0);
    int a = batch.activation(stage + 1, group);
    int length = out.runLength();
    for (int r = 0; r < out.runs(); r++) {
      batch.kernels.activate(
          batch.memory,
          x + r * length * LANES,
          batch.memory,
          a + out.run(c, r),
          length,
          p.activation().slope(),
          (float) keptFactor());
    }
  }

  /** By what dropout multiplies what it keeps. */
  private double keptFactor() {
    return 1 / batch.retained(p);
  }

  /** Puts zeros where dropout drops. */
  private void drop(int group, int part, int parts, int thread, int to, Layout layout) {
    int[] mask = masks[thread];
    batch.drawMask(p, group, mask);
    int end = TapSum.share(channels, part + 1, parts);
    for (int c = TapSum.share(channels, part, parts); c < end; c++) {
      for (int r = 0; r < layout.runs(); r++) {
        int unit = c * pixels + r * layout.runLength();
        batch.kernels.drop(batch.memory, to + layout.run(c, r), unit, layout.runLength(), mask, 0);
      }
    }
  }

  @Override
  public void backward(Program program) {
    // Behind a ReLU the error of what was dropped is 0 anyway, as its outcome is 0.
    if (p.dropout() != null && p.activation().slope() != 0) {
      Layout dense = Layout.dense(p.in());
      program.add(
          "dropout backward " + stage,
          (group, part, parts, thread) ->
              drop(group, part, parts, thread, batch.error(stage + 1, group), dense));
    }
    if (p.norm() == null) {
      if (stage > 0) {
        program.add("activation backward " + stage, byChannel(this::backActivation));
      }
      return;
    }
    if (pooled != null) {
      program.add("pooling backward and sums " + stage, byChannel(this::addPooledSums));
    } else {
      program.add("sums " + stage, byChannel(this::addSums));
    }
    program.endPhase(this::mergeSums);
    if (pooled != null) {
      program.add("correction " + stage, byChannel(this::correctPooled));
    } else if (stage > 0) {
      program.add("correction " + stage, byChannel(this::correct));
    }
  }

  private void backActivation(int group, int c, int thread) {
    int d = batch.error(stage + 1, group) + c * pixels * LANES;
    int a = batch.activation(stage + 1, group);
    int length = out.runLength();
    for (int r = 0; r < out.runs(); r++) {
      batch.kernels.backActivation(
          batch.memory,
          d + r * length * LANES,
          batch.memory,
          a + out.run(c, r),
          length,
          p.activation().slope(),
          (float) keptFactor());
    }
  }

  private void addSums(int group, int c, int thread) {
    int d = batch.error(stage + 1, group) + c * pixels * LANES;
    int a = batch.activation(stage + 1, group);
    int y = batch.activation(stage, group) + in.run(c, 0);
    int length = out.runLength();
    float[] sums = scratch[thread];
    Arrays.fill(sums, 0);
    for (int r = 0; r < out.runs(); r++) {
      int skip = r * length * LANES;
      batch.kernels.backNormalize(
          batch.memory,
          d + skip,
          batch.memory,
          a + out.run(c, r),
          batch.memory,
          y + skip,
          length,
          norm.mean[c],
          p.activation().slope(),
          sums);
    }
    keepSums(group, c, sums);
  }

  private void addPooledSums(int group, int c, int thread) {
    float[] sums = scratch[thread];
    Arrays.fill(sums, 0);
    batch.kernels.sumPooled(
        pooled,
        batch.memory,
        batch.activation(stage, group) + in.run(c, 0),
        batch.memory,
        batch.error(stage + 2, group) + c * pooled.count() * LANES,
        norm.mean[c],
        norm.scale[c],
        norm.shift[c],
        p.activation().slope(),
        sums);
    keepSums(group, c, sums);
  }

  private void keepSums(int group, int c, float[] sums) {
    double errors = 0;
    double products = 0;
    for (int l = 0; l < LANES; l++) {
      errors += sums[l];
      products += sums[LANES + l];
    }
    first[group * channels + c] = errors;
    second[group * channels + c] = products;
  }

  private void mergeSums() {
    for (int c = 0; c < channels; c++) {
      double errors = 0;
      double products = 0;
      for (int g = 0; g < batch.groups; g++) {
        errors += first[g * channels + c];
        products += second[g * channels + c];
      }
      norm.correctBy(c, errors, products, keptFactor());
    }
  }

  private void correct(int group, int c, int thread) {
    int d = batch.error(stage, group) + c * pixels * LANES;
    batch.kernels.correct(
        batch.memory,
        d,
        batch.memory,
        batch.activation(stage, group) + in.run(c, 0),
        pixels,
        norm.mean[c],
        norm.factor[c],
        norm.tilt[c],
        norm.offset[c],
        slopeBefore);
    clearEmptyLanes(group, d);
  }

  /**
   * The corrected errors go into the place of the convolution's outcome, which nobody wants any
   * more.
   */
  private void correctPooled(int group, int c, int thread) {
    int y = batch.activation(stage, group) + in.run(c, 0);
    batch.kernels.correctPooled(
        pooled,
        batch.memory,
        y,
        batch.memory,
        batch.error(stage + 2, group) + c * pooled.count() * LANES,
        new Kernels.PooledCorrection(
            norm.mean[c],
            norm.scale[c],
            norm.shift[c],
            p.activation().slope(),
            norm.factor[c],
            norm.tilt[c],
            norm.offset[c],
            slopeBefore));
    clearEmptyLanes(group, y);
  }

  /** Lanes without an image must add nothing to the gradients of weights. */
  private void clearEmptyLanes(int group, int d) {
    for (int l = batch.size(group); l < LANES; l++) {
      for (int i = 0; i < pixels; i++) {
        batch.memory[d + i * LANES + l] = 0;
      }
    }
  }
}
