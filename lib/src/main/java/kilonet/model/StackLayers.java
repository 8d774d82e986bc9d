package kilonet.model;

import java.util.ArrayList;
import java.util.List;
import kilonet.layer.Add;
import kilonet.layer.GroupedConvolution2D;
import kilonet.layer.Keep;
import kilonet.layer.Recall;
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
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions;

/**
 * A {@link Stack} written down as Deeplearning4j's layers, block by block, with the size of the
 * picture at hand that reaches each of them.
 */
final class StackLayers {
  /** Batch norm keeps this share of its running statistics at each step (PyTorch's 1 - 0.1). */
  private static final double BATCH_NORM_DECAY = 0.9;

  private static final double BATCH_NORM_EPSILON = 1e-5;

  private final Stack stack;
  private final List<Block> blocks;
  private final NeuralNetConfiguration.ListBuilder net;

  StackLayers(Stack stack, IUpdater updater, long seed) {
    this.stack = stack;
    this.blocks = stack.blocks();
    this.net =
        new NeuralNetConfiguration.Builder()
            .seed(seed)
            .updater(updater)
            .convolutionMode(ConvolutionMode.Truncate)
            .list();
  }

  /** The configuration; see {@link Stack#configuration}. Asked for once. */
  MultiLayerConfiguration configuration() {
    stack.outputs();
    List<Size> sizes =
        new ArrayList<>(List.of(new Size(stack.channels(), stack.height(), stack.width())));
    int convolutions = 0;
    int pools = 0;
    int additions = 0;
    for (int i = 0; i < blocks.size(); i++) {
      Block block = blocks.get(i);
      Size size = sizes.get(i);
      requireFit(block, size);
      keep(i);
      switch (block.kind()) {
        case CONV, DEPTHWISE -> addParts(block, ++convolutions);
        case PLAIN, PLAIN_DEPTHWISE -> net.layer(convolution(block, ++convolutions));
        case MAX_POOL, AVERAGE_POOL -> net.layer(pool(block, ++pools));
        case GLOBAL_AVERAGE_POOL ->
            net.layer(
                new GlobalPoolingLayer.Builder(PoolingType.AVG)
                    .name("pool" + ++pools)
                    .collapseDimensions(false)
                    .build());
        case ADD, ADD_THROUGH -> addSum(block, sizes.get(i - block.span()), size, ++additions);
      }
      sizes.add(size.behind(block));
    }
    Size last = sizes.get(blocks.size());
    if (last.rows != 1 || last.columns != 1) {
      throw new IllegalArgumentException(
          Text.of(
                  "The last block leaves %d x %d pixels, where a class needs one: end in 'global avgpool'",
                  last.rows, last.columns)
              + Text.of(" or in 'conv %d %dx%d plain'.", stack.outputs(), last.rows, last.columns));
    }
    return net.layer(
            new LossLayer.Builder(LossFunctions.LossFunction.MCXENT)
                .name("softmax")
                .activation(Activation.SOFTMAX)
                .build())
        .setInputType(stack.inputType())
        .build();
  }

  /** The shape of what goes into a block. */
  private record Size(int channels, int rows, int columns) {

    Size behind(Block block) {
      return new Size(block.channelsAfter(channels), block.after(rows), block.after(columns));
    }

    /** What a 1 x 1 convolution of so many channels leaves. */
    Size through(int channels, int stride) {
      return new Size(channels, (rows - 1) / stride + 1, (columns - 1) / stride + 1);
    }

    @Override
    public String toString() {
      return Text.of("%d x %d x %d", channels, rows, columns);
    }
  }

  private static void requireFit(Block block, Size size) {
    if (size.rows + 2 * block.padding() < block.reach()
        || size.columns + 2 * block.padding() < block.reach()) {
      throw new IllegalArgumentException(
          Text.of(
              "'%s' does not fit the %d x %d pixels that reach it: make it smaller or pool less.",
              block, size.rows, size.columns));
    }
    if (size.channels % block.groups() != 0) {
      throw new IllegalArgumentException(
          Text.of(
              "'%s' cannot divide the %d channels that reach it into %d groups: let the block before"
                  + " have a multiple of %d.",
              block, size.channels, block.groups(), block.groups()));
    }
  }

  /** Keeps what goes into a block for each addition that goes back to it. */
  private void keep(int at) {
    int additions = 0;
    for (int i = 0; i < blocks.size(); i++) {
      if (blocks.get(i).adds()) {
        additions++;
        if (i - blocks.get(i).span() == at) {
          net.layer(new Keep("keep" + additions, shortcut(additions)));
        }
      }
    }
  }

  private static String shortcut(int addition) {
    return "shortcut" + addition;
  }

  private void addSum(Block block, Size from, Size to, int number) {
    boolean through = block.kind() == Block.Kind.ADD_THROUGH;
    if (!to.equals(through ? from.through(to.channels, block.stride()) : from)) {
      throw new IllegalArgumentException(
          Text.of("'%s' cannot add %s values to %s: ", block, from, to) + remedy(block, from, to));
    }
    if (through) {
      net.layer(
          new Recall(
              "recall" + number,
              shortcut(number),
              (InputType.InputTypeConvolutional)
                  InputType.convolutional(from.rows, from.columns, from.channels)));
      Block single = new Block(Block.Kind.PLAIN, to.channels, 1, block.stride(), 0, 1, false);
      net.layer(convolution(single, "through" + number));
      if (List.of(stack.order().split("-")).contains("bn")) {
        net.layer(batchNorm("through-bn" + number));
      }
    }
    net.layer(new Add("add" + number, shortcut(number)));
    if (block.relu()) {
      net.layer(relu("add-relu" + number));
    }
  }

  private static String remedy(Block block, Size from, Size to) {
    for (int stride = 1; stride <= Math.max(from.rows, from.columns); stride++) {
      if (from.through(to.channels, stride).equals(to)) {
        Block fits = Block.addition(Block.Kind.ADD_THROUGH, block.span(), stride, block.relu());
        return Text.of("write '%s'.", fits);
      }
    }
    return Text.of(
        "no stride brings %d x %d pixels to %d x %d, so pad the convolutions between.",
        from.rows, from.columns, to.rows, to.columns);
  }

  private static BatchNormalization batchNorm(String name) {
    return new BatchNormalization.Builder()
        .name(name)
        .decay(BATCH_NORM_DECAY)
        .eps(BATCH_NORM_EPSILON)
        .build();
  }

  private static ActivationLayer relu(String name) {
    return new ActivationLayer.Builder().name(name).activation(Activation.RELU).build();
  }

  private void addParts(Block block, int number) {
    for (String part : stack.order().split("-")) {
      switch (part) {
        case "conv" -> net.layer(convolution(block, number));
        case "bn" -> net.layer(batchNorm("bn" + number));
        case "relu" -> {
          if (block.relu()) {
            net.layer(relu("relu" + number));
          }
        }
        case "dropout" -> {
          if (stack.dropout() > 0 && block.dropout()) {
            // Deeplearning4j asks for the probability of keeping a value.
            net.layer(
                new DropoutLayer.Builder(1 - stack.dropout()).name("dropout" + number).build());
          }
        }
        default -> throw new AssertionError(part);
      }
    }
  }

  private ConvolutionLayer convolution(Block block, int number) {
    return convolution(block, "conv" + number);
  }

  private ConvolutionLayer convolution(Block block, String name) {
    if (block.kind() == Block.Kind.DEPTHWISE || block.kind() == Block.Kind.PLAIN_DEPTHWISE) {
      return new DepthwiseConvolution2D.Builder(block.kernel(), block.kernel())
          .name(name)
          .depthMultiplier(1)
          .stride(block.stride(), block.stride())
          .padding(block.padding(), block.padding())
          .dilation(block.dilation(), block.dilation())
          .hasBias(stack.bias())
          .activation(Activation.IDENTITY)
          .build();
    }
    ConvolutionLayer.Builder builder =
        new ConvolutionLayer.Builder(block.kernel(), block.kernel())
            .name(name)
            .nOut(block.channels())
            .stride(block.stride(), block.stride())
            .padding(block.padding(), block.padding())
            .dilation(block.dilation(), block.dilation())
            .hasBias(stack.bias())
            .activation(Activation.IDENTITY);
    return block.groups() == 1
        ? builder.build()
        : new GroupedConvolution2D(builder, block.groups());
  }

  private static SubsamplingLayer pool(Block block, int number) {
    return new SubsamplingLayer.Builder(
            block.kind() == Block.Kind.MAX_POOL ? PoolingType.MAX : PoolingType.AVG)
        .name("pool" + number)
        .kernelSize(block.kernel(), block.kernel())
        .stride(block.kernel(), block.kernel())
        .build();
  }
}
