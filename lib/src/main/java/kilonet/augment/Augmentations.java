package kilonet.augment;

/** Reads augmentations from one line of text. */
public final class Augmentations {

  private Augmentations() {}

  /** The augmentation that a line describes, for instance {@code rotation(7)}. */
  public static Augmentation parse(String text) {
    if (text.isBlank() || text.equals("none")) {
      return (picture, random) -> {};
    }
    throw new IllegalArgumentException("No augmentation is called '" + text + "'.");
  }
}
