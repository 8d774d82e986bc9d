package kilonet.train;

import java.util.List;
import kilonet.text.Arguments;
import kilonet.text.Check;
import kilonet.text.Term;
import kilonet.text.TermParser;
import kilonet.text.Text;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An average of all parameters of a net and its batch norm statistics, which Deeplearning4j keeps
 * among the parameters. It is tested beside the net it is made of.
 *
 * <ul>
 *   <li>{@code none}: no average.
 *   <li>{@code ema(decay=0.995)}: exponential moving average. After batch {@code t}, counted from
 *       0, {@code average = d average + (1 - d) parameters} with {@code d = min(decay, (1 + t) /
 *       (10 + t))}, so that the random start is soon forgotten (the rule of TensorFlow's {@code
 *       ExponentialMovingAverage}). Polyak, Juditsky: <i>Acceleration of stochastic approximation
 *       by averaging</i>, 1992.
 *   <li>{@code swa(from=11)}: stochastic weight averaging, the plain mean of the parameters at the
 *       end of this epoch, counted from 1, and of every later one. Izmailov and others:
 *       <i>Averaging weights leads to wider optima and better generalization</i>, 2018. They
 *       recompute batch norm's statistics for the mean net; here the statistics are averaged too.
 * </ul>
 */
final class Averaging {

  private final Rule rule;
  private final INDArray average;

  private final float[] averages;
  private final float[] newest;

  private enum Kind {
    NONE,
    EMA,
    SWA
  }

  private record Rule(Kind kind, double decay, int from) {}

  private Averaging(Rule rule, INDArray average) {
    this.rule = rule;
    this.average = average;
    this.averages = new float[(int) average.length()];
    this.newest = new float[averages.length];
  }

  /**
   * Checks a text.
   *
   * @throws IllegalArgumentException if it is none of the three
   */
  static void check(String text) {
    rule(text);
  }

  /** The epoch, counted from 1, in which the average begins. */
  static int firstEpoch(String text) {
    return Math.max(1, rule(text).from);
  }

  /** An average that starts at the parameters, or null for {@code none}. */
  static Averaging of(String text, INDArray parameters) {
    Rule rule = rule(text);
    return rule.kind == Kind.NONE ? null : new Averaging(rule, parameters.dup());
  }

  private static Rule rule(String text) {
    if (text.equals("none")) {
      return new Rule(Kind.NONE, 0, 0);
    }
    List<Term> terms = TermParser.parse(text, "+");
    if (terms.size() > 1) {
      throw terms.get(1).error("a run keeps one average: leave this one out.");
    }
    Term term = terms.get(0);
    switch (term.name()) {
      case "ema" -> {
        double decay = new Arguments(term, "decay").number("decay", 0.995);
        if (!(decay > 0 && decay < 1)) {
          throw term.error("the decay lies between 0 and 1, as in ema(decay=0.995).");
        }
        return new Rule(Kind.EMA, decay, 0);
      }
      case "swa" -> {
        int from = new Arguments(term, "from").whole("from");
        Check.atLeast("The epoch that swa starts from", from, 1);
        return new Rule(Kind.SWA, 0, from);
      }
      default ->
          throw term.error(
              Text.of(
                  "no average is called '%s': write none, ema(decay=0.995) or swa(from=11).",
                  term.name()));
    }
  }

  /** The average so far. */
  INDArray average() {
    return average;
  }

  /** Takes in the parameters after batch {@code t}, counted from 0 over all epochs. */
  void afterBatch(INDArray parameters, int t) {
    if (rule.kind == Kind.EMA) {
      double kept = Math.min(rule.decay, (1.0 + t) / (10.0 + t));
      average(parameters, (float) kept, (float) (1 - kept));
    }
  }

  /** Takes in the parameters at the end of an epoch, counted from 1. */
  void afterEpoch(INDArray parameters, int epoch) {
    if (rule.kind == Kind.SWA) {
      int before = Math.max(0, epoch - rule.from);
      double kept = before / (before + 1.0);
      average(parameters, (float) kept, (float) (1 - kept));
    }
  }

  private void average(INDArray parameters, float old, float share) {
    PlainNumbers.get(average, averages);
    PlainNumbers.get(parameters, newest);
    for (int i = 0; i < averages.length; i++) {
      averages[i] = averages[i] * old + newest[i] * share;
    }
    PlainNumbers.put(averages, average);
  }
}
