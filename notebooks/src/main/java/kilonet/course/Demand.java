package kilonet.course;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import kilonet.chart.Axis;
import kilonet.text.Text;
import kilonet.train.Assignment;
import kilonet.train.Contract;
import kilonet.train.Result;

/**
 * A line of a target, and what tells whether a run reaches it.
 *
 * @param text the line
 * @param met whether a run reaches it
 */
record Demand(String text, Predicate<Result> met) {

  /** What a target can be made of. */
  static final List<Form<Demand>> FORMS =
      List.of(
          new Form<>(
              "best epoch at least N",
              "the best test accuracy of any epoch is N percent or more",
              n -> best(n.get(0))),
          new Form<>(
              "last five epochs at least N",
              "the test accuracy of each of the last five epochs is N percent or more",
              n -> lastFive(n.get(0))),
          new Form<>(
              "at most N epochs", "no more epochs than N were trained", n -> epochs(n.get(0))),
          new Form<>(
              "fewer than N parameters",
              "the net has fewer trainable parameters than N",
              n -> parameters(n.get(0))),
          new Form<>(
              "any number of parameters",
              "always so: says that the size does not matter yet",
              n -> new Demand("any number of parameters", run -> true)));

  /** What an assignment is made of. */
  static List<Demand> of(Assignment asked) {
    List<Demand> demands = new ArrayList<>();
    demands.add(
        new Demand(
            Text.of(
                "%s%% of %s in each of the last %d epochs",
                Axis.number(asked.accuracy()), asked.title(), asked.last()),
            run ->
                run.epochs() >= asked.last()
                    && run.contract().lastFive().stream().allMatch(a -> a >= asked.accuracy())));
    demands.add(epochs(asked.epochsUpTo()));
    demands.add(parameters(asked.parametersBelow()));
    Integer least = asked.receptiveFieldAbove();
    if (least != null) {
      demands.add(
          new Demand(
              Text.of("a receptive field of more than %d pixels", least),
              run -> run.definition().model().receptiveField() > least));
    }
    return demands;
  }

  private static Demand best(double accuracy) {
    return new Demand(
        Text.of("at least %s%% of MNIST's test images in the best epoch", Axis.number(accuracy)),
        run -> Measurements.best(run) >= accuracy);
  }

  private static Demand lastFive(double accuracy) {
    return new Demand(
        Text.of(
            "%s%% of MNIST's test images in each of the last %d epochs",
            Axis.number(accuracy), Contract.LAST),
        run -> run.epochs() >= Contract.LAST && Measurements.low(run) >= accuracy);
  }

  private static Demand epochs(double most) {
    return new Demand(
        Text.of("at most %.0f epochs", Math.floor(most)), run -> run.epochs() <= most);
  }

  private static Demand parameters(double below) {
    return new Demand(
        Text.of("fewer than %,.0f parameters", Math.ceil(below)), run -> run.parameters() < below);
  }
}
