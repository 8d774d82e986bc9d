package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import kilonet.fused.OneDnn.Call;
import kilonet.fused.OneDnn.Operation;
import kilonet.fused.OneDnn.Scratch;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;
import org.bytedeco.dnnl.batch_normalization_backward;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Pointer;

/** One training step for batches of one size, compiled: forward, loss, backward. */
final class TrainingPlan implements AutoCloseable {
  private static final int CHUNK = 8;
  private static final int LARGEST_FOLDED_WINDOW = 25;

  private final Stack stack;
  private final int batch;
  private final Team team;
  private final NativeMemory own = new NativeMemory(this);
  private final OneDnn dnn = new OneDnn(own);
  private final List<Chunk> chunks = new ArrayList<>();
  private final List<Runnable> merges = new ArrayList<>();
  private final List<Work> works = new ArrayList<>();
  private final FloatPointer[] activations;
  private final FloatPointer[] errors;
  private final dnnl_stream[] streams;
  private final FloatPointer partialGradients;
  private final int partialLength;
  private final float[] partial;
  private final float[] total;

  private Pointer images;
  private float[] labels;
  private float[] parameters;
  private float[] gradient;
  private long dropoutKey;
  private int iteration;
  private boolean timed;
  private int epoch;

  /** Something done to one chunk of a batch. */
  private interface Step {
    void run(dnnl_stream stream);
  }

  /** A step by name, and the least time it has taken. */
  private static final class Named {
    final String name;
    final Step step;
    long nanoseconds = Long.MAX_VALUE;

    Named(String name, Step step) {
      this.name = name;
      this.step = step;
    }
  }

  /** Some images of the batch, which one thread takes through the whole network. */
  private final class Chunk {
    final int first;
    final int size;
    final int number;
    final Scratch scratch;
    final List<List<Named>> phases = new ArrayList<>();
    double loss;
    int correct;

    Chunk(int number, int first, int size, Scratch scratch) {
      this.number = number;
      this.first = first;
      this.size = size;
      this.scratch = scratch;
      phases.add(new ArrayList<>());
    }

    void add(String name, Step step) {
      phases.get(phases.size() - 1).add(new Named(name, step));
    }

    void add(Operation operation, Object... arguments) {
      add(dnn.call(operation, scratch, arguments));
    }

    void add(Call call) {
      add(call.name(), call::run);
    }

    void endPhase() {
      phases.add(new ArrayList<>());
    }
  }

  /** What one stage does. */
  private abstract class Work {
    /** Takes the parameters over, once a step. */
    void load() {}

    abstract void forward(Chunk chunk);

    abstract void backward(Chunk chunk);

    /** What the last thread to arrive does where a phase of the forward pass ends, or null. */
    Runnable forwardMerge() {
      return null;
    }

    /** What the last thread to arrive does where a phase of the backward pass ends, or null. */
    Runnable backwardMerge() {
      return null;
    }

    /** Writes the gradients of the stage. */
    void store() {}
  }

  TrainingPlan(Stack stack, int batch, Team team) {
    this.stack = stack;
    this.batch = batch;
    this.team = team;
    int stages = stack.stages().size();
    streams = new dnnl_stream[team.size()];
    Scratch[] scratches = new Scratch[team.size()];
    for (int i = 0; i < team.size(); i++) {
      streams[i] = dnn.stream().get();
      scratches[i] = new Scratch(own, 1 << 22);
    }
    int count = (batch + CHUNK - 1) / CHUNK;
    for (int i = 0; i < count; i++) {
      int size = Math.min(CHUNK, batch - i * CHUNK);
      chunks.add(new Chunk(i, i * CHUNK, size, scratches[threadOf(i, count)]));
    }
    activations = new FloatPointer[stages + 1];
    errors = new FloatPointer[stages + 1];
    for (int i = 0; i <= stages; i++) {
      Shape shape = i == 0 ? stack.input() : stack.stages().get(i - 1).out();
      activations[i] = own.allocateFloats(batch * OneDnn.floats(shape));
      boolean inPlace = i > 0 && stack.stages().get(i - 1) instanceof Pointwise;
      errors[i] = inPlace ? errors[i - 1] : own.allocateFloats(batch * OneDnn.floats(shape));
    }
    boolean folds = folds(stack);
    if (folds) {
      activations[1] = activations[2];
    }
    int length = 0;
    for (int i = 0; i < stages; i++) {
      Stage stage = stack.stages().get(i);
      if (i == 0 && folds) {
        FoldedWork work = new FoldedWork((Convolution) stage, (Pointwise) stack.stages().get(1));
        length += work.convolution.gradientLength();
        works.add(work);
        i++;
      } else if (stage instanceof Convolution convolution) {
        ConvolutionWork work = new ConvolutionWork(i, convolution, length);
        length += work.gradientLength();
        works.add(work);
      } else if (stage instanceof Pointwise pointwise) {
        works.add(new PointwiseWork(i, pointwise));
      } else {
        works.add(new PoolingWork(i, (Pooling) stage));
      }
    }
    partialLength = length;
    partialGradients = own.allocateFloats((long) length * count);
    partial = new float[length];
    total = new float[length];
    for (Chunk chunk : chunks) {
      compile(chunk);
    }
    for (Work work : works) {
      if (work.forwardMerge() != null) {
        merges.add(work.forwardMerge());
      }
    }
    for (int i = works.size() - 1; i >= 0; i--) {
      if (works.get(i).backwardMerge() != null) {
        merges.add(works.get(i).backwardMerge());
      }
    }
  }

  /** Whether the first convolution can take its batch norm in. */
  private static boolean folds(Stack stack) {
    return stack.plainInput()
        && stack.input().channels() == 1
        && stack.stages().size() > 2
        && stack.stages().get(0) instanceof Convolution c
        && c.activation().isIdentity()
        && c.weightAt().length / c.out().channels() <= LARGEST_FOLDED_WINDOW
        && c.window().kernelWidth() < c.in().width()
        && c.window().kernelHeight() < c.in().height()
        && stack.stages().get(1) instanceof Pointwise p
        && p.norm() != null;
  }

  private int threadOf(int chunk, int count) {
    return (int) ((long) chunk * team.size() / count);
  }

  private void compile(Chunk chunk) {
    Shape shape = stack.input();
    long bytes = (long) shape.channels() * shape.height() * shape.width() * Float.BYTES;
    if (stack.plainInput()) {
      Pointer to = NativeMemory.after(activations[0], chunk.first * bytes);
      own.keep(to);
      chunk.add(
          "copy input",
          s ->
              Pointer.memcpy(
                  to, NativeMemory.after(images, chunk.first * bytes), chunk.size * bytes));
    } else {
      memory.desc plain =
          dnn.describe(
              memory.format_tag.nchw, chunk.size, shape.channels(), shape.height(), shape.width());
      FloatPointer copy = own.allocateFloats(chunk.size * bytes / Float.BYTES);
      memory from = dnn.memory(plain, copy);
      chunk.add(
          "copy input",
          s ->
              Pointer.memcpy(
                  copy, NativeMemory.after(images, chunk.first * bytes), chunk.size * bytes));
      memory.desc logical = dnn.images(chunk.size, shape.channels(), shape);
      memory target = at(activations[0], shape, chunk, logical);
      reorder.primitive_desc e = new reorder.primitive_desc(from, target, dnn.attributes(), false);
      chunk.add(
          dnn.operation("pack input", new reorder(e), e), DNNL_ARG_FROM, from, DNNL_ARG_TO, target);
    }
    for (Work work : works) {
      work.forward(chunk);
    }
    chunk.add("loss", s -> loss(chunk));
    for (int i = works.size() - 1; i >= 0; i--) {
      works.get(i).backward(chunk);
    }
  }

  private memory at(FloatPointer start, Shape shape, Chunk chunk, memory.desc description) {
    long skip = chunk.first * OneDnn.floats(shape) * Float.BYTES;
    return dnn.memory(description, own.keep(NativeMemory.after(start, skip)));
  }

  private memory.desc padded(Chunk chunk, Shape shape) {
    return dnn.images(chunk.size, OneDnn.padded(shape.channels()), shape);
  }

  private memory padded(FloatPointer start, Shape shape, Chunk chunk) {
    return at(start, shape, chunk, padded(chunk, shape));
  }

  /**
   * Does one step.
   *
   * @return the sum of the losses of the images
   */
  double run(
      Pointer images,
      float[] labels,
      float[] parameters,
      float[] gradient,
      long seed,
      int iteration,
      int epoch) {
    this.images = images;
    this.labels = labels;
    this.parameters = parameters;
    this.gradient = gradient;
    this.dropoutKey = seed;
    this.iteration = iteration;
    this.epoch = epoch;
    for (Work work : works) {
      work.load();
    }
    team.run(this::work);
    reduce();
    for (Work work : works) {
      work.store();
    }
    double loss = 0;
    for (Chunk chunk : chunks) {
      loss += chunk.loss;
    }
    return loss;
  }

  /** Starts to take the time of every step. */
  void time() {
    timed = true;
  }

  /**
   * The least time that each kind of operation has taken since {@link #time}, in nanoseconds of one
   * thread for the whole batch, in the order of execution.
   */
  Map<String, Long> times() {
    Map<String, Long> times = new LinkedHashMap<>();
    for (int phase = 0; phase <= merges.size(); phase++) {
      for (Chunk chunk : chunks) {
        for (Named named : chunk.phases.get(phase)) {
          times.merge(named.name, named.nanoseconds, Long::sum);
        }
      }
    }
    return times;
  }

  int correct() {
    int correct = 0;
    for (Chunk chunk : chunks) {
      correct += chunk.correct;
    }
    return correct;
  }

  private void work(int member) {
    int phases = merges.size() + 1;
    dnnl_stream stream = streams[member];
    for (int phase = 0; phase < phases; phase++) {
      if (!team.failed()) {
        try {
          for (int c = 0; c < chunks.size(); c++) {
            if (threadOf(c, chunks.size()) == member) {
              List<Named> steps = chunks.get(c).phases.get(phase);
              for (int i = 0; i < steps.size(); i++) {
                Named named = steps.get(i);
                if (timed) {
                  long start = System.nanoTime();
                  named.step.run(stream);
                  named.nanoseconds = Math.min(named.nanoseconds, System.nanoTime() - start);
                } else {
                  named.step.run(stream);
                }
              }
            }
          }
        } catch (RuntimeException | Error e) {
          team.fail(e);
        }
      }
      if (phase < merges.size()) {
        team.meet(merges.get(phase));
      }
    }
  }

  private void reduce() {
    java.util.Arrays.fill(total, 0);
    for (int c = 0; c < chunks.size(); c++) {
      partialGradients.position((long) c * partialLength).get(partial);
      for (int i = 0; i < total.length; i++) {
        total[i] += partial[i];
      }
    }
    partialGradients.position(0);
  }

  private void loss(Chunk chunk) {
    int classes = stack.classes();
    int width = OneDnn.padded(classes);
    float[] values = new float[chunk.size * width];
    FloatPointer logits = activations[stack.stages().size()];
    FloatPointer at = new FloatPointer(logits);
    at.position((long) chunk.first * width).get(values);
    double loss = 0;
    int correct = 0;
    for (int n = 0; n < chunk.size; n++) {
      int row = n * width;
      int label = (chunk.first + n) * classes;
      float max = values[row];
      int guess = 0;
      int truth = 0;
      for (int c = 1; c < classes; c++) {
        if (values[row + c] > max) {
          max = values[row + c];
          guess = c;
        }
        if (labels[label + c] > labels[label + truth]) {
          truth = c;
        }
      }
      if (guess == truth) {
        correct++;
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(values[row + c] - max);
      }
      for (int c = 0; c < classes; c++) {
        double p = Math.exp(values[row + c] - max) / sum;
        float y = labels[label + c];
        if (y != 0) {
          double clipped = Math.min(Math.max(p, stack.clipping()), 1 - stack.clipping());
          loss -= y * Math.log(clipped);
        }
        values[row + c] = (float) (p - y);
      }
    }
    FloatPointer out = new FloatPointer(errors[stack.stages().size()]);
    out.position((long) chunk.first * width).put(values);
    chunk.loss = loss;
    chunk.correct = correct;
  }

  @Override
  public void close() {
    own.close();
  }

  private final class ConvolutionWork extends Work {
    private final int stage;
    private final Convolution c;
    private final boolean plain;
    private final boolean hasBias;
    private final int gradientStart;
    private final ForwardConvolution forward;
    private final memory.desc backwardWeights;
    private final memory.desc gradientWeights;
    private final int[] backwardOrigin;
    private final int[] gradientOrigin;
    private final FloatPointer backwardPacked;
    private final float[] backwardStaging;
    private final int gradientCount;

    ConvolutionWork(int stage, Convolution c, int gradientStart) {
      this(stage, c, gradientStart, c.biasAt().length > 0);
    }

    ConvolutionWork(int stage, Convolution c, int gradientStart, boolean hasBias) {
      this.stage = stage;
      this.c = c;
      this.hasBias = hasBias;
      this.gradientStart = gradientStart;
      this.plain = stage == 0 && stack.plainInput();
      Chunk full = chunks.get(0);
      forward =
          new ForwardConvolution(
              dnn,
              own,
              "convolution " + stage,
              c,
              c.activation(),
              plain,
              hasBias,
              chunks.get(0).size);
      convolution_forward.primitive_desc hint = paddedHint(full);
      gradientWeights = own.keep(weightDescription(full, hint, null).diff_weights_desc());
      if (stage > 0) {
        backwardWeights = own.keep(dataDescription(full, hint, null).weights_desc());
        backwardOrigin = origin(backwardWeights);
        backwardPacked = own.allocateFloats(backwardOrigin.length);
        backwardStaging = new float[backwardOrigin.length];
      } else {
        backwardWeights = null;
        backwardOrigin = null;
        backwardPacked = null;
        backwardStaging = null;
      }
      gradientOrigin = origin(gradientWeights);
      gradientCount = (gradientOrigin.length + 15) / 16 * 16;
    }

    int gradientLength() {
      return gradientCount + OneDnn.padded(c.out().channels());
    }

    private int inputs() {
      return plain ? c.in().channels() : OneDnn.padded(c.in().channels());
    }

    private int outputs() {
      return OneDnn.padded(c.out().channels());
    }

    private int[] origin(memory.desc packed) {
      int[] plainOrigin = dnn.origin(weights(memory.format_tag.oihw), packed);
      return ForwardConvolution.origin(c, plainOrigin, inputs());
    }

    private memory.desc weights(memory.format_tag tag) {
      return dnn.describe(
          tag, outputs(), inputs(), c.window().kernelHeight(), c.window().kernelWidth());
    }

    private memory.desc source(Chunk chunk) {
      return plain ? dnn.plainImages(chunk.size, c.in()) : dnn.images(chunk.size, inputs(), c.in());
    }

    private memory.desc biasDescription() {
      return dnn.describe(memory.format_tag.a, outputs());
    }

    private convolution_forward.primitive_desc paddedHint(Chunk chunk) {
      Window v = c.window();
      convolution_forward.desc d =
          own.keep(
              new convolution_forward.desc(
                  prop_kind.forward_training,
                  algorithm.convolution_direct,
                  source(chunk),
                  weights(memory.format_tag.any),
                  dnn.images(chunk.size, outputs(), c.out()),
                  v.stride(),
                  v.pad(),
                  v.pad()));
      return own.keep(new convolution_forward.primitive_desc(d, dnn.attributes(), dnn.engine()));
    }

    private convolution_backward_weights.primitive_desc weightDescription(
        Chunk chunk, convolution_forward.primitive_desc hint, memory.desc packed) {
      memory.desc w = packed == null ? weights(memory.format_tag.any) : packed;
      memory.desc to = dnn.images(chunk.size, outputs(), c.out());
      memory.desc from = source(chunk);
      Window v = c.window();
      convolution_backward_weights.desc d =
          own.keep(
              hasBias
                  ? new convolution_backward_weights.desc(
                      algorithm.convolution_direct,
                      from,
                      w,
                      biasDescription(),
                      to,
                      v.stride(),
                      v.pad(),
                      v.pad())
                  : new convolution_backward_weights.desc(
                      algorithm.convolution_direct, from, w, to, v.stride(), v.pad(), v.pad()));
      return own.keep(
          new convolution_backward_weights.primitive_desc(d, dnn.attributes(), dnn.engine(), hint));
    }

    private convolution_backward_data.primitive_desc dataDescription(
        Chunk chunk, convolution_forward.primitive_desc hint, memory.desc packed) {
      memory.desc w = packed == null ? weights(memory.format_tag.any) : packed;
      Window v = c.window();
      convolution_backward_data.desc d =
          own.keep(
              new convolution_backward_data.desc(
                  algorithm.convolution_direct,
                  source(chunk),
                  w,
                  dnn.images(chunk.size, outputs(), c.out()),
                  v.stride(),
                  v.pad(),
                  v.pad()));
      return own.keep(
          new convolution_backward_data.primitive_desc(d, dnn.attributes(), dnn.engine(), hint));
    }

    @Override
    void load() {
      forward.load(parameters);
      loadBackward();
    }

    void loadBackward() {
      if (backwardOrigin != null) {
        for (int i = 0; i < backwardOrigin.length; i++) {
          backwardStaging[i] = backwardOrigin[i] < 0 ? 0 : parameters[backwardOrigin[i]];
        }
        backwardPacked.put(backwardStaging);
      }
    }

    @Override
    void forward(Chunk chunk) {
      long skip = chunk.first * OneDnn.floats(c.out()) * Float.BYTES;
      Pointer to = own.keep(NativeMemory.after(activations[stage + 1], skip));
      chunk.add(forward.call(chunk.size, sourceAt(chunk), to, chunk.scratch));
    }

    private Pointer sourceAt(Chunk chunk) {
      Shape s = c.in();
      long image = plain ? (long) s.channels() * s.height() * s.width() : OneDnn.floats(s);
      return own.keep(NativeMemory.after(activations[stage], chunk.first * image * Float.BYTES));
    }

    @Override
    void backward(Chunk chunk) {
      addActivationBackward(chunk, c.activation(), c.out(), stage);
      convolution_forward.primitive_desc hint = paddedHint(chunk);
      convolution_backward_weights.primitive_desc d =
          weightDescription(chunk, hint, gradientWeights);
      Operation operation =
          dnn.operation("gradient " + stage, new convolution_backward_weights(d), d);
      memory error = padded(errors[stage + 1], c.out(), chunk);
      memory from = dnn.memory(source(chunk), sourceAt(chunk));
      long start = ((long) chunk.number * partialLength + gradientStart) * Float.BYTES;
      memory w = dnn.memory(gradientWeights, own.keep(NativeMemory.after(partialGradients, start)));
      if (hasBias) {
        long biasStart = start + (long) gradientCount * Float.BYTES;
        memory b =
            dnn.memory(
                biasDescription(), own.keep(NativeMemory.after(partialGradients, biasStart)));
        chunk.add(
            operation,
            DNNL_ARG_SRC,
            from,
            DNNL_ARG_DIFF_DST,
            error,
            DNNL_ARG_DIFF_WEIGHTS,
            w,
            DNNL_ARG_DIFF_BIAS,
            b);
      } else {
        chunk.add(
            operation, DNNL_ARG_SRC, from, DNNL_ARG_DIFF_DST, error, DNNL_ARG_DIFF_WEIGHTS, w);
      }
      if (stage > 0) {
        convolution_backward_data.primitive_desc b = dataDescription(chunk, hint, backwardWeights);
        Operation data = dnn.operation("error " + stage, new convolution_backward_data(b), b);
        chunk.add(
            data,
            DNNL_ARG_DIFF_DST,
            error,
            DNNL_ARG_WEIGHTS,
            dnn.memory(backwardWeights, backwardPacked),
            DNNL_ARG_DIFF_SRC,
            padded(errors[stage], c.in(), chunk));
      }
    }

    @Override
    void store() {
      storeWeights();
      for (int i = 0; i < c.biasAt().length; i++) {
        gradient[c.biasAt()[i]] = biasGradient(i);
      }
    }

    void storeWeights() {
      for (int i = 0; i < gradientOrigin.length; i++) {
        if (gradientOrigin[i] >= 0) {
          gradient[gradientOrigin[i]] = total[gradientStart + i];
        }
      }
    }

    float biasGradient(int output) {
      return total[gradientStart + gradientCount + output];
    }
  }

  /**
   * The first convolution with its batch norm and what follows it, in one pass each way.
   *
   * <p>What the batch norm wants to know of the convolution's outcome follows from the moments of
   * the images, so its scale and offset go into the weights beforehand. On the way back, what it
   * subtracts from the error is linear in 1 and in the convolution's outcome; so its part in the
   * gradient of the weights follows from the same moments, and needs no pass over the error.
   */
  private final class FoldedWork extends Work {
    private final Convolution c;
    private final Norm norm;
    private final ConvolutionWork convolution;
    private final PointwiseWork pointwise;
    private final PatchMoments moments;
    private final PatchMoments.Adder[] adders;
    private final float[][] pixels;
    private final float[] scale;
    private final float[] shift;
    private final double[] seen;

    FoldedWork(Convolution c, Pointwise p) {
      this.c = c;
      this.norm = p.norm();
      Convolution whole =
          new Convolution(c.in(), c.out(), c.window(), c.weightAt(), c.biasAt(), p.activation());
      this.convolution = new ConvolutionWork(0, whole, 0, true);
      this.pointwise = new PointwiseWork(1, p);
      this.moments = new PatchMoments(c.in(), c.window(), chunks.size());
      this.adders = new PatchMoments.Adder[team.size()];
      this.pixels = new float[team.size()][c.in().height() * c.in().width()];
      for (int i = 0; i < adders.length; i++) {
        adders[i] = moments.new Adder();
      }
      this.scale = new float[OneDnn.padded(c.out().channels())];
      this.shift = new float[scale.length];
      this.seen = new double[moments.area()];
    }

    @Override
    void load() {
      convolution.loadBackward();
    }

    @Override
    void forward(Chunk chunk) {
      int thread = threadOf(chunk.number, chunks.size());
      int size = pixels[thread].length;
      FloatPointer at = new FloatPointer(activations[0]);
      chunk.add(
          "moments 0",
          s -> {
            adders[thread].clear(chunk.number);
            for (int n = 0; n < chunk.size; n++) {
              at.position((long) (chunk.first + n) * size).get(pixels[thread]);
              adders[thread].add(chunk.number, pixels[thread]);
            }
          });
      chunk.endPhase();
      convolution.forward(chunk);
      pointwise.addDropout(chunk);
    }

    @Override
    Runnable forwardMerge() {
      return this::fold;
    }

    private float weight(int o, int k) {
      return parameters[c.weightAt()[o * moments.area() + k]];
    }

    private void fold() {
      moments.finish();
      double count = pointwise.count;
      for (int o = 0; o < c.out().channels(); o++) {
        double sum = 0;
        double squares = 0;
        for (int k = 0; k < seen.length; k++) {
          sum += weight(o, k) * moments.sum(k);
          for (int l = 0; l < seen.length; l++) {
            squares += (double) weight(o, k) * weight(o, l) * moments.product(k, l);
          }
        }
        double mean = sum / count;
        double variance = Math.max(0, squares / count - mean * mean);
        double factor = norm.gamma(parameters, o) / Math.sqrt(variance + norm.epsilon());
        scale[o] = (float) factor;
        shift[o] = (float) (norm.beta(parameters, o) - factor * mean);
        pointwise.mean[o] =
            (float) (mean + (c.biasAt().length > 0 ? parameters[c.biasAt()[o]] : 0));
        pointwise.variance[o] = (float) variance;
      }
      convolution.forward.load(parameters, scale, shift);
    }

    @Override
    void backward(Chunk chunk) {
      pointwise.addMaskBackward(chunk);
      convolution.backward(chunk);
    }

    @Override
    void store() {
      convolution.storeWeights();
      double count = pointwise.count;
      double kept = pointwise.errorFactor();
      for (int o = 0; o < c.out().channels(); o++) {
        double mean = pointwise.mean[o] - (c.biasAt().length > 0 ? parameters[c.biasAt()[o]] : 0);
        double deviation = Math.sqrt(pointwise.variance[o] + norm.epsilon());
        double errors = kept * convolution.biasGradient(o);
        double product = 0;
        for (int k = 0; k < seen.length; k++) {
          seen[k] = 0;
          for (int l = 0; l < seen.length; l++) {
            seen[k] += weight(o, l) * moments.product(k, l);
          }
          seen[k] = (seen[k] - mean * moments.sum(k)) / deviation;
          product += kept * weight(o, k) * gradient[c.weightAt()[o * seen.length + k]];
        }
        double normalised = (product - mean * errors) / deviation;
        pointwise.gammaSum[o] = normalised;
        pointwise.betaSum[o] = errors;
        double factor = norm.gamma(parameters, o) / deviation;
        for (int k = 0; k < seen.length; k++) {
          int at = c.weightAt()[o * seen.length + k];
          double corrected =
              kept * gradient[at] - (errors * moments.sum(k) + normalised * seen[k]) / count;
          gradient[at] = (float) (factor * corrected);
        }
        if (c.biasAt().length > 0) {
          gradient[c.biasAt()[o]] = 0;
        }
      }
      pointwise.store();
    }
  }

  /** Error behind an activation from the error before it, in place. */
  private void addActivationBackward(Chunk chunk, Activation activation, Shape shape, int stage) {
    if (activation.isIdentity()) {
      return;
    }
    memory.desc d = padded(chunk, shape);
    algorithm relu = algorithm.eltwise_relu_use_dst_for_bwd;
    eltwise_forward.primitive_desc hint =
        own.keep(
            new eltwise_forward.primitive_desc(
                own.keep(
                    new eltwise_forward.desc(
                        prop_kind.forward_training, relu, d, activation.slope(), 0)),
                dnn.engine()));
    eltwise_backward.primitive_desc b =
        own.keep(
            new eltwise_backward.primitive_desc(
                own.keep(new eltwise_backward.desc(relu, d, d, activation.slope(), 0)),
                dnn.attributes(),
                dnn.engine(),
                hint));
    memory error = padded(errors[stage + 1], shape, chunk);
    chunk.add(
        dnn.operation("activation backward " + stage, new eltwise_backward(b), b),
        DNNL_ARG_DST,
        padded(activations[stage + 1], shape, chunk),
        DNNL_ARG_DIFF_DST,
        error,
        DNNL_ARG_DIFF_SRC,
        error);
  }

  private final class PointwiseWork extends Work {
    private final int stage;
    private final Pointwise p;
    private final Shape shape;
    private final int channels;
    private final int width;
    private final double count;
    private final FloatPointer mask;
    private final DropoutMask[] masks;
    private final IntPointer[] maskBits;
    private final FloatPointer partialStatistics;
    private final FloatPointer partialSums;
    private final FloatPointer statistics;
    private final FloatPointer scales;
    private final FloatPointer errorScales;
    private final FloatPointer correction;
    private final FloatPointer waste;
    private final float[] read;
    private final float[] mean;
    private final float[] variance;
    private final float[] scaleStaging;
    private final float[] statisticsStaging;
    private final double[] gammaSum;
    private final double[] betaSum;

    PointwiseWork(int stage, Pointwise p) {
      this.stage = stage;
      this.p = p;
      this.shape = p.in();
      this.channels = shape.channels();
      this.width = OneDnn.padded(channels);
      this.count = (double) batch * shape.height() * shape.width();
      int maskImages = maskIsInSign() ? CHUNK * team.size() : batch;
      this.mask =
          p.dropout() == null ? null : own.allocateFloats(maskImages * OneDnn.floats(shape));
      this.masks = new DropoutMask[team.size()];
      this.maskBits = new IntPointer[team.size()];
      for (int i = 0; i < team.size() && p.dropout() != null; i++) {
        masks[i] = new DropoutMask((int) OneDnn.floats(shape));
        maskBits[i] = new IntPointer(mask);
      }
      this.partialStatistics = own.allocateFloats(2L * width * chunks.size());
      this.partialSums = own.allocateFloats(2L * width * chunks.size());
      this.statistics = own.allocateFloats(2L * width);
      this.scales = own.allocateFloats(2L * width);
      this.errorScales = own.allocateFloats(2L * width);
      this.correction = own.allocateFloats(2L * width);
      this.waste = own.allocateFloats(CHUNK * OneDnn.floats(shape) * team.size());
      this.read = new float[2 * width * chunks.size()];
      this.mean = new float[channels];
      this.variance = new float[channels];
      this.scaleStaging = new float[2 * width];
      this.statisticsStaging = new float[2 * width];
      this.gammaSum = new double[channels];
      this.betaSum = new double[channels];
    }

    private memory vector(FloatPointer start, long skip) {
      return dnn.memory(
          dnn.describe(memory.format_tag.a, width),
          own.keep(NativeMemory.after(start, skip * Float.BYTES)));
    }

    private memory pair(FloatPointer start, long skip) {
      return dnn.memory(
          dnn.describe(memory.format_tag.nc, 2, width),
          own.keep(NativeMemory.after(start, skip * Float.BYTES)));
    }

    @Override
    void forward(Chunk chunk) {
      memory.desc d = padded(chunk, shape);
      memory from = padded(activations[stage], shape, chunk);
      memory to = padded(activations[stage + 1], shape, chunk);
      if (p.norm() != null) {
        batch_normalization_forward.primitive_desc b =
            normDescription(chunk, normalization_flags.none.value, prop_kind.forward_training);
        memory y =
            dnn.memory(
                d,
                own.keep(
                    NativeMemory.after(
                        waste,
                        threadOf(chunk.number, chunks.size())
                            * CHUNK
                            * OneDnn.floats(shape)
                            * Float.BYTES)));
        long skip = 2L * width * chunk.number;
        chunk.add(
            dnn.operation("statistics " + stage, new batch_normalization_forward(b), b),
            DNNL_ARG_SRC,
            from,
            DNNL_ARG_DST,
            y,
            DNNL_ARG_MEAN,
            vector(partialStatistics, skip),
            DNNL_ARG_VARIANCE,
            vector(partialStatistics, skip + width));
        chunk.endPhase();
        addDraw(chunk);
        post_ops post = own.keep(new post_ops());
        if (!p.activation().isIdentity()) {
          post.append_eltwise(1, algorithm.eltwise_relu, p.activation().slope(), 0);
        }
        if (p.dropout() == null) {
          addScaling("norm ", chunk, post, scales, to);
          return;
        }
        int number = DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (post.len() + 1) | DNNL_ARG_SRC_1;
        post.append_binary(algorithm.binary_mul, d);
        addScaling("norm ", chunk, post, scales, to, number, maskOf(chunk));
      } else {
        addActivationForward(chunk, from, to);
        addDropout(chunk);
      }
    }

    /**
     * A pass that scales and shifts each channel of what comes in: a depthwise 1x1 convolution,
     * into which oneDNN fuses more than it does into a batch norm.
     *
     * @param scales a scale for each channel, then a shift for each channel; blocks of channels
     *     keep them in this order
     */
    private void addScaling(
        String name, Chunk chunk, post_ops post, FloatPointer scales, memory to, Object... more) {
      memory.desc d = padded(chunk, shape);
      primitive_attr attributes = dnn.attributes();
      attributes.set_post_ops(post);
      long[] once = {1, 1};
      long[] none = {0, 0};
      convolution_forward.primitive_desc c =
          own.keep(
              new convolution_forward.primitive_desc(
                  own.keep(
                      new convolution_forward.desc(
                          prop_kind.forward_training,
                          algorithm.convolution_direct,
                          d,
                          dnn.describe(memory.format_tag.any, width, 1, 1, 1, 1),
                          dnn.describe(memory.format_tag.a, width),
                          d,
                          once,
                          none,
                          none)),
                  attributes,
                  dnn.engine()));
      List<Object> arguments =
          new ArrayList<>(
              List.of(
                  DNNL_ARG_SRC,
                  padded(activations[stage], shape, chunk),
                  DNNL_ARG_WEIGHTS,
                  dnn.memory(own.keep(c.weights_desc()), scales),
                  DNNL_ARG_BIAS,
                  vector(scales, width),
                  DNNL_ARG_DST,
                  to));
      arguments.addAll(List.of(more));
      chunk.add(dnn.operation(name + stage, new convolution_forward(c), c), arguments.toArray());
    }

    private void addDraw(Chunk chunk) {
      if (p.dropout() != null) {
        chunk.add("draw " + stage, s -> draw(chunk));
      }
    }

    void addDropout(Chunk chunk) {
      addDraw(chunk);
      if (p.dropout() != null) {
        addMask(chunk, padded(activations[stage + 1], shape, chunk));
      }
    }

    void addMaskBackward(Chunk chunk) {
      if (p.dropout() != null && !maskIsInSign()) {
        addMask(chunk, padded(errors[stage + 1], shape, chunk));
      }
    }

    /** What errors still have to be multiplied with where the mask is in the sign. */
    double errorFactor() {
      return maskIsInSign() ? 1 / retained() : 1;
    }

    /**
     * Whether the sign of the outcome tells what was dropped, and the factor of what was not can
     * wait for the batch norm's own.
     */
    private boolean maskIsInSign() {
      return p.norm() != null && p.activation().slope() == 0;
    }

    private double retained() {
      if (p.dropout() == null) {
        return 1;
      }
      return p.dropout().getPSchedule() == null
          ? p.dropout().getP()
          : p.dropout().getPSchedule().valueAt(iteration, epoch);
    }

    private void addActivationForward(Chunk chunk, memory from, memory to) {
      eltwise_forward.primitive_desc e =
          own.keep(
              new eltwise_forward.primitive_desc(
                  own.keep(
                      new eltwise_forward.desc(
                          prop_kind.forward_inference,
                          algorithm.eltwise_relu,
                          padded(chunk, shape),
                          p.activation().slope(),
                          0)),
                  dnn.attributes(),
                  dnn.engine()));
      chunk.add(
          dnn.operation("activation " + stage, new eltwise_forward(e), e),
          DNNL_ARG_SRC,
          from,
          DNNL_ARG_DST,
          to);
    }

    private void addMask(Chunk chunk, memory data) {
      memory.desc d = padded(chunk, shape);
      binary.primitive_desc b =
          own.keep(
              new binary.primitive_desc(
                  own.keep(new binary.desc(algorithm.binary_mul, d, d, d)),
                  dnn.attributes(),
                  dnn.engine()));
      chunk.add(
          dnn.operation("dropout " + stage, new binary(b), b),
          DNNL_ARG_SRC_0,
          data,
          DNNL_ARG_SRC_1,
          maskOf(chunk),
          DNNL_ARG_DST,
          data);
    }

    private memory maskOf(Chunk chunk) {
      long skip = maskStart(chunk) * OneDnn.floats(shape) * Float.BYTES;
      return dnn.memory(padded(chunk, shape), own.keep(NativeMemory.after(mask, skip)));
    }

    private batch_normalization_forward.primitive_desc normDescription(
        Chunk chunk, int flags, prop_kind kind) {
      return own.keep(
          new batch_normalization_forward.primitive_desc(
              own.keep(
                  new batch_normalization_forward.desc(
                      kind.value, padded(chunk, shape), (float) p.norm().epsilon(), flags)),
              dnn.attributes(),
              dnn.engine()));
    }

    @Override
    Runnable forwardMerge() {
      return p.norm() == null ? null : this::mergeStatistics;
    }

    private void mergeStatistics() {
      Norm norm = p.norm();
      partialStatistics.get(read);
      double area = (double) shape.height() * shape.width();
      for (int c = 0; c < channels; c++) {
        double sum = 0;
        for (Chunk chunk : chunks) {
          sum += chunk.size * area * read[2 * width * chunk.number + c];
        }
        double m = sum / count;
        double squares = 0;
        for (Chunk chunk : chunks) {
          int at = 2 * width * chunk.number + c;
          double off = read[at] - m;
          squares += chunk.size * area * (read[at + width] + off * off);
        }
        mean[c] = (float) m;
        variance[c] = (float) (squares / count);
        statisticsStaging[c] = mean[c];
        statisticsStaging[width + c] = variance[c];
        double scale = norm.gamma(parameters, c) / Math.sqrt(variance[c] + norm.epsilon());
        scaleStaging[c] = (float) scale;
        scaleStaging[width + c] = (float) (norm.beta(parameters, c) - scale * mean[c]);
      }
      statistics.put(statisticsStaging);
      scales.put(scaleStaging);
      for (int c = 0; c < channels; c++) {
        scaleStaging[c] = (float) (errorFactor() * norm.gamma(parameters, c));
        scaleStaging[width + c] = norm.beta(parameters, c);
      }
      errorScales.put(scaleStaging);
    }

    @Override
    void backward(Chunk chunk) {
      memory error = padded(errors[stage + 1], shape, chunk);
      addMaskBackward(chunk);
      addActivationBackward(chunk, p.activation(), shape, stage);
      if (p.norm() == null) {
        return;
      }
      int flags =
          normalization_flags.use_global_stats.value | normalization_flags.use_scale_shift.value;
      memory.desc d = padded(chunk, shape);
      batch_normalization_backward.primitive_desc b =
          own.keep(
              new batch_normalization_backward.primitive_desc(
                  own.keep(
                      new batch_normalization_backward.desc(
                          prop_kind.backward.value, d, d, (float) p.norm().epsilon(), flags)),
                  dnn.attributes(),
                  dnn.engine(),
                  normDescription(chunk, flags, prop_kind.forward_training)));
      memory from = padded(activations[stage], shape, chunk);
      chunk.add(
          dnn.operation("sums " + stage, new batch_normalization_backward(b), b),
          DNNL_ARG_SRC,
          from,
          DNNL_ARG_MEAN,
          vector(statistics, 0),
          DNNL_ARG_VARIANCE,
          vector(statistics, width),
          DNNL_ARG_DIFF_DST,
          error,
          DNNL_ARG_SCALE_SHIFT,
          pair(errorScales, 0),
          DNNL_ARG_DIFF_SRC,
          error,
          DNNL_ARG_DIFF_SCALE_SHIFT,
          pair(partialSums, 2L * width * chunk.number));
      chunk.endPhase();
      if (stage == 0) {
        return;
      }
      post_ops post = own.keep(new post_ops());
      post.append_sum(1f, memory.data_type.f32);
      addScaling("correction ", chunk, post, correction, error);
    }

    @Override
    Runnable backwardMerge() {
      return p.norm() == null ? null : this::mergeSums;
    }

    private void mergeSums() {
      partialSums.get(read);
      double factor = errorFactor();
      for (int c = 0; c < channels; c++) {
        double forGamma = 0;
        double forBeta = 0;
        for (int k = 0; k < chunks.size(); k++) {
          forGamma += read[2 * width * k + c];
          forBeta += read[2 * width * k + width + c];
        }
        forGamma *= factor;
        forBeta *= factor;
        gammaSum[c] = forGamma;
        betaSum[c] = forBeta;
        double deviation = Math.sqrt(variance[c] + p.norm().epsilon());
        double scale = p.norm().gamma(parameters, c) / deviation;
        double slope = -scale * forGamma / count / deviation;
        scaleStaging[c] = (float) slope;
        scaleStaging[width + c] = (float) (-scale * forBeta / count - slope * mean[c]);
      }
      correction.put(scaleStaging);
    }

    @Override
    void store() {
      Norm norm = p.norm();
      if (norm == null) {
        return;
      }
      for (int c = 0; c < channels; c++) {
        if (norm.gammaAt() >= 0) {
          gradient[norm.gammaAt() + c] = (float) gammaSum[c];
          gradient[norm.betaAt() + c] = (float) betaSum[c];
        }
        double rest = 1 - norm.decay();
        gradient[norm.meanAt() + c] = (float) (rest * (parameters[norm.meanAt() + c] - mean[c]));
        double running = parameters[norm.varianceAt() + c];
        if (norm.logarithm()) {
          double before = Math.pow(10, 2 * running);
          double after = norm.decay() * before + rest * variance[c];
          gradient[norm.varianceAt() + c] = (float) (Math.log10(before / after) / 2);
        } else {
          gradient[norm.varianceAt() + c] = (float) (rest * (running - variance[c]));
        }
      }
    }

    /** The image in the mask's memory at which a chunk starts. */
    private long maskStart(Chunk chunk) {
      return maskIsInSign() ? (long) threadOf(chunk.number, chunks.size()) * CHUNK : chunk.first;
    }

    /** Draws the dropout mask of a chunk: 0 for what is dropped, 1 / (retained share) else. */
    private void draw(Chunk chunk) {
      int perImage = (int) OneDnn.floats(shape);
      int thread = threadOf(chunk.number, chunks.size());
      for (int n = 0; n < chunk.size; n++) {
        int image = chunk.first + n;
        int[] bits = masks[thread].draw(retained(), dropoutKey, p.layer(), iteration, image);
        maskBits[thread].position((maskStart(chunk) + n) * perImage).put(bits);
      }
    }
  }

  private final class PoolingWork extends Work {
    private final int stage;
    private final Pooling p;
    private final List<memory> workspaces = new ArrayList<>();
    private final List<pooling_forward.primitive_desc> forwards = new ArrayList<>();

    PoolingWork(int stage, Pooling p) {
      this.stage = stage;
      this.p = p;
    }

    @Override
    void forward(Chunk chunk) {
      Window w = p.window();
      pooling_forward.primitive_desc d =
          own.keep(
              new pooling_forward.primitive_desc(
                  own.keep(
                      new pooling_forward.desc(
                          prop_kind.forward_training,
                          p.kind().algorithm(),
                          padded(chunk, p.in()),
                          padded(chunk, p.out()),
                          w.stride(),
                          w.kernel(),
                          w.pad(),
                          w.pad())),
                  dnn.attributes(),
                  dnn.engine()));
      Operation operation = dnn.operation("pooling " + stage, new pooling_forward(d), d);
      forwards.add(d);
      memory from = padded(activations[stage], p.in(), chunk);
      memory to = padded(activations[stage + 1], p.out(), chunk);
      if (p.kind() == Pooling.Kind.MAX) {
        memory.desc space = own.keep(d.workspace_desc());
        memory workspace = dnn.memory(space, own.allocate(space.get_size()));
        workspaces.add(workspace);
        chunk.add(operation, DNNL_ARG_SRC, from, DNNL_ARG_DST, to, DNNL_ARG_WORKSPACE, workspace);
      } else {
        chunk.add(operation, DNNL_ARG_SRC, from, DNNL_ARG_DST, to);
      }
    }

    @Override
    void backward(Chunk chunk) {
      if (stage == 0) {
        return;
      }
      Window w = p.window();
      pooling_backward.primitive_desc d =
          own.keep(
              new pooling_backward.primitive_desc(
                  own.keep(
                      new pooling_backward.desc(
                          p.kind().algorithm(),
                          padded(chunk, p.in()),
                          padded(chunk, p.out()),
                          w.stride(),
                          w.kernel(),
                          w.pad(),
                          w.pad())),
                  dnn.attributes(),
                  dnn.engine(),
                  forwards.get(chunk.number)));
      Operation operation = dnn.operation("pooling backward " + stage, new pooling_backward(d), d);
      memory to = padded(errors[stage], p.in(), chunk);
      memory from = padded(errors[stage + 1], p.out(), chunk);
      if (p.kind() == Pooling.Kind.MAX) {
        chunk.add(
            operation,
            DNNL_ARG_DIFF_DST,
            from,
            DNNL_ARG_DIFF_SRC,
            to,
            DNNL_ARG_WORKSPACE,
            workspaces.get(chunk.number));
      } else {
        chunk.add(operation, DNNL_ARG_DIFF_DST, from, DNNL_ARG_DIFF_SRC, to);
      }
    }
  }
}
