package kilonet.augment;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Applies augmentations one after the other.
 *
 * <p>torchvision's {@code Compose(transforms)}. What is composed of compositions is one
 * composition.
 *
 * @param augmentations the augmentations in order, at least one
 */
public record Compose(List<Augmentation> augmentations) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if there is none
   */
  public Compose {
    if (augmentations.isEmpty()) {
      throw new IllegalArgumentException(
          "Compose has no augmentations: give at least one, or use Identity for none.");
    }
    augmentations =
        augmentations.stream()
            .flatMap(
                augmentation ->
                    augmentation instanceof Compose compose
                        ? compose.augmentations().stream()
                        : Stream.of(augmentation))
            .toList();
  }

  /** One after the other. */
  public Compose(Augmentation... augmentations) {
    this(List.of(augmentations));
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    for (int i = 0; i < augmentations.size(); i++) {
      augmentations.get(i).apply(picture, random);
    }
  }

  @Override
  public List<Augmentation> parts() {
    return augmentations;
  }

  @Override
  public String toString() {
    return augmentations.stream().map(Object::toString).collect(Collectors.joining(" + "));
  }
}
