package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Shape;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;

/** Trains what works on each channel by itself: batch norm, activation and dropout. */
final class PointwiseTraining extends TrainingStage {
  private static final long[] ONCE = {1, 1};
  private static final long[] NONE = {0, 0};

  private final int stage;
  private final Pointwise p;
  private final Shape shape;
  private final int channels;
  private final int width;
  final double count;
  private final DropoutMask[] masks;
  private final FloatPointer partialStatistics;
  private final FloatPointer partialSums;
  private final FloatPointer scales;
  private final FloatPointer correction;
  private final FloatPointer correctionFactor;
  private final ConvolutionTraining before;
  private final float[] read;
  final float[] mean;
  final float[] variance;
  private final float[] scaleStaging;
  private final float[] factorStaging;
  final double[] gammaSum;
  final double[] betaSum;

  /**
   * Prepares it.
   *
   * @param before the convolution right before it, which takes a scale of the error into its
   *     weights, or null
   */
  PointwiseTraining(TrainingBatch batch, int stage, Pointwise p, ConvolutionTraining before) {
    super(batch);
    this.stage = stage;
    this.before = before;
    this.p = p;
    this.shape = p.in();
    this.channels = shape.channels();
    this.width = OneDnn.padded(channels);
    this.count = (double) batch.images * shape.height() * shape.width();
    this.masks = new DropoutMask[batch.threads];
    for (int i = 0; i < batch.threads && p.dropout() != null; i++) {
      masks[i] = new DropoutMask(channels * shape.height() * shape.width());
    }
    this.partialStatistics = own.allocateFloats(2L * width * batch.chunks.size());
    this.partialSums = own.allocateFloats(2L * width * batch.chunks.size());
    this.scales = own.allocateFloats(2L * width);
    this.correction = own.allocateFloats(2L * width);
    this.correctionFactor = own.allocateFloats(width);
    this.read = new float[2 * width * batch.chunks.size()];
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
    memory from = rows(batch.activations[stage], chunk);
    memory to = rows(batch.activations[stage + 1], chunk);
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
        ? dnn.images(1, width, chunk.size, pixels)
        : dnn.images(chunk.size, width, 1, pixels);
  }

  private memory rows(FloatPointer start, Chunk chunk) {
    return batch.at(start, shape, chunk, rows(chunk));
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
   * Sums, for each channel, the products of two tensors, then the second tensor: what the gradients
   * of a channelwise 1x1 convolution's weight and bias are.
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
   * A pass that scales and shifts each channel of what comes in: a depthwise 1x1 convolution, into
   * which oneDNN fuses more than it does into a batch norm.
   *
   * @param scales a scale for each channel, then a shift for each channel; blocks of channels keep
   *     them in this order
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
      FloatBuffer to = buffer(batch.activations[stage + 1], chunk);
      chunk.add("dropout " + stage, s -> drop(chunk, to));
    }
  }

  /** The error of what was dropped is 0; behind a ReLU it is already, as its outcome is 0. */
  void addDropoutBackward(Chunk chunk) {
    if (p.dropout() != null && p.activation().slope() != 0) {
      FloatBuffer to = buffer(batch.errors[stage + 1], chunk);
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
        : p.dropout().getPSchedule().valueAt(batch.iteration, batch.epoch);
  }

  private void addActivationForward(Chunk chunk) {
    eltwise_forward.primitive_desc e =
        own.keep(
            new eltwise_forward.primitive_desc(
                own.keep(
                    new eltwise_forward.desc(
                        prop_kind.forward_inference,
                        algorithm.eltwise_relu,
                        batch.padded(chunk, shape),
                        p.activation().slope(),
                        0)),
                dnn.attributes(),
                dnn.engine()));
    chunk.add(
        dnn.operation("activation " + stage, new eltwise_forward(e), e),
        DNNL_ARG_SRC,
        batch.padded(batch.activations[stage], shape, chunk),
        DNNL_ARG_DST,
        batch.padded(batch.activations[stage + 1], shape, chunk));
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
      for (int k = 0; k < batch.chunks.size(); k++) {
        squares += read[2 * width * k + c];
        sum += read[2 * width * k + width + c];
      }
      double m = sum / count;
      mean[c] = (float) m;
      variance[c] = (float) Math.max(0, squares / count - m * m);
      double scale =
          kept * norm.gamma(batch.parameters, c) / Math.sqrt(variance[c] + norm.epsilon());
      scaleStaging[c] = (float) scale;
      scaleStaging[width + c] = (float) (kept * norm.beta(batch.parameters, c) - scale * mean[c]);
    }
    scales.put(scaleStaging);
    if (before != null) {
      before.scaleErrors(Arrays.copyOf(scaleStaging, width));
    }
  }

  @Override
  void backward(Chunk chunk) {
    memory error = rows(batch.errors[stage + 1], chunk);
    addDropoutBackward(chunk);
    batch.addActivationBackward(chunk, p.activation(), shape, stage, stage + 1);
    if (p.norm() == null) {
      if (p.dropout() != null && stage > 0) {
        addScaling("scale ", chunk, null, scales, error, error);
      }
      return;
    }
    memory from = rows(batch.activations[stage], chunk);
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
    memory.desc one = dnn.images(1, width, 1, 1);
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
      for (int k = 0; k < batch.chunks.size(); k++) {
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
      factorStaging[c] = (float) (kept * p.norm().gamma(batch.parameters, c) / deviation);
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
        batch.gradient[norm.gammaAt() + c] = (float) gammaSum[c];
        batch.gradient[norm.betaAt() + c] = (float) betaSum[c];
      }
      double rest = 1 - norm.decay();
      batch.gradient[norm.meanAt() + c] =
          (float) (rest * (batch.parameters[norm.meanAt() + c] - mean[c]));
      double running = batch.parameters[norm.varianceAt() + c];
      if (norm.logarithm()) {
        double before = Math.pow(10, 2 * running);
        double after = norm.decay() * before + rest * variance[c];
        batch.gradient[norm.varianceAt() + c] = (float) (Math.log10(before / after) / 2);
      } else {
        batch.gradient[norm.varianceAt() + c] = (float) (rest * (running - variance[c]));
      }
    }
  }

  private void drop(Chunk chunk, FloatBuffer to) {
    DropoutMask mask = masks[chunk.thread];
    int[] dropped = mask.dropped();
    int pixels = shape.height() * shape.width();
    int last = channels % OneDnn.BLOCK;
    int whole = (channels - last) * pixels;
    long perLast = (1L << Integer.SIZE) / Math.max(1, last) + 1;
    for (int n = 0; n < chunk.size; n++) {
      int start = n * width * pixels;
      int count = mask.draw(retained(), batch.seed, p.layer(), batch.iteration, chunk.first + n);
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
