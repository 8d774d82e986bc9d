package kilonet.augment;

import java.util.List;

/**
 * A random change of one picture, such as a rotation by a few degrees.
 *
 * <p>An augmentation holds its settings and nothing else: it may be shared by threads, and the same
 * picture with the same state of the random stream gives the same result. Its {@link
 * Object#toString()} is a line that {@link Augmentations#parse(String)} reads back.
 */
public interface Augmentation {

  /**
   * Changes a picture in place.
   *
   * @param picture the picture, pixels {@code [channels, height, width]} in {@code [0, 1]}
   * @param random where every random choice is drawn from, in a fixed order
   */
  void apply(Picture picture, RandomStream random);

  /** The augmentations that this one is made of; none where it stands for itself. */
  default List<Augmentation> parts() {
    return List.of();
  }
}
