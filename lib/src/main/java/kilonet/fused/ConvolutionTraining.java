package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import kilonet.fused.Stage.Convolution;

/** Trains a convolution or a dense layer. */
final class ConvolutionTraining implements TrainingStage {
  private final TrainingBatch batch;
  private final int stage;
  private final Convolution c;
  private final Layout out;
  private final Layout errors;
  private final ConvolutionSums sums;
  private boolean corrects;

  ConvolutionTraining(TrainingBatch batch, int stage, Convolution c) {
    this.batch = batch;
    this.stage = stage;
    this.c = c;
    this.out = batch.layouts[stage + 1];
    this.errors = Layout.dense(c.out());
    this.sums = sums(batch, stage, c);
  }

  private static ConvolutionSums sums(TrainingBatch batch, int stage, Convolution c) {
    if (Winograd.suits(c)) {
      return new WinogradSums(batch, stage, c);
    }
    return RowSums.train(c) ? new RowSums(batch, stage, c) : new DirectSums(batch, stage, c);
  }

  /** A dense layer sees each number of an image as a channel of one pixel; it lies there alike. */
  static Layout inside(Layout layout, Convolution c) {
    return layout.isDense() ? Layout.dense(c.in()) : layout;
  }

  /** Leaves the slope of the activation to the batch norm behind, which has the outcome at hand. */
  float correctedBehind() {
    corrects = true;
    return c.activation().slope();
  }

  @Override
  public void load(Program program) {
    sums.load(program);
  }

  @Override
  public void forward(Program program) {
    sums.forward(program);
    if (!c.activation().isIdentity()) {
      program.add("activation " + stage, this::activate);
    }
  }

  private void activate(int group, int part, int parts, int thread) {
    int at = batch.activation(stage + 1, group);
    int end = TapSum.share(c.out().channels(), part + 1, parts);
    for (int o = TapSum.share(c.out().channels(), part, parts); o < end; o++) {
      for (int r = 0; r < out.runs(); r++) {
        int run = at + out.run(o, r);
        batch.kernels.activate(
            batch.memory, run, batch.memory, run, out.runLength(), c.activation().slope(), 1);
      }
    }
  }

  @Override
  public void backward(Program program) {
    if (program.waits()) {
      program.endPhase(null);
    }
    if (!c.activation().isIdentity() && !corrects) {
      program.add("activation backward " + stage, this::backActivation);
    }
    if (c.biasAt().length > 0) {
      program.addForBatchLater("bias " + stage, this::addBiases);
    }
    sums.backward(program);
  }

  private void backActivation(int group, int part, int parts, int thread) {
    int d = batch.error(stage + 1, group);
    int a = batch.activation(stage + 1, group);
    int end = TapSum.share(c.out().channels(), part + 1, parts);
    for (int o = TapSum.share(c.out().channels(), part, parts); o < end; o++) {
      for (int r = 0; r < out.runs(); r++) {
        batch.kernels.backActivation(
            batch.memory,
            d + o * errors.plane() + r * out.runLength() * LANES,
            batch.memory,
            a + out.run(o, r),
            out.runLength(),
            c.activation().slope(),
            1);
      }
    }
  }

  private void addBiases(int part, int parts, int thread) {
    float[] own = new float[LANES];
    int pixels = c.out().height() * c.out().width();
    int end = TapSum.share(c.out().channels(), part + 1, parts);
    for (int o = TapSum.share(c.out().channels(), part, parts); o < end; o++) {
      Arrays.fill(own, 0);
      for (int g = 0; g < batch.groups; g++) {
        batch.kernels.sum(
            batch.memory, batch.error(stage + 1, g) + o * errors.plane(), pixels, own, 0);
      }
      batch.gradient[c.biasAt()[o]] = DirectSums.lanes(own, 0);
    }
  }
}
