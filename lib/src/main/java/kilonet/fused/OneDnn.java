package kilonet.fused;

import static org.bytedeco.dnnl.global.dnnl.DNNL_ARG_SCRATCHPAD;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import kilonet.fused.Stage.Convolution;
import kilonet.fused.Stage.Shape;
import kilonet.fused.Stage.Window;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.dnnl_exec_arg_t;
import org.bytedeco.dnnl.dnnl_primitive;
import org.bytedeco.dnnl.dnnl_stream;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.global.dnnl.algorithm;
import org.bytedeco.dnnl.global.dnnl.prop_kind;
import org.bytedeco.dnnl.global.dnnl.scratchpad_mode;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc_base;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/**
 * oneDNN as the plans use it: descriptions of memory, primitives, and calls that make no garbage.
 */
final class OneDnn {
  /**
   * Channels lie in memory in blocks of so many: a vector of the processor's. With another number
   * oneDNN falls back to its reference code, which is hundreds of times slower.
   */
  static final int BLOCK;

  /** One sentence on why oneDNN cannot be used on this machine, or null where it can. */
  static final String PROBLEM;

  private static final engine CPU;

  static {
    engine cpu = null;
    String problem = null;
    try {
      cpu = new engine(engine.kind.cpu, 0);
    } catch (LinkageError | RuntimeException e) {
      problem =
          "oneDNN could not be loaded ("
              + e
              + "); add org.bytedeco:dnnl for this platform to the class path, if there is one.";
    }
    if (problem == null && !has(dnnl.dnnl_cpu_isa_avx2)) {
      problem =
          "oneDNN has fast code for processors with AVX2 or AVX-512 only, and this one has neither.";
    }
    CPU = cpu;
    PROBLEM = problem;
    BLOCK = problem == null && has(dnnl.dnnl_cpu_isa_avx512_core) ? 16 : 8;
  }

  /** The multiply-adds of a pixel and the pixels from which on Winograd's way is faster. */
  private static final int WINOGRAD_CHANNELS = 32 * 64;

  private static final int WINOGRAD_PIXELS = 400;

  /** From so many multiply-adds of a pixel on it is faster with few pixels, too, but for errors. */
  private static final int WINOGRAD_MANY_CHANNELS = 128 * 256;

  private static final boolean WINOGRAD = PROBLEM == null && hasWinograd();

  private final NativeMemory owner;
  private final Set<String> slow = new LinkedHashSet<>();

  OneDnn(NativeMemory owner) {
    this.owner = owner;
  }

  /**
   * Whether oneDNN may use a kind of instructions. DNNL_MAX_CPU_ISA in the environment can forbid
   * those that the processor has.
   */
  private static boolean has(int instructions) {
    return (dnnl.dnnl_get_effective_cpu_isa() & instructions) == instructions;
  }

  /** Whether oneDNN has Winograd's convolution for this processor: it wants AVX-512. */
  private static boolean hasWinograd() {
    try (NativeMemory own = new NativeMemory(new Object())) {
      Shape in = new Shape(32, 26, 26);
      Shape out = new Shape(64, 24, 24);
      OneDnn dnn = new OneDnn(own);
      long[] stride = {1, 1};
      long[] pad = {0, 0};
      own.keep(
          new convolution_forward.primitive_desc(
              own.keep(
                  new convolution_forward.desc(
                      prop_kind.forward_training,
                      algorithm.convolution_winograd,
                      dnn.images(8, 32, in),
                      dnn.describe(memory.format_tag.any, 64, 32, 3, 3),
                      dnn.images(8, 64, out),
                      stride,
                      pad,
                      pad)),
              dnn.attributes(),
              CPU));
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  /**
   * How to compute a convolution's outcome or the gradient of its weights. Winograd's minimal
   * filtering (Lavin, Gray: <i>Fast algorithms for convolutional neural networks</i>, 2016) takes
   * fewer multiplications; with few channels, the transforms that it needs cost more than it saves.
   */
  static algorithm algorithm(Convolution c) {
    return winograd(c, WINOGRAD_MANY_CHANNELS);
  }

  /** How to compute the error before a convolution. */
  static algorithm errorAlgorithm(Convolution c) {
    return winograd(c, Long.MAX_VALUE);
  }

  private static algorithm winograd(Convolution c, long manyChannels) {
    Shape in = c.in();
    Shape out = c.out();
    boolean fits =
        !c.depthwise()
            && c.window().kernelHeight() == 3
            && c.window().kernelWidth() == 3
            && c.window().strideHeight() == 1
            && c.window().strideWidth() == 1
            && in.channels() % BLOCK == 0
            && out.channels() % BLOCK == 0;
    long channels = (long) in.channels() * out.channels();
    boolean pays =
        channels >= manyChannels
            || channels >= WINOGRAD_CHANNELS && out.height() * out.width() >= WINOGRAD_PIXELS;
    return WINOGRAD && fits && pays ? algorithm.convolution_winograd : algorithm.convolution_direct;
  }

  engine engine() {
    return CPU;
  }

  /** The number of channels in memory: a whole number of vectors. */
  static int padded(int channels) {
    return (channels + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** The floats that one image's activations take in memory. */
  static long floats(Shape shape) {
    return (long) padded(shape.channels()) * shape.height() * shape.width();
  }

  /** The floats of one image without blocks of channels. */
  static long plainFloats(Shape shape) {
    return (long) shape.channels() * shape.height() * shape.width();
  }

  /** Whether oneDNN has nothing but its reference code, which is hundreds of times slower. */
  static boolean isReference(primitive_desc_base description) {
    return description.impl_info_str().getString().contains("ref");
  }

  /** The names of the operations for which oneDNN has nothing but its reference code. */
  Set<String> slow() {
    return slow;
  }

  /** Images in memory, in blocks of channels. */
  memory.desc images(int count, int channels, Shape shape) {
    return images(count, channels, shape.height(), shape.width());
  }

  /** Images of so many rows and columns in memory, in blocks of channels. */
  memory.desc images(long count, long channels, long height, long width) {
    memory.format_tag blocks = BLOCK == 16 ? memory.format_tag.nChw16c : memory.format_tag.nChw8c;
    return describe(blocks, count, channels, height, width);
  }

  /** Images in memory as they come, channel by channel. */
  memory.desc plainImages(int count, Shape shape) {
    return describe(memory.format_tag.nchw, count, shape.channels(), shape.height(), shape.width());
  }

  /**
   * The weights of a convolution.
   *
   * @param any whether oneDNN may choose their order; else it is output, input, row, column
   * @param outputs the number of output channels, with padding
   * @param inputs the number of input channels, with padding; not looked at where depthwise
   */
  memory.desc weights(Convolution c, boolean any, int outputs, int inputs) {
    Window w = c.window();
    if (c.depthwise()) {
      memory.format_tag tag = any ? memory.format_tag.any : memory.format_tag.goihw;
      return describe(tag, outputs, 1, 1, w.kernelHeight(), w.kernelWidth());
    }
    memory.format_tag tag = any ? memory.format_tag.any : memory.format_tag.oihw;
    return describe(tag, outputs, inputs, w.kernelHeight(), w.kernelWidth());
  }

  memory.desc describe(memory.format_tag tag, long... dimensions) {
    return owner.keep(new memory.desc(dimensions, memory.data_type.f32, tag));
  }

  memory memory(memory.desc description, Pointer at) {
    return owner.keep(new memory(description, CPU, at));
  }

  /** Attributes of a primitive whose working memory is ours. */
  primitive_attr attributes() {
    primitive_attr attributes = owner.keep(new primitive_attr());
    attributes.set_scratchpad_mode(scratchpad_mode.user);
    return attributes;
  }

  stream stream() {
    return owner.keep(new stream(CPU));
  }

  /** Where each float of a blocked tensor comes from in the plain one, or -1 for padding. */
  int[] origin(memory.desc plain, memory.desc blocked) {
    int plainCount = (int) (plain.get_size() / Float.BYTES);
    int blockedCount = (int) (blocked.get_size() / Float.BYTES);
    float[] numbers = new float[plainCount];
    for (int i = 0; i < plainCount; i++) {
      numbers[i] = Float.intBitsToFloat(i + 0x0080_0000);
    }
    float[] result = new float[blockedCount];
    try (NativeMemory own = new NativeMemory(numbers)) {
      FloatPointer from = own.allocateFloats(plainCount);
      from.put(numbers);
      FloatPointer to = own.allocateFloats(blockedCount);
      memory source = own.keep(new memory(plain, CPU, from));
      memory target = own.keep(new memory(blocked, CPU, to));
      stream s = own.keep(new stream(CPU));
      own.keep(new reorder(source, target)).execute(s, source, target);
      s._wait();
      to.get(result);
    }
    int[] origin = new int[blockedCount];
    for (int i = 0; i < blockedCount; i++) {
      int bits = Float.floatToRawIntBits(result[i]);
      origin[i] = bits == 0 ? -1 : bits - 0x0080_0000;
    }
    return origin;
  }

  /** A primitive that can be bound to memory. */
  Operation operation(String name, primitive made, primitive_desc_base description) {
    if (isReference(description)) {
      slow.add(name);
    }
    long scratch = description.scratchpad_desc().get_size();
    return new Operation(name, owner.keep(made), owner.keep(description), scratch);
  }

  /** Binds a primitive to memory: pairs of argument number and memory. */
  Call call(Operation operation, Scratch scratch, Object... arguments) {
    Map<Integer, memory> all = new LinkedHashMap<>();
    for (int i = 0; i < arguments.length; i += 2) {
      all.put((Integer) arguments[i], (memory) arguments[i + 1]);
    }
    if (operation.scratch() > 0) {
      memory.desc d = owner.keep(operation.description().scratchpad_desc());
      all.put(DNNL_ARG_SCRATCHPAD, memory(d, scratch.atLeast(operation.scratch())));
    }
    dnnl_exec_arg_t list = owner.keep(new dnnl_exec_arg_t(all.size()));
    int i = 0;
    for (Map.Entry<Integer, memory> entry : all.entrySet()) {
      list.position(i++).arg(entry.getKey()).memory(entry.getValue().get());
    }
    list.position(0);
    return new Call(operation.name(), operation.made().get(), list, all.size());
  }

  /**
   * A primitive.
   *
   * @param name what to call it in a profile
   * @param made the primitive
   * @param description its description
   * @param scratch the bytes of working memory that it needs
   */
  record Operation(String name, primitive made, primitive_desc_base description, long scratch) {}

  /** Working memory that the operations of one thread share. */
  static final class Scratch {
    private final NativeMemory owner;
    private final long bytes;
    private final Pointer memory;

    Scratch(NativeMemory owner, long bytes) {
      this.owner = owner;
      this.bytes = bytes;
      this.memory = owner.allocate(bytes);
    }

    Pointer atLeast(long needed) {
      return needed <= bytes ? memory : owner.allocate(needed);
    }
  }

  /** A primitive on certain memory. */
  static final class Call {
    private final String name;
    private final dnnl_primitive made;
    private final dnnl_exec_arg_t arguments;
    private final int count;

    Call(String name, dnnl_primitive made, dnnl_exec_arg_t arguments, int count) {
      this.name = name;
      this.made = made;
      this.arguments = arguments;
      this.count = count;
    }

    String name() {
      return name;
    }

    void run(dnnl_stream stream) {
      int status = dnnl.dnnl_primitive_execute(made, stream, count, arguments);
      if (status != dnnl.dnnl_success) {
        throw new IllegalStateException("oneDNN could not do " + name + ": status " + status);
      }
    }
  }
}
