package kilonet.data;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import kilonet.augment.BatchAugmentation;
import kilonet.augment.Picture;
import kilonet.augment.RandomStream;
import kilonet.text.Text;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.concurrency.AffinityManager;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Makes one batch at a time: images augmented, normalized and mixed, labels one-hot or as given.
 * Its arrays, for a full batch and, once needed, for the smaller last one, are used over and over.
 * One thread at a time may use it.
 */
final class BatchMaker {

  private final BatchSettings settings;
  private final ImageSet set;
  private final float[][] normalized;
  private final Picture picture;
  private final RandomStream random = new RandomStream(0);
  private final float[] pixels;
  private final float[] label;
  private float[] mixedPixels;
  private float[] mixedLabels;
  private Buffers full;
  private Buffers last;
  private Buffers used;

  BatchMaker(BatchSettings settings) {
    this.settings = settings;
    this.set = settings.set();
    this.normalized =
        IntStream.range(0, set.channels())
            .mapToObj(settings.normalization()::table)
            .toArray(float[][]::new);
    this.picture = new Picture(set.channels(), set.height(), set.width());
    this.pixels = new float[set.imageSize()];
    this.label = new float[settings.outputs()];
  }

  /**
   * The batch made last; its arrays stay until the next is begun. Who had the one before may have
   * put other arrays into it.
   */
  DataSet made() {
    // ND4J must know that the values were written on the side of the CPU.
    Nd4j.getAffinityManager().tagLocation(used.x, AffinityManager.Location.HOST);
    Nd4j.getAffinityManager().tagLocation(used.y, AffinityManager.Location.HOST);
    return new DataSet(used.x, used.y);
  }

  /**
   * Makes a batch.
   *
   * @param epoch counted from 0
   * @param batch batch of the epoch, counted from 0
   * @param order places in the set of all images of the epoch, in the order of their turn
   */
  void make(int epoch, int batch, int[] order) {
    int from = batch * settings.batchSize();
    int rows = Math.min(settings.batchSize(), set.size() - from);
    boolean augmented = epoch + (double) from / set.size() < settings.augmentedUntil();
    use(rows);
    float off = settings.labelSmoothing() / settings.outputs();
    float on = 1 - settings.labelSmoothing() + off;
    Arrays.fill(label, off);
    for (int row = 0; row < rows; row++) {
      int image = order[from + row];
      if (settings.augmentation() == null || !augmented) {
        copy(image);
      } else {
        augment(image, epoch);
      }
      used.features.put(row * pixels.length, pixels);
      if (settings.labels() == null) {
        label[set.label(image)] = on;
        used.labels.put(row * label.length, label);
        label[set.label(image)] = off;
      } else {
        for (int c = 0; c < label.length; c++) {
          label[c] = (1 - settings.labelSmoothing()) * settings.labels()[image][c] + off;
        }
        used.labels.put(row * label.length, label);
      }
    }
    if (settings.mixing() != null && augmented) {
      random.set(settings.seed(), epoch, -2L - batch);
      mix(rows);
    }
  }

  private void use(int rows) {
    if (rows == settings.batchSize()) {
      full = full == null ? new Buffers(rows) : full;
      used = full;
    } else {
      last = last == null ? new Buffers(rows) : last;
      used = last;
    }
  }

  private void mix(int rows) {
    if (mixedPixels == null) {
      int most = Math.min(settings.batchSize(), set.size());
      mixedPixels = new float[most * pixels.length];
      mixedLabels = new float[most * label.length];
    }
    used.features.get(0, mixedPixels, 0, rows * pixels.length);
    used.labels.get(0, mixedLabels, 0, rows * label.length);
    settings
        .mixing()
        .apply(
            new BatchAugmentation.Batch(
                mixedPixels,
                mixedLabels,
                rows,
                set.channels(),
                set.height(),
                set.width(),
                label.length),
            random);
    used.features.put(0, mixedPixels, 0, rows * pixels.length);
    used.labels.put(0, mixedLabels, 0, rows * label.length);
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

  private void augment(int image, int epoch) {
    picture.resize(set.height(), set.width());
    picture.load(set.pixels(), image * pixels.length);
    random.set(settings.seed(), epoch, image);
    settings.augmentation().apply(picture, random);
    if (picture.height() != set.height() || picture.width() != set.width()) {
      throw new IllegalStateException(
          Text.of(
                  "The augmentation %s turned an image of %d x %d into one of %d x %d: use one that keeps",
                  settings.augmentation(),
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
          settings.normalization().mean(channel),
          settings.normalization().std(channel));
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

    private final INDArray x;
    private final INDArray y;
    private final FloatBuffer features;
    private final FloatBuffer labels;

    Buffers(int rows) {
      // A worker is never in a workspace: these arrays outlive any.
      x = Nd4j.create(DataType.FLOAT, rows, set.channels(), set.height(), set.width());
      y = Nd4j.create(DataType.FLOAT, rows, settings.outputs());
      features = x.data().asNioFloat();
      labels = y.data().asNioFloat();
    }
  }
}
