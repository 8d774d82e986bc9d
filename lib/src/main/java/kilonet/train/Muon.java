package kilonet.train;

import java.util.Objects;
import kilonet.fused.Orthogonalization;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Momentum whose steps are orthogonal matrices. The weights of a convolution are a matrix with a
 * row for each output channel; a step moves all its directions equally far, also those that the
 * gradient hardly shows.
 *
 * <pre>
 * v = momentum * v + g
 * u = g + momentum * v
 * p = p - rate * sqrt(max(1, rows / columns)) * O(u)
 * </pre>
 *
 * <p>Jordan and others: <i>Muon: an optimizer for hidden layers in neural networks</i>, 2024. What
 * {@code O} does is said by {@link Orthogonalization}.
 */
public final class Muon extends MomentumUpdater {

  private static final long serialVersionUID = 1L;

  private final int layer;
  private final int rows;
  private transient Orthogonalization orthogonalization;

  /**
   * An updater of one matrix.
   *
   * @param rates learning rate at each step
   * @param momentum the momentum where {@code momenta} is null, in {@code [0, 1)}
   * @param momenta momentum at each step, or null
   * @param layer the number of the layer: what tells two matrices apart, since Deeplearning4j joins
   *     neighbours whose updaters are equal
   * @param rows output channels, at least 1, into which the weights are divided
   */
  public Muon(
      @JsonProperty("rates") ISchedule rates,
      @JsonProperty("momentum") double momentum,
      @JsonProperty("momenta") ISchedule momenta,
      @JsonProperty("layer") int layer,
      @JsonProperty("rows") int rows) {
    super(rates, momentum, momenta);
    this.layer = layer;
    this.rows = rows;
  }

  @Override
  public boolean isLong() {
    return true;
  }

  @Override
  public void update(
      float[] gradient, float[] velocity, int from, int to, int iteration, int epoch) {
    if (orthogonalization == null) {
      orthogonalization = new Orthogonalization(rows, (to - from) / rows);
    }
    float m = (float) momentum(iteration, epoch);
    for (int i = from; i < to; i++) {
      velocity[i] = velocity[i] * m + gradient[i];
      gradient[i] = gradient[i] + velocity[i] * m;
    }
    double tall = Math.max(1, (double) rows * rows / (to - from));
    orthogonalization.apply(gradient, from, getLearningRate(iteration, epoch) * Math.sqrt(tall));
  }

  @Override
  public Muon clone() {
    return new Muon(rates(), momentum(), momenta(), layer, rows);
  }

  @Override
  public boolean equals(Object other) {
    return super.equals(other) && layer == ((Muon) other).layer && rows == ((Muon) other).rows;
  }

  @Override
  public int hashCode() {
    return Objects.hash(super.hashCode(), layer, rows);
  }
}
