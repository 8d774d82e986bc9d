package kilonet.train;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import kilonet.data.Sha256;
import kilonet.data.TrainTest;
import kilonet.model.Summary;
import kilonet.text.Text;

/**
 * A search for a better recipe by random choices and successive halving: all trials are trained for
 * few epochs, the better third of them for more, and so on. Each round is a run of its own whose
 * schedule spans its epochs, so that what is compared is a finished training each time. Jamieson,
 * Talwalkar: <i>Non-stochastic best arm identification and hyperparameter optimization</i>, 2016.
 *
 * <p>Trials are judged by images kept out of the training set; the test set is never looked at.
 * They are ranked by their loss on these, which says more than the accuracy where nets are nearly
 * equally good: a few images are right or wrong by chance. Only where the recipes differ in what
 * they make of the labels (smoothing, mixing, a teacher), so that their losses cannot be compared,
 * the accuracy ranks them. A trial that diverges comes last, and does not go on.
 *
 * @param recipe the name of the recipe that was changed
 * @param validation which images were kept out of training, and judged
 * @param judge what ranked the trials
 * @param seeds the seeds of each trial
 * @param rounds the epochs of each round
 * @param trials the trials, the best first: those of the last round, then of the one before it; at
 *     the end those that diverged
 */
public record Search(
    String recipe,
    Validation validation,
    Judge judge,
    List<Long> seeds,
    List<Integer> rounds,
    List<Trial> trials) {

  /** One part in so many goes on to the next round. */
  private static final int REDUCTION = 3;

  /** One epoch in so many is judged, the last ones: before them a schedule's rate is still high. */
  private static final int PART_JUDGED = 3;

  private static final int MOST_TRIALS = 100_000;

  /** What ranks trials. */
  public enum Judge {
    /** The lowest mean loss is the best. */
    LOSS(by(Trial::loss, Comparator.naturalOrder())),
    /** The highest mean accuracy is the best; of equal ones that of the lower loss. */
    ACCURACY(by(Trial::accuracy, Comparator.reverseOrder()).thenComparing(LOSS.order));

    private final Comparator<Trial> order;

    Judge(Comparator<Trial> order) {
      this.order = order;
    }

    private static Comparator<Trial> by(Function<Trial, Double> figure, Comparator<Double> order) {
      return Comparator.comparing(figure, Comparator.nullsLast(order));
    }

    private static Judge of(List<Recipe> recipes) {
      long labels =
          recipes.stream()
              .map(r -> Arrays.asList(r.labelSmoothing(), r.mixing(), r.teacher()))
              .distinct()
              .count();
      return labels > 1 ? ACCURACY : LOSS;
    }

    /** {@code loss} or {@code accuracy}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A recipe and how far it came.
   *
   * <p>Where a seed diverged in the last round there is neither accuracy nor loss.
   *
   * @param number its place in the draw; 0 is the recipe as it was, which is no trial where it is
   *     too large
   * @param choice what was changed: field to value
   * @param parameters trainable parameters
   * @param epochs epochs of its last round, of which a seed may have had fewer by its patience
   * @param accuracy mean validation accuracy of the last third of the epochs, five of them at most,
   *     over the seeds, percent; null where one diverged
   * @param lowest the lowest of them, percent; null where one diverged
   * @param loss mean validation loss of the same epochs, cross-entropy; null where one diverged
   */
  public record Trial(
      int number,
      Map<String, JsonNode> choice,
      long parameters,
      int epochs,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double accuracy,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double lowest,
      @JsonInclude(JsonInclude.Include.NON_NULL) Double loss) {

    /** Whether a seed of it diverged, so that it comes last. */
    public boolean diverged() {
      return loss == null;
    }

    private Trial judged(int epochs, Double accuracy, Double lowest, Double loss) {
      return new Trial(number, choice, parameters, epochs, accuracy, lowest, loss);
    }

    /** What was changed, in words. */
    public String words() {
      return SearchSpace.words(choice);
    }
  }

  /**
   * Which trials are drawn, and how they are run.
   *
   * @param trials how many recipes are drawn, 1 to 100,000; the recipe as it is comes on top
   * @param maxParameters larger nets are left out, the recipe as it is among them
   * @param rounds epochs of each round, rising, at least one
   * @param seeds seeds of each trial, at least one, each once
   * @param seed what the trials are drawn from
   * @param jobs runs at a time, at least 1
   */
  public record Plan(
      int trials, long maxParameters, List<Integer> rounds, List<Long> seeds, long seed, int jobs) {

    /** Checks the ranges. */
    public Plan {
      rounds = List.copyOf(rounds);
      seeds = List.copyOf(seeds);
      if (trials < 1 || trials > MOST_TRIALS) {
        throw new IllegalArgumentException(
            Text.of("%d trials cannot be searched: use 1 to %,d.", trials, MOST_TRIALS));
      }
      if (rounds.isEmpty() || seeds.isEmpty() || Set.copyOf(seeds).size() < seeds.size()) {
        throw new IllegalArgumentException(
            Text.of(
                    "Rounds of %s epochs with the seeds %s cannot be searched: give one or more of"
                        + " both, no",
                    rounds, seeds)
                + " seed twice.");
      }
      for (int i = 0; i < rounds.size(); i++) {
        if (rounds.get(i) < 1 || i > 0 && rounds.get(i) <= rounds.get(i - 1)) {
          throw new IllegalArgumentException(
              Text.of(
                      "Rounds of %s epochs cannot be: each must be longer than the one before it,"
                          + " as in",
                      rounds)
                  + " 4,15.");
        }
      }
    }
  }

  /**
   * Searches. What an earlier search left in the folder is not trained again.
   *
   * @param changed the recipe that is changed; must keep validation images out of training
   * @param space what may be changed
   * @param plan how much is tried
   * @param data the images
   * @param folder where the runs are kept
   * @param tried is told of each trial after each of its rounds
   * @throws IllegalArgumentException if the recipe has no validation images, or the space does not
   *     fit it
   * @throws TrainingException if a run cannot go on, or all of a round diverge
   */
  public static Search run(
      Recipe changed,
      SearchSpace space,
      Plan plan,
      TrainTest data,
      Path folder,
      Consumer<Trial> tried) {
    return run(changed, space, plan, data, folder, tried, runs -> {});
  }

  /**
   * The same, for who wants to say more of how it is done.
   *
   * @param round is given the runs of each round before they begin: to have a {@link Cluster} do
   *     them, or to {@linkplain Runs#stop stop} them
   */
  public static Search run(
      Recipe changed,
      SearchSpace space,
      Plan plan,
      TrainTest data,
      Path folder,
      Consumer<Trial> tried,
      Consumer<Runs> round) {
    Recipe recipe = changed.on(data);
    if (!recipe.validates()) {
      throw new IllegalArgumentException(
          "A search needs validation images, because the test set is for reporting: keep some out"
              + " of training, such as 5000, or all by some writers, such as writers:54.");
    }
    List<Recipe> recipes = new ArrayList<>();
    List<Trial> current = new ArrayList<>();
    List<Map<String, JsonNode>> choices = new ArrayList<>(List.of(Map.of()));
    choices.addAll(space.draw(plan.trials, plan.seed));
    for (Map<String, JsonNode> choice : choices) {
      Recipe drawn = SearchSpace.apply(recipe, choice);
      long parameters = Summary.of(drawn.model()).parameters();
      boolean fits = parameters <= plan.maxParameters && !recipes.contains(drawn);
      if (fits) {
        current.add(new Trial(recipes.size(), choice, parameters, 0, null, null, null));
      }
      if (fits || recipes.isEmpty()) { // so that 0 is the recipe as it was, tried or not
        recipes.add(drawn);
      }
    }
    sayWhereNothingChanges(recipe, recipes);
    if (current.isEmpty()) {
      throw new IllegalArgumentException(
          Text.of(
              "No recipe of this space has %,d parameters or fewer: allow more, or smaller nets.",
              plan.maxParameters));
    }
    Judge judge = Judge.of(current.stream().map(trial -> recipes.get(trial.number)).toList());
    List<Trial> ranked = new ArrayList<>();
    for (int epochs : plan.rounds) {
      Map<Recipe, Trial> contestants = new LinkedHashMap<>();
      current.forEach(trial -> contestants.put(recipes.get(trial.number).epochs(epochs), trial));
      List<Trial> judged = judge(contestants, plan, data, folder, tried, round);
      judged.sort(judge.order);
      int converged = (int) judged.stream().filter(trial -> !trial.diverged()).count();
      if (converged == 0) {
        throw new TrainingException(
            Text.of(
                "Every trial of %d epochs diverged: let the space have lower learning rates, or"
                    + " clipping.",
                epochs));
      }
      int kept = Math.min(converged, (judged.size() + REDUCTION - 1) / REDUCTION);
      boolean last = epochs == plan.rounds.get(plan.rounds.size() - 1);
      current = last ? List.of() : judged.subList(0, kept);
      ranked.addAll(0, last ? judged : judged.subList(kept, judged.size()));
    }
    ranked.sort(Comparator.comparing(Trial::diverged)); // whatever the round
    return new Search(recipe.name(), recipe.validation(), judge, plan.seeds, plan.rounds, ranked);
  }

  /** A rate that no schedule uses would be searched in vain, for hours. */
  private static void sayWhereNothingChanges(Recipe recipe, List<Recipe> recipes) {
    List<Recipe> varied =
        recipes.stream()
            .filter(r -> r.optimizer().learningRate() != recipe.optimizer().learningRate())
            .toList();
    if (!varied.isEmpty() && varied.stream().allMatch(r -> r.unusedRate().isPresent())) {
      throw new IllegalArgumentException(
          Text.of(
                  "The space varies optimizer.learning_rate, which changes nothing: the schedule %s"
                      + " sets the",
                  varied.get(0).schedule())
              + " rate. Vary 'schedule' instead.");
    }
  }

  /** Trains a round, all trials and seeds side by side. */
  private static List<Trial> judge(
      Map<Recipe, Trial> contestants,
      Plan plan,
      TrainTest data,
      Path folder,
      Consumer<Trial> tried,
      Consumer<Runs> round) {
    List<Runs.Run> planned = new ArrayList<>();
    for (Recipe recipe : contestants.keySet()) {
      for (long seed : plan.seeds) {
        planned.add(Runs.Run.in(folder.resolve(hash(recipe)), recipe.seed(seed)));
      }
    }
    Map<Recipe, Optional<Result>> results = new HashMap<>();
    Map<Recipe, Trial> judged = new HashMap<>();
    Runs.Watcher watcher =
        new Runs.Watcher() {
          @Override
          public void finished(Result result, boolean earlier, Duration left) {
            ended(result.definition(), Optional.of(result));
          }

          @Override
          public void failed(Recipe recipe, TrainingException failure) {
            if (failure instanceof TrainingException.Diverged) {
              ended(recipe, Optional.empty());
            }
          }

          private void ended(Recipe run, Optional<Result> result) {
            results.put(run, result);
            contestants.forEach(
                (recipe, trial) -> {
                  List<Recipe> own = plan.seeds.stream().map(recipe::seed).toList();
                  if (!judged.containsKey(recipe) && results.keySet().containsAll(own)) {
                    List<Result> whole =
                        own.stream().map(results::get).flatMap(Optional::stream).toList();
                    judged.put(
                        recipe,
                        whole.size() < own.size()
                            ? trial.judged(recipe.epochs(), null, null, null)
                            : judge(trial, recipe.epochs(), whole));
                    tried.accept(judged.get(recipe));
                  }
                });
          }
        };
    Runs runs = new Runs(planned, data).jobs(plan.jobs).teachers(folder).watcher(watcher);
    round.accept(runs);
    runs.runAllThatConverge();
    return new ArrayList<>(contestants.keySet().stream().map(judged::get).toList());
  }

  private static Trial judge(Trial trial, int epochs, List<Result> results) {
    List<EpochResult> last = new ArrayList<>();
    for (Result result : results) {
      List<EpochResult> all = result.history().epochs();
      int third = (all.size() + PART_JUDGED - 1) / PART_JUDGED;
      last.addAll(Contract.last(all.subList(all.size() - third, all.size())));
    }
    return trial.judged(
        epochs,
        last.stream().mapToDouble(EpochResult::testAccuracy).average().orElseThrow(),
        last.stream().mapToDouble(EpochResult::testAccuracy).min().orElseThrow(),
        last.stream().mapToDouble(EpochResult::testLoss).average().orElseThrow());
  }

  /** A name for what is the same run, whatever space it was drawn from. */
  private static String hash(Recipe recipe) {
    return Sha256.hex(Json.line(recipe).getBytes(StandardCharsets.UTF_8)).substring(0, 12);
  }

  /** The trial that came out best. */
  @JsonIgnore
  public Trial best() {
    return trials.get(0);
  }

  /**
   * The recipe of a trial, to be trained on all images, without a limit, and reported on the test
   * set: for the epochs of its last round, all of them, since without validation images there is
   * nothing to be patient about.
   *
   * @param recipe the one that was changed
   * @param trial one of this search
   */
  public static Recipe recipe(Recipe recipe, Trial trial) {
    return SearchSpace.apply(recipe, trial.choice)
        .epochs(trial.epochs)
        .patience(0)
        .validation(0)
        .limit(0);
  }
}
