package kilonet.course;

import static kilonet.course.Claim.that;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Result;

/**
 * What an analysis can claim of the run of a step, by the words that are written in the step's
 * text: each is a sentence with the run's figures, and the test of these that decides on it.
 */
final class Claims {

  /**
   * A claim before its figures are known.
   *
   * @param others the numbers of the steps whose runs it needs beside its own
   * @param claim makes it of the step's run and the runs of all steps by their numbers
   */
  record Maker(List<Integer> others, BiFunction<Result, Map<Integer, Result>, Claim> claim) {
    Claim of(Result run, Map<Integer, Result> steps) {
      return claim.apply(run, steps);
    }
  }

  /** Claims beside another step. */
  @FunctionalInterface
  private interface Beside {
    Claim of(Result run, Result other, String step);
  }

  /** All that can be claimed. */
  static final List<Form<Maker>> FORMS =
      List.of(
          form(
              "reaches N",
              "some epoch's test accuracy is N percent or more; says which is the first",
              n -> run -> Findings.reaches(run, n.get(0))),
          form(
              "reaches N by epoch N",
              "the same, and not after that epoch",
              n -> run -> Findings.reaches(run, n.get(0), n.get(1))),
          form(
              "how near to the goal",
              "always so: which epoch is the first at 99.4%, or how much the best one lacks",
              n -> Findings::goal),
          form(
              "last epochs",
              "always so: between what the last five epochs lie, and how many are below 99.4%",
              n -> Findings::consistency),
          form(
              "chance",
              "always so: how many standard errors the last epoch is from 99.4%",
              n -> Findings::chance),
          form(
              "overfits",
              "over the last five epochs, train accuracy is more than 0.5 points above test"
                  + " accuracy",
              n -> Findings::overfits),
          form(
              "hardly overfits",
              "over the last five epochs, train accuracy is 0 to 0.5 points above test accuracy",
              n -> Findings::hardlyOverfits),
          form(
              "does not overfit",
              "over the last five epochs, train accuracy is below test accuracy",
              n -> Findings::doesNotOverfit),
          form(
              "does not overfit: gap below N",
              "over the last five epochs, train accuracy is less than N points above test accuracy",
              n -> run -> Findings.gapBelow(run, n.get(0))),
          form(
              "whether it overfits",
              "always so: whichever of the first three it is",
              n -> Findings::overfitting),
          form(
              "larger than allowed",
              "the net has 8,000 parameters or more",
              n -> Claims::largerThanAllowed),
          form(
              "learns enough",
              "in the last epoch 99.4% of the training images or more are right",
              n -> Claims::learnsEnough),
          beside(
              "smaller than Step N",
              "the net has fewer parameters than that step's",
              Claims::smaller),
          beside(
              "best epoch beside Step N",
              "always so: how far the best epoch is above or below that of another step",
              Claims::bestBeside),
          beside(
              "overfits less than Step N",
              "train accuracy is less above test accuracy than in that step",
              Claims::overfitsLess),
          beside(
              "better than Step N",
              "the mean of the last five epochs is above that step's",
              Claims::better),
          beside(
              "steadier than Step N",
              "the last five epochs lie closer together than that step's",
              Claims::steadier));

  private Claims() {}

  /** Of the run alone. */
  @FunctionalInterface
  private interface Alone {
    Claim of(Result run);
  }

  private static Form<Maker> form(String words, String means, Function<List<Double>, Alone> make) {
    return new Form<>(
        words,
        means,
        numbers -> {
          Alone claim = make.apply(numbers);
          return new Maker(List.of(), (run, steps) -> claim.of(run));
        });
  }

  private static Form<Maker> beside(String words, String means, Beside claim) {
    return new Form<>(
        words,
        means,
        numbers -> {
          int step = numbers.get(0).intValue();
          if (numbers.get(0) != step || step < 1 || step > Step.COUNT) {
            throw new IllegalArgumentException(
                Text.of("there are Step 1 to Step %d to be held against", Step.COUNT));
          }
          return new Maker(
              List.of(step), (run, steps) -> claim.of(run, steps.get(step), "Step " + step));
        });
  }

  private static Claim largerThanAllowed(Result run) {
    return that(
        run.parameters() >= Contract.PARAMETERS_BELOW,
        "It is too large: its %,d parameters are %.1f times the %,d that it has to stay below.",
        run.parameters(),
        (double) run.parameters() / Contract.PARAMETERS_BELOW,
        Contract.PARAMETERS_BELOW);
  }

  private static Claim learnsEnough(Result run) {
    double learned = run.history().last().trainAccuracy();
    return that(
        learned >= Contract.ACCURACY,
        "It can learn enough: in its last epoch %.2f%% of the training images are right. What is"
            + " missing is to do as well on images that it has not seen.",
        learned);
  }

  private static Claim smaller(Result run, Result other, String step) {
    return that(
        run.parameters() < other.parameters(),
        "The parameters fell from %,d in %s to %,d, that is to %.0f%%.",
        other.parameters(),
        step,
        run.parameters(),
        100.0 * run.parameters() / other.parameters());
  }

  private static Claim bestBeside(Result run, Result other, String step) {
    double change = Measurements.best(run) - Measurements.best(other);
    return that(
        true,
        "Its best epoch is %.2f points %s that of %s.",
        Math.abs(change),
        change >= 0 ? "above" : "below",
        step);
  }

  private static Claim overfitsLess(Result run, Result other, String step) {
    return that(
        Findings.gap(run) < Findings.gap(other),
        "It overfits less: over the last epochs, train accuracy is %.2f points above test"
            + " accuracy, in %s it was %.2f.",
        Findings.gap(run),
        step,
        Findings.gap(other));
  }

  private static Claim better(Result run, Result other, String step) {
    ToDoubleFunction<Result> mean =
        each -> Findings.last(each).stream().mapToDouble(a -> a).average().orElseThrow();
    double now = mean.applyAsDouble(run);
    double before = mean.applyAsDouble(other);
    return that(
        now > before,
        "It improves on %s by %.2f points: the mean of the last %d epochs rises from %.2f%% to"
            + " %.2f%%.",
        step,
        now - before,
        Findings.last(run).size(),
        before,
        now);
  }

  private static Claim steadier(Result run, Result other, String step) {
    ToDoubleFunction<Result> spread =
        each -> Collections.max(Findings.last(each)) - Measurements.low(each);
    double now = spread.applyAsDouble(run);
    double before = spread.applyAsDouble(other);
    return that(
        now < before,
        "It is steadier: its last %d epochs lie within %.2f points, those of %s within %.2f.",
        Findings.last(run).size(),
        now,
        step,
        before);
  }
}
