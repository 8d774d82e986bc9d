package kilonet.augment;

import java.util.List;
import kilonet.text.Check;

/**
 * Applies an augmentation now and then.
 *
 * <p>torchvision's {@code RandomApply(transforms, p)}.
 *
 * @param augmentation what is applied; several at once are a {@link Compose}
 * @param p how likely it is applied, 0 to 1
 */
public record RandomApply(Augmentation augmentation, double p) implements Augmentation {

  /**
   * Checks the arguments.
   *
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public RandomApply {
    Check.between("RandomApply's p", p, 0, 1);
  }

  @Override
  public void apply(Picture picture, RandomStream random) {
    if (random.nextFloat() < p) {
      augmentation.apply(picture, random);
    }
  }

  @Override
  public List<Augmentation> parts() {
    return List.of(augmentation);
  }

  @Override
  public String toString() {
    return Spelling.of("apply").with(augmentation.toString()).with("p", p).toString();
  }
}
