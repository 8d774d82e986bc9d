package kilonet.train;

import com.fasterxml.jackson.annotation.JsonGetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.util.List;
import kilonet.data.DataIdentity;
import kilonet.data.Datasets;

/**
 * What a run came to; {@code result.json} of its folder, which says beside what is kept here what
 * follows from it: figures by epoch, speed, the assignment's verdict. A file whose figures do not
 * follow is refused.
 *
 * @param parameters trainable parameters
 * @param engine {@code fused}, with the version of its arithmetic, or {@code dl4j}
 * @param dataset what the images are, by name and content; null in files from before this was
 *     written
 * @param trainImages images trained on in an epoch
 * @param testImages images tested on
 * @param definition the whole recipe
 * @param history the epochs, figure by figure
 */
@JsonPropertyOrder({
  "recipe",
  "parameters",
  "seed",
  "engine",
  "data",
  "dataset",
  "train_images",
  "test_images",
  "epochs",
  "train_accuracy",
  "train_loss",
  "test_accuracy",
  "test_loss",
  "raw_test_accuracy",
  "images_per_second",
  "seconds",
  "contract",
  "definition",
  "history"
})
@JsonIgnoreProperties(
    value = {
      "recipe",
      "seed",
      "data",
      "epochs",
      "train_accuracy",
      "train_loss",
      "test_accuracy",
      "test_loss",
      "raw_test_accuracy",
      "images_per_second",
      "seconds",
      "contract"
    },
    allowGetters = true)
public record Result(
    long parameters,
    String engine,
    @JsonInclude(JsonInclude.Include.NON_NULL) DataIdentity dataset,
    int trainImages,
    int testImages,
    Recipe definition,
    History history) {

  /** The recipe's name. */
  @JsonGetter
  public String recipe() {
    return definition.name();
  }

  /** The recipe's seed. */
  @JsonGetter
  public long seed() {
    return definition.seed();
  }

  /** The name of the images, such as {@code mnist} or {@code digits}. */
  @JsonGetter
  public String data() {
    return definition.data();
  }

  /** Epochs trained. */
  @JsonGetter
  public int epochs() {
    return history.epochs().size();
  }

  /** Percent, by epoch. */
  @JsonGetter
  public List<Double> trainAccuracy() {
    return history.each(EpochResult::trainAccuracy);
  }

  /** Mean cross-entropy, by epoch. */
  @JsonGetter
  public List<Double> trainLoss() {
    return history.each(EpochResult::trainLoss);
  }

  /** Percent, by epoch, of the net that is kept. */
  @JsonGetter
  public List<Double> testAccuracy() {
    return history.each(EpochResult::testAccuracy);
  }

  /** Mean cross-entropy, by epoch. */
  @JsonGetter
  public List<Double> testLoss() {
    return history.each(EpochResult::testLoss);
  }

  /** Percent, by epoch, of the net without averaging. */
  @JsonGetter
  public List<Double> rawTestAccuracy() {
    return history.each(EpochResult::rawTestAccuracy);
  }

  /** Training images a second, over the whole run. */
  @JsonGetter
  public double imagesPerSecond() {
    return Math.round(10 * epochs() * (double) trainImages / time()) / 10.0;
  }

  /** Seconds spent on training. */
  @JsonGetter
  public double seconds() {
    return Math.round(1000 * time()) / 1000.0;
  }

  private double time() {
    return history.epochs().stream().mapToDouble(EpochResult::seconds).sum();
  }

  /** The assignment's verdict. */
  @JsonGetter
  public Contract contract() {
    return Contract.of(definition, dataset, parameters, history);
  }

  /**
   * Whether an assignment is about these images: one of the recipe's own, or this course's, which
   * is about MNIST and what stands in for it.
   */
  @JsonIgnore
  public boolean isJudged() {
    return definition.assignment() != null || Datasets.isDigits(data());
  }

  /** Whether every epoch of the recipe was trained, or its patience ran out. */
  @JsonIgnore
  public boolean isFinished() {
    return isFinished(definition, history);
  }

  /** Whether this is what a recipe came to with an engine on some data. */
  boolean isOf(Recipe recipe, Engine engine, DataIdentity data) {
    return definition.equals(recipe)
        && this.engine.equals(engine.version(recipe.model()))
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
