package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Shape;

/** Trains what works on each channel by itself: batch norm, activation and dropout. */
final class PointwiseTraining implements TrainingStage {
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

  private final DropoutMask[] masks;
  private final float[][] scratch;

  // One for each group and channel.
  private final double[] first;
  private final double[] second;

  // One for each channel.
  private final float[] mean;
  private final float[] variance;
  private final float[] scale;
  private final float[] shift;
  private final float[] tilt;

  /**
   * Prepares it.
   *
   * @param before the convolution right before it, or null
   */
  PointwiseTraining(TrainingBatch batch, int stage, Pointwise p, ConvolutionTraining before) {
    this.batch = batch;
    this.stage = stage;
    this.p = p;
    Shape shape = p.in();
    this.channels = shape.channels();
    this.pixels = shape.height() * shape.width();
    this.count = (double) batch.images * pixels;
    this.in = batch.layouts[stage];
    this.out = batch.layouts[stage + 1];
    this.slopeBefore = before == null || p.norm() == null ? 1 : before.correctedBehind();
    this.masks = new DropoutMask[batch.threads];
    for (int i = 0; i < batch.threads && p.dropout() != null; i++) {
      masks[i] = new DropoutMask(shape.size());
    }
    this.scratch = new float[batch.threads][3 * LANES];
    this.first = new double[batch.groups * channels];
    this.second = new double[batch.groups * channels];
    this.mean = new float[channels];
    this.variance = new float[channels];
    this.scale = new float[channels];
    this.shift = new float[channels];
    this.tilt = new float[channels];
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
    int[] dropped = mask.dropped();
    int end = TapSum.share(batch.size(group), part + 1, parts);
    for (int l = TapSum.share(batch.size(group), part, parts); l < end; l++) {
      int count =
          mask.draw(
              retained(),
              batch.seed,
              p.layer(),
              batch.iteration,
              batch.microBatch,
              group * LANES + l);
      for (int i = 0; i < count; i++) {
        int unit = dropped[i];
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
    program.add("sums " + stage, byChannel(this::addSums));
    program.endPhase(this::mergeSums);
    if (stage > 0) {
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
      scale[c] = (float) factor;
      tilt[c] = (float) (-factor * normalised / count / deviation);
      shift[c] = (float) (-factor * errors / count);
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
        scale[c],
        tilt[c],
        shift[c],
        slopeBefore);
    // Lanes without an image must add nothing to the gradients of weights.
    for (int l = batch.size(group); l < LANES; l++) {
      for (int i = 0; i < pixels; i++) {
        batch.memory[d + i * LANES + l] = 0;
      }
    }
  }
}
