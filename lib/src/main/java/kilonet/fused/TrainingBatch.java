package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.*;

import java.util.List;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;
import org.bytedeco.dnnl.eltwise_backward;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.FloatPointer;

/**
 * What the stages of a training plan share: the batch in chunks, its activations and errors, the
 * partial gradients of its chunks, and what the present step was given.
 */
final class TrainingBatch {
  final Stack stack;
  final int images;
  final int threads;
  final OneDnn dnn;
  final NativeMemory own;
  final List<Chunk> chunks;

  /** What goes into each stage, then what comes out of the last one. */
  final FloatPointer[] activations;

  /** The errors of the same. */
  final FloatPointer[] errors;

  /** The gradients of each chunk, one after the other, as oneDNN packs them. */
  FloatPointer partialGradients;

  /** Their sums over the chunks. */
  float[] total;

  float[] labels;
  float[] parameters;
  float[] gradient;
  long seed;
  int iteration;
  int epoch;
  private int gradientLength;

  TrainingBatch(
      Stack stack, int images, int threads, OneDnn dnn, NativeMemory own, List<Chunk> chunks) {
    this.stack = stack;
    this.images = images;
    this.threads = threads;
    this.dnn = dnn;
    this.own = own;
    this.chunks = chunks;
    int stages = stack.stages().size();
    activations = new FloatPointer[stages + 1];
    errors = new FloatPointer[stages + 1];
    for (int i = 0; i <= stages; i++) {
      Shape shape = i == 0 ? stack.input() : stack.stages().get(i - 1).out();
      activations[i] = own.allocateFloats(images * OneDnn.floats(shape));
      boolean inPlace = i > 0 && stack.stages().get(i - 1) instanceof Pointwise;
      errors[i] = inPlace ? errors[i - 1] : own.allocateFloats(images * OneDnn.floats(shape));
    }
  }

  /** Takes room for so many numbers of a chunk's gradients; returns where it starts. */
  int reserve(int count) {
    gradientLength += count;
    return gradientLength - count;
  }

  /** The numbers of a chunk's gradients. */
  int gradientLength() {
    return gradientLength;
  }

  /** Makes the room that was reserved. */
  void allocateGradients() {
    partialGradients = own.allocateFloats((long) gradientLength * chunks.size());
    total = new float[gradientLength];
  }

  memory at(FloatPointer start, Shape shape, Chunk chunk, memory.desc description) {
    long skip = chunk.first * OneDnn.floats(shape) * Float.BYTES;
    return dnn.memory(description, own.keep(NativeMemory.after(start, skip)));
  }

  memory.desc padded(Chunk chunk, Shape shape) {
    return dnn.images(chunk.size, OneDnn.padded(shape.channels()), shape);
  }

  memory padded(FloatPointer start, Shape shape, Chunk chunk) {
    return at(start, shape, chunk, padded(chunk, shape));
  }

  /** Error behind an activation from the error before it, in place. */
  void addActivationBackward(Chunk chunk, Activation activation, Shape shape, int stage, int next) {
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

  void addSlope(Chunk chunk, Activation activation, Shape shape, int stage) {
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
}
