package kilonet.train;

import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.text.Text;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What a net says of a set of images.
 *
 * @param probabilities one row an image, one column an output of the net
 * @param labels the true class of each image
 */
public record Predictions(float[][] probabilities, int[] labels) {

  private static final int SHIFT_BATCH = 1_000;

  /** What a probability that a float cannot hold counts as, so that one image's loss is finite. */
  private static final double LEAST_PROBABILITY = Float.MIN_VALUE;

  /**
   * Asks a net.
   *
   * @param network an initialized network
   * @param batches images in order, without augmentation; read to the end
   */
  public static Predictions of(MultiLayerNetwork network, Batches batches) {
    int size = batches.set().size();
    float[][] probabilities = new float[size][];
    int[] labels = new int[size];
    int i = 0;
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray output = network.output(batch.getFeatures(), false);
      int columns = (int) output.size(1);
      float[] flat = output.dup('c').data().asFloat();
      for (int row = 0; row < output.size(0); row++, i++) {
        probabilities[i] = new float[columns];
        System.arraycopy(flat, row * columns, probabilities[i], 0, columns);
        labels[i] = batches.set().label(i);
      }
    }
    batches.reset();
    return new Predictions(probabilities, labels);
  }

  /**
   * Asks a net five times, of the images as they are and shifted by some pixels up, down, left and
   * right, and takes the mean of the probabilities. This is another way to use a net and no
   * property of the net alone: its accuracy is to be reported apart.
   *
   * @param network an initialized network
   * @param set the images
   * @param outputs outputs of the net
   * @param pixels how far to shift, from 1 to below the images' sides
   * @throws IllegalArgumentException if the shift is out of its range
   */
  public static Predictions withShifts(
      MultiLayerNetwork network, ImageSet set, int outputs, int pixels) {
    if (pixels < 1 || pixels >= Math.min(set.height(), set.width())) {
      throw new IllegalArgumentException(
          Text.of(
              "Images of %d x %d pixels cannot be shifted by %d: use 1 to %d.",
              set.height(), set.width(), pixels, Math.min(set.height(), set.width()) - 1));
    }
    int[][] shifts = {{0, 0}, {-pixels, 0}, {pixels, 0}, {0, -pixels}, {0, pixels}};
    Predictions sum = null;
    for (int[] shift : shifts) {
      try (Batches batches =
          Batches.inOrder(shifted(set, shift[0], shift[1]), SHIFT_BATCH).outputs(outputs).build()) {
        Predictions one = of(network, batches);
        sum = sum == null ? one : sum.plus(one);
      }
    }
    for (float[] row : sum.probabilities) {
      for (int c = 0; c < row.length; c++) {
        row[c] /= shifts.length;
      }
    }
    return sum;
  }

  private static ImageSet shifted(ImageSet set, int down, int right) {
    byte[] pixels = new byte[set.pixels().length];
    byte[] labels = new byte[set.size()];
    int height = set.height();
    int width = set.width();
    for (int i = 0; i < set.size(); i++) {
      labels[i] = (byte) set.label(i);
      for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
        int from = (i * height + y - down) * width + Math.max(0, -right);
        int to = (i * height + y) * width + Math.max(0, right);
        System.arraycopy(set.pixels(), from, pixels, to, width - Math.abs(right));
      }
    }
    return new ImageSet(set.name() + " shifted", height, width, set.classes(), pixels, labels);
  }

  private Predictions plus(Predictions other) {
    for (int i = 0; i < labels.length; i++) {
      for (int c = 0; c < probabilities[i].length; c++) {
        probabilities[i][c] += other.probabilities[i][c];
      }
    }
    return this;
  }

  /** Images asked about. */
  public int size() {
    return labels.length;
  }

  /** The class an image was given: the first of the most probable. */
  public int predicted(int image) {
    float[] row = probabilities[image];
    int best = 0;
    for (int c = 1; c < row.length; c++) {
      if (row[c] > row[best]) {
        best = c;
      }
    }
    return best;
  }

  /** Percent of images classified rightly. */
  public double accuracy() {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      if (predicted(i) == labels[i]) {
        right++;
      }
    }
    return 100.0 * right / labels.length;
  }

  /** Mean cross-entropy in nats. */
  public double loss() {
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum -= StrictMath.log(Math.max(LEAST_PROBABILITY, probabilities[i][labels[i]]));
    }
    return sum / labels.length;
  }

  /** Counts, {@code [true class][predicted class]}. */
  public int[][] confusion() {
    int outputs = probabilities[0].length;
    int[][] counts = new int[outputs][outputs];
    for (int i = 0; i < labels.length; i++) {
      counts[labels[i]][predicted(i)]++;
    }
    return counts;
  }
}
