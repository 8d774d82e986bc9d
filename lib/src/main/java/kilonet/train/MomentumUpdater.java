package kilonet.train;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import kilonet.fused.FlatUpdater;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * What updaters have in common that keep a momentum. They work on plain numbers alone, so that they
 * do the same under Deeplearning4j's own engine.
 *
 * <p>A parameter's numbers of state lie side by side, parameter after parameter, so that the state
 * of any stretch of parameters is a stretch of the state.
 */
abstract class MomentumUpdater implements IUpdater, FlatUpdater {

  private static final long serialVersionUID = 1L;
  private static final String STATE = "V";

  private ISchedule rates;
  private final double momentum;
  private final ISchedule momenta;

  /**
   * An updater.
   *
   * @param rates learning rate at each step
   * @param momentum the momentum where {@code momenta} is null, in {@code [0, 1)}
   * @param momenta momentum at each step, or null
   */
  MomentumUpdater(ISchedule rates, double momentum, ISchedule momenta) {
    this.rates = Objects.requireNonNull(rates, "rates");
    this.momentum = momentum;
    this.momenta = momenta;
  }

  /** Numbers of state that a parameter has. */
  int numbers() {
    return 1;
  }

  /** The schedule of learning rates. */
  final ISchedule rates() {
    return rates;
  }

  /** The momentum that holds where no schedule sets it. */
  final double momentum() {
    return momentum;
  }

  /** The schedule of momenta, or null. */
  final ISchedule momenta() {
    return momenta;
  }

  /** The momentum at a step. */
  final double momentum(int iteration, int epoch) {
    return momenta == null ? momentum : momenta.valueAt(iteration, epoch);
  }

  @Override
  public final long stateSize(long numParams) {
    return numParams * numbers();
  }

  @Override
  public final GradientUpdater<MomentumUpdater> instantiate(INDArray view, boolean initialize) {
    if (initialize) {
      view.assign(0);
    }
    return new Step(this, view);
  }

  @Override
  public final GradientUpdater<MomentumUpdater> instantiate(
      Map<String, INDArray> state, boolean initialize) {
    return instantiate(state.get(STATE), initialize);
  }

  @Override
  public final double getLearningRate(int iteration, int epoch) {
    return rates.valueAt(iteration, epoch);
  }

  @Override
  public final boolean hasLearningRate() {
    return true;
  }

  @Override
  public final void setLrAndSchedule(double lr, ISchedule schedule) {
    if (schedule == null) {
      throw new IllegalArgumentException(
          Text.of(
              "%s takes a schedule; a rate that stays is new ConstantLR(%s).",
              getClass().getSimpleName(), lr));
    }
    rates = schedule;
  }

  @Override
  public abstract MomentumUpdater clone();

  @Override
  public boolean equals(Object other) {
    return other != null
        && getClass() == other.getClass()
        && rates.equals(((MomentumUpdater) other).rates)
        && momentum == ((MomentumUpdater) other).momentum
        && Objects.equals(momenta, ((MomentumUpdater) other).momenta);
  }

  @Override
  public int hashCode() {
    return Objects.hash(rates, momentum, momenta);
  }

  /** One block of parameters and its state. */
  private static final class Step implements GradientUpdater<MomentumUpdater> {

    private final MomentumUpdater config;
    private INDArray state;

    Step(MomentumUpdater config, INDArray state) {
      this.config = config;
      this.state = state;
    }

    @Override
    public MomentumUpdater getConfig() {
      return config;
    }

    @Override
    public void setState(Map<String, INDArray> state, boolean initialize) {
      this.state = state.get(STATE);
    }

    @Override
    public Map<String, INDArray> getState() {
      return Collections.singletonMap(STATE, state);
    }

    @Override
    public void setStateViewArray(
        INDArray view, long[] gradientShape, char gradientOrder, boolean initialize) {
      if (initialize) {
        view.assign(0);
      }
      state = view;
    }

    @Override
    public void applyUpdater(INDArray gradient, int iteration, int epoch) {
      float[] step = new float[(int) gradient.length()];
      float[] kept = new float[(int) state.length()];
      PlainNumbers.get(gradient, step);
      PlainNumbers.get(state, kept);
      config.update(step, kept, 0, step.length, iteration, epoch);
      PlainNumbers.put(step, gradient);
      PlainNumbers.put(kept, state);
    }
  }
}
