package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_BIAS;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_WEIGHTS;

import kilonet.fused.OneDnn.Call;
import kilonet.fused.OneDnn.Operation;
import kilonet.fused.OneDnn.Scratch;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Window;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * The forward pass of one convolution, with bias and activation in the same pass, and its weights
 * in the order that oneDNN likes best.
 */
final class ForwardConvolution {
  private final OneDnn dnn;
  private final NativeMemory own;
  private final Convolution c;
  private final Activation activation;
  private final boolean plain;
  private final boolean hasBias;
  private final String name;

  /** Whether oneDNN wants whole vectors of channels for its fast code. */
  private final boolean padded;

  private final memory.desc packed;
  private final int[] origin;
  private final int[] output;
  private final float[] staging;
  private final float[] biasStaging;
  private final FloatPointer weights;
  private final FloatPointer bias;

  /**
   * Prepares it.
   *
   * @param activation what is applied to the sums
   * @param plain whether the images that come in are not in blocks of channels
   * @param hasBias whether something is added to the sums
   * @param chunk how many images usually go through it at a time
   */
  ForwardConvolution(
      OneDnn dnn,
      NativeMemory own,
      String name,
      Convolution c,
      Activation activation,
      boolean plain,
      boolean hasBias,
      int chunk) {
    this.dnn = dnn;
    this.own = own;
    this.name = name;
    this.c = c;
    this.activation = activation;
    this.plain = plain;
    this.hasBias = hasBias;
    this.padded = c.depthwise() || OneDnn.isReference(describe(chunk, false, null));
    this.packed = own.keep(describe(chunk, padded, null).weights_desc());
    int[] plainOrigin = dnn.origin(weights(padded, false), packed);
    int area = c.window().kernelHeight() * c.window().kernelWidth();
    int inputs = c.depthwise() ? 1 : inputs(padded);
    this.origin = origin(c, plainOrigin, inputs);
    this.output = new int[plainOrigin.length];
    for (int i = 0; i < output.length; i++) {
      output[i] = Math.max(0, plainOrigin[i]) / area / inputs;
    }
    this.staging = new float[origin.length];
    this.weights = own.allocateFloats(origin.length);
    this.biasStaging = new float[OneDnn.padded(c.out().channels())];
    this.bias = own.allocateFloats(biasStaging.length);
  }

  /**
   * For each packed weight, its place in the flat vector of parameters, or -1 where it is padding.
   *
   * @param plainOrigin for each packed weight, its place in the order output, input, row, column
   * @param inputs the number of inputs in that order, with padding
   */
  static int[] origin(Convolution c, int[] plainOrigin, int inputs) {
    int area = c.window().kernelHeight() * c.window().kernelWidth();
    int[] origin = new int[plainOrigin.length];
    for (int j = 0; j < origin.length; j++) {
      origin[j] = -1;
      if (plainOrigin[j] >= 0) {
        int k = plainOrigin[j] % area;
        int i = plainOrigin[j] / area % inputs;
        int o = plainOrigin[j] / area / inputs;
        if (i < c.inputs() && o < c.out().channels()) {
          origin[j] = c.weightAt()[(o * c.inputs() + i) * area + k];
        }
      }
    }
    return origin;
  }

  private int inputs(boolean whole) {
    return whole && !plain ? OneDnn.padded(c.in().channels()) : c.in().channels();
  }

  private int outputs(boolean whole) {
    return whole ? OneDnn.padded(c.out().channels()) : c.out().channels();
  }

  private memory.desc weights(boolean whole, boolean any) {
    return dnn.weights(c, any, outputs(whole), inputs(whole));
  }

  private memory.desc source(int images, boolean whole) {
    return plain ? dnn.plainImages(images, c.in()) : dnn.images(images, inputs(whole), c.in());
  }

  private convolution_forward.primitive_desc describe(
      int images, boolean whole, memory.desc order) {
    memory.desc w = order == null ? weights(whole, true) : order;
    memory.desc from = source(images, whole);
    memory.desc to = dnn.images(images, outputs(whole), c.out());
    primitive_attr attributes = dnn.attributes();
    if (!activation.isIdentity()) {
      post_ops post = own.keep(new post_ops());
      post.append_eltwise(1, algorithm.eltwise_relu, activation.slope(), 0);
      attributes.set_post_ops(post);
    }
    Window v = c.window();
    prop_kind kind = prop_kind.forward_training;
    algorithm how = plain ? algorithm.convolution_direct : OneDnn.algorithm(c);
    convolution_forward.desc d =
        hasBias
            ? new convolution_forward.desc(
                kind, how, from, w, biases(whole), to, v.stride(), v.pad(), v.pad())
            : new convolution_forward.desc(kind, how, from, w, to, v.stride(), v.pad(), v.pad());
    return own.keep(new convolution_forward.primitive_desc(own.keep(d), attributes, dnn.engine()));
  }

  private memory.desc biases(boolean whole) {
    return dnn.describe(memory.format_tag.a, outputs(whole));
  }

  /** Takes the weights and the bias from the vector of parameters. */
  void load(float[] parameters) {
    for (int i = 0; i < origin.length; i++) {
      staging[i] = origin[i] < 0 ? 0 : parameters[origin[i]];
    }
    weights.put(staging);
    if (hasBias) {
      for (int o = 0; o < c.biasAt().length; o++) {
        biasStaging[o] = parameters[c.biasAt()[o]];
      }
      bias.put(biasStaging);
    }
  }

  /** Takes the weights times a scale and a bias for each output channel. */
  void load(float[] parameters, float[] scale, float[] shift) {
    for (int i = 0; i < origin.length; i++) {
      staging[i] = origin[i] < 0 ? 0 : parameters[origin[i]] * scale[output[i]];
    }
    weights.put(staging);
    System.arraycopy(shift, 0, biasStaging, 0, c.out().channels());
    bias.put(biasStaging);
  }

  /** Binds it to images in memory. */
  Call call(int images, Pointer from, Pointer to, Scratch scratch) {
    convolution_forward.primitive_desc d = describe(images, padded, packed);
    Operation operation = dnn.operation(name, new convolution_forward(d), d);
    memory source = dnn.memory(source(images, padded), from);
    memory target = dnn.memory(dnn.images(images, outputs(padded), c.out()), to);
    memory w = dnn.memory(packed, weights);
    return hasBias
        ? dnn.call(
            operation,
            scratch,
            DNNL_ARG_SRC,
            source,
            DNNL_ARG_WEIGHTS,
            w,
            DNNL_ARG_BIAS,
            dnn.memory(biases(padded), bias),
            DNNL_ARG_DST,
            target)
        : dnn.call(
            operation, scratch, DNNL_ARG_SRC, source, DNNL_ARG_WEIGHTS, w, DNNL_ARG_DST, target);
  }
}
