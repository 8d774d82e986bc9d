package kilonet.data;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import kilonet.augment.Augmentation;
import kilonet.augment.BatchAugmentation;
import kilonet.augment.Picture;
import kilonet.augment.RandomStream;
import kilonet.text.Text;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.DataSetPreProcessor;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;

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

  /**
   * Tells the stream of an epoch's order from those of its images, whose third key is 0 or more.
   */
  private static final long ORDER = -1;

  private final transient ImageSet set;
  private final transient Settings settings;
  private final int batches;
  private final int ahead;
  private final transient Slot[] ring;
  private final int[] order;
  private final float[][] normalized;

  private final transient ThreadPoolExecutor workers;
  private int epoch;
  private int position;
  private boolean ordered;

  // Batches are counted through all epochs, so that a buffer is never reused too early.
  private long handedOut;
  private long ordersGiven;

  private transient DataSetPreProcessor preProcessor;

  private Batches(Settings settings) {
    this.settings = settings;
    this.set = settings.set;
    this.batches = (set.size() + settings.batchSize - 1) / settings.batchSize;
    this.ahead = Math.max(4, 2 * settings.workers);
    this.ring = IntStream.range(0, KEPT + ahead).mapToObj(i -> new Slot()).toArray(Slot[]::new);
    this.workers =
        new ThreadPoolExecutor(
            settings.workers,
            settings.workers,
            1,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(ahead),
            Batches::worker);
    workers.allowCoreThreadTimeOut(true);
    this.order = IntStream.range(0, set.size()).toArray();
    this.normalized =
        IntStream.range(0, set.channels())
            .mapToObj(settings.normalization::table)
            .toArray(float[][]::new);
  }

  private static Thread worker(Runnable work) {
    Thread thread = new Thread(work, "kilonet-batches");
    thread.setDaemon(true);
    return thread;
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
    forgetOrders();
    if (epoch != this.epoch) {
      ordered = false;
    }
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
    if (workers.isShutdown()) {
      throw new IllegalStateException("These batches were closed: build new ones.");
    }
    arrange();
    giveOrders();
    DataSet batch = await(ring[(int) (handedOut % ring.length)]);
    handedOut++;
    position++;
    if (preProcessor != null) {
      preProcessor.preProcess(batch);
    }
    return batch;
  }

  private DataSet await(Slot slot) {
    try {
      slot.ready.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while waiting for a batch.", e);
    }
    if (slot.failure != null) {
      slot.ready.release();
      throw new IllegalStateException(
          Text.of(
              "Batch %,d of epoch %,d could not be made: %s",
              position, epoch, slot.failure.getMessage()),
          slot.failure);
    }
    return slot.current();
  }

  /**
   * The next batch.
   *
   * @param size must be {@link #batch()}
   * @throws UnsupportedOperationException for any other size
   */
  @Override
  public DataSet next(int size) {
    if (size != settings.batchSize) {
      throw new UnsupportedOperationException(
          Text.of(
              "A batch of %,d cannot be given: these are batches of %,d.",
              size, settings.batchSize));
    }
    return next();
  }

  /** Has the next batches of the epoch made. */
  private void giveOrders() {
    long end = handedOut + Math.min(ahead, batches - position);
    for (; ordersGiven < end; ordersGiven++) {
      Slot slot = ring[(int) (ordersGiven % ring.length)];
      slot.epoch = epoch;
      slot.batch = position + (int) (ordersGiven - handedOut);
      workers.execute(slot);
    }
  }

  /** Takes back what was not begun, and waits for what was. */
  private void forgetOrders() {
    for (; ordersGiven > handedOut; ordersGiven--) {
      Slot slot = ring[(int) ((ordersGiven - 1) % ring.length)];
      if (!workers.remove(slot)) {
        slot.ready.acquireUninterruptibly();
      }
    }
  }

  private void arrange() {
    if (settings.shuffled && !ordered) {
      for (int i = 0; i < order.length; i++) {
        order[i] = i;
      }
      ImageSet.shuffle(order, new RandomStream(settings.seed, epoch, ORDER));
      ordered = true;
    }
  }

  /** Ends the background threads; the batches handed out last stay valid. */
  @Override
  public void close() {
    forgetOrders();
    workers.shutdown();
  }

  @Override
  public int batch() {
    return settings.batchSize;
  }

  @Override
  public int inputColumns() {
    return set.imageSize();
  }

  @Override
  public int totalOutcomes() {
    return settings.outputs;
  }

  @Override
  public List<String> getLabels() {
    return IntStream.range(0, settings.outputs).mapToObj(set.form()::className).toList();
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

  /** Sets what changes each batch in place before it is returned, or null for nothing. */
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

  /**
   * A place in the ring and the making of its batch: buffers for a full batch and, once needed, for
   * the smaller last one.
   */
  private final class Slot implements Runnable {

    private final Semaphore ready = new Semaphore(0);
    private final Picture picture = new Picture(set.channels(), set.height(), set.width());
    private final RandomStream random = new RandomStream(0);
    private final float[] pixels = new float[set.imageSize()];
    private final float[] oneHot = new float[settings.outputs];
    private float[] mixedPixels;
    private float[] mixedLabels;
    private Buffers full;
    private Buffers last;
    private Buffers used;

    private int epoch;
    private int batch;
    private Throwable failure;

    @Override
    public void run() {
      failure = null;
      try {
        fill();
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        ready.release();
      }
    }

    DataSet current() {
      // ND4J must know that the values were written on the side of the CPU.
      Nd4j.getAffinityManager()
          .tagLocation(used.batch.getFeatures(), AffinityManager.Location.HOST);
      Nd4j.getAffinityManager().tagLocation(used.batch.getLabels(), AffinityManager.Location.HOST);
      return used.batch;
    }

    private void fill() {
      int from = batch * settings.batchSize;
      int rows = Math.min(settings.batchSize, set.size() - from);
      use(rows);
      float off = settings.labelSmoothing / settings.outputs;
      float on = 1 - settings.labelSmoothing + off;
      Arrays.fill(oneHot, off);
      for (int row = 0; row < rows; row++) {
        int image = order[from + row];
        if (settings.augmentation == null) {
          copy(image);
        } else {
          augment(image);
        }
        used.features.put(row * pixels.length, pixels);
        oneHot[set.label(image)] = on;
        used.labels.put(row * oneHot.length, oneHot);
        oneHot[set.label(image)] = off;
      }
      if (settings.mixing != null) {
        mix(rows);
      }
    }

    private void use(int rows) {
      if (rows == settings.batchSize) {
        full = full == null ? new Buffers(rows) : full;
        used = full;
      } else {
        last = last == null ? new Buffers(rows) : last;
        used = last;
      }
    }

    private void mix(int rows) {
      if (mixedPixels == null) {
        mixedPixels = new float[settings.batchSize * pixels.length];
        mixedLabels = new float[settings.batchSize * oneHot.length];
      }
      used.features.get(0, mixedPixels, 0, rows * pixels.length);
      used.labels.get(0, mixedLabels, 0, rows * oneHot.length);
      random.set(settings.seed, epoch, -2L - batch);
      settings.mixing.apply(
          new BatchAugmentation.Batch(
              mixedPixels,
              mixedLabels,
              rows,
              set.channels(),
              set.height(),
              set.width(),
              oneHot.length),
          random);
      used.features.put(0, mixedPixels, 0, rows * pixels.length);
      used.labels.put(0, mixedLabels, 0, rows * oneHot.length);
    }

    private void copy(int image) {
      byte[] source = set.pixels();
      int offset = image * pixels.length;
      int plane = set.height() * set.width();
      for (int channel = 0; channel < normalized.length; channel++) {
        float[] table = normalized[channel];
        int end = (channel + 1) * plane;
        for (int i = channel * plane; i < end; i++) {
          pixels[i] = table[source[offset + i] & 0xFF];
        }
      }
    }

    private void augment(int image) {
      picture.resize(set.height(), set.width());
      picture.load(set.pixels(), image * pixels.length);
      random.set(settings.seed, epoch, image);
      settings.augmentation.apply(picture, random);
      if (picture.height() != set.height() || picture.width() != set.width()) {
        throw new IllegalStateException(
            Text.of(
                    "The augmentation %s turned an image of %d x %d into one of %d x %d: use one that keeps",
                    settings.augmentation,
                    set.height(),
                    set.width(),
                    picture.height(),
                    picture.width())
                + " the size, such as a crop with padding.");
      }
      int plane = set.height() * set.width();
      for (int channel = 0; channel < set.channels(); channel++) {
        normalize(
            picture.pixels(),
            pixels,
            channel * plane,
            (channel + 1) * plane,
            settings.normalization.mean(channel),
            settings.normalization.std(channel));
      }
    }
  }

  private static void normalize(
      float[] from, float[] to, int start, int end, float mean, float std) {
    for (int i = start; i < end; i++) {
      to[i] = (from[i] - mean) / std;
    }
  }

  /** Arrays of ND4J and views to write into them. */
  private final class Buffers {

    private final DataSet batch;
    private final FloatBuffer features;
    private final FloatBuffer labels;

    Buffers(int rows) {
      // A worker is never in a workspace: these arrays outlive any.
      INDArray x = Nd4j.create(DataType.FLOAT, rows, set.channels(), set.height(), set.width());
      INDArray y = Nd4j.create(DataType.FLOAT, rows, settings.outputs);
      batch = new DataSet(x, y);
      features = x.data().asNioFloat();
      labels = y.data().asNioFloat();
    }
  }

  /** What batches are like; made by {@link Builder}. */
  private record Settings(
      ImageSet set,
      int batchSize,
      boolean shuffled,
      long seed,
      Augmentation augmentation,
      BatchAugmentation mixing,
      Normalization normalization,
      float labelSmoothing,
      int outputs,
      int workers) {}

  /** Settings of batches; what is not set is as said at each method. */
  public static final class Builder {

    private final ImageSet set;
    private final int batchSize;
    private final boolean shuffled;
    private final long seed;
    private Augmentation augmentation;
    private BatchAugmentation mixing;
    private Normalization normalization;
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
     * Label smoothing as PyTorch defines it: the target of the true class is {@code 1 - ε + ε/K},
     * of all others {@code ε/K}, where {@code K} is the number of outputs; 0 if not set. (Szegedy
     * et al., <i>Rethinking the Inception Architecture</i>, CVPR 2016.)
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

    /** The batches, at the start of epoch 0. */
    public Batches build() {
      return new Batches(
          new Settings(
              set,
              batchSize,
              shuffled,
              seed,
              augmentation,
              mixing,
              normalization,
              labelSmoothing,
              outputs,
              workers));
    }
  }
}
