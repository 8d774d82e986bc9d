package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;

/** Trains what works on each channel by itself: batch norm, activation and dropout. */
final class PointwiseTraining implements TrainingStage {
  /** A scale with which what is taken out still counts as very small. */
  private static final float NEARLY_ZERO = 1e-30f;

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
  private final DropoutMask[] masks;
  private final Dropped[] dropped;
  private final float[][] scratch;

  // One for each group and channel.
  private final double[] first;
  private final double[] second;

  // One for each channel.
  private final float[] mean;
  private final float[] variance;
  private final float[] scale;
  private final float[] shift;
  private final float[] factor;
  private final float[] tilt;
  private final float[] offset;

  /** What dropout took out of an image before a pooling: where, and which values. */
  private static final class Dropped {
    private int[] at = new int[16];
    private float[] values = new float[16];
    private int count;

    void add(int position, float value) {
      if (count == at.length) {
        at = Arrays.copyOf(at, 2 * count);
        values = Arrays.copyOf(values, 2 * count);
      }
      at[count] = position;
      values[count++] = value;
    }
  }

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
    this.dropped = new Dropped[pooling == null ? 0 : batch.groups * LANES];
    for (int i = 0; i < dropped.length; i++) {
      dropped[i] = new Dropped();
    }
    this.slopeBefore = before == null || p.norm() == null ? 1 : before.correctedBehind();
    this.masks = new DropoutMask[batch.threads];
    for (int i = 0; i < batch.threads && p.dropout() != null; i++) {
      masks[i] = new DropoutMask(shape.size());
    }
    this.scratch = new float[batch.threads][3 * LANES + APART];
    this.first = new double[batch.groups * channels];
    this.second = new double[batch.groups * channels];
    this.mean = new float[channels];
    this.variance = new float[channels];
    this.scale = new float[channels];
    this.shift = new float[channels];
    this.factor = new float[channels];
    this.tilt = new float[channels];
    this.offset = new float[channels];
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
        || p.dropout() != null && p.activation().slope() != 0) {
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
      if (pooled != null) {
        if (p.dropout() != null) {
          program.add("dropout " + stage, this::takeOut);
        }
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
    Norm norm = p.norm();
    double kept = keptFactor();
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
      mean[c] = (float) middle;
      variance[c] = (float) Math.max(0, squares / count);
      scale[c] =
          (float)
              (kept * norm.gamma(batch.parameters, c) / Math.sqrt(variance[c] + norm.epsilon()));
      shift[c] = (float) (kept * norm.beta(batch.parameters, c));
      if (scale[c] == 0) {
        scale[c] = NEARLY_ZERO;
      }
    }
    storeRunning();
  }

  /** Writes by how much the running statistics change, which DL4J takes for a gradient. */
  private void storeRunning() {
    Norm norm = p.norm();
    double rest = 1 - norm.decay();
    for (int c = 0; c < channels; c++) {
      batch.gradient[norm.meanAt() + c] =
          (float) (rest * (batch.parameters[norm.meanAt() + c] - mean[c]));
      double running = batch.parameters[norm.varianceAt() + c];
      if (norm.logarithm()) {
        double before = StrictMath.pow(10, 2 * running);
        double after = norm.decay() * before + rest * variance[c];
        batch.gradient[norm.varianceAt() + c] = (float) (StrictMath.log10(before / after) / 2);
      } else {
        batch.gradient[norm.varianceAt() + c] = (float) (rest * (running - variance[c]));
      }
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
          mean[c],
          scale[c],
          shift[c],
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
        mean[c],
        scale[c],
        shift[c],
        p.activation().slope());
  }

  /**
   * Drops out before batch norm what is to be dropped behind it: in the place of a value goes one
   * that the ReLU makes 0.
   */
  private void takeOut(int group, int part, int parts, int thread) {
    DropoutMask mask = masks[thread];
    int start = batch.activation(stage, group);
    int end = TapSum.share(batch.size(group), part + 1, parts);
    for (int l = TapSum.share(batch.size(group), part, parts); l < end; l++) {
      int count = draw(mask, group, l);
      Dropped out = dropped[group * LANES + l];
      out.count = 0;
      int channel = 0;
      int next = pixels;
      float off = scale[0] < 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
      for (int i = 0; i < count; i++) {
        int unit = mask.dropped()[i];
        while (unit >= next) {
          channel++;
          next += pixels;
          off = scale[channel] < 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
        }
        int at = start + unit * LANES + l;
        out.add(at, batch.memory[at]);
        batch.memory[at] = off;
      }
    }
  }

  /** The corrected errors, where they are due, of what was taken out. */
  private void correctTakenOut(int group, int part, int parts, int thread) {
    int start = batch.activation(stage, group);
    int plane = pixels * LANES;
    int end = TapSum.share(batch.size(group), part + 1, parts);
    for (int l = TapSum.share(batch.size(group), part, parts); l < end; l++) {
      Dropped out = dropped[group * LANES + l];
      for (int i = 0; i < out.count; i++) {
        int c = (out.at[i] - start) / plane;
        float y = out.values[i];
        float e = Math.fma(y - mean[c], tilt[c], offset[c]);
        boolean off = y <= 0 && slopeBefore != 1;
        batch.memory[out.at[i]] = !off ? e : slopeBefore == 0 ? 0 : e * slopeBefore;
      }
    }
  }

  private int draw(DropoutMask mask, int group, int lane) {
    return mask.draw(
        retained(), batch.seed, p.layer(), batch.iteration, batch.microBatch, group * LANES + lane);
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
    return 1 / retained();
  }

  private double retained() {
    if (p.dropout() == null) {
      return 1;
    }
    return p.dropout().getPSchedule() == null
        ? p.dropout().getP()
        : p.dropout().getPSchedule().valueAt(batch.iteration, batch.epoch);
  }

  /** Puts zeros where dropout drops, image by image. */
  private void drop(int group, int part, int parts, int thread, int to, Layout layout) {
    DropoutMask mask = masks[thread];
    int end = TapSum.share(batch.size(group), part + 1, parts);
    for (int l = TapSum.share(batch.size(group), part, parts); l < end; l++) {
      int count = draw(mask, group, l);
      for (int i = 0; i < count; i++) {
        int unit = mask.dropped()[i];
        int at =
            layout.isDense()
                ? unit * LANES
                : layout.at(
                    unit / pixels,
                    unit % pixels / layout.shape().width(),
                    unit % layout.shape().width());
        batch.memory[to + at + l] = 0;
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
      if (p.dropout() != null) {
        program.add("dropout backward " + stage, this::correctTakenOut);
      }
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
          mean[c],
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
        mean[c],
        scale[c],
        shift[c],
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
    Norm norm = p.norm();
    double kept = keptFactor();
    for (int c = 0; c < channels; c++) {
      double errors = 0;
      double products = 0;
      for (int g = 0; g < batch.groups; g++) {
        errors += first[g * channels + c];
        products += second[g * channels + c];
      }
      double deviation = Math.sqrt(variance[c] + norm.epsilon());
      double normalised = products / deviation;
      double factor = kept * norm.gamma(batch.parameters, c) / deviation;
      if (norm.gammaAt() >= 0) {
        batch.gradient[norm.gammaAt() + c] = (float) (kept * normalised);
        batch.gradient[norm.betaAt() + c] = (float) (kept * errors);
      }
      this.factor[c] = (float) factor;
      tilt[c] = (float) (-factor * normalised / count / deviation);
      offset[c] = (float) (-factor * errors / count);
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
        mean[c],
        factor[c],
        tilt[c],
        offset[c],
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
            mean[c],
            scale[c],
            shift[c],
            p.activation().slope(),
            factor[c],
            tilt[c],
            offset[c],
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
