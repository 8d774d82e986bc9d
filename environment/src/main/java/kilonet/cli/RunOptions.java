package kilonet.cli;

import kilonet.text.Check;
import kilonet.train.Recipe;
import kilonet.train.Validation;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A recipe, and what of it is to be different. */
final class RunOptions {

  @Mixin private RecipeOption recipe;

  @Option(names = "--epochs", paramLabel = "N", description = "Epochs, instead of the recipe's.")
  private Integer epochs;

  @Option(names = "--limit", paramLabel = "N", description = "Train on the first N images only.")
  private Integer limit;

  @Option(
      names = "--validation",
      paramLabel = "N|writers:W[:F]",
      description =
          "Keep N training images out, class by class alike, and test on them; or all images by W"
              + " of MNIST's 539 writers, such as writers:54, or by others of them, fold F.")
  private String validation;

  Recipe recipe() {
    Recipe chosen = recipe.recipe();
    chosen = epochs == null ? chosen : chosen.epochs(checkedEpochs(epochs));
    chosen = limit == null ? chosen : chosen.limit(checkedLimit(limit));
    chosen = validation == null ? chosen : chosen.validation(Validation.parse(validation));
    chosen.unusedAverage().ifPresent(recipe::say);
    chosen.unusedEnd().ifPresent(recipe::say);
    return chosen;
  }

  /** Whether {@code --epochs} was given. */
  boolean saysEpochs() {
    return epochs != null;
  }

  /** Whether {@code --validation} was given. */
  boolean saysValidation() {
    return validation != null;
  }

  /** Epochs that a machine can live to see the end of. */
  static int checkedEpochs(int epochs) {
    return Check.between("--epochs", epochs, 1, 10_000);
  }

  /** Images to train on; 0 for all. */
  static int checkedLimit(int limit) {
    return Check.atLeast("--limit", limit, 0);
  }
}
