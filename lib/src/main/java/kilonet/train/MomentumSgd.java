package kilonet.train;

import java.util.Objects;
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
public final class MomentumSgd extends MomentumUpdater {

  private static final long serialVersionUID = 1L;

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
    super(rates, momentum, momenta);
    this.nesterov = nesterov;
  }

  @Override
  public void update(
      float[] gradient, float[] velocity, int from, int to, int iteration, int epoch) {
    float m = (float) momentum(iteration, epoch);
    float rate = (float) getLearningRate(iteration, epoch);
    for (int i = from; i < to; i++) {
      velocity[i] = velocity[i] * m + gradient[i];
    }
    for (int i = from; i < to; i++) {
      gradient[i] = nesterov ? (gradient[i] + velocity[i] * m) * rate : velocity[i] * rate;
    }
  }

  @Override
  public MomentumSgd clone() {
    return new MomentumSgd(rates(), momentum(), momenta(), nesterov);
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && nesterov == ((MomentumSgd) other).nesterov;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), nesterov);
  }
}
