package kilonet.schedule;

import static org.nd4j.linalg.schedule.ScheduleType.EPOCH;
import static org.nd4j.linalg.schedule.ScheduleType.ITERATION;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import kilonet.text.Arguments;
import kilonet.text.Check;
import kilonet.text.Term;
import kilonet.text.TermParser;
import kilonet.text.Text;
import kilonet.text.TextException;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Reads schedules from one line of text.
 *
 * <table>
 * <caption>What can be written; the values are defaults, and arguments without one must be given
 * </caption>
 * <tr><td>{@code constant(factor=1, steps=0)}</td><td>{@link ConstantLR}</td></tr>
 * <tr><td>{@code step(size, gamma=0.1)}</td><td>{@link StepLR}</td></tr>
 * <tr><td>{@code multistep(milestones, gamma=0.1)}</td><td>{@link MultiStepLR}</td></tr>
 * <tr><td>{@code linear(start=1, end=0, steps)}</td><td>{@link LinearLR}</td></tr>
 * <tr><td>{@code exponential(gamma)}</td><td>{@link ExponentialLR}</td></tr>
 * <tr><td>{@code polynomial(power=1, steps)}</td><td>{@link PolynomialLR}</td></tr>
 * <tr><td>{@code cosine(min=0, steps)}</td><td>{@link CosineAnnealingLR}</td></tr>
 * <tr><td>{@code restarts(first, mult=1, min=0)}</td><td>{@link CosineAnnealingWarmRestarts}</td>
 * </tr>
 * <tr><td>{@code lambda(factors)}</td><td>{@link LambdaLR}</td></tr>
 * <tr><td>{@code onecycle(max, pct_start=0.3, anneal=cos, div=25, final_div=1e4,
 * three_phase=false, cycle_momentum=true, base_momentum=0.85, max_momentum=0.95)}</td>
 * <td>{@link OneCycleLR}</td></tr>
 * <tr><td>{@code cyclic(base, max, up, down, mode=triangular, gamma=1, cycle_momentum=true,
 * base_momentum=0.8, max_momentum=0.9)}</td><td>{@link CyclicLR}</td></tr>
 * <tr><td>{@code plateau(metric, factor=0.1, patience=10, threshold=1e-4, threshold_mode=rel,
 * cooldown=0, min=0, eps=1e-8)}</td><td>{@link ReduceLROnPlateau}; the metric is {@code loss} or
 * {@code accuracy}</td></tr>
 * <tr><td>{@code sequential(a, b, milestones=[5])}</td><td>{@link SequentialLR}</td></tr>
 * <tr><td>{@code a after warmup(epochs=1, start=0.1)} or {@code warmup(iterations=200)}</td>
 * <td>{@link WarmUp}</td></tr>
 * </table>
 *
 * <p>Steps that are not given are those of the run that the schedule has to itself; a {@code max}
 * that is not given is the rate of the run, and so is {@code down} the same as {@code up}. All but
 * {@code onecycle} and {@code cyclic} count epochs; with {@code by=iteration}, or there {@code
 * by=epoch}, they count the other.
 */
public final class Schedules {

  private static final List<String> NAMES =
      List.of(
          "constant",
          "step",
          "multistep",
          "linear",
          "exponential",
          "polynomial",
          "cosine",
          "restarts",
          "lambda",
          "onecycle",
          "cyclic",
          "plateau",
          "sequential");

  /** Steps of a run whose rates are looked at for its highest one. */
  private static final int LOOKED_AT = 1_000_000;

  private final double lr;
  private final int batchesPerEpoch;
  private final int iterations;

  private Schedules(double lr, int batchesPerEpoch, int iterations) {
    this.lr = lr;
    this.batchesPerEpoch = batchesPerEpoch;
    this.iterations = iterations;
  }

  /**
   * The schedule that a line describes.
   *
   * @param text the line, for instance {@code cosine(min=1e-5) after warmup(epochs=1)}
   * @param lr the learning rate that the schedule starts from, greater than 0
   * @param epochs the epochs of the run, at least 1
   * @param batchesPerEpoch the iterations of an epoch, at least 1
   * @throws IllegalArgumentException if the line cannot be read, or a number is out of range
   */
  public static SchedulePlan parse(String text, double lr, int epochs, int batchesPerEpoch) {
    Check.positive("The learning rate", lr);
    Check.atLeast("The number of epochs", epochs, 1);
    Check.atLeast("The number of batches in an epoch", batchesPerEpoch, 1);
    List<Term> terms = TermParser.parse(text, "after");
    int iterations = product("The run", epochs, batchesPerEpoch);
    return new Schedules(lr, batchesPerEpoch, iterations).chain(terms);
  }

  /**
   * The highest rate of a schedule that goes its own way whatever rate it is given, such as {@code
   * onecycle(max=0.2)}; nothing where the given rate counts.
   *
   * @param text the line
   * @param epochs the epochs of the run, at least 1
   * @param batchesPerEpoch the iterations of an epoch, at least 1
   */
  public static OptionalDouble ownPeak(String text, int epochs, int batchesPerEpoch) {
    Schedule one = parse(text, 1, epochs, batchesPerEpoch).learningRate();
    Schedule other = parse(text, 0.5, epochs, batchesPerEpoch).learningRate();
    double peak = 0;
    int iterations = epochs * batchesPerEpoch;
    // Of a run that nobody lives to see the end of, not every step is looked at.
    int stride = 1 + iterations / LOOKED_AT;
    for (long iteration = 0; iteration < iterations; iteration += stride) {
      int epoch = (int) (iteration / batchesPerEpoch);
      double rate = one.valueAt((int) iteration, epoch);
      if (rate != other.valueAt((int) iteration, epoch)) {
        return OptionalDouble.empty();
      }
      peak = Math.max(peak, rate);
    }
    return OptionalDouble.of(peak);
  }

  private static int product(String what, int epochs, int batches) {
    long product = (long) epochs * batches;
    if (product != (int) product) {
      throw new IllegalArgumentException(
          Text.of(
              "%s has %d epochs of %d updates, which are too many to count: give it fewer epochs.",
              what, epochs, batches));
    }
    return (int) product;
  }

  private SchedulePlan chain(List<Term> terms) {
    if (terms.size() == 1) {
      return plan(terms.get(0));
    }
    Term warmUp = terms.get(1);
    if (terms.size() > 2 || !warmUp.name().equals("warmup")) {
      throw terms
          .get(terms.size() - 1)
          .error("only one warmup can come after 'after': write 'cosine after warmup(epochs=1)'.");
    }
    Arguments arguments = new Arguments(warmUp, "epochs", "iterations", "start");
    if (arguments.has("epochs") == arguments.has("iterations")) {
      throw warmUp.error("warmup needs either epochs or iterations: give one of them.");
    }
    int length =
        arguments.has("epochs")
            ? product("The warm-up", arguments.whole("epochs"), batchesPerEpoch)
            : arguments.whole("iterations");
    double start = arguments.number("start", 0.1);
    if (length >= iterations) {
      throw warmUp.error(
          Text.of(
              "the warm-up takes %d of the run's %d iterations: make it shorter.",
              length, iterations));
    }
    SchedulePlan main = new Schedules(lr, batchesPerEpoch, iterations - length).plan(terms.get(0));
    if (main.momentum().isPresent()) {
      throw warmUp.error(
          Text.of(
              "%s warms up by itself: leave the warmup out, or switch cycle_momentum off.",
              terms.get(0).name()));
    }
    return located(
        warmUp,
        () ->
            new SchedulePlan(
                main.text() + " after " + arguments.spelling(),
                new WarmUp(main.learningRate(), start, length, batchesPerEpoch),
                Optional.empty()));
  }

  private SchedulePlan plan(Term term) {
    return located(
        term,
        () ->
            switch (term.name()) {
              case "constant" -> constant(new Arguments(term, "factor", "steps", "by"));
              case "step" -> step(new Arguments(term, "size", "gamma", "by"));
              case "multistep" -> multistep(new Arguments(term, "milestones", "gamma", "by"));
              case "linear" -> linear(new Arguments(term, "start", "end", "steps", "by"));
              case "exponential" -> exponential(new Arguments(term, "gamma", "by"));
              case "polynomial" -> polynomial(new Arguments(term, "power", "steps", "by"));
              case "cosine" -> cosine(new Arguments(term, "min", "steps", "by"));
              case "restarts" -> restarts(new Arguments(term, "first", "mult", "min", "by"));
              case "lambda" -> lambda(new Arguments(term, "factors", "by"));
              case "onecycle" -> oneCycle(term);
              case "cyclic" -> cyclic(term);
              case "plateau" -> plateau(term);
              case "sequential" -> sequential(term);
              default ->
                  throw term.error(
                      Text.of(
                          "no schedule is called '%s'; there are %s.",
                          term.name(), String.join(", ", NAMES)));
            });
  }

  private SchedulePlan constant(Arguments in) {
    return plan(
        in,
        new ConstantLR(lr, in.number("factor", 1), in.whole("steps", 0), in.choice("by", EPOCH)));
  }

  private SchedulePlan step(Arguments in) {
    return plan(
        in, new StepLR(lr, in.whole("size"), in.number("gamma", 0.1), in.choice("by", EPOCH)));
  }

  private SchedulePlan multistep(Arguments in) {
    return plan(
        in,
        new MultiStepLR(
            lr, in.wholes("milestones"), in.number("gamma", 0.1), in.choice("by", EPOCH)));
  }

  private SchedulePlan linear(Arguments in) {
    ScheduleType by = in.choice("by", EPOCH);
    return plan(
        in, new LinearLR(lr, in.number("start", 1), in.number("end", 0), steps(in, by), by));
  }

  private SchedulePlan exponential(Arguments in) {
    return plan(in, new ExponentialLR(lr, in.number("gamma"), in.choice("by", EPOCH)));
  }

  private SchedulePlan polynomial(Arguments in) {
    ScheduleType by = in.choice("by", EPOCH);
    return plan(in, new PolynomialLR(lr, steps(in, by), in.number("power", 1), by));
  }

  private SchedulePlan cosine(Arguments in) {
    ScheduleType by = in.choice("by", EPOCH);
    return plan(in, new CosineAnnealingLR(lr, steps(in, by), in.number("min", 0), by));
  }

  private SchedulePlan restarts(Arguments in) {
    return plan(
        in,
        new CosineAnnealingWarmRestarts(
            lr,
            in.whole("first"),
            in.whole("mult", 1),
            in.number("min", 0),
            in.choice("by", EPOCH)));
  }

  private SchedulePlan lambda(Arguments in) {
    return plan(in, new LambdaLR(lr, in.numbers("factors"), in.choice("by", EPOCH)));
  }

  private SchedulePlan oneCycle(Term term) {
    Arguments in =
        new Arguments(
            term,
            "max",
            "pct_start",
            "anneal",
            "div",
            "final_div",
            "three_phase",
            "steps",
            "cycle_momentum",
            "base_momentum",
            "max_momentum",
            "by");
    ScheduleType by = in.choice("by", ITERATION);
    OneCycleLR rate =
        new OneCycleLR(
            in.has("max") ? in.number("max") : lr,
            steps(in, by),
            in.number("pct_start", 0.3),
            in.choice("anneal", Anneal.COS),
            in.number("div", 25),
            in.number("final_div", 1e4),
            in.flag("three_phase", false),
            by);
    Schedule momentum =
        rate.momentum(in.number("base_momentum", 0.85), in.number("max_momentum", 0.95));
    return plan(in, rate, momentum);
  }

  private SchedulePlan cyclic(Term term) {
    Arguments in =
        new Arguments(
            term,
            "base",
            "max",
            "up",
            "down",
            "mode",
            "gamma",
            "cycle_momentum",
            "base_momentum",
            "max_momentum",
            "by");
    CyclicLR rate =
        new CyclicLR(
            in.number("base"),
            in.has("max") ? in.number("max") : lr,
            in.whole("up"),
            in.has("down") ? in.whole("down") : in.whole("up"),
            in.choice("mode", CyclicLR.Mode.TRIANGULAR),
            in.number("gamma", 1),
            in.choice("by", ITERATION));
    if (rate.mode() != CyclicLR.Mode.EXP_RANGE && in.has("gamma")) {
      throw term.error("gamma says nothing but to mode=exp_range: leave it out.");
    }
    Schedule momentum =
        rate.momentum(in.number("base_momentum", 0.8), in.number("max_momentum", 0.9));
    return plan(in, rate, momentum);
  }

  private SchedulePlan plateau(Term term) {
    Arguments in =
        new Arguments(
            term,
            "metric",
            "factor",
            "patience",
            "threshold",
            "threshold_mode",
            "cooldown",
            "min",
            "eps");
    if (!in.has("metric")) {
      throw term.error(
          "plateau needs the metric that it watches: give metric=loss or metric=accuracy.");
    }
    return plan(
        in,
        new ReduceLROnPlateau(
            new ReduceLROnPlateau.Settings(
                lr,
                in.choice("metric", ReduceLROnPlateau.Metric.class),
                in.number("factor", 0.1),
                in.whole("patience", 10),
                in.number("threshold", 1e-4),
                in.choice("threshold_mode", ReduceLROnPlateau.Threshold.REL),
                in.whole("cooldown", 0),
                in.number("min", 0),
                in.number("eps", 1e-8))));
  }

  private SchedulePlan sequential(Term term) {
    Arguments in = Arguments.besideParts(term, "milestones");
    List<SchedulePlan> parts = Arguments.parts(term).stream().map(this::chain).toList();
    if (parts.stream().anyMatch(part -> part.momentum().isPresent())) {
      throw term.error("sequential cannot cycle the momentum: give cycle_momentum=false.");
    }
    Schedule schedule =
        new SequentialLR(
            parts.stream().map(SchedulePlan::learningRate).toList(), in.wholes("milestones"));
    String texts = parts.stream().map(part -> part.text() + ", ").collect(Collectors.joining());
    return new SchedulePlan(
        in.spelling().replaceFirst("\\(", Matcher.quoteReplacement("(" + texts)),
        schedule,
        Optional.empty());
  }

  private int steps(Arguments in, ScheduleType by) {
    if (in.has("steps")) {
      return in.whole("steps");
    }
    return by == ITERATION ? iterations : (iterations + batchesPerEpoch - 1) / batchesPerEpoch;
  }

  private static SchedulePlan plan(Arguments in, Schedule rate) {
    return new SchedulePlan(in.spelling(), rate, Optional.empty());
  }

  private static SchedulePlan plan(Arguments in, Schedule rate, Schedule momentum) {
    boolean cycle = in.flag("cycle_momentum", true);
    if (!cycle && (in.has("base_momentum") || in.has("max_momentum"))) {
      throw new IllegalArgumentException(
          "base_momentum and max_momentum say nothing where cycle_momentum=false: leave them out.");
    }
    return new SchedulePlan(in.spelling(), rate, cycle ? Optional.of(momentum) : Optional.empty());
  }

  /** Names the position of a term whose arguments a constructor finds wrong. */
  private static SchedulePlan located(Term term, Supplier<SchedulePlan> plan) {
    try {
      return plan.get();
    } catch (TextException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw term.error(e.getMessage());
    }
  }
}
