package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.Arrays;
import kilonet.fused.OneDnn.Operation;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** Trains a convolution: its outcome, the gradient of its weights, the error before it. */
final class ConvolutionTraining extends TrainingStage {
  /** The channels of images as they come for which oneDNN always has fast code. */
  private static final int PLAIN_CHANNELS = 3;

  private final int stage;
  private final Convolution c;
  private final boolean plain;

  /** The channels that an image from outside has for the gradient; 0 behind other stages. */
  private final int plainChannels;

  /** The images with those channels, if they are more than came; else null. */
  private final FloatPointer widened;

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

  ConvolutionTraining(TrainingBatch batch, int stage, Convolution c) {
    this(batch, stage, c, c.biasAt().length > 0, stage + 1);
  }

  ConvolutionTraining(TrainingBatch batch, int stage, Convolution c, boolean hasBias, int next) {
    super(batch);
    this.next = next;
    this.stage = stage;
    this.c = c;
    this.hasBias = hasBias;
    this.plain = stage == 0 && batch.stack.plainInput();
    Chunk full = batch.chunks.get(0);
    forward =
        new ForwardConvolution(
            dnn,
            own,
            "convolution " + stage,
            c,
            c.activation(),
            plain,
            hasBias,
            batch.chunks.get(0).size);
    plainChannels = plain ? plainChannels(full) : 0;
    widened =
        plainChannels > c.in().channels()
            ? own.allocateFloats(batch.images * OneDnn.plainFloats(plainShape()))
            : null;
    convolution_forward.primitive_desc hint = paddedHint(full);
    gradientWeights = own.keep(weightDescription(full, hint, null).diff_weights_desc());
    if (stage > 0) {
      backwardWeights = own.keep(dataDescription(full, hint, null).weights_desc());
      int[] order = order(backwardWeights);
      backwardOrigin = ForwardConvolution.origin(c, order, inputsOfOne());
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
    gradientOrigin = ForwardConvolution.origin(c, order, inputsOfOne());
    gradientOutput = output(order);
    errorFactor = new float[outputs()];
    Arrays.fill(errorFactor, 1);
    gradientCount = OneDnn.padded(gradientOrigin.length);
    gradientStart = batch.reserve(gradientCount + outputs());
  }

  /**
   * One channel is enough where oneDNN has code for that. With AVX2 it has code for three only, so
   * two channels of zeros are added.
   */
  private int plainChannels(Chunk chunk) {
    Shape in = c.in();
    memory.desc weights = dnn.weights(c, true, outputs(), in.channels());
    memory.desc source = dnn.plainImages(chunk.size, in);
    convolution_forward.primitive_desc hint = paddedHint(chunk, source, weights);
    return OneDnn.isReference(weightDescription(chunk, hint, source, weights))
        ? Math.max(PLAIN_CHANNELS, in.channels())
        : in.channels();
  }

  /** The shape of an image from outside, as the gradient wants it. */
  private Shape plainShape() {
    return new Shape(plainChannels, c.in().height(), c.in().width());
  }

  private int inputs() {
    return plain ? plainChannels : OneDnn.padded(c.in().channels());
  }

  /** The input channels that one output channel sees, with padding. */
  private int inputsOfOne() {
    return c.depthwise() ? 1 : inputs();
  }

  private int outputs() {
    return OneDnn.padded(c.out().channels());
  }

  /** For each packed weight, its place in the order output, input, row, column, or -1. */
  private int[] order(memory.desc packed) {
    return dnn.origin(weights(false), packed);
  }

  /** For each packed weight, the output that it belongs to. */
  private int[] output(int[] order) {
    int perOutput = inputsOfOne() * c.window().kernelHeight() * c.window().kernelWidth();
    return Arrays.stream(order).map(at -> Math.max(0, at) / perOutput).toArray();
  }

  /** Takes over by what the error of each output channel still has to be multiplied. */
  void scaleErrors(float[] factor) {
    System.arraycopy(factor, 0, errorFactor, 0, factor.length);
    loadBackward();
  }

  private memory.desc weights(boolean any) {
    return dnn.weights(c, any, outputs(), inputs());
  }

  private memory.desc source(Chunk chunk) {
    return plain
        ? dnn.plainImages(chunk.size, plainShape())
        : dnn.images(chunk.size, inputs(), c.in());
  }

  private memory.desc biasDescription() {
    return dnn.describe(memory.format_tag.a, outputs());
  }

  private convolution_forward.primitive_desc paddedHint(Chunk chunk) {
    return paddedHint(chunk, source(chunk), weights(true));
  }

  private convolution_forward.primitive_desc paddedHint(
      Chunk chunk, memory.desc source, memory.desc weights) {
    Window v = c.window();
    convolution_forward.desc d =
        own.keep(
            new convolution_forward.desc(
                prop_kind.forward_training,
                OneDnn.algorithm(c),
                source,
                weights,
                dnn.images(chunk.size, outputs(), c.out()),
                v.stride(),
                v.pad(),
                v.pad()));
    return own.keep(new convolution_forward.primitive_desc(d, dnn.attributes(), dnn.engine()));
  }

  private convolution_backward_weights.primitive_desc weightDescription(
      Chunk chunk, convolution_forward.primitive_desc hint, memory.desc packed) {
    return weightDescription(chunk, hint, source(chunk), packed == null ? weights(true) : packed);
  }

  private convolution_backward_weights.primitive_desc weightDescription(
      Chunk chunk, convolution_forward.primitive_desc hint, memory.desc from, memory.desc w) {
    memory.desc to = dnn.images(chunk.size, outputs(), c.out());
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
    memory.desc w = packed == null ? weights(true) : packed;
    Window v = c.window();
    convolution_backward_data.desc d =
        own.keep(
            new convolution_backward_data.desc(
                OneDnn.errorAlgorithm(c),
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
    forward.load(batch.parameters);
    loadBackward();
  }

  /** Takes the forward weights times a scale, and a bias, for each output channel. */
  void load(float[] scale, float[] shift) {
    forward.load(batch.parameters, scale, shift);
  }

  void loadBackward() {
    if (backwardOrigin != null) {
      for (int i = 0; i < backwardOrigin.length; i++) {
        backwardStaging[i] =
            backwardOrigin[i] < 0
                ? 0
                : batch.parameters[backwardOrigin[i]] * errorFactor[backwardOutput[i]];
      }
      backwardPacked.put(backwardStaging);
    }
  }

  @Override
  void forward(Chunk chunk) {
    long skip = chunk.first * OneDnn.floats(c.out()) * Float.BYTES;
    Pointer to = own.keep(NativeMemory.after(batch.activations[stage + 1], skip));
    chunk.add(forward.call(chunk.size, sourceAt(chunk), to, chunk.scratch));
  }

  /** Has the chunk's images copied to where they have more channels, and says where that is. */
  private Pointer widenedAt(Chunk chunk) {
    long image = OneDnn.plainFloats(plainShape()) * Float.BYTES;
    long bytes = OneDnn.plainFloats(c.in()) * Float.BYTES;
    Pointer[] from = new Pointer[chunk.size];
    Pointer[] to = new Pointer[chunk.size];
    for (int n = 0; n < chunk.size; n++) {
      from[n] = own.keep(NativeMemory.after(batch.activations[stage], (chunk.first + n) * bytes));
      to[n] = own.keep(NativeMemory.after(widened, (chunk.first + n) * image));
    }
    chunk.add(
        "widen input",
        s -> {
          for (int n = 0; n < from.length; n++) {
            Pointer.memcpy(to[n], from[n], bytes);
          }
        });
    return to[0];
  }

  private Pointer sourceAt(Chunk chunk) {
    Shape s = c.in();
    long image = plain ? (long) s.channels() * s.height() * s.width() : OneDnn.floats(s);
    return own.keep(
        NativeMemory.after(batch.activations[stage], chunk.first * image * Float.BYTES));
  }

  @Override
  void backward(Chunk chunk) {
    batch.addActivationBackward(chunk, c.activation(), c.out(), stage, next);
    convolution_forward.primitive_desc hint = paddedHint(chunk);
    convolution_backward_weights.primitive_desc d = weightDescription(chunk, hint, gradientWeights);
    Operation operation =
        dnn.operation("gradient " + stage, new convolution_backward_weights(d), d);
    memory error = batch.padded(batch.errors[stage + 1], c.out(), chunk);
    memory from = dnn.memory(source(chunk), widened == null ? sourceAt(chunk) : widenedAt(chunk));
    long start = ((long) chunk.number * batch.gradientLength() + gradientStart) * Float.BYTES;
    memory w =
        dnn.memory(gradientWeights, own.keep(NativeMemory.after(batch.partialGradients, start)));
    if (hasBias) {
      long biasStart = start + (long) gradientCount * Float.BYTES;
      memory b =
          dnn.memory(
              biasDescription(), own.keep(NativeMemory.after(batch.partialGradients, biasStart)));
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
      chunk.add(operation, DNNL_ARG_SRC, from, DNNL_ARG_DIFF_DST, error, DNNL_ARG_DIFF_WEIGHTS, w);
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
          batch.padded(batch.errors[stage], c.in(), chunk));
    }
  }

  @Override
  void store() {
    storeWeights();
    for (int i = 0; i < c.biasAt().length; i++) {
      batch.gradient[c.biasAt()[i]] = biasGradient(i);
    }
  }

  void storeWeights() {
    for (int i = 0; i < gradientOrigin.length; i++) {
      if (gradientOrigin[i] >= 0) {
        batch.gradient[gradientOrigin[i]] =
            batch.total[gradientStart + i] * errorFactor[gradientOutput[i]];
      }
    }
  }

  float biasGradient(int output) {
    return batch.total[gradientStart + gradientCount + output] * errorFactor[output];
  }
}
