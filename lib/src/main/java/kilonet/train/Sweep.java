package kilonet.train;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.List;
import kilonet.data.TrainTest;

/**
 * One recipe over several seeds, one folder each. What is finished is not run again, and what was
 * stopped goes on.
 *
 * @param recipe the recipe's name
 * @param parameters trainable parameters
 * @param engine {@code fused} or {@code dl4j}
 * @param data the name of the images, such as {@code mnist}
 * @param seeds the seeds
 * @param finals test accuracy of each seed's last epoch, percent
 * @param mean their mean
 * @param standardDeviation their standard deviation, with n - 1; null for a single seed
 * @param minLastFive for each seed the lowest test accuracy of its last five epochs, percent
 * @param lowest the lowest of those
 * @param met how many seeds meet the assignment
 */
public record Sweep(
    String recipe,
    long parameters,
    String engine,
    String data,
    List<Long> seeds,
    List<Double> finals,
    double mean,
    @JsonInclude(JsonInclude.Include.NON_NULL) Double standardDeviation,
    List<Double> minLastFive,
    double lowest,
    int met) {

  /** The runs of a sweep: a folder {@code seed-S} for each seed. */
  public static Runs runs(Recipe recipe, TrainTest data, List<Long> seeds, Path folder) {
    return new Runs(
        seeds.stream().map(seed -> Runs.Run.in(folder, recipe.seed(seed))).toList(), data);
  }

  /** Mean and deviation of the last epochs. */
  @JsonIgnore
  public Spread spread() {
    return Spread.of(finals);
  }

  /** The figures of results of one recipe, at least one. */
  public static Sweep of(List<Result> results) {
    Result first = results.get(0);
    List<Double> finals = results.stream().map(r -> r.history().last().testAccuracy()).toList();
    Spread spread = Spread.of(finals);
    List<Double> lows =
        results.stream()
            .map(r -> r.contract().lastFive().stream().mapToDouble(a -> a).min().orElseThrow())
            .toList();
    return new Sweep(
        first.recipe(),
        first.parameters(),
        first.engine(),
        first.data(),
        results.stream().map(Result::seed).toList(),
        finals,
        spread.mean(),
        spread.seeds() == 1 ? null : spread.deviation(),
        lows,
        lows.stream().mapToDouble(a -> a).min().orElseThrow(),
        (int) results.stream().filter(r -> r.contract().met()).count());
  }
}
