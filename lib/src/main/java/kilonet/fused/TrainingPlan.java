package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** One training step for batches of one size, compiled: forward, loss, backward. */
final class TrainingPlan implements AutoCloseable {
  private static final int CHUNK = 16;
  private static final int LARGEST_FOLDED_WINDOW = 25;
  private static final long[] ONCE = {1, 1};
  private static final long[] NONE = {0, 0};

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
        boolean follows = i > 0 && stack.stages().get(i - 1) instanceof Convolution;
        ConvolutionWork before = follows ? (ConvolutionWork) works.get(works.size() - 1) : null;
        works.add(new PointwiseWork(i, pointwise, before));
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
    Arrays.fill(total, 0);
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
    private final int next;
    private final int gradientStart;
    private final ForwardConvolution forward;
    private final memory.desc backwardWeights;
    private final memory.desc gradientWeights;
    private final int[] backwardOrigin;
    private final int[] gradientOrigin;
    private final int[] backwardOutput;
    private final int[] gradientOutput;
    private final FloatPointer backwardPacked;
    private final float[] backwardStaging;
    private final int gradientCount;

    /** By what the error of each output channel still has to be multiplied. */
    private final float[] errorFactor;

    ConvolutionWork(int stage, Convolution c, int gradientStart) {
      this(stage, c, gradientStart, c.biasAt().length > 0, stage + 1);
    }

    ConvolutionWork(int stage, Convolution c, int gradientStart, boolean hasBias, int next) {
      this.next = next;
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
        int[] order = order(backwardWeights);
        backwardOrigin = ForwardConvolution.origin(c, order, inputs());
        backwardOutput = output(order);
        backwardPacked = own.allocateFloats(backwardOrigin.length);
        backwardStaging = new float[backwardOrigin.length];
      } else {
        backwardWeights = null;
        backwardOrigin = null;
        backwardOutput = null;
        backwardPacked = null;
        backwardStaging = null;
      }
      int[] order = order(gradientWeights);
      gradientOrigin = ForwardConvolution.origin(c, order, inputs());
      gradientOutput = output(order);
      errorFactor = new float[outputs()];
      Arrays.fill(errorFactor, 1);
      gradientCount = OneDnn.padded(gradientOrigin.length);
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

    /** For each packed weight, its place in the order output, input, row, column, or -1. */
    private int[] order(memory.desc packed) {
      return dnn.origin(weights(memory.format_tag.oihw), packed);
    }

    /** For each packed weight, the output that it belongs to. */
    private int[] output(int[] order) {
      int perOutput = inputs() * c.window().kernelHeight() * c.window().kernelWidth();
      return Arrays.stream(order).map(at -> Math.max(0, at) / perOutput).toArray();
    }

    /** Takes over by what the error of each output channel still has to be multiplied. */
    void scaleErrors(float[] factor) {
      System.arraycopy(factor, 0, errorFactor, 0, factor.length);
      loadBackward();
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
                  OneDnn.algorithm(c),
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
                      OneDnn.algorithm(c),
                      from,
                      w,
                      biasDescription(),
                      to,
                      v.stride(),
                      v.pad(),
                      v.pad())
                  : new convolution_backward_weights.desc(
                      OneDnn.algorithm(c), from, w, to, v.stride(), v.pad(), v.pad()));
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
                  OneDnn.algorithm(c),
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
          backwardStaging[i] =
              backwardOrigin[i] < 0
                  ? 0
                  : parameters[backwardOrigin[i]] * errorFactor[backwardOutput[i]];
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
      addActivationBackward(chunk, c.activation(), c.out(), stage, next);
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
          gradient[gradientOrigin[i]] = total[gradientStart + i] * errorFactor[gradientOutput[i]];
        }
      }
    }

    float biasGradient(int output) {
      return total[gradientStart + gradientCount + output] * errorFactor[output];
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
    private final float[] scale;
    private final float[] shift;
    private final double[] seen;

    FoldedWork(Convolution c, Pointwise p) {
      this.c = c;
      this.norm = p.norm();
      Convolution whole =
          new Convolution(c.in(), c.out(), c.window(), c.weightAt(), c.biasAt(), p.activation());
      this.convolution = new ConvolutionWork(0, whole, 0, true, 2);
      this.pointwise = new PointwiseWork(1, p, null);
      this.moments = new PatchMoments(c.in(), c.window(), chunks.size());
      this.adders = new PatchMoments.Adder[team.size()];
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
      int size = c.in().height() * c.in().width();
      FloatPointer at = new FloatPointer(activations[0]);
      chunk.add(
          "moments 0",
          s -> {
            adders[thread].clear(chunk.number);
            for (int n = 0; n < chunk.size; n++) {
              at.position((long) (chunk.first + n) * size).get(adders[thread].image());
              adders[thread].add(chunk.number);
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
      double kept = pointwise.keptFactor();
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
        scale[o] = (float) (kept * factor);
        shift[o] = (float) (kept * (norm.beta(parameters, o) - factor * mean));
        pointwise.mean[o] =
            (float) (mean + (c.biasAt().length > 0 ? parameters[c.biasAt()[o]] : 0));
        pointwise.variance[o] = (float) variance;
      }
      convolution.forward.load(parameters, scale, shift);
    }

    @Override
    void backward(Chunk chunk) {
      pointwise.addDropoutBackward(chunk);
      convolution.backward(chunk);
    }

    @Override
    void store() {
      convolution.storeWeights();
      double count = pointwise.count;
      double kept = pointwise.keptFactor();
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
  private void addActivationBackward(
      Chunk chunk, Activation activation, Shape shape, int stage, int next) {
    if (activation.isIdentity() || activation.slope() == 0 && isMaxPooling(next)) {
      return;
    }
    addSlope(chunk, activation, shape, stage);
  }

  /** Whether a stage is a max pooling, which does the ReLU's part on the way back. */
  private boolean isMaxPooling(int stage) {
    return stage < stack.stages().size()
        && stack.stages().get(stage) instanceof Pooling p
        && p.kind() == Pooling.Kind.MAX;
  }

  private void addSlope(Chunk chunk, Activation activation, Shape shape, int stage) {
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
    private final DropoutMask[] masks;
    private final FloatPointer partialStatistics;
    private final FloatPointer partialSums;
    private final FloatPointer scales;
    private final FloatPointer correction;
    private final FloatPointer correctionFactor;
    private final ConvolutionWork before;
    private final float[] read;
    private final float[] mean;
    private final float[] variance;
    private final float[] scaleStaging;
    private final float[] factorStaging;
    private final double[] gammaSum;
    private final double[] betaSum;

    /**
     * Prepares it.
     *
     * @param before the convolution right before it, which takes a scale of the error into its
     *     weights, or null
     */
    PointwiseWork(int stage, Pointwise p, ConvolutionWork before) {
      this.stage = stage;
      this.before = before;
      this.p = p;
      this.shape = p.in();
      this.channels = shape.channels();
      this.width = OneDnn.padded(channels);
      this.count = (double) batch * shape.height() * shape.width();
      this.masks = new DropoutMask[team.size()];
      for (int i = 0; i < team.size() && p.dropout() != null; i++) {
        masks[i] = new DropoutMask(channels * shape.height() * shape.width());
      }
      this.partialStatistics = own.allocateFloats(2L * width * chunks.size());
      this.partialSums = own.allocateFloats(2L * width * chunks.size());
      this.scales = own.allocateFloats(2L * width);
      this.correction = own.allocateFloats(2L * width);
      this.correctionFactor = own.allocateFloats(width);
      this.read = new float[2 * width * chunks.size()];
      this.mean = new float[channels];
      this.variance = new float[channels];
      this.scaleStaging = new float[2 * width];
      this.factorStaging = new float[width];
      this.gammaSum = new double[channels];
      this.betaSum = new double[channels];
    }

    private memory vector(FloatPointer start, long skip) {
      return dnn.memory(
          dnn.describe(memory.format_tag.a, width),
          own.keep(NativeMemory.after(start, skip * Float.BYTES)));
    }

    @Override
    void load() {
      if (p.norm() == null && p.dropout() != null) {
        Arrays.fill(scaleStaging, 0, channels, (float) keptFactor());
        scales.put(scaleStaging);
      }
    }

    @Override
    void forward(Chunk chunk) {
      memory from = rows(activations[stage], chunk);
      memory to = rows(activations[stage + 1], chunk);
      if (p.norm() != null) {
        addSums("statistics ", chunk, from, from, partialStatistics);
        chunk.endPhase();
      }
      if (p.norm() == null && p.dropout() == null) {
        addActivationForward(chunk);
        return;
      }
      post_ops post = own.keep(new post_ops());
      if (!p.activation().isIdentity()) {
        post.append_eltwise(1, algorithm.eltwise_relu, p.activation().slope(), 0);
      }
      addScaling("norm ", chunk, post, scales, from, to);
      addDropout(chunk);
    }

    /**
     * The chunk's activations with all pixels of an image, or of the chunk, in one row: operations
     * that work channel by channel need not know where a row ends, and are faster with long ones.
     */
    private memory.desc rows(Chunk chunk) {
      long pixels = (long) shape.height() * shape.width();
      return width == OneDnn.BLOCK
          ? dnn.describe(memory.format_tag.nChw16c, 1, width, chunk.size, pixels)
          : dnn.describe(memory.format_tag.nChw16c, chunk.size, width, 1, pixels);
    }

    private memory rows(FloatPointer start, Chunk chunk) {
      return at(start, shape, chunk, rows(chunk));
    }

    /** A 1x1 convolution of each channel with itself alone. */
    private convolution_forward.primitive_desc channelwise(Chunk chunk, post_ops post) {
      primitive_attr attributes = dnn.attributes();
      if (post != null) {
        attributes.set_post_ops(post);
      }
      return own.keep(
          new convolution_forward.primitive_desc(
              own.keep(
                  new convolution_forward.desc(
                      prop_kind.forward_training,
                      algorithm.convolution_direct,
                      rows(chunk),
                      dnn.describe(memory.format_tag.any, width, 1, 1, 1, 1),
                      dnn.describe(memory.format_tag.a, width),
                      rows(chunk),
                      ONCE,
                      NONE,
                      NONE)),
              attributes,
              dnn.engine()));
    }

    /**
     * Sums, for each channel, the products of two tensors, then the second tensor: what the
     * gradients of a channelwise 1x1 convolution's weight and bias are.
     */
    private void addSums(String name, Chunk chunk, memory a, memory b, FloatPointer sums) {
      convolution_backward_weights.primitive_desc d =
          own.keep(
              new convolution_backward_weights.primitive_desc(
                  own.keep(
                      new convolution_backward_weights.desc(
                          algorithm.convolution_direct,
                          rows(chunk),
                          dnn.describe(memory.format_tag.any, width, 1, 1, 1, 1),
                          dnn.describe(memory.format_tag.a, width),
                          rows(chunk),
                          ONCE,
                          NONE,
                          NONE)),
                  dnn.attributes(),
                  dnn.engine(),
                  channelwise(chunk, null)));
      long skip = 2L * width * chunk.number;
      chunk.add(
          dnn.operation(name + stage, new convolution_backward_weights(d), d),
          DNNL_ARG_SRC,
          a,
          DNNL_ARG_DIFF_DST,
          b,
          DNNL_ARG_DIFF_WEIGHTS,
          dnn.memory(
              own.keep(d.diff_weights_desc()),
              own.keep(NativeMemory.after(sums, skip * Float.BYTES))),
          DNNL_ARG_DIFF_BIAS,
          vector(sums, skip + width));
    }

    /**
     * A pass that scales and shifts each channel of what comes in: a depthwise 1x1 convolution,
     * into which oneDNN fuses more than it does into a batch norm.
     *
     * @param scales a scale for each channel, then a shift for each channel; blocks of channels
     *     keep them in this order
     */
    private void addScaling(
        String name,
        Chunk chunk,
        post_ops post,
        FloatPointer scales,
        memory from,
        memory to,
        Object... more) {
      convolution_forward.primitive_desc c = channelwise(chunk, post);
      List<Object> arguments =
          new ArrayList<>(
              List.of(
                  DNNL_ARG_SRC,
                  from,
                  DNNL_ARG_WEIGHTS,
                  dnn.memory(own.keep(c.weights_desc()), scales),
                  DNNL_ARG_BIAS,
                  vector(scales, width),
                  DNNL_ARG_DST,
                  to));
      arguments.addAll(List.of(more));
      chunk.add(dnn.operation(name + stage, new convolution_forward(c), c), arguments.toArray());
    }

    void addDropout(Chunk chunk) {
      if (p.dropout() != null) {
        FloatBuffer to = buffer(activations[stage + 1], chunk);
        chunk.add("dropout " + stage, s -> drop(chunk, to));
      }
    }

    /** The error of what was dropped is 0; behind a ReLU it is already, as its outcome is 0. */
    void addDropoutBackward(Chunk chunk) {
      if (p.dropout() != null && p.activation().slope() != 0) {
        FloatBuffer to = buffer(errors[stage + 1], chunk);
        chunk.add("dropout backward " + stage, s -> drop(chunk, to));
      }
    }

    private FloatBuffer buffer(FloatPointer start, Chunk chunk) {
      long image = OneDnn.floats(shape) * Float.BYTES;
      return new BytePointer(NativeMemory.after(start, chunk.first * image))
          .capacity(chunk.size * image)
          .asByteBuffer()
          .order(ByteOrder.nativeOrder())
          .asFloatBuffer();
    }

    /** By what dropout multiplies what it keeps. */
    double keptFactor() {
      return 1 / retained();
    }

    private double retained() {
      if (p.dropout() == null) {
        return 1;
      }
      return p.dropout().getPSchedule() == null
          ? p.dropout().getP()
          : p.dropout().getPSchedule().valueAt(iteration, epoch);
    }

    private void addActivationForward(Chunk chunk) {
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
          padded(activations[stage], shape, chunk),
          DNNL_ARG_DST,
          padded(activations[stage + 1], shape, chunk));
    }

    @Override
    Runnable forwardMerge() {
      return p.norm() == null ? null : this::mergeStatistics;
    }

    private void mergeStatistics() {
      Norm norm = p.norm();
      partialStatistics.get(read);
      double kept = keptFactor();
      for (int c = 0; c < channels; c++) {
        double squares = 0;
        double sum = 0;
        for (int k = 0; k < chunks.size(); k++) {
          squares += read[2 * width * k + c];
          sum += read[2 * width * k + width + c];
        }
        double m = sum / count;
        mean[c] = (float) m;
        variance[c] = (float) Math.max(0, squares / count - m * m);
        double scale = kept * norm.gamma(parameters, c) / Math.sqrt(variance[c] + norm.epsilon());
        scaleStaging[c] = (float) scale;
        scaleStaging[width + c] = (float) (kept * norm.beta(parameters, c) - scale * mean[c]);
      }
      scales.put(scaleStaging);
      if (before != null) {
        before.scaleErrors(Arrays.copyOf(scaleStaging, width));
      }
    }

    @Override
    void backward(Chunk chunk) {
      memory error = rows(errors[stage + 1], chunk);
      addDropoutBackward(chunk);
      addActivationBackward(chunk, p.activation(), shape, stage, stage + 1);
      if (p.norm() == null) {
        if (p.dropout() != null && stage > 0) {
          addScaling("scale ", chunk, null, scales, error, error);
        }
        return;
      }
      memory from = rows(activations[stage], chunk);
      addSums("sums ", chunk, from, error, partialSums);
      chunk.endPhase();
      if (stage == 0) {
        return;
      }
      post_ops post = own.keep(new post_ops());
      post.append_sum(1f, memory.data_type.f32);
      if (before != null) {
        addScaling("correction ", chunk, post, correction, from, error);
        return;
      }
      memory.desc one = dnn.describe(memory.format_tag.nChw16c, 1, width, 1, 1);
      post.append_binary(algorithm.binary_mul, one);
      addScaling(
          "correction ",
          chunk,
          post,
          correction,
          from,
          error,
          DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * 2 | DNNL_ARG_SRC_1,
          dnn.memory(one, correctionFactor));
    }

    @Override
    Runnable backwardMerge() {
      return p.norm() == null ? null : this::mergeSums;
    }

    private void mergeSums() {
      partialSums.get(read);
      double kept = keptFactor();
      for (int c = 0; c < channels; c++) {
        double products = 0;
        double errors = 0;
        for (int k = 0; k < chunks.size(); k++) {
          products += read[2 * width * k + c];
          errors += read[2 * width * k + width + c];
        }
        double deviation = Math.sqrt(variance[c] + p.norm().epsilon());
        double normalised = (products - mean[c] * errors) / deviation;
        gammaSum[c] = kept * normalised;
        betaSum[c] = kept * errors;
        double slope = -normalised / count / deviation;
        scaleStaging[c] = (float) slope;
        scaleStaging[width + c] = (float) (-errors / count - slope * mean[c]);
        factorStaging[c] = (float) (kept * p.norm().gamma(parameters, c) / deviation);
      }
      correction.put(scaleStaging);
      correctionFactor.put(factorStaging);
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

    private void drop(Chunk chunk, FloatBuffer to) {
      DropoutMask mask = masks[threadOf(chunk.number, chunks.size())];
      int[] dropped = mask.dropped();
      int pixels = shape.height() * shape.width();
      int last = channels % OneDnn.BLOCK;
      int whole = (channels - last) * pixels;
      long perLast = (1L << Integer.SIZE) / Math.max(1, last) + 1;
      for (int n = 0; n < chunk.size; n++) {
        int start = n * width * pixels;
        int count = mask.draw(retained(), dropoutKey, p.layer(), iteration, chunk.first + n);
        for (int i = 0; i < count; i++) {
          int unit = dropped[i];
          // The last block of channels may be padded; in memory it takes its full width.
          int pixel = unit < whole ? 0 : (int) ((unit - whole) * perLast >>> Integer.SIZE);
          int padding = pixel * (OneDnn.BLOCK - last);
          to.put(start + unit + padding, 0);
        }
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
      Stage before = stack.stages().get(stage - 1);
      Activation activation =
          before instanceof Convolution c
              ? c.activation()
              : before instanceof Pointwise b ? b.activation() : Activation.IDENTITY;
      if (p.kind() == Pooling.Kind.MAX && activation.slope() == 0) {
        // What comes out is above 0 where the ReLU let it pass; here there are fewer pixels.
        addSlope(chunk, activation, p.out(), stage);
      }
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
