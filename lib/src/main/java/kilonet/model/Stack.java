package kilonet.model;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import kilonet.augment.RandomStream;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

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
 * <p>Pictures are {@code [batch, 1, height, width]}; the net ends in a softmax over the channels of
 * its last block, whose picture must be 1 x 1. Nothing here changes a stack: every method returns a
 * new one.
 *
 * @param height rows of a picture
 * @param width columns of a picture
 * @param order the parts of a block in their order, out of {@code conv}, {@code bn}, {@code relu}
 *     and {@code dropout}, joined by {@code -}; {@code conv} comes first
 * @param bias whether convolutions have a bias
 * @param dropout the probability of setting a value to zero, in {@code [0, 1)}
 * @param blocks the blocks from input to output
 */
public record Stack(
    int height, int width, String order, boolean bias, double dropout, List<Block> blocks) {

  private static final Set<String> PARTS = Set.of("conv", "bn", "relu", "dropout");

  /** Batch norm keeps this share of its running statistics at each step (PyTorch's 1 - 0.1). */
  private static final double BATCH_NORM_DECAY = 0.9;

  private static final double BATCH_NORM_EPSILON = 1e-5;

  /** What a block does. */
  public enum Kind {
    /** Convolution followed by the parts of the stack's order. */
    CONV,
    /** Convolution and nothing else. */
    PLAIN,
    /** Convolution of each channel by itself, followed by the parts of the stack's order. */
    DEPTHWISE,
    /** Convolution of each channel by itself, and nothing else. */
    PLAIN_DEPTHWISE,
    /** Maximum over windows that do not overlap. */
    MAX_POOL,
    /** Mean over windows that do not overlap. */
    AVERAGE_POOL,
    /** Mean over the whole picture. */
    GLOBAL_AVERAGE_POOL
  }

  /**
   * One block.
   *
   * @param kind what it does
   * @param channels output channels of a convolution, 0 for pooling and for a depthwise
   *     convolution, which has as many as its input
   * @param kernel side of the square kernel or window in pixels, 0 for global pooling
   * @param padding zeros added at each side, in pixels
   * @param dropout whether the stack's dropout applies here
   */
  public record Block(Kind kind, int channels, int kernel, int padding, boolean dropout) {

    private static final Pattern CONV =
        Pattern.compile(
            "(?:conv (\\d{1,6})|depthwise) (\\d{1,4})x(\\d{1,4})( pad (\\d{1,4}))?( plain)?"
                + "( no dropout)?");
    private static final Pattern POOL = Pattern.compile("(max|avg)pool (\\d{1,4})");

    /** Checks the numbers. */
    public Block {
      boolean conv = kind == Kind.CONV || kind == Kind.PLAIN;
      if (conv && channels < 1) {
        throw new IllegalArgumentException(
            Text.of("A convolution of %d channels cannot be: give it at least 1.", channels));
      }
      if (kind != Kind.GLOBAL_AVERAGE_POOL && kernel < 1) {
        throw new IllegalArgumentException(
            Text.of(
                "A kernel of %d x %d pixels cannot be: give it at least 1 x 1.", kernel, kernel));
      }
      if (padding < 0 || padding >= Math.max(1, kernel)) {
        throw new IllegalArgumentException(
            Text.of(
                "A padding of %d pixels does not fit a %d x %d kernel: use 0 to %d.",
                padding, kernel, kernel, Math.max(0, kernel - 1)));
      }
    }

    /**
     * Reads what {@link #toString} writes: {@code conv 10 3x3}, {@code conv 12 3x3 pad 1}, {@code
     * conv 10 1x1 plain}, {@code conv 16 1x1 no dropout}, {@code depthwise 3x3}, {@code depthwise
     * 3x3 pad 1 plain}, {@code maxpool 2}, {@code avgpool 4} or {@code global avgpool}.
     *
     * @throws IllegalArgumentException if the text is none of these
     */
    @JsonCreator
    public static Block parse(String text) {
      Matcher conv = CONV.matcher(text);
      if (conv.matches() && conv.group(2).equals(conv.group(3))) {
        boolean depthwise = conv.group(1) == null;
        boolean plain = conv.group(6) != null;
        return new Block(
            plain
                ? depthwise ? Kind.PLAIN_DEPTHWISE : Kind.PLAIN
                : depthwise ? Kind.DEPTHWISE : Kind.CONV,
            depthwise ? 0 : Integer.parseInt(conv.group(1)),
            Integer.parseInt(conv.group(2)),
            conv.group(5) == null ? 0 : Integer.parseInt(conv.group(5)),
            !plain && conv.group(7) == null);
      }
      Matcher pool = POOL.matcher(text);
      if (pool.matches()) {
        Kind kind = pool.group(1).equals("max") ? Kind.MAX_POOL : Kind.AVERAGE_POOL;
        return new Block(kind, 0, Integer.parseInt(pool.group(2)), 0, false);
      }
      if (text.equals("global avgpool")) {
        return new Block(Kind.GLOBAL_AVERAGE_POOL, 0, 0, 0, false);
      }
      throw new IllegalArgumentException(
          Text.of(
                  "'%s' is no block: write 'conv 10 3x3', 'conv 12 3x3 pad 1', 'conv 10 1x1 plain',",
                  text)
              + " 'conv 16 1x1 no dropout', 'depthwise 3x3', 'depthwise 3x3 plain', 'maxpool 2',"
              + " 'avgpool 4' or 'global avgpool'.");
    }

    @JsonValue
    @Override
    public String toString() {
      return switch (kind) {
        case MAX_POOL -> "maxpool " + kernel;
        case AVERAGE_POOL -> "avgpool " + kernel;
        case GLOBAL_AVERAGE_POOL -> "global avgpool";
        case CONV -> Text.of("conv %d ", channels) + window() + (dropout ? "" : " no dropout");
        case PLAIN -> Text.of("conv %d ", channels) + window() + " plain";
        case DEPTHWISE -> "depthwise " + window() + (dropout ? "" : " no dropout");
        case PLAIN_DEPTHWISE -> "depthwise " + window() + " plain";
      };
    }

    private String window() {
      return Text.of("%dx%d", kernel, kernel) + (padding == 0 ? "" : " pad " + padding);
    }
  }

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
    blocks = List.copyOf(blocks);
  }

  /** An empty stack for pictures of 28 x 28 pixels, without biases and without dropout. */
  public static Stack of(String order) {
    return new Stack(28, 28, order, false, 0, List.of());
  }

  /** This stack for pictures of another size. */
  public Stack input(int height, int width) {
    return new Stack(height, width, order, bias, dropout, blocks);
  }

  /** This stack with a bias in every convolution. */
  public Stack withBias() {
    return new Stack(height, width, order, true, dropout, blocks);
  }

  /** This stack with another dropout, the probability of setting a value to zero. */
  public Stack dropout(double dropout) {
    return new Stack(height, width, order, bias, dropout, blocks);
  }

  /** Adds a block with a 3 x 3 convolution without padding. */
  public Stack conv(int channels) {
    return conv(channels, 3, 0);
  }

  /** Adds a block with a convolution. */
  public Stack conv(int channels, int kernel, int padding) {
    return add(new Block(Kind.CONV, channels, kernel, padding, true));
  }

  /** Adds a convolution alone: no batch norm, no ReLU, no dropout. */
  public Stack plain(int channels, int kernel) {
    return add(new Block(Kind.PLAIN, channels, kernel, 0, false));
  }

  /**
   * Adds a block whose convolution takes each channel by itself: {@code kernel²} weights a channel.
   * With a 1 x 1 convolution behind it, it does the work of a whole convolution with fewer weights
   * (Chollet: <i>Xception</i>, 2017; Howard and others: <i>MobileNets</i>, 2017).
   */
  public Stack depthwise(int kernel, int padding) {
    return add(new Block(Kind.DEPTHWISE, 0, kernel, padding, true));
  }

  /** Adds a depthwise convolution alone: no batch norm, no ReLU, no dropout. */
  public Stack plainDepthwise(int kernel, int padding) {
    return add(new Block(Kind.PLAIN_DEPTHWISE, 0, kernel, padding, false));
  }

  /** Adds max pooling over windows that do not overlap. */
  public Stack maxPool(int size) {
    return add(new Block(Kind.MAX_POOL, 0, size, 0, false));
  }

  /** Adds average pooling over windows that do not overlap. */
  public Stack averagePool(int size) {
    return add(new Block(Kind.AVERAGE_POOL, 0, size, 0, false));
  }

  /** Adds the mean over the whole picture. */
  public Stack globalAveragePool() {
    return add(new Block(Kind.GLOBAL_AVERAGE_POOL, 0, 0, 0, false));
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
    return new Stack(height, width, order, bias, dropout, more);
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

  /** The configuration's input, {@code [batch, 1, height, width]}. */
  public InputType inputType() {
    return InputType.convolutional(height, width, 1);
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
    outputs();
    NeuralNetConfiguration.ListBuilder net =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .convolutionMode(ConvolutionMode.Truncate)
            .list();
    int rows = height;
    int columns = width;
    int convolutions = 0;
    int pools = 0;
    for (Block block : blocks) {
      if (rows + 2 * block.padding() < block.kernel()
          || columns + 2 * block.padding() < block.kernel()) {
        throw new IllegalArgumentException(
            Text.of(
                "'%s' does not fit the %d x %d pixels that reach it: make it smaller or pool less.",
                block, rows, columns));
      }
      switch (block.kind()) {
        case CONV, DEPTHWISE -> addParts(net, block, ++convolutions);
        case PLAIN, PLAIN_DEPTHWISE -> net.layer(convolution(block, ++convolutions));
        case MAX_POOL, AVERAGE_POOL -> net.layer(pool(block, ++pools));
        case GLOBAL_AVERAGE_POOL ->
            net.layer(
                new GlobalPoolingLayer.Builder(PoolingType.AVG)
                    .name("pool" + ++pools)
                    .collapseDimensions(false)
                    .build());
      }
      switch (block.kind()) {
        case CONV, PLAIN, DEPTHWISE, PLAIN_DEPTHWISE -> {
          rows = rows + 2 * block.padding() - block.kernel() + 1;
          columns = columns + 2 * block.padding() - block.kernel() + 1;
        }
        case MAX_POOL, AVERAGE_POOL -> {
          rows /= block.kernel();
          columns /= block.kernel();
        }
        case GLOBAL_AVERAGE_POOL -> {
          rows = 1;
          columns = 1;
        }
      }
    }
    if (rows != 1 || columns != 1) {
      throw new IllegalArgumentException(
          Text.of(
                  "The last block leaves %d x %d pixels, where a class needs one: end in 'global avgpool'",
                  rows, columns)
              + Text.of(" or in 'conv %d %dx%d plain'.", outputs(), rows, columns));
    }
    return net.layer(
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .name("softmax")
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(inputType())
        .build();
  }

  private void addParts(NeuralNetConfiguration.ListBuilder net, Block block, int number) {
    for (String part : order.split("-")) {
      switch (part) {
        case "conv" -> net.layer(convolution(block, number));
        case "bn" ->
            net.layer(
                new BatchNormalization.Builder()
                    .name("bn" + number)
                    .decay(BATCH_NORM_DECAY)
                    .eps(BATCH_NORM_EPSILON)
                    .build());
        case "relu" ->
            net.layer(
                new ActivationLayer.Builder()
                    .name("relu" + number)
                    .activation(Activation.RELU)
                    .build());
        case "dropout" -> {
          if (dropout > 0 && block.dropout()) {
            // Deeplearning4j asks for the probability of keeping a value.
            net.layer(new DropoutLayer.Builder(1 - dropout).name("dropout" + number).build());
          }
        }
        default -> throw new AssertionError(part);
      }
    }
  }

  private ConvolutionLayer convolution(Block block, int number) {
    if (block.kind() == Kind.DEPTHWISE || block.kind() == Kind.PLAIN_DEPTHWISE) {
      return new DepthwiseConvolution2D.Builder(block.kernel(), block.kernel())
          .name("conv" + number)
          .depthMultiplier(1)
          .padding(block.padding(), block.padding())
          .hasBias(bias)
          .activation(Activation.IDENTITY)
          .build();
    }
    return new ConvolutionLayer.Builder(block.kernel(), block.kernel())
        .name("conv" + number)
        .nOut(block.channels())
        .padding(block.padding(), block.padding())
        .hasBias(bias)
        .activation(Activation.IDENTITY)
        .build();
  }

  private static SubsamplingLayer pool(Block block, int number) {
    return new SubsamplingLayer.Builder(
            block.kind() == Kind.MAX_POOL ? PoolingType.MAX : PoolingType.AVG)
        .name("pool" + number)
        .kernelSize(block.kernel(), block.kernel())
        .stride(block.kernel(), block.kernel())
        .build();
  }

  /**
   * Gives the weights and biases of every convolution the start that PyTorch gives them: drawn
   * evenly from {@code ±1 / sqrt(fan in)}. Everything else starts as Deeplearning4j has it: batch
   * norm at gamma 1, beta 0, mean 0, variance 1.
   *
   * @param network an initialized network, of which only the parameters change
   * @param seed what the numbers are drawn from; the same seed gives the same bits
   */
  public static void initialize(MultiLayerNetwork network, long seed) {
    for (int layer = 0; layer < network.getnLayers(); layer++) {
      INDArray weights = network.getLayer(layer).paramTable().get("W");
      if (weights == null) {
        continue;
      }
      // Deeplearning4j keeps a depthwise convolution's weights as row, column, input, multiplier.
      boolean depthwise =
          network.getLayer(layer).conf().getLayer() instanceof DepthwiseConvolution2D;
      long fanIn =
          depthwise
              ? weights.size(0) * weights.size(1)
              : weights.rank() == 4
                  ? weights.size(1) * weights.size(2) * weights.size(3)
                  : weights.size(0);
      float bound = (float) (1 / Math.sqrt(fanIn));
      fill(weights, bound, new RandomStream(seed, layer, 0));
      INDArray bias = network.getLayer(layer).paramTable().get("b");
      if (bias != null) {
        fill(bias, bound, new RandomStream(seed, layer, 1));
      }
    }
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
        28,
        28,
        order,
        bias,
        dropout,
        Arrays.asList(texts.stream().map(Block::parse).toArray(Block[]::new)));
  }
}
