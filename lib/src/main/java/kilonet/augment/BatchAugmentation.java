package kilonet.augment;

import kilonet.text.Text;

/**
 * A random change of a whole batch, pictures and labels, such as {@link MixUp}.
 *
 * <p>Like an {@link Augmentation} it holds its settings and nothing else, and what it does is
 * determined by the random stream.
 */
public interface BatchAugmentation {

  /** Changes a batch in place. */
  void apply(Batch batch, RandomStream random);

  /**
   * A batch; its arrays may be longer than it needs.
   *
   * @param features the pictures, {@code [size, channels, height, width]}
   * @param labels how much each picture is of each class, {@code [size, classes]}
   * @param size how many pictures there are, at least 1
   * @param channels channels of a picture
   * @param height rows of a picture
   * @param width columns of a picture
   * @param classes how many classes there are
   */
  record Batch(
      float[] features,
      float[] labels,
      int size,
      int channels,
      int height,
      int width,
      int classes) {

    /**
     * Checks the lengths.
     *
     * @throws IllegalArgumentException if an array is too short
     */
    public Batch {
      if (size < 1
          || features.length < (long) size * channels * height * width
          || labels.length < (long) size * classes) {
        throw new IllegalArgumentException(
            Text.of(
                "%d features and %d labels are no batch of %d pictures of %d x %d x %d with %d classes: give arrays of that size.",
                features.length, labels.length, size, channels, height, width, classes));
      }
    }

    /** A batch of grey pictures. */
    public Batch(float[] features, float[] labels, int size, int height, int width, int classes) {
      this(features, labels, size, 1, height, width, classes);
    }

    /**
     * {@code labels[i] = part * labels[i] + (1 - part) * labels[i - 1]}, the first with the last.
     */
    void mixLabels(float part) {
      mix(labels, size, classes, part);
    }

    /** {@code x[i] = part * x[i] + (1 - part) * x[i - 1]}, the first with the last. */
    void mixFeatures(float part) {
      mix(features, size, channels * height * width, part);
    }

    private static void mix(float[] rows, int size, int length, float part) {
      for (int column = 0; column < length; column++) {
        float before = rows[(size - 1) * length + column];
        for (int i = column; i < size * length; i += length) {
          float present = rows[i];
          rows[i] = part * present + (1 - part) * before;
          before = present;
        }
      }
    }
  }
}
