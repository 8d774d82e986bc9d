package kilonet.data;

import java.io.Serializable;

/**
 * What a data set is: its name, which anybody may choose, and what it holds.
 *
 * @param name what results are filed under
 * @param trainSha256 of the training set, see {@link ImageSet#sha256}
 * @param testSha256 of the test set
 */
public record DataIdentity(String name, String trainSha256, String testSha256)
    implements Serializable {

  /** MNIST as it is published: 60,000 images to train on and 10,000 to test on. */
  public static final DataIdentity MNIST =
      new DataIdentity(
          Mnist.NAME,
          "c5097fdd51cfdbe7695fd9df3612695696864b5c424f58d843ffdc5d335e9914",
          "18489308deedfe2f7bd3a11e599a597126f161d991b1ffcffb71642aa76f7f62");

  /** Whether this is MNIST, all of it and nothing else. */
  public boolean isMnist() {
    return equals(MNIST);
  }
}
