package kilonet.train;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import kilonet.data.DataIdentity;

/**
 * What a run came to; {@code result.json} of its folder.
 *
 * @param recipe the recipe's name
 * @param parameters trainable parameters
 * @param seed the recipe's seed
 * @param engine {@code fused}, with the version of its arithmetic, or {@code dl4j}
 * @param data the name of the images, such as {@code mnist} or {@code digits}
 * @param dataset what the images are, by name and content; null in files from before this was
 *     written
 * @param trainImages images trained on in an epoch
 * @param testImages images tested on
 * @param epochs epochs trained
 * @param trainAccuracy percent, by epoch
 * @param trainLoss mean cross-entropy, by epoch
 * @param testAccuracy percent, by epoch, of the net that is kept
 * @param testLoss mean cross-entropy, by epoch
 * @param rawTestAccuracy percent, by epoch, of the net without averaging
 * @param imagesPerSecond training images a second, over the whole run
 * @param seconds spent on training
 * @param contract the assignment's verdict
 * @param definition the whole recipe
 * @param history the epochs, figure by figure
 */
public record Result(
    String recipe,
    long parameters,
    long seed,
    String engine,
    String data,
    @JsonInclude(JsonInclude.Include.NON_NULL) DataIdentity dataset,
    int trainImages,
    int testImages,
    int epochs,
    List<Double> trainAccuracy,
    List<Double> trainLoss,
    List<Double> testAccuracy,
    List<Double> testLoss,
    List<Double> rawTestAccuracy,
    double imagesPerSecond,
    double seconds,
    Contract contract,
    Recipe definition,
    History history) {

  /**
   * What the epochs of a run come to.
   *
   * @param recipe what was run
   * @param parameters trainable parameters of its net
   * @param engine what computed
   * @param data all that the recipe took its images from
   * @param train images trained on in an epoch
   * @param test images tested on
   * @param history one epoch or more
   */
  public static Result of(
      Recipe recipe,
      long parameters,
      Engine engine,
      DataIdentity data,
      int train,
      int test,
      History history) {
    double seconds = history.epochs().stream().mapToDouble(EpochResult::seconds).sum();
    int epochs = history.epochs().size();
    return new Result(
        recipe.name(),
        parameters,
        recipe.seed(),
        engine.version(),
        data.name(),
        data,
        train,
        test,
        epochs,
        history.each(EpochResult::trainAccuracy),
        history.each(EpochResult::trainLoss),
        history.each(EpochResult::testAccuracy),
        history.each(EpochResult::testLoss),
        history.each(EpochResult::rawTestAccuracy),
        Math.round(10 * epochs * (double) train / seconds) / 10.0,
        Math.round(1000 * seconds) / 1000.0,
        Contract.of(recipe, data, parameters, history),
        recipe,
        history);
  }

  /** Whether every epoch of the recipe was trained, or its patience ran out. */
  @JsonIgnore
  public boolean isFinished() {
    return isFinished(definition, history);
  }

  /** Whether this is what a recipe came to with an engine on some data. */
  boolean isOf(Recipe recipe, Engine engine, DataIdentity data) {
    return definition.equals(recipe)
        && this.engine.equals(engine.version())
        && (dataset == null || dataset.equals(data));
  }

  static boolean isFinished(Recipe recipe, History history) {
    List<EpochResult> epochs = history.epochs();
    if (epochs.size() >= recipe.epochs()) {
      return true;
    }
    int best = 0;
    for (int i = 1; i < epochs.size(); i++) {
      if (epochs.get(i).testAccuracy() > epochs.get(best).testAccuracy()) {
        best = i;
      }
    }
    return recipe.patience() > 0 && epochs.size() - 1 - best >= recipe.patience();
  }
}
