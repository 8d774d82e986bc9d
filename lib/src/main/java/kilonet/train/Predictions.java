package kilonet.train;

import kilonet.data.Batches;
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

  private static final double LEAST_PROBABILITY = 1e-12;

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
      sum -= Math.log(Math.max(LEAST_PROBABILITY, probabilities[i][labels[i]]));
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
