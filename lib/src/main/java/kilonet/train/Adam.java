package kilonet.train;

import java.util.Objects;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Steps of about the learning rate in every parameter, whatever the size of its gradients, as
 * {@code torch.optim.Adam} computes them. At step {@code t}, counted from 1:
 *
 * <pre>
 * m = beta1 * m + (1 - beta1) * g
 * v = beta2 * v + (1 - beta2) * g * g
 * p = p - rate / (1 - beta1^t) * m / (sqrt(v) / sqrt(1 - beta2^t) + 1e-8)
 * </pre>
 *
 * <p>ND4J's own adds its epsilon before the second moment is corrected, cannot move beta1 by a
 * schedule as PyTorch's one-cycle does, and computes in native code. Kingma, Ba: <i>Adam: a method
 * for stochastic optimization</i>, 2015.
 */
public final class Adam extends MomentumUpdater {

  private static final long serialVersionUID = 1L;
  private static final float EPSILON = 1e-8f;

  private final double beta2;

  /**
   * An updater.
   *
   * @param rates learning rate at each step
   * @param momentum beta1 where {@code momenta} is null, in {@code [0, 1)}
   * @param momenta beta1 at each step, or null
   * @param beta2 the share of the mean square that is kept at a step, in {@code [0, 1)}
   */
  public Adam(
      @JsonProperty("rates") ISchedule rates,
      @JsonProperty("momentum") double momentum,
      @JsonProperty("momenta") ISchedule momenta,
      @JsonProperty("beta2") double beta2) {
    super(rates, momentum, momenta);
    this.beta2 = beta2;
  }

  /** Mean and mean square. */
  @Override
  int numbers() {
    return 2;
  }

  @Override
  public void update(float[] gradient, float[] state, int from, int to, int iteration, int epoch) {
    double beta1 = momentum(iteration, epoch);
    double step = iteration + 1.0;
    float rate = (float) (getLearningRate(iteration, epoch) / (1 - StrictMath.pow(beta1, step)));
    float correction = (float) Math.sqrt(1 - StrictMath.pow(beta2, step));
    float keptMean = (float) beta1;
    float newMean = (float) (1 - beta1);
    float keptSquare = (float) beta2;
    float newSquare = (float) (1 - beta2);
    for (int i = from; i < to; i++) {
      float g = gradient[i];
      float mean = state[2 * i] * keptMean + g * newMean;
      float square = state[2 * i + 1] * keptSquare + g * g * newSquare;
      state[2 * i] = mean;
      state[2 * i + 1] = square;
      gradient[i] = rate * (mean / ((float) Math.sqrt(square) / correction + EPSILON));
    }
  }

  @Override
  public Adam clone() {
    return new Adam(rates(), momentum(), momenta(), beta2);
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && beta2 == ((Adam) other).beta2;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), beta2);
  }
}
