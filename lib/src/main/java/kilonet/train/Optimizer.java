package kilonet.train;

import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import kilonet.model.Stack;
import kilonet.schedule.ScaledLR;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * How gradients change parameters, in PyTorch's terms.
 *
 * @param kind which rule
 * @param learningRate the rate that a schedule starts from, above 0
 * @param momentum momentum of SGD, or Adam's first beta, in {@code [0, 1)}
 * @param beta2 Adam's second beta, in {@code [0, 1)}; 0 for SGD and Muon, which have none
 * @param weightDecay share of a parameter taken away at each step (times the learning rate), 0 or
 *     more; added to the gradient in SGD and Adam (L2), apart from it in AdamW and Muon
 * @param decayNormAndBias whether weight decay reaches batch norm's gamma and beta and the biases,
 *     as it does in PyTorch unless parameters are grouped
 */
public record Optimizer(
    Kind kind,
    double learningRate,
    double momentum,
    double beta2,
    double weightDecay,
    boolean decayNormAndBias) {

  /** The rules. */
  public enum Kind {
    /** Stochastic gradient descent with momentum, {@code torch.optim.SGD}. */
    SGD,
    /** The same with Nesterov's momentum, {@code torch.optim.SGD(nesterov=True)}. */
    NESTEROV,
    /** {@link Adam}, {@code torch.optim.Adam}. */
    ADAM,
    /** Loshchilov, Hutter: <i>Decoupled weight decay regularization</i>, 2019. */
    ADAMW,
    /**
     * {@link Muon} for the weights of convolutions, seen as matrices; Nesterov's momentum, at a
     * quarter of the rate, for the rest: batch norm, biases, depthwise convolutions, and the last
     * convolution, which gives the classes.
     */
    MUON
  }

  /** The rate of what is no matrix, in parts of Muon's. */
  private static final double MUON_REST = 0.25;

  /** Checks the ranges. */
  public Optimizer {
    Objects.requireNonNull(kind, "kind");
    if (!(learningRate > 0 && learningRate < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.of("A learning rate of %s cannot be: use a number above 0.", learningRate));
    }
    if (!(momentum >= 0 && momentum < 1) || !(beta2 >= 0 && beta2 < 1)) {
      throw new IllegalArgumentException(
          Text.of(
              "A momentum of %s and a beta2 of %s cannot be: both lie from 0 to below 1.",
              momentum, beta2));
    }
    if (beta2 != 0 && kind != Kind.ADAM && kind != Kind.ADAMW) {
      throw new IllegalArgumentException(
          Text.of("A beta2 of %s says nothing to %s: use 0, or ADAM or ADAMW.", beta2, kind));
    }
    if (!(weightDecay >= 0 && weightDecay < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          Text.of("A weight decay of %s cannot be: use 0 or more.", weightDecay));
    }
  }

  /** {@code torch.optim.SGD(lr, momentum)}. */
  public static Optimizer sgd(double learningRate, double momentum) {
    return new Optimizer(Kind.SGD, learningRate, momentum, 0, 0, true);
  }

  /** {@code torch.optim.SGD(lr, momentum, nesterov=True)}. */
  public static Optimizer nesterov(double learningRate, double momentum) {
    return new Optimizer(Kind.NESTEROV, learningRate, momentum, 0, 0, true);
  }

  /** {@code torch.optim.Adam(lr)} with betas 0.9 and 0.999. */
  public static Optimizer adam(double learningRate) {
    return new Optimizer(Kind.ADAM, learningRate, 0.9, 0.999, 0, true);
  }

  /** {@code torch.optim.AdamW(lr, weight_decay)} with betas 0.9 and 0.999. */
  public static Optimizer adamW(double learningRate, double weightDecay) {
    return new Optimizer(Kind.ADAMW, learningRate, 0.9, 0.999, weightDecay, true);
  }

  /** Muon, with Nesterov's momentum for what is no matrix. */
  public static Optimizer muon(double learningRate, double momentum) {
    return new Optimizer(Kind.MUON, learningRate, momentum, 0, 0, true);
  }

  /** The same with weight decay, for batch norm and biases too or not. */
  public Optimizer weightDecay(double weightDecay, boolean decayNormAndBias) {
    return new Optimizer(kind, learningRate, momentum, beta2, weightDecay, decayNormAndBias);
  }

  /**
   * The Deeplearning4j configuration of a net with this optimizer. Weight decay is not in it; see
   * {@link WeightDecay}.
   *
   * @param rates learning rate at each step
   * @param momenta momentum at each step where the schedule sets it, else null
   * @param seed what Deeplearning4j draws from
   */
  public MultiLayerConfiguration configuration(
      Stack model, ISchedule rates, ISchedule momenta, long seed) {
    MultiLayerConfiguration net = model.configuration(updater(rates, momenta), seed);
    if (kind == Kind.MUON) {
      List<Integer> matrices =
          IntStream.range(0, net.getConfs().size())
              .filter(i -> isMatrix(net.getConf(i).getLayer()))
              .boxed()
              .toList();
      for (int layer : matrices.subList(0, matrices.size() - 1)) {
        ConvolutionLayer convolution = (ConvolutionLayer) net.getConf(layer).getLayer();
        int rows = (int) convolution.getNOut();
        // The biases keep an updater of their own.
        convolution.setBiasUpdater(convolution.getIUpdater());
        convolution.setIUpdater(new Muon(rates, momentum, momenta, layer, rows));
      }
    }
    return net;
  }

  private static boolean isMatrix(Layer layer) {
    return layer instanceof ConvolutionLayer && !(layer instanceof DepthwiseConvolution2D);
  }

  /** For what has no updater of its own. */
  IUpdater updater(ISchedule rates, ISchedule momenta) {
    return switch (kind) {
      case MUON -> new MomentumSgd(new ScaledLR(rates, MUON_REST), momentum, momenta, true);
      case SGD, NESTEROV -> new MomentumSgd(rates, momentum, momenta, kind == Kind.NESTEROV);
      case ADAM, ADAMW -> new Adam(rates, momentum, momenta, beta2);
    };
  }
}
