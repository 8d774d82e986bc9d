package kilonet.augment;

import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import kilonet.text.Check;
import kilonet.text.Numbers;
import kilonet.text.Text;

/**
 * Applies one of several augmentations.
 *
 * <p>torchvision's {@code RandomChoice(transforms, p)}.
 *
 * @param augmentations the choice, at least one
 * @param weights how likely each is, relative to the others: as many as augmentations, 0 or greater
 *     and not all 0
 */
public record RandomChoice(List<Augmentation> augmentations, List<Double> weights)
    implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if there is no augmentation, or the weights do not fit
   */
  public RandomChoice {
    augmentations = List.copyOf(augmentations);
    weights = List.copyOf(weights);
    if (augmentations.isEmpty()) {
      throw new IllegalArgumentException("RandomChoice has no augmentations: give at least one.");
    }
    if (weights.size() != augmentations.size()) {
      throw new IllegalArgumentException(
          Text.of(
              "RandomChoice has %d augmentations and %d weights: give one weight for each.",
              augmentations.size(), weights.size()));
    }
    weights.forEach(weight -> Check.notNegative("A weight of RandomChoice", weight));
    Check.positive("The sum of RandomChoice's weights", sum(weights));
  }

  /** Each equally likely. */
  public RandomChoice(List<Augmentation> augmentations) {
    this(augmentations, Collections.nCopies(augmentations.size(), 1.0));
  }

  /** Each equally likely. */
  public RandomChoice(Augmentation... augmentations) {
    this(List.of(augmentations));
  }

  private static double sum(List<Double> weights) {
    double sum = 0;
    for (int i = 0; i < weights.size(); i++) {
      sum += weights.get(i);
    }
    return sum;
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    double left = random.nextFloat() * sum(weights);
    int chosen = 0;
    while (left >= weights.get(chosen) && chosen < weights.size() - 1) {
      left -= weights.get(chosen++);
    }
    augmentations.get(chosen).apply(picture, random);
  }

  @Override
  public List<Augmentation> parts() {
    return augmentations;
  }

  @Override
  public String toString() {
    Spelling spelling = Spelling.of("choice");
    augmentations.forEach(augmentation -> spelling.with(augmentation.toString()));
    if (weights.stream().distinct().count() > 1) {
      spelling.with(
          "p", weights.stream().map(Numbers::text).collect(Collectors.joining(", ", "[", "]")));
    }
    return spelling.toString();
  }
}
