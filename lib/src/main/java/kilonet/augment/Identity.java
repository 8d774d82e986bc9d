package kilonet.augment;

/** Leaves the picture as it is. */
public record Identity() implements Augmentation {

  @Override
  public void apply(Picture picture, RandomStream random) {
    // Nothing to do.
  }

  @Override
  public String toString() {
    return "none";
  }
}
