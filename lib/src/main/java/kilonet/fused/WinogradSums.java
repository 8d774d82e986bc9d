package kilonet.fused;

import static kilonet.fused.Layout.LANES;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Winograd.Transform;
import kilonet.layer.Shape;
import kilonet.layer.Window;

/**
 * The sums of a convolution with {@link Winograd} transforms. What is transformed lies as {@code
 * [place][channel][group][tile][16]}; the products of each place are a convolution of one pixel.
 */
final class WinogradSums implements ConvolutionSums {
  /** So many tiles of weights are gathered at once, see {@link WeightTiles}. */
  private static final int WEIGHT_TILES = 256;

  /** The numbers of a chunk of transformed inputs and outputs: 2 MB. */
  private static final long CHUNK = 1 << 19;

  /** The blocks of channels of a part of a product, and the most channels these are. */
  private static final int BLOCKS = 4;

  private static final int PART = BLOCKS * TapSum.WIDE;

  /** See {@link #together}. */
  private static final int PIXELS = 36;

  /** Between places, so that those of a tile do not compete for the same lines of the cache. */
  private static final int APART = 5 * LANES;

  /** The numbers of a tile. */
  private static final int TILE = Winograd.PLACES * LANES;

  private final TrainingBatch batch;
  private final int stage;
  private final Convolution c;
  private final Layout in;
  private final Layout out;
  private final Layout errors;
  private final Layout inputErrors;
  private final int rows;
  private final int columns;

  /** The tiles of a group. */
  private final int tiles;

  /** So many of them are transformed, multiplied and transformed back at a time. */
  private final int chunk;

  /** The groups whose tiles are gathered at a time. */
  private final int together;

  /** The numbers of a place of the inputs, and of the outputs. */
  private final int inputPlace;

  private final int outputPlace;
  private final TapSum product;
  private final List<Part> products;
  private final float[] weights;
  private final TapSum errorProduct;
  private final List<Part> errorProducts;
  private final float[] errorWeights;
  private final WeightTiles gradient;
  private final float[][] sums;
  private final float[][] places;
  private final double[][] scratch;

  WinogradSums(TrainingBatch batch, int stage, Convolution c) {
    this.batch = batch;
    this.stage = stage;
    this.c = c;
    this.in = batch.layouts[stage];
    this.out = batch.layouts[stage + 1];
    this.errors = Layout.dense(c.out());
    this.inputErrors = Layout.dense(c.in());
    this.rows = Winograd.tiles(c.out().height());
    this.columns = Winograd.tiles(c.out().width());
    this.tiles = rows * columns;
    int inputs = c.in().channels();
    int outputs = c.out().channels();
    this.inputPlace = place(inputs, batch.groups * tiles);
    this.outputPlace = place(outputs, batch.groups * tiles);
    this.chunk = chunk(c, batch.threads);
    int[] kernels = IntStream.range(0, inputs * outputs).toArray();
    int[] turned = Arrays.stream(kernels).map(k -> k % outputs * inputs + k / outputs).toArray();
    this.product = product(inputs, outputs, kernels, chunk, chunk);
    this.products = parts(product);
    this.weights = new float[Winograd.PLACES * product.packed()];
    this.errorProduct = product(outputs, inputs, turned, batch.groups * tiles, chunk);
    this.errorProducts = parts(errorProduct);
    this.errorWeights = new float[stage > 0 ? Winograd.PLACES * errorProduct.packed() : 0];
    this.together = together(batch.groups, tiles);
    this.gradient = gradient(inputs, outputs, kernels, batch.groups * tiles, together * tiles);
    this.sums = new float[batch.threads][];
    this.places = new float[batch.threads][];
    this.scratch = new double[batch.threads][Winograd.SCRATCH];
  }

  /**
   * The numbers that a batch's inputs and outputs are when they are transformed, and a chunk more:
   * the last one may reach beyond the last tile.
   */
  static long floats(Convolution c, int groups, int threads) {
    int tiles = groups * tiles(c);
    return (long) Winograd.PLACES
            * ((long) place(c.in().channels(), tiles) + place(c.out().channels(), tiles))
        + (long) chunk(c, threads) * LANES;
  }

  /**
   * The numbers that a thread needs besides: a tile, what its transform has in between, and a chunk
   * of transformed inputs and outputs.
   */
  static int ownFloats(Convolution c, int threads) {
    int chunk = chunk(c, threads);
    return 2 * TILE + Winograd.PLACES * (place(c.in().channels(), chunk) + place(PART, chunk));
  }

  private static int tiles(Convolution c) {
    return Winograd.tiles(c.out().height()) * Winograd.tiles(c.out().width());
  }

  /** The tiles of a chunk: they stay in the cache, and there is one for each thread. */
  private static int chunk(Convolution c, int threads) {
    int tiles = tiles(c);
    long floats = (long) TILE * tiles * (c.in().channels() + PART);
    int chunks = (int) Math.max((floats + CHUNK - 1) / CHUNK, Math.min(threads, tiles / 4));
    return (tiles + chunks - 1) / chunks;
  }

  /** The numbers from one place of all channels to the next. */
  private static int place(int channels, int tiles) {
    return Math.addExact(Math.multiplyExact(channels, tiles * LANES), APART);
  }

  /** As many groups as have about the pixels for which {@link Kernels#addProducts} is good. */
  private static int together(int groups, int tiles) {
    int most = Math.max(1, PIXELS / tiles);
    return IntStream.rangeClosed(1, Math.min(most, groups))
        .filter(n -> groups % n == 0)
        .max()
        .orElse(1);
  }

  /** A convolution of one pixel, at {@code count} of the pixels of a channel. */
  private static TapSum product(int inputs, int outputs, int[] kernels, int pixels, int count) {
    Layout from = Layout.dense(new Shape(inputs, 1, pixels));
    Layout to = Layout.dense(new Shape(outputs, 1, count));
    Convolution some = pixel(new Shape(inputs, 1, count), new Shape(outputs, 1, count), kernels);
    return TapSum.forward(some, from, to);
  }

  private static Convolution pixel(Shape from, Shape to, int[] kernels) {
    return new Convolution(
        from, to, Window.PIXEL, 1, kernels, new int[0], Stage.Activation.IDENTITY);
  }

  /** The gradient of such a convolution's weights. */
  private static WeightTiles gradient(
      int inputs, int outputs, int[] kernels, int pixels, int count) {
    Shape from = new Shape(inputs, 1, pixels);
    Convolution all = pixel(from, new Shape(outputs, 1, pixels), kernels);
    WeightTiles w = WeightTiles.of(all, Layout.dense(from), KernelChoice.fastest().sums());
    return new WeightTiles(
        w.rows(),
        w.columns(),
        w.errorAt(),
        w.inputAt(),
        Arrays.copyOf(w.pixels(), count),
        w.plane(),
        w.elementAt());
  }

  /**
   * Some channels of what a product makes.
   *
   * @param first the first channel
   * @param again how many of them the part before has made already
   * @param count how many there are
   * @param places the product with the weights of each place; the first of the channels goes where
   *     the product's first would
   */
  private record Part(int first, int again, int count, TapSum[] places) {}

  /** A product in parts whose outcome, at all places of a chunk, stays in the cache. */
  private static List<Part> parts(TapSum product) {
    List<Part> parts = new ArrayList<>();
    int done = 0;
    for (int b = 0; b < product.blocks().size(); b += BLOCKS) {
      List<TapSum.Block> blocks =
          product.blocks().subList(b, Math.min(b + BLOCKS, product.blocks().size()));
      TapSum.Block last = blocks.get(blocks.size() - 1);
      int out = blocks.get(0).out();
      TapSum[] places = new TapSum[Winograd.PLACES];
      for (int p = 0; p < places.length; p++) {
        int weights = p * product.packed();
        places[p] =
            new TapSum(
                product.regions(),
                blocks.stream()
                    .map(
                        k ->
                            new TapSum.Block(
                                k.width(), weights + k.weights(), k.in(), k.out() - out))
                    .toList(),
                product.plane(),
                product.sources(),
                product.channels());
      }
      int first = out / product.plane();
      int end = last.out() / product.plane() + last.width();
      parts.add(new Part(first, done - first, end - first, places));
      done = end;
    }
    return List.copyOf(parts);
  }

  @Override
  public void load(Program program) {
    program.addForBatch(
        "pack " + stage,
        (part, parts, thread) -> {
          pack(product, weights, part, parts, thread);
          if (part == 0 && c.biasAt().length > 0) {
            packBiases();
          }
          if (stage > 0) {
            pack(errorProduct, errorWeights, part, parts, thread);
          }
        });
  }

  private void pack(TapSum job, float[] packed, int part, int parts, int thread) {
    int taps = Winograd.KERNEL * Winograd.KERNEL;
    int end = TapSum.share(job.packed(), part + 1, parts);
    for (int i = TapSum.share(job.packed(), part, parts); i < end; i++) {
      int kernel = job.sources()[i];
      if (kernel >= 0) {
        Winograd.kernel(
            batch.parameters,
            c.weightAt(),
            kernel * taps,
            scratch[thread],
            packed,
            i,
            job.packed());
      }
    }
  }

  /** What is added in that place is added to all outputs of a tile. */
  private void packBiases() {
    for (int i = 0; i < product.packed(); i++) {
      if (product.sources()[i] < 0) {
        int bias = c.biasAt()[product.channels()[i]];
        weights[Winograd.BIAS * product.packed() + i] = batch.parameters[bias];
      }
    }
  }

  /** Where the transformed inputs of a channel of a group start. */
  private int input(int group, int channel) {
    return batch.transformed() + (channel * batch.groups + group) * tiles * LANES;
  }

  /** Where the transformed outputs, or their errors, start. */
  private int output(int group, int channel) {
    return batch.transformed()
        + Winograd.PLACES * inputPlace
        + (channel * batch.groups + group) * tiles * LANES;
  }

  @Override
  public void forward(Program program) {
    program.add("convolution " + stage, this::convolve);
  }

  private void convolve(int group, int part, int parts, int thread) {
    int own = batch.own(stage, thread);
    int from = own + 2 * TILE;
    int fromPlace = place(c.in().channels(), chunk);
    int to = from + Winograd.PLACES * fromPlace;
    int toPlace = place(PART, chunk);
    int chunks = (tiles + chunk - 1) / chunk;
    int end = TapSum.share(chunks, part + 1, parts);
    for (int n = TapSum.share(chunks, part, parts); n < end; n++) {
      int first = n * chunk;
      int last = Math.min(tiles, first + chunk);
      for (int i = 0; i < c.in().channels(); i++) {
        for (int t = first; t < last; t++) {
          int at = from + (i * chunk + t - first) * LANES;
          transformInput(group, i, t, at, fromPlace, own);
        }
      }
      for (Part outputs : products) {
        multiply(outputs, from, fromPlace, weights, to, toPlace);
        for (int o = outputs.again(); o < outputs.count(); o++) {
          for (int t = first; t < last; t++) {
            int at = to + (o * chunk + t - first) * LANES;
            transformOutput(group, outputs.first() + o, t, at, toPlace, own);
          }
        }
      }
    }
  }

  private void multiply(Part part, int from, int fromPlace, float[] packed, int to, int toPlace) {
    for (int p = 0; p < Winograd.PLACES; p++) {
      batch.kernels.convolve(
          part.places()[p],
          batch.memory,
          from + p * fromPlace,
          packed,
          batch.memory,
          to + p * toPlace,
          0,
          1);
    }
  }

  @Override
  public void backward(Program program) {
    program.add("output error transform " + stage, this::transformErrors);
    if (stage > 0) {
      program.add("error " + stage, this::addErrors);
    }
    program.add("input transform back " + stage, this::transformInputs);
    program.endPhase(null);
    program.addForBatch("gradient " + stage, this::addGradient);
    // What the gradient reads, the next convolution writes.
    program.endPhase(null);
  }

  private void transformInputs(int group, int part, int parts, int thread) {
    int channels = c.in().channels();
    int end = TapSum.share(channels, part + 1, parts);
    for (int i = TapSum.share(channels, part, parts); i < end; i++) {
      for (int t = 0; t < tiles; t++) {
        int to = input(group, i) + t * LANES;
        transformInput(group, i, t, to, inputPlace, batch.own(stage, thread));
      }
    }
  }

  private void transformInput(int group, int channel, int tile, int to, int place, int own) {
    int y = tile / columns * Winograd.OUT - c.window().padTop();
    int x = tile % columns * Winograd.OUT - c.window().padLeft();
    int high = Math.min(Winograd.IN, c.in().height() + in.bottom() - y);
    int wide = Math.min(Winograd.IN, c.in().width() + in.right() - x);
    int from = batch.activation(stage, group) + in.at(channel, y, x);
    int pitch = in.pitch();
    if (high < Winograd.IN || wide < Winograd.IN) {
      from = copy(from, pitch, high, wide, own);
      pitch = Winograd.IN * LANES;
    }
    transform(Transform.INPUT, from, LANES, pitch, to, place, Winograd.IN * place, own);
  }

  private void transformOutput(int group, int channel, int tile, int from, int place, int own) {
    int y = tile / columns * Winograd.OUT;
    int x = tile % columns * Winograd.OUT;
    int high = Math.min(Winograd.OUT, c.out().height() - y);
    int wide = Math.min(Winograd.OUT, c.out().width() - x);
    boolean whole = high == Winograd.OUT && wide == Winograd.OUT;
    int to = batch.activation(stage + 1, group) + out.at(channel, y, x);
    int target = whole ? to : own;
    int pitch = whole ? out.pitch() : Winograd.IN * LANES;
    transform(Transform.OUTPUT, from, place, Winograd.IN * place, target, LANES, pitch, own);
    for (int r = 0; !whole && r < high; r++) {
      int row = own + r * pitch;
      System.arraycopy(batch.memory, row, batch.memory, to + r * out.pitch(), wide * LANES);
    }
  }

  private void transformErrors(int group, int part, int parts, int thread) {
    int channels = c.out().channels();
    int own = batch.own(stage, thread);
    int end = TapSum.share(channels, part + 1, parts);
    for (int o = TapSum.share(channels, part, parts); o < end; o++) {
      for (int t = 0; t < tiles; t++) {
        int y = t / columns * Winograd.OUT;
        int x = t % columns * Winograd.OUT;
        int high = Math.min(Winograd.OUT, c.out().height() - y);
        int wide = Math.min(Winograd.OUT, c.out().width() - x);
        int to = output(group, o) + t * LANES;
        int from = batch.error(stage + 1, group) + errors.at(o, y, x);
        int pitch = errors.pitch();
        if (high < Winograd.OUT || wide < Winograd.OUT) {
          from = copy(from, pitch, high, wide, own);
          pitch = Winograd.IN * LANES;
        }
        transform(
            Transform.OUTPUT_ERROR,
            from,
            LANES,
            pitch,
            to,
            outputPlace,
            Winograd.IN * outputPlace,
            own);
      }
    }
  }

  /** Tiles overlap: their errors are added, one tile after the other. */
  private void addErrors(int group, int part, int parts, int thread) {
    int own = batch.own(stage, thread);
    int product = own + 2 * TILE;
    int place = place(PART, chunk);
    int end = TapSum.share(errorProducts.size(), part + 1, parts);
    for (int n = TapSum.share(errorProducts.size(), part, parts); n < end; n++) {
      Part inputs = errorProducts.get(n);
      int first = inputs.first() + inputs.again();
      int from = batch.error(stage, group) + inputErrors.at(first, 0, 0);
      int floats = (inputs.count() - inputs.again()) * inputErrors.plane();
      Arrays.fill(batch.memory, from, from + floats, 0);
    }
    for (int first = 0; first < tiles; first += chunk) {
      int last = Math.min(tiles, first + chunk);
      for (int n = TapSum.share(errorProducts.size(), part, parts); n < end; n++) {
        Part inputs = errorProducts.get(n);
        multiply(
            inputs, output(group, 0) + first * LANES, outputPlace, errorWeights, product, place);
        for (int i = inputs.again(); i < inputs.count(); i++) {
          for (int t = first; t < last; t++) {
            int at = product + (i * chunk + t - first) * LANES;
            addInputError(group, inputs.first() + i, t, at, place, own);
          }
        }
      }
    }
  }

  private void addInputError(int group, int channel, int tile, int from, int place, int own) {
    int y = tile / columns * Winograd.OUT - c.window().padTop();
    int x = tile % columns * Winograd.OUT - c.window().padLeft();
    int left = Math.max(0, -x);
    int wide = Math.min(Winograd.IN, c.in().width() - x) - left;
    int bottom = Math.min(Winograd.IN, c.in().height() - y);
    int pitch = Winograd.IN * LANES;
    transform(Transform.INPUT_ERROR, from, place, Winograd.IN * place, own, LANES, pitch, own);
    int plane = batch.error(stage, group) + inputErrors.at(channel, 0, 0);
    for (int r = Math.max(0, -y); r < bottom; r++) {
      int to = plane + (y + r) * inputErrors.pitch() + (x + left) * LANES;
      int row = own + r * pitch + left * LANES;
      batch.kernels.add(batch.memory, to, batch.memory, row, batch.memory, to, wide);
    }
  }

  /** Copies a part of a tile, with zeros for the rest of it. */
  private int copy(int from, int pitch, int high, int wide, int own) {
    Arrays.fill(batch.memory, own, own + TILE, 0);
    for (int r = 0; r < high; r++) {
      int row = own + r * Winograd.IN * LANES;
      System.arraycopy(batch.memory, from + r * pitch, batch.memory, row, wide * LANES);
    }
    return own;
  }

  private void transform(
      Transform kind, int from, int across, int down, int to, int toAcross, int toDown, int own) {
    batch.kernels.transform(
        kind, batch.memory, from, across, down, to, toAcross, toDown, own + TILE);
  }

  private void addGradient(int part, int parts, int thread) {
    int elements = gradient.elements();
    if (sums[thread] == null) {
      sums[thread] = Memory.of((long) WEIGHT_TILES * elements * LANES);
      places[thread] = new float[WEIGHT_TILES * elements * Winograd.PLACES];
    }
    float[] own = sums[thread];
    float[] gathered = places[thread];
    int end = TapSum.share(gradient.count(), part + 1, parts);
    for (int first = TapSum.share(gradient.count(), part, parts);
        first < end;
        first += WEIGHT_TILES) {
      int last = Math.min(end, first + WEIGHT_TILES);
      int count = (last - first) * elements;
      for (int p = 0; p < Winograd.PLACES; p++) {
        Arrays.fill(own, Memory.START, Memory.START + count * LANES, 0);
        for (int g = 0; g < batch.groups; g += together) {
          batch.kernels.addProducts(
              gradient,
              batch.memory,
              output(g, 0) + p * outputPlace,
              batch.memory,
              input(g, 0) + p * inputPlace,
              first,
              last,
              own,
              Memory.START);
        }
        for (int i = 0; i < count; i++) {
          gathered[i * Winograd.PLACES + p] = DirectSums.lanes(own, Memory.START + i * LANES);
        }
      }
      for (int i = 0; i < count; i++) {
        int kernel = gradient.elementAt()[first * elements + i];
        if (kernel >= 0) {
          Winograd.kernelGradient(
              gathered,
              i * Winograd.PLACES,
              scratch[thread],
              batch.gradient,
              c.weightAt(),
              kernel * Winograd.KERNEL * Winograd.KERNEL);
        }
      }
    }
  }
}
