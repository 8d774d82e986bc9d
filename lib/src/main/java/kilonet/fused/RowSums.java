package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import java.util.stream.IntStream;
import kilonet.fused.RowProducts.Places;
import kilonet.fused.RowProducts.Unit;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Winograd.Transform;

/** The sums of a convolution with transforms along rows, see {@link RowTiles}. */
final class RowSums implements ConvolutionSums {
  /** So many tiles' sums stay in the cache while all groups are added to them. */
  private static final int WEIGHT_TILES = 20;

  private final TrainingBatch batch;
  private final int stage;
  private final Convolution c;
  private final Layout errors;
  private final Layout inputErrors;
  private final RowConvolution forward;
  private final float[] weights;
  private final Places transformedErrors;
  private final RowProducts backward;
  private final float[] errorWeights;

  /** The gradient of the kernels in each place. */
  private final WeightTiles[] gradients;

  private final float[] biases;
  private final float[][] sums;

  RowSums(TrainingBatch batch, int stage, Convolution c) {
    this.batch = batch;
    this.stage = stage;
    this.c = c;
    this.errors = Layout.dense(c.out());
    this.inputErrors = Layout.dense(c.in());
    this.forward = new RowConvolution(c, batch.layouts[stage], batch.layouts[stage + 1]);
    this.weights = forward.products().weights();
    this.transformedErrors = RowProducts.errors(c);
    this.backward = stage > 0 ? RowProducts.backward(c) : null;
    this.errorWeights = stage > 0 ? backward.weights() : null;
    RowTiles tiles = transformedErrors.tiles();
    this.gradients =
        IntStream.range(0, tiles.places())
            .mapToObj(p -> RowProducts.column(c, forward.inputs().rows(), 0, tiles.count(p)))
            .map(x -> WeightTiles.of(x, Layout.dense(x.in()), KernelChoice.fastest().sums()))
            .toArray(WeightTiles[]::new);
    this.biases = new float[c.biasAt().length];
    this.sums = new float[batch.threads][];
  }

  /** Whether a convolution is trained so: where {@link Winograd}'s tiles do not save more. */
  static boolean train(Convolution c) {
    return RowTiles.suits(c) && !Winograd.suits(c);
  }

  /** The numbers that a group's transformed inputs are. */
  static int inputFloats(Convolution c) {
    return RowProducts.inputs(c).floats();
  }

  /** The numbers that a group's transformed errors are. */
  static int errorFloats(Convolution c) {
    return RowProducts.errors(c).floats();
  }

  /** The numbers that a thread needs besides: what is between, and a row. */
  static int ownFloats(Convolution c) {
    return RowProducts.unitFloats(c) + rowFloats(c);
  }

  private static int rowFloats(Convolution c) {
    return (c.out().width() + Winograd.KERNEL - 1) * LANES;
  }

  @Override
  public void load(Program program) {
    program.addForBatch(
        "pack " + stage,
        (part, parts, thread) -> {
          forward.products().pack(c, batch.parameters, null, weights, part, parts);
          if (part == 0 && biases.length > 0) {
            for (int o = 0; o < biases.length; o++) {
              biases[o] = batch.parameters[c.biasAt()[o]];
            }
            forward.products().packBiases(biases, weights);
          }
          if (stage > 0) {
            backward.pack(c, batch.parameters, null, errorWeights, part, parts);
          }
        });
  }

  @Override
  public void forward(Program program) {
    program.add(
        "input transform " + stage,
        (group, part, parts, thread) ->
            forward.transformInputs(
                batch.kernels,
                batch.memory,
                batch.activation(stage, group),
                batch.transformedInput(stage, group),
                part,
                parts));
    program.add(
        "convolution " + stage,
        (group, part, parts, thread) ->
            forward.convolve(
                batch.kernels,
                batch.memory,
                batch.transformedInput(stage, group),
                weights,
                batch.activation(stage + 1, group),
                batch.own(stage, thread),
                part,
                parts));
  }

  @Override
  public void backward(Program program) {
    program.add("error transform " + stage, this::transformErrors);
    if (stage > 0) {
      program.add("error " + stage, this::inputErrors);
    }
    program.addForBatchLater("gradient " + stage, this::addGradient);
  }

  private void transformErrors(int group, int part, int parts, int thread) {
    transformedErrors.transform(
        batch.kernels,
        Transform.OUTPUT_ERROR,
        batch.memory,
        errors,
        0,
        0,
        batch.error(stage + 1, group),
        batch.transformedError(stage, group),
        part,
        parts);
  }

  private void inputErrors(int group, int part, int parts, int thread) {
    int own = batch.own(stage, thread);
    int scratch = own + RowProducts.unitFloats(c);
    boolean whole = c.in().width() * LANES == rowFloats(c);
    int from = batch.transformedError(stage, group);
    int end = TapSum.share(backward.units().size(), part + 1, parts);
    for (int u = TapSum.share(backward.units().size(), part, parts); u < end; u++) {
      Unit unit = backward.units().get(u);
      Places outcome = backward.outcome(unit);
      backward.multiply(
          batch.kernels, unit, batch.memory, transformedErrors, from, errorWeights, own);
      for (int i = unit.again(); i < unit.channelCount(); i++) {
        for (int r = 0; r < unit.rows(); r++) {
          int to =
              batch.error(stage, group) + inputErrors.at(unit.channel() + i, unit.row() + r, 0);
          batch.kernels.transformRow(
              Transform.INPUT_ERROR,
              outcome.tiles(),
              batch.memory,
              whole ? to : scratch,
              own + outcome.at(i, r),
              outcome.next(),
              own + outcome.last(i, r));
          if (!whole) {
            int inner = scratch + c.window().padLeft() * LANES;
            System.arraycopy(batch.memory, inner, batch.memory, to, inputErrors.pitch());
          }
        }
      }
    }
  }

  private void addGradient(int part, int parts, int thread) {
    WeightTiles tiles = gradients[0];
    int elements = tiles.elements();
    int place = WEIGHT_TILES * elements * LANES;
    if (sums[thread] == null) {
      sums[thread] = Memory.of((long) RowTiles.PLACES * place + Winograd.KERNEL * LANES);
    }
    float[] own = sums[thread];
    int end = TapSum.share(tiles.count(), part + 1, parts);
    for (int first = TapSum.share(tiles.count(), part, parts); first < end; first += WEIGHT_TILES) {
      int last = Math.min(end, first + WEIGHT_TILES);
      Arrays.fill(own, Memory.START, Memory.START + RowTiles.PLACES * place, 0);
      for (int p = 0; p < gradients.length; p++) {
        for (int g = 0; g < batch.groups; g++) {
          batch.kernels.addProducts(
              gradients[p],
              batch.memory,
              batch.transformedError(stage, g) + p * transformedErrors.next(),
              batch.memory,
              batch.transformedInput(stage, g) + p * forward.inputs().next(),
              first,
              last,
              own,
              Memory.START + p * place);
        }
      }
      gather(tiles, first, last, own, place);
    }
  }

  private void gather(WeightTiles tiles, int first, int last, float[] own, int place) {
    int elements = tiles.elements();
    int weights = Memory.START + RowTiles.PLACES * place;
    for (int i = 0; i < (last - first) * elements; i++) {
      int row = tiles.elementAt()[first * elements + i];
      if (row >= 0) {
        batch.kernels.kernelGradient(own, Memory.START + i * LANES, place, weights);
        for (int k = 0; k < Winograd.KERNEL; k++) {
          batch.gradient[c.weightAt()[row * Winograd.KERNEL + k]] =
              DirectSums.lanes(own, weights + k * LANES);
        }
      }
    }
  }
}
