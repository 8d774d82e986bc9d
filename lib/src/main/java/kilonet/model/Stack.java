package kilonet.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import kilonet.augment.RandomStream;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * A convolutional net as a value: a list of blocks that reads like the table in a paper, and the
 * order of the parts inside a block. It builds an ordinary Deeplearning4j configuration.
 *
 * <pre>{@code
 * Stack net = Stack.of("conv-bn-relu-dropout").dropout(0.05)
 *     .conv(10).maxPool(2).conv(16).conv(16)
 *     .globalAveragePool().plain(10, 1);
 * MultiLayerNetwork network = new MultiLayerNetwork(net.configuration(new Adam(0.01), 1));
 * }</pre>
 *
 * <p>Pictures are {@code [batch, channels, height, width]}; the net ends in a softmax over the
 * channels of its last block, whose picture must be 1 x 1. Nothing here changes a stack: every
 * method returns a new one.
 *
 * @param channels channels of a picture: 1 for grey, which recipes do not write down; 3 for red,
 *     green and blue
 * @param height rows of a picture
 * @param width columns of a picture
 * @param order the parts of a block in their order, out of {@code conv}, {@code bn}, {@code relu}
 *     and {@code dropout}, joined by {@code -}; {@code conv} comes first
 * @param bias whether convolutions have a bias
 * @param dropout the probability of setting a value to zero, in {@code [0, 1)}
 * @param blocks the blocks from input to output
 */
public record Stack(
    @JsonInclude(value = JsonInclude.Include.CUSTOM, valueFilter = Grey.class) int channels,
    int height,
    int width,
    String order,
    boolean bias,
    double dropout,
    List<Block> blocks) {

  /** Leaves the channels of grey pictures out. */
  static final class Grey {

    @Override
    public boolean equals(Object channels) {
      return Integer.valueOf(1).equals(channels);
    }

    @Override
    public int hashCode() {
      return 1;
    }
  }

  private static final Set<String> PARTS = Set.of("conv", "bn", "relu", "dropout");

  /** Checks the order of the parts and the dropout. */
  public Stack {
    List<String> parts = List.of(order.split("-", -1));
    if (!PARTS.containsAll(parts)
        || !parts.get(0).equals("conv")
        || Set.copyOf(parts).size() != parts.size()) {
      throw new IllegalArgumentException(
          Text.of(
                  "'%s' is no order of a block: start with conv and join what follows out of bn, relu and",
                  order)
              + " dropout by '-', each once, as in conv-bn-relu-dropout.");
    }
    if (!(dropout >= 0 && dropout < 1)) {
      throw new IllegalArgumentException(
          Text.of(
              "A dropout of %s cannot be: it is the share of values set to zero, from 0 to below 1.",
              dropout));
    }
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          Text.of(
              "Pictures of %d x %d pixels cannot be: give both sides at least 1.", height, width));
    }
    if (channels != 1 && channels != 3) {
      throw new IllegalArgumentException(
          Text.of("Pictures of %d channels cannot be: give 1, or 3 for colours.", channels));
    }
    blocks = List.copyOf(blocks);
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).span() > i) {
        throw new IllegalArgumentException(
            Text.of(
                "'%s' goes back over %d blocks, where only %d stand before it.",
                blocks.get(i), blocks.get(i).span(), i));
      }
    }
  }

  /** Reads a stack, of grey pictures where it does not say otherwise. */
  @JsonCreator
  static Stack read(
      @JsonProperty("channels") @JsonInclude(JsonInclude.Include.NON_NULL) Integer channels,
      @JsonProperty("height") int height,
      @JsonProperty("width") int width,
      @JsonProperty("order") String order,
      @JsonProperty("bias") boolean bias,
      @JsonProperty("dropout") double dropout,
      @JsonProperty("blocks") List<Block> blocks) {
    return new Stack(channels == null ? 1 : channels, height, width, order, bias, dropout, blocks);
  }

  /** An empty stack for pictures of 28 x 28 pixels, without biases and without dropout. */
  public static Stack of(String order) {
    return new Stack(1, 28, 28, order, false, 0, List.of());
  }

  /** This stack for pictures of another size, with as many channels. */
  public Stack input(int height, int width) {
    return input(channels, height, width);
  }

  /**
   * This stack for other pictures.
   *
   * @param channels 1 for grey; 3 for red, green and blue
   */
  public Stack input(int channels, int height, int width) {
    return new Stack(channels, height, width, order, bias, dropout, blocks);
  }

  /** This stack with a bias in every convolution. */
  public Stack withBias() {
    return new Stack(channels, height, width, order, true, dropout, blocks);
  }

  /** This stack with another dropout, the probability of setting a value to zero. */
  public Stack dropout(double dropout) {
    return new Stack(channels, height, width, order, bias, dropout, blocks);
  }

  /** Adds a block with a 3 x 3 convolution without padding. */
  public Stack conv(int channels) {
    return conv(channels, 3, 0);
  }

  /** Adds a block with a convolution. */
  public Stack conv(int channels, int kernel, int padding) {
    return add(new Block(Block.Kind.CONV, channels, kernel, padding, true));
  }

  /** Adds a convolution alone: no batch norm, no ReLU, no dropout. */
  public Stack plain(int channels, int kernel) {
    return add(new Block(Block.Kind.PLAIN, channels, kernel, 0, false));
  }

  /**
   * Adds a block with a convolution.
   *
   * @param channels output channels
   * @param kernel side of the kernel in pixels
   * @param stride pixels from one place of the kernel to the next; 2 halves the picture
   * @param padding zeros added at each side, in pixels
   * @param dilation pixels from one tap of the kernel to the next; 2 sees as far as a kernel of 5
   */
  public Stack conv(int channels, int kernel, int stride, int padding, int dilation) {
    return add(new Block(Block.Kind.CONV, channels, kernel, stride, padding, dilation, true));
  }

  /**
   * Adds a block whose convolution takes each channel by itself: {@code kernel²} weights a channel.
   * With a 1 x 1 convolution behind it, it does the work of a whole convolution with fewer weights
   * (Chollet: <i>Xception</i>, 2017; Howard and others: <i>MobileNets</i>, 2017).
   */
  public Stack depthwise(int kernel, int padding) {
    return add(new Block(Block.Kind.DEPTHWISE, 0, kernel, padding, true));
  }

  /** Adds a depthwise convolution alone: no batch norm, no ReLU, no dropout. */
  public Stack plainDepthwise(int kernel, int padding) {
    return add(new Block(Block.Kind.PLAIN_DEPTHWISE, 0, kernel, padding, false));
  }

  /** Adds a depthwise convolution alone, with stride and dilation as of {@link #conv}. */
  public Stack plainDepthwise(int kernel, int stride, int padding, int dilation) {
    return add(new Block(Block.Kind.PLAIN_DEPTHWISE, 0, kernel, stride, padding, dilation, false));
  }

  /** Adds max pooling over windows that do not overlap. */
  public Stack maxPool(int size) {
    return add(new Block(Block.Kind.MAX_POOL, 0, size, 0, false));
  }

  /** Adds average pooling over windows that do not overlap. */
  public Stack averagePool(int size) {
    return add(new Block(Block.Kind.AVERAGE_POOL, 0, size, 0, false));
  }

  /** Adds the mean over the whole picture. */
  public Stack globalAveragePool() {
    return add(new Block(Block.Kind.GLOBAL_AVERAGE_POOL, 0, 0, 0, false));
  }

  /**
   * Adds what went into the last blocks to what they have made of it, so that they learn only the
   * rest. Both have as many channels and pixels.
   *
   * @param span how many blocks, at least 1
   */
  public Stack plus(int span) {
    return add(Block.addition(Block.Kind.ADD, span, 1, false));
  }

  /**
   * The same where the channels or the pixels are others: a 1 x 1 convolution, with the batch norm
   * of the order, brings what went in to what has come out.
   *
   * @param span how many blocks, at least 1
   * @param stride by how many times fewer pixels have come out, rounded up; 1 for as many
   */
  public Stack plusThrough(int span, int stride) {
    return add(Block.addition(Block.Kind.ADD_THROUGH, span, stride, false));
  }

  /** Adds blocks written as text, such as {@code conv 10 3x3}. */
  public Stack blocks(String... texts) {
    Stack result = this;
    for (String text : texts) {
      result = result.add(Block.parse(text));
    }
    return result;
  }

  private Stack add(Block block) {
    List<Block> more = new ArrayList<>(blocks);
    more.add(block);
    return new Stack(channels, height, width, order, bias, dropout, more);
  }

  /** Classes that the net tells apart: the channels of its last convolution. */
  public int outputs() {
    for (int i = blocks.size() - 1; i >= 0; i--) {
      if (blocks.get(i).channels() > 0) {
        return blocks.get(i).channels();
      }
    }
    throw new IllegalArgumentException("The stack has no convolution: add one with conv(…).");
  }

  /**
   * This stack for another number of classes: its last convolution gets as many channels.
   *
   * @throws IllegalArgumentException if it has no convolution whose channels could be changed
   */
  public Stack outputs(int classes) {
    outputs();
    List<Block> changed = new ArrayList<>(blocks);
    for (int i = blocks.size() - 1; i >= 0; i--) {
      Block block = blocks.get(i);
      if (block.channels() > 0) {
        changed.set(i, block.withChannels(classes));
        break;
      }
    }
    return new Stack(channels, height, width, order, bias, dropout, changed);
  }

  /**
   * What a value before the last, global pooling sees of a picture, in pixels; where there is no
   * such pooling, what the output sees.
   */
  public long receptiveField() {
    List<ReceptiveField> fields = new ArrayList<>(List.of(ReceptiveField.INPUT));
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      if (block.kind() == Block.Kind.GLOBAL_AVERAGE_POOL) {
        break;
      }
      ReceptiveField field = fields.get(i);
      fields.add(
          block.adds()
              ? field.plus(fields.get(i - block.span()).through(1, block.stride(), 0, 1))
              : block.widen(field));
    }
    return fields.get(fields.size() - 1).size();
  }

  /** A question about a convolution. */
  public interface ConvolutionQuestion {

    /**
     * Answers it.
     *
     * @param window kernel, stride, padding and dilation
     * @param inputs input channels
     * @param out the shape of one picture's outputs
     */
    boolean test(Window window, int inputs, Shape out);
  }

  /** Whether the answer is yes for any convolution that is neither grouped nor depthwise. */
  public boolean anyConvolution(ConvolutionQuestion question) {
    Shape shape = new Shape(channels, height, width);
    for (Block b : blocks) {
      Shape out =
          new Shape(
              b.channelsAfter(shape.channels()), b.after(shape.height()), b.after(shape.width()));
      boolean whole = b.kind() == Block.Kind.CONV || b.kind() == Block.Kind.PLAIN;
      if (whole && b.groups() == 1) {
        int[] kernel = {b.kernel(), b.kernel()};
        int[] stride = {b.stride(), b.stride()};
        int[] padding = {b.padding(), b.padding()};
        int[] dilation = {b.dilation(), b.dilation()};
        if (question.test(Window.of(kernel, stride, padding, dilation), shape.channels(), out)) {
          return true;
        }
      }
      shape = out;
    }
    return false;
  }

  /** The configuration's input, {@code [batch, channels, height, width]}. */
  public InputType inputType() {
    return InputType.convolutional(height, width, channels);
  }

  /**
   * The Deeplearning4j configuration of this stack, which ends in softmax and cross-entropy.
   *
   * @param updater how the parameters are changed
   * @param seed what dropout and Deeplearning4j's own initialization draw from
   * @throws IllegalArgumentException if a kernel does not fit its input or the last block's picture
   *     is not 1 x 1
   */
  public MultiLayerConfiguration configuration(IUpdater updater, long seed) {
    return new StackLayers(this, updater, seed).configuration();
  }

  /**
   * Gives the weights and biases of every convolution and dense layer the start that PyTorch gives
   * them: drawn evenly from {@code ±1 / sqrt(fan in)}. Everything else starts as Deeplearning4j has
   * it: batch norm at gamma 1, beta 0, mean 0, variance 1.
   *
   * <p>Deeplearning4j has drawn weights, too; but its native code draws others on other machines.
   *
   * @param network an initialized network, of which only the parameters change
   * @param seed what the numbers are drawn from; the same seed gives the same bits
   */
  public static void initialize(MultiLayerNetwork network, long seed) {
    for (int layer = 0; layer < network.getnLayers(); layer++) {
      Map<String, INDArray> parameters = network.getLayer(layer).paramTable();
      INDArray weights = parameters.get("W");
      if (weights == null) {
        continue;
      }
      float bound = bound(fanIn(network.getLayer(layer).conf().getLayer(), weights));
      fill(weights, bound, new RandomStream(seed, layer, 0));
      INDArray mixing = parameters.get("pW");
      if (mixing != null) { // of a separable convolution, whose bias is that of its second half
        bound = bound(mixing.size(1));
        fill(mixing, bound, new RandomStream(seed, layer, 2));
      }
      INDArray bias = parameters.get("b");
      if (bias != null) {
        fill(bias, bound, new RandomStream(seed, layer, 1));
      }
    }
  }

  /**
   * How many inputs a weight is one of; Deeplearning4j's layers have them in orders of their own.
   */
  private static long fanIn(Layer layer, INDArray weights) {
    if (layer instanceof DepthwiseConvolution2D) {
      return weights.size(0) * weights.size(1);
    }
    if (layer instanceof SeparableConvolution2D) {
      return weights.size(2) * weights.size(3);
    }
    return weights.rank() == 2 ? weights.size(0) : weights.length() / weights.size(0);
  }

  private static float bound(long fanIn) {
    return (float) (1 / Math.sqrt(fanIn));
  }

  private static void fill(INDArray array, float bound, RandomStream random) {
    INDArray flat = array.dup('c').reshape(array.length());
    for (long i = 0; i < flat.length(); i++) {
      flat.putScalar(i, random.between(-bound, bound));
    }
    array.assign(flat.reshape('c', array.shape()));
  }

  /** The blocks as text, in order, such as {@code [conv 10 3x3, maxpool 2, …]}. */
  public List<String> texts() {
    return blocks.stream().map(Block::toString).toList();
  }

  @Override
  public String toString() {
    return Text.of("%s: %s", order, String.join(", ", texts()));
  }

  /** The stack that {@code order}, {@code bias}, {@code dropout} and texts of blocks describe. */
  public static Stack of(String order, boolean bias, double dropout, List<String> texts) {
    return new Stack(
        1,
        28,
        28,
        order,
        bias,
        dropout,
        Arrays.asList(texts.stream().map(Block::parse).toArray(Block[]::new)));
  }
}
