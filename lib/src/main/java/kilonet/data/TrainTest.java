package kilonet.data;

import kilonet.text.Text;

/**
 * A data set as it is published: the images to learn from and the images to report on.
 *
 * @param train what training and every choice may look at
 * @param test what only reports may look at
 * @param testShare how the test images were drawn; null where they are a set of their own
 */
public record TrainTest(ImageSet train, ImageSet test, TestShare testShare) {

  /**
   * Checks that both parts are of one kind, and has both normalized by the statistics of the first.
   *
   * @throws DataException if name, size of the pictures or classes differ
   */
  public TrainTest {
    if (!train.name().equals(test.name())
        || train.height() != test.height()
        || train.width() != test.width()
        || train.channels() != test.channels()
        || !train.classNames().equals(test.classNames())) {
      throw new DataException(
          Text.of(
              "Train and test images do not belong together: the first are %s, the second %s.",
              train, test));
    }
    train = train.normalized(train.normalization());
    test = test.normalized(train.normalization());
  }

  /**
   * Images to train on and a test set of its own.
   *
   * @throws DataException if name, size of the pictures or classes differ
   */
  public TrainTest(ImageSet train, ImageSet test) {
    this(train, test, null);
  }

  /** What results on it are filed under. */
  public String name() {
    return train.name();
  }

  /** What this data set is, by name and content. */
  public DataIdentity identity() {
    return new DataIdentity(name(), train.sha256(), test.sha256());
  }
}
