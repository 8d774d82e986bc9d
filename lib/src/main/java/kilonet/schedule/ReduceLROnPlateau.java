package kilonet.schedule;

import kilonet.text.Check;
import kilonet.text.Numbers;
import kilonet.text.Text;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The rate falls by a factor whenever a metric has not improved for some epochs.
 *
 * <p>PyTorch's {@code ReduceLROnPlateau(mode, factor, patience, threshold, threshold_mode,
 * cooldown, min_lr, eps)}. The trainer calls {@link #step} with the metric after each epoch. This
 * is the one schedule with a state: {@link #state} exports it for a checkpoint and {@link #restore}
 * sets it, and the JSON of a configuration holds it. {@link #clone} gives this very object, so that
 * the network whose configuration holds it sees the rate that the trainer's call has set. Not safe
 * for use by several threads.
 */
public final class ReduceLROnPlateau implements Schedule {

  private static final long serialVersionUID = 1;

  /** What the trainer reports. */
  public enum Metric {
    /** Lower is better, PyTorch's {@code mode='min'}. */
    LOSS,
    /** Higher is better, PyTorch's {@code mode='max'}. */
    ACCURACY
  }

  /** What the threshold of an improvement is measured in. */
  public enum Threshold {
    /** A part of the best value. */
    REL,
    /** The metric itself. */
    ABS
  }

  /**
   * The settings, named as in PyTorch.
   *
   * @param lr the first rate, greater than 0
   * @param metric what is reported, and with it whether lower or higher is better
   * @param factor the factor of a fall, greater than 0 and less than 1
   * @param patience how many epochs in a row without an improvement are let pass, 0 or more
   * @param threshold by how much a value must be better to be an improvement, 0 or greater
   * @param thresholdMode what the threshold is measured in
   * @param cooldown how many epochs after a fall are not counted, 0 or more
   * @param minLr the lowest rate, 0 or greater
   * @param eps a fall by no more than this is left out, 0 or greater
   */
  public record Settings(
      @JsonProperty("lr") double lr,
      @JsonProperty("metric") Metric metric,
      @JsonProperty("factor") double factor,
      @JsonProperty("patience") int patience,
      @JsonProperty("threshold") double threshold,
      @JsonProperty("thresholdMode") Threshold thresholdMode,
      @JsonProperty("cooldown") int cooldown,
      @JsonProperty("minLr") double minLr,
      @JsonProperty("eps") double eps)
      implements java.io.Serializable {

    /**
     * Checks the arguments.
     *
     * @throws IllegalArgumentException if an argument is out of its range
     */
    public Settings {
      Check.positive("ReduceLROnPlateau's lr", lr);
      if (metric == null) {
        throw new IllegalArgumentException(
            "ReduceLROnPlateau has no metric to watch: give LOSS or ACCURACY.");
      }
      if (!(factor > 0 && factor < 1)) {
        throw new IllegalArgumentException(
            Text.of(
                "ReduceLROnPlateau's factor is %s: give a number greater than 0 and less than 1.",
                Numbers.text(factor)));
      }
      Check.atLeast("ReduceLROnPlateau's patience", patience, 0);
      Check.notNegative("ReduceLROnPlateau's threshold", threshold);
      Check.atLeast("ReduceLROnPlateau's cooldown", cooldown, 0);
      Check.notNegative("ReduceLROnPlateau's minLr", minLr);
      Check.notNegative("ReduceLROnPlateau's eps", eps);
    }

    /** PyTorch's defaults: factor 0.1, patience 10, relative threshold 1e-4. */
    public Settings(double lr, Metric metric) {
      this(lr, metric, 0.1, 10, 1e-4, Threshold.REL, 0, 0, 1e-8);
    }
  }

  /**
   * All that changes from epoch to epoch.
   *
   * @param lr the present rate
   * @param best the best value so far; infinite before the first
   * @param badEpochs epochs in a row without an improvement
   * @param cooldownLeft epochs that are still not counted
   * @param epochs how many metrics were reported
   */
  public record State(
      @JsonProperty("lr") double lr,
      @JsonProperty("best") double best,
      @JsonProperty("badEpochs") int badEpochs,
      @JsonProperty("cooldownLeft") int cooldownLeft,
      @JsonProperty("epochs") int epochs)
      implements java.io.Serializable {}

  @JsonProperty("settings")
  private final Settings settings;

  @JsonProperty("state")
  private State state;

  /** A schedule in a given state, as a configuration's JSON holds it. */
  public ReduceLROnPlateau(
      @JsonProperty("settings") Settings settings, @JsonProperty("state") State state) {
    this.settings = settings;
    this.state = state;
  }

  /** A schedule before its first epoch. */
  public ReduceLROnPlateau(Settings settings) {
    this(
        settings,
        new State(
            settings.lr(),
            settings.metric() == Metric.LOSS ? Double.POSITIVE_INFINITY : Double.NEGATIVE_INFINITY,
            0,
            0,
            0));
  }

  /** A schedule with PyTorch's defaults. */
  public ReduceLROnPlateau(double lr, Metric metric) {
    this(new Settings(lr, metric));
  }

  /**
   * Reports the metric of an epoch; to be called once after each epoch.
   *
   * @throws IllegalArgumentException if the metric is not a number
   */
  public void step(double metric) {
    if (Double.isNaN(metric)) {
      throw new IllegalArgumentException(
          Text.of(
              "The %s of epoch %d that ReduceLROnPlateau was given is NaN: report a number, or stop the run, which has diverged.",
              settings.metric().name().toLowerCase(java.util.Locale.ROOT), state.epochs()));
    }
    boolean better = isBetter(metric);
    int bad = better ? 0 : state.badEpochs() + 1;
    int cooldown = state.cooldownLeft();
    if (cooldown > 0) {
      cooldown--;
      bad = 0;
    }
    double lr = state.lr();
    if (bad > settings.patience()) {
      double lower = Math.max(lr * settings.factor(), settings.minLr());
      if (lr - lower > settings.eps()) {
        lr = lower;
      }
      cooldown = settings.cooldown();
      bad = 0;
    }
    state = new State(lr, better ? metric : state.best(), bad, cooldown, state.epochs() + 1);
  }

  private boolean isBetter(double metric) {
    double best = state.best();
    double threshold = settings.threshold();
    boolean relative = settings.thresholdMode() == Threshold.REL;
    return settings.metric() == Metric.LOSS
        ? metric < (relative ? best * (1 - threshold) : best - threshold)
        : metric > (relative ? best * (1 + threshold) : best + threshold);
  }

  /** The settings. */
  public Settings settings() {
    return settings;
  }

  /** What a checkpoint must hold. */
  public State state() {
    return state;
  }

  /** Whether a state may be this schedule's after so many epochs. */
  public boolean canBeAt(State state, int epochs) {
    return state != null
        && state.epochs() == epochs
        && state.lr() > 0
        && state.lr() <= settings.lr()
        && !Double.isNaN(state.best())
        && state.badEpochs() >= 0
        && state.badEpochs() <= settings.patience()
        && state.cooldownLeft() >= 0
        && state.cooldownLeft() <= settings.cooldown();
  }

  /**
   * Continues from a checkpoint.
   *
   * @throws IllegalArgumentException if the state cannot be this schedule's
   */
  public void restore(State state) {
    if (state == null || !canBeAt(state, state.epochs())) {
      throw new IllegalArgumentException(
          Text.of(
              "%s is no state of ReduceLROnPlateau with %s: give one that it had.",
              state, settings));
    }
    this.state = state;
  }

  @Override
  public ScheduleType by() {
    return ScheduleType.EPOCH;
  }

  /**
   * The present rate.
   *
   * @throws IllegalStateException if the metric of an epoch before this one was not reported
   */
  @Override
  public double at(int epoch) {
    if (epoch > state.epochs()) {
      throw new IllegalStateException(
          Text.of(
              "ReduceLROnPlateau was asked for the rate of epoch %d and was given the metrics of %d epochs: call step(metric) after each epoch.",
              epoch, state.epochs()));
    }
    return state.lr();
  }

  /** This very object, see above. */
  @Override
  public ReduceLROnPlateau clone() {
    return this;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ReduceLROnPlateau that
        && settings.equals(that.settings)
        && state.equals(that.state);
  }

  @Override
  public int hashCode() {
    return settings.hashCode();
  }

  @Override
  public String toString() {
    return Text.of("ReduceLROnPlateau[settings=%s, state=%s]", settings, state);
  }
}
