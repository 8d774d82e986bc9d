package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import kilonet.fused.Stage.Convolution;

/** The sums of a convolution or a dense layer, tap by tap. */
final class DirectSums implements ConvolutionSums {
  /** So many tiles' sums stay in the cache while all groups are added to them. */
  private static final int TILES = 128;

  private final TrainingBatch batch;
  private final int stage;
  private final Convolution c;
  private final Layout errors;
  private final TapSum outputs;
  private final float[] weights;
  private final TapSum inputErrors;

  /** One channel of the outputs' errors with zeros around it, see {@link TapSum#padsErrors}. */
  private final Layout padded;

  /** The errors of each input channel by itself, from {@link #padded}. */
  private final TapSum[] channelErrors;

  private final float[] errorWeights;
  private final WeightTiles tiles;
  private final float[][] sums;

  DirectSums(TrainingBatch batch, int stage, Convolution c) {
    this.batch = batch;
    this.stage = stage;
    this.c = c;
    Layout in = ConvolutionTraining.inside(batch.layouts[stage], c);
    this.errors = Layout.dense(c.out());
    this.outputs = TapSum.forward(c, in, batch.layouts[stage + 1]);
    this.weights = new float[outputs.packed()];
    boolean pads = stage > 0 && TapSum.padsErrors(c);
    this.padded = pads ? TapSum.paddedErrors(c) : null;
    this.inputErrors = pads ? TapSum.backwardPadded(c) : stage > 0 ? TapSum.backward(c) : null;
    this.channelErrors = new TapSum[pads ? c.in().channels() : 0];
    for (int i = 0; i < channelErrors.length; i++) {
      channelErrors[i] = inputErrors.only(i);
    }
    this.errorWeights = stage > 0 ? new float[inputErrors.packed()] : null;
    this.tiles = WeightTiles.of(c, in, KernelChoice.fastest().sums());
    this.sums = new float[batch.threads][];
  }

  @Override
  public void load(Program program) {
    program.addForBatch(
        "pack " + stage,
        (part, parts, thread) -> {
          outputs.pack(batch.parameters, weights, part, parts);
          if (inputErrors != null) {
            inputErrors.pack(batch.parameters, errorWeights, part, parts);
          }
        });
  }

  @Override
  public void forward(Program program) {
    program.add(
        "convolution " + stage,
        (group, part, parts, thread) ->
            batch.kernels.convolve(
                outputs,
                batch.memory,
                batch.activation(stage, group),
                weights,
                batch.memory,
                batch.activation(stage + 1, group),
                part,
                parts));
  }

  @Override
  public void backward(Program program) {
    if (padded != null) {
      program.add("error " + stage, this::channelErrors);
    } else if (stage > 0) {
      program.add(
          "error " + stage,
          (group, part, parts, thread) ->
              batch.kernels.convolve(
                  inputErrors,
                  batch.memory,
                  batch.error(stage + 1, group),
                  errorWeights,
                  batch.memory,
                  batch.error(stage, group),
                  part,
                  parts));
    }
    program.addForBatchLater("gradient " + stage, this::addGradient);
  }

  private void channelErrors(int group, int part, int parts, int thread) {
    int own = batch.own(stage, thread);
    int row = errors.pitch();
    int end = TapSum.share(channelErrors.length, part + 1, parts);
    for (int o = TapSum.share(channelErrors.length, part, parts); o < end; o++) {
      int d = batch.error(stage + 1, group) + o * errors.plane();
      for (int y = 0; y < errors.shape().height(); y++) {
        System.arraycopy(batch.memory, d + y * row, batch.memory, own + padded.at(0, y, 0), row);
      }
      batch.kernels.convolve(
          channelErrors[o],
          batch.memory,
          own,
          errorWeights,
          batch.memory,
          batch.error(stage, group),
          0,
          1);
    }
  }

  private void addGradient(int part, int parts, int thread) {
    int size = tiles.elements() * LANES;
    if (sums[thread] == null) {
      sums[thread] = Memory.of((long) TILES * size);
    }
    float[] own = sums[thread];
    int end = TapSum.share(tiles.count(), part + 1, parts);
    for (int first = TapSum.share(tiles.count(), part, parts); first < end; first += TILES) {
      int last = Math.min(end, first + TILES);
      Arrays.fill(own, Memory.START, Memory.START + (last - first) * size, 0);
      for (int g = 0; g < batch.groups; g++) {
        batch.kernels.addProducts(
            tiles,
            batch.memory,
            batch.error(stage + 1, g),
            batch.memory,
            batch.activation(stage, g),
            first,
            last,
            own,
            Memory.START);
      }
      for (int i = 0; i < (last - first) * tiles.elements(); i++) {
        int at = tiles.elementAt()[first * tiles.elements() + i];
        if (at >= 0) {
          batch.gradient[c.weightAt()[at]] = lanes(own, Memory.START + i * LANES);
        }
      }
    }
  }

  /** The sum of sixteen lanes, always in this order. */
  static float lanes(float[] x, int at) {
    return (((x[at] + x[at + 8]) + (x[at + 4] + x[at + 12]))
            + ((x[at + 2] + x[at + 10]) + (x[at + 6] + x[at + 14])))
        + (((x[at + 1] + x[at + 9]) + (x[at + 5] + x[at + 13]))
            + ((x[at + 3] + x[at + 11]) + (x[at + 7] + x[at + 15])));
  }
}
