package kilonet.train;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import kilonet.fused.FlatUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Stochastic gradient descent with momentum as PyTorch defines it: the velocity holds gradients,
 * and the learning rate is applied to what the velocity gives.
 *
 * <pre>
 * v = momentum * v + g
 * p = p - rate * v                      (heavy ball)
 * p = p - rate * (g + momentum * v)     (Nesterov)
 * </pre>
 *
 * <p>ND4J's {@code Nesterovs} keeps the rate inside the velocity, so that a velocity built at one
 * rate goes on at that rate when the schedule has moved on, and it has no heavy ball. Sutskever,
 * Martens, Dahl, Hinton: <i>On the importance of initialization and momentum in deep learning</i>,
 * 2013, as implemented by {@code torch.optim.SGD} (dampening 0).
 */
public final class MomentumSgd implements IUpdater, FlatUpdater {

  private static final long serialVersionUID = 1L;
  private static final String VELOCITY = "V";

  private ISchedule rates;
  private final double momentum;
  private final ISchedule momenta;
  private final boolean nesterov;

  /**
   * An updater.
   *
   * @param rates learning rate at each step
   * @param momentum the momentum where {@code momenta} is null, in {@code [0, 1)}
   * @param momenta momentum at each step, or null
   * @param nesterov whether to look ahead
   */
  public MomentumSgd(
      @JsonProperty("rates") ISchedule rates,
      @JsonProperty("momentum") double momentum,
      @JsonProperty("momenta") ISchedule momenta,
      @JsonProperty("nesterov") boolean nesterov) {
    this.rates = Objects.requireNonNull(rates, "rates");
    this.momentum = momentum;
    this.momenta = momenta;
    this.nesterov = nesterov;
  }

  private double momentum(int iteration, int epoch) {
    return momenta == null ? momentum : momenta.valueAt(iteration, epoch);
  }

  @Override
  public void update(float[] gradient, float[] velocity, int iteration, int epoch) {
    float m = (float) momentum(iteration, epoch);
    float rate = (float) getLearningRate(iteration, epoch);
    for (int i = 0; i < gradient.length; i++) {
      velocity[i] = velocity[i] * m + gradient[i];
    }
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = nesterov ? (gradient[i] + velocity[i] * m) * rate : velocity[i] * rate;
    }
  }

  @Override
  public long stateSize(long numParams) {
    return numParams;
  }

  @Override
  public GradientUpdater<MomentumSgd> instantiate(INDArray viewArray, boolean initialize) {
    if (initialize) {
      viewArray.assign(0);
    }
    return new Step(this, viewArray.reshape(viewArray.length()));
  }

  @Override
  public GradientUpdater<MomentumSgd> instantiate(Map<String, INDArray> state, boolean initialize) {
    return instantiate(state.get(VELOCITY), initialize);
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return rates.valueAt(iteration, epoch);
  }

  @Override
  public boolean hasLearningRate() {
    return true;
  }

  @Override
  public void setLrAndSchedule(double lr, ISchedule schedule) {
    if (schedule == null) {
      throw new IllegalArgumentException(
          "MomentumSgd takes a schedule; a rate that stays is new ConstantLR(" + lr + ").");
    }
    rates = schedule;
  }

  @Override
  public MomentumSgd clone() {
    return new MomentumSgd(rates, momentum, momenta, nesterov);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof MomentumSgd that
        && rates.equals(that.rates)
        && momentum == that.momentum
        && Objects.equals(momenta, that.momenta)
        && nesterov == that.nesterov;
  }

  @Override
  public int hashCode() {
    return Objects.hash(rates, momentum, momenta, nesterov);
  }

  /** One block of parameters and its velocity. */
  private static final class Step implements GradientUpdater<MomentumSgd> {

    private final MomentumSgd config;
    private INDArray velocity;

    Step(MomentumSgd config, INDArray velocity) {
      this.config = config;
      this.velocity = velocity;
    }

    @Override
    public MomentumSgd getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialize) {
      velocity = state.get(VELOCITY);
    }

    @Override
    public Map<String, INDArray> getState() {
      return Collections.singletonMap(VELOCITY, velocity);
    }

    @Override
    public void setStateViewArray(
        INDArray view, long[] gradientShape, char gradientOrder, boolean initialize) {
      if (initialize) {
        view.assign(0);
      }
      velocity = view.reshape(view.length());
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      double momentum = config.momentum(iteration, epoch);
      double rate = config.getLearningRate(iteration, epoch);
      INDArray flat = gradient.reshape(velocity.shape());
      velocity.muli(momentum).addi(flat);
      if (config.nesterov) {
        flat.addi(velocity.mul(momentum)).muli(rate);
      } else {
        flat.assign(velocity).muli(rate);
      }
    }
  }
}
