package kilonet.course;

import static kilonet.course.Claim.that;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import kilonet.chart.Axis;
import kilonet.data.Mnist;
import kilonet.text.Text;
import kilonet.train.Contract;
import kilonet.train.Recipe;
import kilonet.train.Recipes;
import kilonet.train.Result;

/**
 * The three steps of the assignment: what each is to reach and why at that place, and what is
 * claimed of its run. All words of the notebooks' opening blocks come from here, all figures from
 * the runs.
 */
enum Step {
  /** A working skeleton. */
  SET_UP(
      "Get the set-up right",
      """
      Before a net is made small, everything around it has to work: data, batches, training and \
      test. Nothing shows that better than a plain net with room to spare. If even this one stays \
      below 99%, the fault lies in the set-up and not in the net. Its size and its overfitting are \
      left as they are: they are what the next two steps are about.""",
      List.of(
          new Demand("at least 99% of MNIST's test images in the best epoch", Step::reaches99),
          Demand.EPOCHS,
          new Demand("any number of parameters", run -> true))) {
    @Override
    List<Claim> claims(Result run, Result before) {
      return List.of(
          Findings.reaches(run, DECENT),
          Findings.overfits(run),
          that(
              run.parameters() >= Contract.PARAMETERS_BELOW,
              "It is too large: its %,d parameters are %.1f times the %,d that it has to stay below.",
              run.parameters(),
              (double) run.parameters() / Contract.PARAMETERS_BELOW,
              Contract.PARAMETERS_BELOW),
          Findings.goal(run),
          Findings.consistency(run));
    }
  },

  /** A net below the limit of parameters. */
  SIZE(
      "Find the right size",
      """
      The number of parameters is the hardest of the limits, and what is tuned for a large net has \
      to be tuned again for a small one: so the size comes before the last tenths of accuracy. \
      Regularization and augmentation still wait. They help a net that has learned its training \
      images too well; whether a small net can learn them at all is seen best without.""",
      List.of(
          Demand.PARAMETERS,
          new Demand("at least 99% of MNIST's test images in the best epoch", Step::reaches99),
          Demand.EPOCHS)) {
    @Override
    List<Claim> claims(Result run, Result before) {
      double change = best(run) - best(before);
      double learned = run.trainAccuracy().get(run.epochs() - 1);
      return List.of(
          that(
              run.parameters() < before.parameters(),
              "The parameters fell from %,d in Step 1 to %,d, that is to %.0f%%.",
              before.parameters(),
              run.parameters(),
              100.0 * run.parameters() / before.parameters()),
          that(
              true,
              "Its best epoch is %.2f points %s that of Step 1.",
              Math.abs(change),
              change >= 0 ? "above" : "below"),
          that(
              Findings.gap(run) < Findings.gap(before),
              "It overfits less: over the last epochs, train accuracy is %.2f points above test"
                  + " accuracy, in Step 1 it was %.2f.",
              Findings.gap(run),
              Findings.gap(before)),
          that(
              learned >= Contract.ACCURACY,
              "It can learn enough: in its last epoch %.2f%% of the training images are right. What"
                  + " is missing is to do as well on images that it has not seen.",
              learned),
          Findings.goal(run),
          Findings.consistency(run));
    }
  },

  /** The contract. */
  GOAL(
      "Reach the goal",
      """
      The size is right and the net learns its training images; what is left is to do as well on \
      new ones, and in every epoch at the end, not in one by luck. That is what augmentation, \
      regularization and a learning rate that falls to nothing are for. They come last, because \
      they can only be judged with the net that is handed in.""",
      List.of(Demand.ACCURACY, Demand.EPOCHS, Demand.PARAMETERS)) {
    @Override
    List<Claim> claims(Result run, Result before) {
      return List.of(
          that(
              mean(run) > mean(before),
              "It improves on Step 2 by %.2f points: the mean of the last %d epochs rises from"
                  + " %.2f%% to %.2f%%.",
              mean(run) - mean(before),
              Findings.last(run).size(),
              mean(before),
              mean(run)),
          that(
              spread(run) < spread(before),
              "It is steadier: its last %d epochs lie within %.2f points, those of Step 2 within"
                  + " %.2f.",
              Findings.last(run).size(),
              spread(run),
              spread(before)),
          Findings.overfitting(run),
          Findings.goal(run),
          Findings.consistency(run),
          Findings.chance(run));
    }
  };

  /** What a set-up without a fault reaches, in percent. */
  private static final double DECENT = 99;

  /** Quick mode trains on one image of so many, and tests on as few. */
  static final int QUICK_SHARE = 10;

  private static final int QUICK_EPOCHS = 2;
  private static final int TRAINING_IMAGES = 60_000;

  private final String title;
  private final String reason;
  private final List<Demand> demands;

  Step(String title, String reason, List<Demand> demands) {
    this.title = title;
    this.reason = reason;
    this.demands = demands;
  }

  /** A line of the target, and what tells whether a run reaches it. */
  private record Demand(String text, Predicate<Result> met) {
    static final Demand ACCURACY = new Demand(RunBlock.goals().get(0), run -> run.contract().met());
    static final Demand EPOCHS =
        new Demand(RunBlock.goals().get(1), run -> run.epochs() <= Contract.EPOCHS_UP_TO);
    static final Demand PARAMETERS =
        new Demand(RunBlock.goals().get(2), run -> run.parameters() < Contract.PARAMETERS_BELOW);
  }

  /** 1 to 3. */
  int number() {
    return ordinal() + 1;
  }

  /** Such as {@code Step_1}. */
  String file() {
    return "Step_" + number();
  }

  /** Such as {@code Step 1: Get the set-up right}. */
  String heading() {
    return "Step " + number() + ": " + title;
  }

  /** The name of its recipe. */
  String recipe() {
    return "model_" + number();
  }

  /** What is to be trained, or in quick mode: a tenth of the images, two epochs. */
  Recipe recipe(boolean quick) {
    return shortened(Recipes.named(recipe()), quick);
  }

  static Recipe shortened(Recipe recipe, boolean quick) {
    return quick ? recipe.limit(TRAINING_IMAGES / QUICK_SHARE).epochs(QUICK_EPOCHS) : recipe;
  }

  static boolean isQuick(Result run) {
    return run.definition().limit() > 0;
  }

  /** The lines of the target. */
  List<String> target() {
    return demands.stream().map(Demand::text).toList();
  }

  /** What is claimed of the run beside its target; {@code before} is the run of the step before. */
  abstract List<Claim> claims(Result run, Result before);

  /** The claim that the target is reached. */
  Claim targetIsMet(Result run) {
    return that(
        run.data().equals(Mnist.NAME) && demands.stream().allMatch(d -> d.met.test(run)),
        "The target of this step is met.");
  }

  /**
   * The opening block.
   *
   * @param run the step's, or null where there is none yet
   * @param before the run of the step before, or null
   * @param seeds all runs of this step's recipe, each with another seed
   */
  RunBlock block(Result run, Result before, List<Result> seeds) {
    if (run == null || (before == null && this != SET_UP)) {
      return new RunBlock(
          target(), reason, List.of("none yet: execute this notebook"), List.of("none yet"));
    }
    List<String> result = new ArrayList<>(RunBlock.figures(run));
    if (before != null) {
      result.add(Text.of("changed since Step %d: %s", number() - 1, changes(run, before)));
    }
    if (!isQuick(run)) {
      Claim met = targetIsMet(run);
      result.add(
          met.holds()
              ? met.sentence()
              : "The target of this step is not met. " + String.join(" ", run.contract().misses()));
    }
    List<Claim> claims = new ArrayList<>(claims(run, before));
    if (seeds.size() > 1) {
      claims.add(Findings.seeds(run, seeds));
    }
    List<String> analysis = claims.stream().filter(Claim::holds).map(Claim::sentence).toList();
    return new RunBlock(target(), reason, result, analysis);
  }

  private static String changes(Result run, Result before) {
    Map<String, Function<Recipe, String>> parts = new LinkedHashMap<>();
    parts.put("blocks", r -> r.model().order());
    parts.put("dropout", r -> Axis.number(100 * r.model().dropout()) + "%");
    parts.put("augmentation", Recipe::augmentation);
    parts.put("mixing", Recipe::mixing);
    parts.put("label smoothing", r -> Axis.number(r.labelSmoothing()));
    parts.put(
        "optimizer",
        r ->
            Text.of(
                "%s at %s",
                r.optimizer().kind().name().toLowerCase(Locale.ROOT),
                Axis.number(r.optimizer().learningRate())));
    parts.put("weight decay", r -> Axis.number(r.optimizer().weightDecay()));
    parts.put("schedule", Recipe::schedule);
    parts.put("averaging", Recipe::averaging);
    parts.put("batch", r -> Integer.toString(r.batch()));
    List<String> changes = new ArrayList<>();
    parts.forEach(
        (name, part) -> {
          String now = part.apply(run.definition());
          if (!now.equals(part.apply(before.definition()))) {
            changes.add(Text.of("%s `%s`", name, now));
          }
        });
    return String.join(", ", changes);
  }

  private static boolean reaches99(Result run) {
    return best(run) >= DECENT;
  }

  static double best(Result run) {
    return Collections.max(run.testAccuracy());
  }

  static double last(Result run) {
    return run.testAccuracy().get(run.epochs() - 1);
  }

  static double lowest(Result run) {
    return Collections.min(Findings.last(run));
  }

  private static double mean(Result run) {
    return Findings.last(run).stream().mapToDouble(a -> a).average().orElseThrow();
  }

  private static double spread(Result run) {
    return Collections.max(Findings.last(run)) - lowest(run);
  }
}
