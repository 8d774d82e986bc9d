package kilonet.course;

import static kilonet.course.Claim.that;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import kilonet.chart.Axis;
import kilonet.text.Text;
import kilonet.train.Recipe;
import kilonet.train.Result;

/**
 * A step of somebody's answer to the assignment, as the text beside its notebook says it: what it
 * is to reach and why at that place, and what is claimed of its run. All words of a notebook's
 * opening block come from there, all figures from the runs.
 *
 * @param file the text, {@code Step_1.md}; see {@link StepText}
 * @param number its place, from 1
 * @param title such as {@code Get the set-up right}
 * @param recipe the name of its recipe
 * @param links what stands beside it in the README's table, as Markdown; empty for nothing
 * @param reason why that is the target at this place, a paragraph or more
 * @param target what it is to reach
 * @param analysis what is claimed of its run
 */
record Step(
    Path file,
    int number,
    String title,
    String recipe,
    String links,
    String reason,
    List<Demand> target,
    List<Claims.Maker> analysis) {

  /** How many steps an answer has. */
  static final int COUNT = 3;

  /** Keeps copies. */
  Step {
    target = List.copyOf(target);
    analysis = List.copyOf(analysis);
  }

  /** The name of the files of a step, without what comes after the point: {@code Step_1}. */
  static String name(int number) {
    return "Step_" + number;
  }

  /** Such as {@code Step_1}. */
  String name() {
    return name(number);
  }

  /** Such as {@code Step 1: Get the set-up right}. */
  String heading() {
    return "Step " + number + ": " + title;
  }

  /**
   * What is claimed of the run beside its target.
   *
   * @param runs those of all steps by their numbers
   * @return nothing where its run, or that of a step that it is held against, is missing
   */
  Optional<List<Claim>> claims(Map<Integer, Result> runs) {
    Result run = runs.get(number);
    return run == null || !runs.keySet().containsAll(others())
        ? Optional.empty()
        : Optional.of(analysis.stream().map(claim -> claim.of(run, runs)).toList());
  }

  private List<Integer> others() {
    return analysis.stream().flatMap(claim -> claim.others().stream()).toList();
  }

  /** The claim that the target is reached; what is not is named where it is not. */
  Claim targetIsMet(Result run) {
    List<String> missed =
        target.stream().filter(demand -> !demand.met().test(run)).map(Demand::text).toList();
    boolean counts =
        run.data().equals(Recipe.MNIST)
            && (run.dataset() == null || run.dataset().isMnist())
            && !run.definition().validates();
    if (counts && missed.isEmpty()) {
      return that(true, "The target of this step is met.");
    }
    return that(
        false,
        "The target of this step is not met: %s.",
        counts
            ? "it lacks " + String.join("; ", missed)
            : "the run was not tested on MNIST's test images");
  }

  /**
   * The opening block.
   *
   * @param runs those of all steps by their numbers
   * @param seeds all runs of this step's recipe, each with another seed
   */
  RunBlock block(Map<Integer, Result> runs, List<Result> seeds) {
    List<String> demands = target.stream().map(Demand::text).toList();
    Optional<List<Claim>> claimed = claims(runs);
    if (claimed.isEmpty()) {
      return new RunBlock(
          demands, reason, List.of("none yet: execute this notebook"), List.of("none yet"));
    }
    Result run = runs.get(number);
    Result before = runs.get(number - 1);
    List<String> result = new ArrayList<>(RunBlock.figures(run));
    if (before != null) {
      result.add(Text.of("changed since Step %d: %s", number - 1, changes(run, before)));
    }
    if (!StepRun.isQuick(run)) {
      result.add(targetIsMet(run).sentence());
    }
    List<Claim> claims = new ArrayList<>(claimed.get());
    if (seeds.size() > 1) {
      claims.add(Findings.seeds(run, seeds));
    }
    List<String> analysis = claims.stream().filter(Claim::holds).map(Claim::sentence).toList();
    return new RunBlock(demands, reason, result, analysis);
  }

  private static String changes(Result run, Result before) {
    Map<String, Function<Recipe, String>> parts = new LinkedHashMap<>();
    parts.put("blocks", r -> r.model().order());
    parts.put("dropout", r -> Axis.number(100 * r.model().dropout()) + "%");
    parts.put("augmentation", Recipe::augmentation);
    parts.put("mixing", Recipe::mixing);
    parts.put("last part without augmentation", r -> Axis.number(100 * r.unaugmented()) + "%");
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
}
