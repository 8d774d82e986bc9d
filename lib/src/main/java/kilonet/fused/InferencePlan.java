package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_DST;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_FROM;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_MEAN;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCALE_SHIFT;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SRC;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_TO;
import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_VARIANCE;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import kilonet.fused.OneDnn.Call;
import kilonet.fused.OneDnn.Scratch;
import kilonet.fused.Stage.Activation;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Norm;
import kilonet.fused.Stage.Pointwise;
import kilonet.fused.Stage.Pooling;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;
import org.bytedeco.dnnl.batch_normalization_forward;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.eltwise_forward;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.normalization_flags;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_forward;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * Inference, compiled: batch norms that follow a convolution are folded into its weights, dropout
 * is gone, and each thread takes a few images at a time through all stages, in memory that fits its
 * cache. One plan serves every batch size.
 */
final class InferencePlan implements AutoCloseable {
  private static final int CHUNK = 16;

  private final Stack stack;
  private final Team team;
  private final NativeMemory own = new NativeMemory(this);
  private final OneDnn dnn = new OneDnn(own);
  private final List<Loader> loaders = new ArrayList<>();
  private final Lane[] lanes;
  private float[] parameters;

  /** Takes over what a stage needs from the vector of parameters. */
  private interface Loader {
    void load();
  }

  /** What one thread works with. */
  private final class Lane {
    final FloatPointer in;
    final FloatPointer out;
    final List<Call> calls = new ArrayList<>();
    final float[] logits = new float[CHUNK * OneDnn.padded(stack.classes())];
    final dnnl_stream stream = dnn.stream().get();

    Lane(FloatPointer in, FloatPointer out) {
      this.in = in;
      this.out = out;
    }
  }

  InferencePlan(Stack stack, Team team) {
    this.stack = stack;
    this.team = team;
    List<Stage> stages = stack.stages();
    Scratch[] scratches = new Scratch[team.size()];
    FloatPointer[][] memories = new FloatPointer[team.size()][stages.size() + 1];
    lanes = new Lane[team.size()];
    Shape input = stack.input();
    long pixels = (long) input.channels() * input.height() * input.width();
    for (int t = 0; t < lanes.length; t++) {
      scratches[t] = new Scratch(own, 1 << 20);
      for (int i = 0; i <= stages.size(); i++) {
        Shape shape = i == 0 ? input : stages.get(i - 1).out();
        memories[t][i] = own.allocateFloats(CHUNK * OneDnn.floats(shape));
      }
      FloatPointer first = stack.plainInput() ? memories[t][0] : own.allocateFloats(CHUNK * pixels);
      lanes[t] = new Lane(first, memories[t][stages.size()]);
      if (!stack.plainInput()) {
        lanes[t].calls.add(packInput(first, memories[t][0], scratches[t]));
      }
    }
    for (int i = 0; i < stages.size(); i++) {
      int skip = compile(i, memories, scratches);
      for (int t = 0; t < lanes.length && skip > 0; t++) {
        memories[t][i + 1 + skip] = memories[t][i + 1];
      }
      i += skip;
    }
    for (int t = 0; t < lanes.length; t++) {
      Lane lane = new Lane(lanes[t].in, memories[t][stages.size()]);
      lane.calls.addAll(lanes[t].calls);
      lanes[t] = lane;
    }
  }

  private Call packInput(FloatPointer from, FloatPointer to, Scratch scratch) {
    memory source = dnn.memory(dnn.plainImages(CHUNK, stack.input()), from);
    memory target = dnn.memory(dnn.images(CHUNK, stack.input().channels(), stack.input()), to);
    reorder.primitive_desc d = new reorder.primitive_desc(source, target, dnn.attributes(), false);
    return dnn.call(
        dnn.operation("pack input", new reorder(d), d),
        scratch,
        DNNL_ARG_FROM,
        source,
        DNNL_ARG_TO,
        target);
  }

  /** Compiles a stage; returns how many of the stages behind it went into it. */
  private int compile(int i, FloatPointer[][] memories, Scratch[] scratches) {
    Stage stage = stack.stages().get(i);
    if (stage instanceof Convolution c) {
      Pointwise next =
          i + 1 < stack.stages().size()
                  && c.activation().isIdentity()
                  && stack.stages().get(i + 1) instanceof Pointwise p
              ? p
              : null;
      Activation activation = next == null ? c.activation() : next.activation();
      boolean fold = next != null && next.norm() != null;
      boolean hasBias = fold || c.biasAt().length > 0;
      boolean plain = i == 0 && stack.plainInput();
      ForwardConvolution convolution =
          new ForwardConvolution(
              dnn, own, "convolution " + i, c, activation, plain, hasBias, CHUNK);
      loaders.add(
          fold
              ? () -> loadFolded(convolution, c, next.norm())
              : () -> convolution.load(parameters));
      for (int t = 0; t < lanes.length; t++) {
        lanes[t].calls.add(
            convolution.call(CHUNK, memories[t][i], memories[t][i + 1], scratches[t]));
      }
      return next == null ? 0 : 1;
    }
    if (stage instanceof Pooling p) {
      for (int t = 0; t < lanes.length; t++) {
        lanes[t].calls.add(pool(i, p, memories[t][i], memories[t][i + 1], scratches[t]));
      }
      return 0;
    }
    Pointwise p = (Pointwise) stage;
    for (int t = 0; t < lanes.length; t++) {
      memories[t][i + 1] = memories[t][i];
    }
    if (p.norm() != null) {
      addNorm(i, p, memories, scratches);
    }
    if (!p.activation().isIdentity()) {
      for (int t = 0; t < lanes.length; t++) {
        lanes[t].calls.add(activate(i, p, memories[t][i], scratches[t]));
      }
    }
    return 0;
  }

  private void loadFolded(ForwardConvolution convolution, Convolution c, Norm norm) {
    int channels = c.out().channels();
    float[] scale = new float[channels];
    float[] shift = new float[channels];
    for (int o = 0; o < channels; o++) {
      double a =
          norm.gamma(parameters, o) / Math.sqrt(norm.variance(parameters, o) + norm.epsilon());
      double bias = c.biasAt().length == 0 ? 0 : parameters[c.biasAt()[o]];
      scale[o] = (float) a;
      shift[o] = (float) (norm.beta(parameters, o) + a * (bias - parameters[norm.meanAt() + o]));
    }
    convolution.load(parameters, scale, shift);
  }

  private void addNorm(int i, Pointwise p, FloatPointer[][] memories, Scratch[] scratches) {
    int width = OneDnn.padded(p.in().channels());
    FloatPointer numbers = own.allocateFloats(4L * width);
    float[] staging = new float[4 * width];
    loaders.add(
        () -> {
          for (int c = 0; c < p.in().channels(); c++) {
            staging[c] = parameters[p.norm().meanAt() + c];
            staging[width + c] = (float) p.norm().variance(parameters, c);
            staging[2 * width + c] = p.norm().gamma(parameters, c);
            staging[3 * width + c] = p.norm().beta(parameters, c);
          }
          numbers.put(staging);
        });
    int flags =
        normalization_flags.use_global_stats.value | normalization_flags.use_scale_shift.value;
    memory.desc images = dnn.images(CHUNK, width, p.in());
    batch_normalization_forward.primitive_desc d =
        own.keep(
            new batch_normalization_forward.primitive_desc(
                own.keep(
                    new batch_normalization_forward.desc(
                        prop_kind.forward_inference.value,
                        images,
                        (float) p.norm().epsilon(),
                        flags)),
                dnn.attributes(),
                dnn.engine()));
    memory.desc vector = dnn.describe(memory.format_tag.a, width);
    memory.desc pair = dnn.describe(memory.format_tag.nc, 2, width);
    for (int t = 0; t < lanes.length; t++) {
      memory data = dnn.memory(images, memories[t][i]);
      lanes[t].calls.add(
          dnn.call(
              dnn.operation("norm " + i, new batch_normalization_forward(d), d),
              scratches[t],
              DNNL_ARG_SRC,
              data,
              DNNL_ARG_DST,
              data,
              DNNL_ARG_MEAN,
              dnn.memory(vector, numbers),
              DNNL_ARG_VARIANCE,
              dnn.memory(vector, own.keep(NativeMemory.after(numbers, 4L * width))),
              DNNL_ARG_SCALE_SHIFT,
              dnn.memory(pair, own.keep(NativeMemory.after(numbers, 8L * width)))));
    }
  }

  private Call activate(int i, Pointwise p, FloatPointer at, Scratch scratch) {
    memory.desc images = dnn.images(CHUNK, OneDnn.padded(p.in().channels()), p.in());
    eltwise_forward.primitive_desc d =
        own.keep(
            new eltwise_forward.primitive_desc(
                own.keep(
                    new eltwise_forward.desc(
                        prop_kind.forward_inference,
                        algorithm.eltwise_relu,
                        images,
                        p.activation().slope(),
                        0)),
                dnn.attributes(),
                dnn.engine()));
    memory data = dnn.memory(images, at);
    return dnn.call(
        dnn.operation("activation " + i, new eltwise_forward(d), d),
        scratch,
        DNNL_ARG_SRC,
        data,
        DNNL_ARG_DST,
        data);
  }

  private Call pool(int i, Pooling p, Pointer from, Pointer to, Scratch scratch) {
    Window w = p.window();
    int width = OneDnn.padded(p.in().channels());
    memory.desc source = dnn.images(CHUNK, width, p.in());
    memory.desc target = dnn.images(CHUNK, width, p.out());
    pooling_forward.primitive_desc d =
        own.keep(
            new pooling_forward.primitive_desc(
                own.keep(
                    new pooling_forward.desc(
                        prop_kind.forward_inference,
                        p.kind().algorithm(),
                        source,
                        target,
                        w.stride(),
                        w.kernel(),
                        w.pad(),
                        w.pad())),
                dnn.attributes(),
                dnn.engine()));
    return dnn.call(
        dnn.operation("pooling " + i, new pooling_forward(d), d),
        scratch,
        DNNL_ARG_SRC,
        dnn.memory(source, from),
        DNNL_ARG_DST,
        dnn.memory(target, to));
  }

  /** Takes the parameters over; to be called after each change of them. */
  void load(float[] parameters) {
    this.parameters = parameters;
    loaders.forEach(Loader::load);
    this.parameters = null;
  }

  /**
   * Computes logits.
   *
   * @param images the first of the images, side by side as plain floats
   * @param count how many there are
   * @param logits takes one row for each image, one column for each class
   */
  void run(Pointer images, int count, float[] logits) {
    team.run(member -> work(member, images, count, logits));
  }

  private void work(int member, Pointer images, int count, float[] logits) {
    Lane lane = lanes[member];
    Shape input = stack.input();
    long bytes = (long) input.channels() * input.height() * input.width() * Float.BYTES;
    int classes = stack.classes();
    int width = OneDnn.padded(classes);
    for (int first = member * CHUNK; first < count; first += lanes.length * CHUNK) {
      int size = Math.min(CHUNK, count - first);
      Pointer.memcpy(lane.in, NativeMemory.after(images, first * bytes), size * bytes);
      for (int i = 0; i < lane.calls.size(); i++) {
        lane.calls.get(i).run(lane.stream);
      }
      lane.out.get(lane.logits);
      for (int n = 0; n < size; n++) {
        System.arraycopy(lane.logits, n * width, logits, (first + n) * classes, classes);
      }
    }
  }

  /** Turns each row of logits into probabilities. */
  static void softmax(float[] rows, int count, int classes) {
    for (int row = 0; row < count * classes; row += classes) {
      float max = rows[row];
      for (int c = 1; c < classes; c++) {
        max = Math.max(max, rows[row + c]);
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(rows[row + c] - max);
      }
      for (int c = 0; c < classes; c++) {
        rows[row + c] = (float) (Math.exp(rows[row + c] - max) / sum);
      }
    }
  }

  /** The names of the operations for which oneDNN has nothing but its slow reference code. */
  Set<String> slow() {
    return dnn.slow();
  }

  @Override
  public void close() {
    own.close();
    Arrays.fill(lanes, null);
  }
}
