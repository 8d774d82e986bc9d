package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.Arrays;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * Trains the first convolution of a net for grey images together with the batch norm, ReLU, dropout
 * and max pooling behind it. Its outcome is the largest array of a net and its arithmetic the
 * smallest, so the outcome is never kept:
 *
 * <ul>
 *   <li>the batch norm's statistics follow from those of the image: a convolution's mean is {@code
 *       w m} and its variance {@code w C w}, where m and C are the means and covariances of the
 *       pixels that the taps see;
 *   <li>the convolution is computed some rows at a time, and these are normalized and pooled while
 *       they are in the cache; of a pooling is kept which input was the largest;
 *   <li>the gradient of the weights is {@code f (G - D m - s C w)}, where G are the products of
 *       errors and inputs, D is the sum of the errors, and f and s are factors of a channel, so no
 *       error is corrected one by one (Ioffe and Szegedy 2015, with the sums exchanged).
 * </ul>
 */
final class FirstTraining implements TrainingStage {
  /** The kernels for which it is quicker than storing what the convolution makes. */
  private static final int MOST_TAPS = 25;

  /** So many columns the sums over rows of products need at least. */
  private static final int LEAST_WIDTH = 8;

  private static final int MOST_ROWS = 4;

  private final TrainingBatch batch;
  private final Convolution c;
  private final Pointwise p;
  private final Moments moments;
  private final BatchNorm norm;
  private final Layout in;
  private final int channels;
  private final int taps;
  private final int pixels;
  private final double count;

  /** Where the outcome goes: behind the pooling, if there is one. */
  private final int last;

  private final Layout out;

  // The rows of the convolution that are made at a time, and the windows of their pooling.
  private final int rows;
  private final int bands;
  private final Layout band;
  private final TapSum outputs;
  private final float[] weights;
  private final Windows bandWindows;
  private final Windows windows;

  // Tiles of such rows; a block of channels has one for each few taps.
  private final WeightTiles tiles;
  private final int blocks;

  // For each thread: rows of the convolution or of its errors, then sums.
  private final float[][] scratch;
  private final int errorSums;
  private final int sums;
  private final int sumsEnd;
  private final int[][] masks;

  // For each group: the products of each weight, then the sum of the errors of each channel.
  private final double[] products;

  /** Whether the stages of a net begin with what this class trains. */
  static boolean trains(Stack stack) {
    if (stack.stages().size() < 2
        || !(stack.stages().get(0) instanceof Convolution c)
        || !(stack.stages().get(1) instanceof Pointwise p)) {
      return false;
    }
    Window w = c.window();
    return p.norm() != null
        && p.activation().slope() == 0
        && c.in().channels() == 1
        && c.activation().isIdentity()
        && c.taps() <= MOST_TAPS
        && c.out().width() >= LEAST_WIDTH
        && w.strideHeight() * w.strideWidth() * w.dilationHeight() * w.dilationWidth() == 1;
  }

  /** Whether it trains the pooling behind, too. */
  static boolean pools(Stack stack) {
    if (!trains(stack)
        || stack.stages().size() < 3
        || !(stack.stages().get(2) instanceof Pooling pooling)
        || pooling.kind() != Pooling.Kind.MAX) {
      return false;
    }
    Window w = pooling.window();
    return w.padTop() == 0
        && w.padLeft() == 0
        && w.kernelHeight() == w.strideHeight()
        && w.kernelWidth() == w.strideWidth()
        && (pooling.out().height() * w.kernelHeight() <= pooling.in().height())
        && (pooling.out().width() * w.kernelWidth() <= pooling.in().width());
  }

  FirstTraining(TrainingBatch batch) {
    this.batch = batch;
    this.c = (Convolution) batch.stack.stages().get(0);
    this.p = (Pointwise) batch.stack.stages().get(1);
    boolean pools = pools(batch.stack);
    Pooling pooling = pools ? (Pooling) batch.stack.stages().get(2) : null;
    this.in = batch.layouts[0];
    this.last = pools ? 3 : 2;
    this.out = batch.layouts[last];
    this.channels = c.out().channels();
    this.taps = c.taps();
    this.pixels = c.out().height() * c.out().width();
    this.count = (double) batch.images * pixels;
    this.moments = new Moments(batch, c);
    this.norm = new BatchNorm(batch, p.norm(), channels, count);
    this.rows = pools ? pooling.window().kernelHeight() : rows(c.out().height());
    this.bands = pools ? pooling.out().height() : c.out().height() / rows;
    Shape part = new Shape(channels, rows, c.out().width());
    this.band = Layout.dense(part);
    Convolution some =
        new Convolution(c.in(), part, c.window(), 1, c.weightAt(), c.biasAt(), c.activation());
    this.outputs = TapSum.forward(some, in, band);
    this.weights = new float[outputs.packed()];
    this.windows = pools ? Windows.of(pooling, Layout.dense(c.out()), out) : null;
    this.bandWindows =
        pools
            ? Windows.of(
                new Pooling(
                    part,
                    new Shape(channels, 1, pooling.out().width()),
                    pooling.window(),
                    pooling.kind()),
                band,
                out)
            : null;
    this.tiles = WeightTiles.of(some, in, KernelChoice.fastest().sums());
    this.blocks = (channels + tiles.rows() - 1) / tiles.rows();
    this.masks = new int[batch.threads][DropoutMask.NUMBERS + LANES];
    this.products = new double[batch.groups * channels * (taps + 1)];
    this.errorSums = Memory.START + Math.max(tiles.rows() * band.plane(), band.floats());
    this.sums = errorSums + tiles.rows() * LANES;
    this.sumsEnd = sums + tiles.count() / blocks * tiles.elements() * LANES;
    this.scratch = new float[batch.threads][];
  }

  private static int rows(int height) {
    int rows = MOST_ROWS;
    while (height % rows != 0) {
      rows--;
    }
    return rows;
  }

  private float[] scratch(int thread) {
    if (scratch[thread] == null) {
      scratch[thread] = Memory.of(sumsEnd);
    }
    return scratch[thread];
  }

  @Override
  public void load(Program program) {
    program.addForBatch(
        "pack 0", (part, parts, thread) -> outputs.pack(batch.parameters, weights, part, parts));
  }

  @Override
  public void forward(Program program) {
    program.add(
        "moments",
        (group, part, parts, thread) -> {
          if (part == 0) {
            moments.add(group, thread);
          }
        });
    program.endPhase(this::mergeMoments);
    program.addForBatch(
        "running statistics 1", (part, parts, thread) -> norm.storeRunning(part, parts));
    program.add("convolution, norm and pooling 0", this::makeBands);
  }

  private void mergeMoments() {
    moments.merge();
    for (int o = 0; o < channels; o++) {
      double middle = c.biasAt().length > 0 ? batch.parameters[c.biasAt()[o]] : 0;
      double spread = 0;
      for (int t = 0; t < taps; t++) {
        middle += weight(o, t) * moments.mean(t);
        spread += weight(o, t) * covariance(o, t);
      }
      norm.set(o, middle, spread, 1 / batch.retained(p));
    }
  }

  private double weight(int channel, int tap) {
    return batch.parameters[c.weightAt()[channel * taps + tap]];
  }

  /** The covariance of a channel and a tap. */
  private double covariance(int channel, int tap) {
    double all = 0;
    for (int t = 0; t < taps; t++) {
      all += weight(channel, t) * moments.covariance(t, tap);
    }
    return all;
  }

  private void makeBands(int group, int part, int parts, int thread) {
    float[] own = scratch(thread);
    int[] mask = masks[thread];
    if (p.dropout() != null) {
      batch.drawMask(p, group, mask);
    }
    int end = TapSum.share(bands, part + 1, parts);
    for (int b = TapSum.share(bands, part, parts); b < end; b++) {
      int x = batch.activation(0, group) + b * rows * in.pitch();
      batch.kernels.convolve(outputs, batch.memory, x, weights, own, Memory.START, 0, 1);
      for (int o = 0; o < channels; o++) {
        if (windows == null) {
          normalize(group, b, o, own, mask);
        } else {
          pool(group, b, o, own, mask);
        }
      }
    }
  }

  private void normalize(int group, int b, int o, float[] own, int[] mask) {
    int width = c.out().width();
    boolean dense = out.isDense();
    int length = dense ? rows * width : width;
    for (int r = 0; r < (dense ? 1 : rows); r++) {
      int to = batch.activation(last, group) + out.at(o, b * rows + r, 0);
      batch.kernels.normalize(
          own,
          Memory.START + band.at(o, r, 0),
          batch.memory,
          to,
          length,
          norm.mean[o],
          norm.scale[o],
          norm.shift[o],
          0);
      if (p.dropout() != null) {
        int unit = o * pixels + (b * rows + r) * width;
        batch.kernels.drop(batch.memory, to, unit, length, mask, 0);
      }
    }
  }

  private void pool(int group, int b, int o, float[] own, int[] mask) {
    int y = Memory.START + band.at(o, 0, 0);
    int width = c.out().width();
    if (p.dropout() != null) {
      // In the place of what is dropped goes what the ReLU makes 0.
      float off = norm.scale[o] < 0 ? Float.MAX_VALUE : -Float.MAX_VALUE;
      int unit = o * pixels + b * rows * width;
      batch.kernels.drop(own, y, unit, rows * width, mask, off);
    }
    batch.kernels.choosePool(
        bandWindows,
        own,
        y,
        batch.memory,
        batch.activation(last, group) + out.at(o, b, 0) - out.at(0, 0, 0),
        batch.memory,
        batch.activation(1, group) + (o * windows.count() + b * bandWindows.count()) * LANES,
        norm.mean[o],
        norm.scale[o],
        norm.shift[o]);
  }

  @Override
  public void backward(Program program) {
    program.add("gradient 0", this::addProducts);
    program.addForBatchLater(
        "gradient 0",
        (part, parts, thread) -> {
          if (part == 0) {
            mergeProducts();
          }
        });
  }

  private void addProducts(int group, int part, int parts, int thread) {
    float[] own = scratch(thread);
    int size = tiles.elements() * LANES;
    int to = group * channels * (taps + 1);
    int end = TapSum.share(blocks, part + 1, parts);
    for (int block = TapSum.share(blocks, part, parts); block < end; block++) {
      int first = Math.min(block * tiles.rows(), channels - tiles.rows());
      Arrays.fill(own, errorSums, sumsEnd, 0);
      for (int b = 0; b < bands; b++) {
        for (int o = 0; o < tiles.rows(); o++) {
          maskErrors(group, b, first + o, own, o);
        }
        int x = batch.activation(0, group) + b * rows * in.pitch();
        for (int t = block, at = sums; t < tiles.count(); t += blocks, at += size) {
          int errors = Memory.START - tiles.errorAt()[t];
          batch.kernels.addProducts(tiles, own, errors, batch.memory, x, t, t + 1, own, at);
        }
      }
      for (int o = 0; o < tiles.rows(); o++) {
        products[to + channels * taps + first + o] = DirectSums.lanes(own, errorSums + o * LANES);
      }
      for (int t = block, at = sums; t < tiles.count(); t += blocks, at += size) {
        for (int i = 0; i < tiles.elements(); i++) {
          int weight = tiles.elementAt()[t * tiles.elements() + i];
          if (weight >= 0) {
            products[to + weight] = DirectSums.lanes(own, at + i * LANES);
          }
        }
      }
    }
  }

  /** The errors of some rows before the batch norm, without its corrections, and their sum. */
  private void maskErrors(int group, int b, int o, float[] own, int place) {
    int to = Memory.START + place * band.plane();
    int sum = errorSums + place * LANES;
    if (windows != null) {
      int at = (o * windows.count() + b * bandWindows.count()) * LANES;
      batch.kernels.expand(
          bandWindows,
          batch.memory,
          batch.activation(1, group) + at,
          batch.memory,
          batch.error(last, group) + at,
          own,
          to,
          sum);
      return;
    }
    int width = c.out().width();
    for (int r = 0; r < rows; r++) {
      int row = b * rows + r;
      batch.kernels.maskErrors(
          batch.memory,
          batch.error(last, group) + (o * pixels + row * width) * LANES,
          batch.memory,
          batch.activation(last, group) + out.at(o, row, 0),
          own,
          to + r * width * LANES,
          width,
          sum);
    }
  }

  private void mergeProducts() {
    double[] all = new double[channels * (taps + 1)];
    for (int g = 0; g < batch.groups; g++) {
      for (int i = 0; i < all.length; i++) {
        all[i] += products[g * all.length + i];
      }
    }
    double kept = 1 / batch.retained(p);
    for (int o = 0; o < channels; o++) {
      double errors = all[channels * taps + o];
      double middle = 0;
      double withOutcome = 0;
      for (int t = 0; t < taps; t++) {
        middle += weight(o, t) * moments.mean(t);
        withOutcome += weight(o, t) * all[o * taps + t];
      }
      withOutcome -= middle * errors;
      norm.correctBy(o, errors, withOutcome, kept);
      double deviation = Math.sqrt(norm.variance[o] + p.norm().epsilon());
      double factor = kept * p.norm().gamma(batch.parameters, o) / deviation;
      double share = withOutcome / (deviation * deviation);
      for (int t = 0; t < taps; t++) {
        double g = all[o * taps + t] - errors * moments.mean(t) - share * covariance(o, t);
        batch.gradient[c.weightAt()[o * taps + t]] = (float) (factor * g);
      }
      if (c.biasAt().length > 0) {
        // A batch norm takes a bias off again.
        batch.gradient[c.biasAt()[o]] = 0;
      }
    }
  }
}
