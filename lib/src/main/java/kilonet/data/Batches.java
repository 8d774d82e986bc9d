package kilonet.data;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import kilonet.augment.Augmentation;
import kilonet.augment.BatchAugmentation;
import kilonet.text.Text;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

/**
 * The images of a set in batches, augmented, normalized and with one-hot labels, made ready by
 * background threads beside training.
 *
 * <p>Features are {@code [batch, channels, height, width]}, normalized as the set says ({@link
 * ImageSet#normalization}), labels {@code [batch, outputs]}, both 32-bit floats in 'c' order. The
 * last batch of an epoch may be smaller; it is kept.
 *
 * <p>The stream of batches depends on set, batch size, seed and settings alone, not on the number
 * of threads: the order of an epoch is drawn from (seed, epoch), the augmentation of an image from
 * (seed, epoch, place of the image in the set). {@link #startAt} goes to any place of it.
 *
 * <p><b>Memory.</b> Batches live in a ring of buffers that is used over and over. What {@link
 * #next()} returned stays as it is until the fourth call of {@code next()} after it ({@link
 * #KEPT}), over the ends of epochs, too; who needs it longer makes a {@link DataSet#copy() copy}.
 *
 * <p>The threads are daemons; they end when nothing was asked of them for a second, and begin anew
 * with the next batch. {@link #close()} ends them earlier. One thread at a time may use the
 * iterator.
 */
public final class Batches implements DataSetIterator, AutoCloseable {

  /** How many of the batches handed out last stay as they are, the newest included. */
  public static final int KEPT = 4;

  private static final long serialVersionUID = 1L;

  private final transient ImageSet set;
  private final transient BatchSettings settings;
  private final int batches;
  private final transient BatchRing ring;
  private int epoch;
  private int position;

  private transient DataSetPreProcessor preProcessor;

  private Batches(BatchSettings settings) {
    this.settings = settings;
    this.set = settings.set();
    this.batches = (set.size() - 1) / settings.batchSize() + 1;
    this.ring = new BatchRing(settings, batches);
  }

  /**
   * Batches to train with: another order in every epoch.
   *
   * @param set what to draw from
   * @param batchSize images in a batch, at least 1
   * @param seed what order and augmentation depend on
   * @throws IllegalArgumentException if the batch size is not positive
   */
  public static Builder training(ImageSet set, int batchSize, long seed) {
    return new Builder(set, batchSize, true, seed);
  }

  /**
   * Batches to evaluate with: every epoch is the set in its own order.
   *
   * @param set what to go through
   * @param batchSize images in a batch, at least 1
   * @throws IllegalArgumentException if the batch size is not positive
   */
  public static Builder inOrder(ImageSet set, int batchSize) {
    return new Builder(set, batchSize, false, 0);
  }

  /** The images that the batches are made of. */
  public ImageSet set() {
    return set;
  }

  /** Whether every epoch has an order of its own, and not the set's. */
  public boolean isShuffled() {
    return settings.shuffled();
  }

  /** Batches in an epoch, a smaller last one included. */
  public int batchesPerEpoch() {
    return batches;
  }

  /** The present epoch, counted from 0. */
  public int epoch() {
    return epoch;
  }

  /** Batches of the present epoch that have been handed out or skipped. */
  public int position() {
    return position;
  }

  /**
   * Goes to a place in the stream: the next batch is the one that a full run would give there.
   *
   * @param epoch counted from 0
   * @param batch batch of that epoch, 0 to {@link #batchesPerEpoch()}, where the last means its end
   * @throws IllegalArgumentException if there is no such place
   */
  public void startAt(int epoch, int batch) {
    if (epoch < 0 || batch < 0 || batch > batches) {
      throw new IllegalArgumentException(
          Text.of(
              "There is no batch %,d in epoch %,d: give epochs from 0 and batches from 0 to %,d.",
              batch, epoch, batches));
    }
    ring.forget();
    this.epoch = epoch;
    this.position = batch;
  }

  /**
   * Goes to the start of the next epoch; stays where it is if this epoch has not begun, so that a
   * cautious caller skips nothing.
   */
  @Override
  public void reset() {
    if (position > 0) {
      startAt(epoch + 1, 0);
    }
  }

  @Override
  public boolean hasNext() {
    return position < batches;
  }

  /**
   * The next batch of this epoch; valid until the fourth call after this one.
   *
   * @throws NoSuchElementException at the end of an epoch: call {@link #reset()}
   * @throws IllegalStateException if a batch could not be made (the cause says why), the iterator
   *     was closed, or this thread was interrupted while it waited
   */
  @Override
  public DataSet next() {
    if (!hasNext()) {
      throw new NoSuchElementException(
          Text.of(
              "Epoch %,d has no more than its %,d batches: call reset() to go to the next epoch.",
              epoch, batches));
    }
    DataSet batch = ring.next(epoch, position);
    position++;
    if (preProcessor != null) {
      preProcessor.preProcess(batch);
    }
    return batch;
  }

  /**
   * The next batch.
   *
   * @param size must be {@link #batch()}
   * @throws UnsupportedOperationException for any other size
   */
  @Override
  public DataSet next(int size) {
    if (size != settings.batchSize()) {
      throw new UnsupportedOperationException(
          Text.of(
              "A batch of %,d cannot be given: these are batches of %,d.",
              size, settings.batchSize()));
    }
    return next();
  }

  /** Ends the background threads; the batches handed out last stay valid. */
  @Override
  public void close() {
    ring.close();
  }

  @Override
  public int batch() {
    return settings.batchSize();
  }

  @Override
  public int inputColumns() {
    return set.imageSize();
  }

  @Override
  public int totalOutcomes() {
    return settings.outputs();
  }

  @Override
  public List<String> getLabels() {
    return IntStream.range(0, settings.outputs()).mapToObj(set.form()::className).toList();
  }

  @Override
  public boolean resetSupported() {
    return true;
  }

  /** False: the batches are made ahead already. */
  @Override
  public boolean asyncSupported() {
    return false;
  }

  /**
   * Sets what changes each batch before it is returned, its numbers or its arrays, or null for
   * nothing.
   */
  @Override
  public void setPreProcessor(DataSetPreProcessor preProcessor) {
    this.preProcessor = preProcessor;
  }

  @Override
  public DataSetPreProcessor getPreProcessor() {
    return preProcessor;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(
        "Batches cannot be written: keep seed, epoch and position, and use startAt.");
  }

  /** Settings of batches; what is not set is as said at each method. */
  public static final class Builder {

    private final ImageSet set;
    private final int batchSize;
    private final boolean shuffled;
    private final long seed;
    private Augmentation augmentation;
    private BatchAugmentation mixing;
    private double augmentedUntil = Double.POSITIVE_INFINITY;
    private Normalization normalization;
    private float[][] labels;
    private float labelSmoothing;
    private int outputs;
    private int workers = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));

    private Builder(ImageSet set, int batchSize, boolean shuffled, long seed) {
      if (batchSize < 1) {
        throw new IllegalArgumentException(
            Text.of("Batches of %,d images cannot be: give at least 1.", batchSize));
      }
      this.set = set;
      this.batchSize = batchSize;
      this.shuffled = shuffled;
      this.seed = seed;
      this.outputs = set.classes();
      this.normalization = set.normalization();
    }

    /** How each image is changed at random before normalization; not at all if not set or null. */
    public Builder augmentation(Augmentation augmentation) {
      this.augmentation = augmentation;
      return this;
    }

    /**
     * How each batch is mixed at random, pictures and labels, after normalization; not at all if
     * not set or null.
     */
    public Builder mixing(BatchAugmentation mixing) {
      this.mixing = mixing;
      return this;
    }

    /**
     * When augmentation and mixing end: batches that begin at this epoch, counted from 0, or later
     * have images as they are; never if not set. 2.5 is the middle of the third epoch.
     *
     * @throws IllegalArgumentException if negative or not a number
     */
    public Builder augmentedUntil(double epoch) {
      if (!(epoch >= 0)) {
        throw new IllegalArgumentException(
            Text.of("Augmentation until epoch %s cannot be: give 0 or more.", epoch));
      }
      this.augmentedUntil = epoch;
      return this;
    }

    /**
     * Pixels {@code p} in {@code [0, 1]} become {@code (p - mean) / std}; as the set says if not
     * set.
     *
     * @throws IllegalArgumentException if it is for another number of channels
     */
    public Builder normalization(Normalization normalization) {
      if (normalization.channels() != set.channels()) {
        throw new IllegalArgumentException(
            Text.of(
                "A normalization of %d channels does not fit images of %d: give a mean and a"
                    + " standard deviation for each.",
                normalization.channels(), set.channels()));
      }
      this.normalization = normalization;
      return this;
    }

    /**
     * The same for grey images.
     *
     * @throws IllegalArgumentException if the standard deviation is not positive, or the images are
     *     not grey
     */
    public Builder normalization(float mean, float std) {
      return normalization(Normalization.of(mean, std));
    }

    /**
     * Labels that are not one-hot, such as what another net says of the images; one-hot ones if not
     * set or null.
     *
     * @param labels {@code [image][output]}, for each image of the set, in its order; not copied
     * @throws IllegalArgumentException if there are not as many as images
     */
    public Builder labels(float[][] labels) {
      if (labels != null && labels.length != set.size()) {
        throw new IllegalArgumentException(
            Text.of(
                "%,d labels do not fit %,d images: give one for each.", labels.length, set.size()));
      }
      this.labels = labels;
      return this;
    }

    /**
     * Label smoothing as PyTorch defines it: the target of the true class is {@code 1 - ε + ε/K},
     * of all others {@code ε/K}, where {@code K} is the number of outputs; 0 if not set. Of a label
     * that is not one-hot, {@code 1 - ε} are kept and {@code ε/K} added to each output. (Szegedy et
     * al., <i>Rethinking the Inception Architecture</i>, CVPR 2016.)
     *
     * @throws IllegalArgumentException if ε is not from 0 to below 1
     */
    public Builder labelSmoothing(double epsilon) {
      if (!(epsilon >= 0 && epsilon < 1)) {
        throw new IllegalArgumentException(
            Text.of("Label smoothing by %s cannot be: give a number from 0 to below 1.", epsilon));
      }
      this.labelSmoothing = (float) epsilon;
      return this;
    }

    /**
     * Columns of the labels; the classes of the set if not set. A net with more outputs than there
     * are classes gets columns that are never hot.
     *
     * @throws IllegalArgumentException if there are fewer than classes
     */
    public Builder outputs(int outputs) {
      if (outputs < set.classes()) {
        throw new IllegalArgumentException(
            Text.of(
                "%d outputs are too few for %d classes: give at least %d.",
                outputs, set.classes(), set.classes()));
      }
      this.outputs = outputs;
      return this;
    }

    /**
     * Threads that make batches; half of the processors, 1 to 4, if not set. Changes nothing but
     * the speed.
     *
     * @throws IllegalArgumentException if not positive
     */
    public Builder workers(int workers) {
      if (workers < 1) {
        throw new IllegalArgumentException(
            Text.of("%d threads cannot make batches: give at least 1.", workers));
      }
      this.workers = workers;
      return this;
    }

    /**
     * The batches, at the start of epoch 0.
     *
     * @throws IllegalArgumentException if a label that was given has not as many numbers as there
     *     are outputs
     */
    public Batches build() {
      for (int image = 0; labels != null && image < labels.length; image++) {
        if (labels[image].length != outputs) {
          throw new IllegalArgumentException(
              Text.of(
                  "The label of image %,d has %d numbers, but there are %d outputs: give one for"
                      + " each.",
                  image, labels[image].length, outputs));
        }
      }
      return new Batches(
          new BatchSettings(
              set,
              batchSize,
              shuffled,
              seed,
              augmentation,
              mixing,
              augmentedUntil,
              normalization,
              labels,
              labelSmoothing,
              outputs,
              workers));
    }
  }
}
