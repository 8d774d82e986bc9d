package kilonet.train;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.fused.FusedNetwork;
import kilonet.text.Text;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;

/**
 * What a net says of a set of images.
 *
 * @param probabilities one row an image, one column an output of the net
 * @param labels the true class of each image
 * @param losses cross-entropy of each image in nats: minus the logarithm of the probability of its
 *     true class
 * @param classes what the classes are called; outputs beyond them are never right
 */
public record Predictions(
    float[][] probabilities, int[] labels, double[] losses, List<String> classes) {

  private static final int SHIFT_BATCH = 1_000;

  /**
   * Checks that all belong together.
   *
   * @throws IllegalArgumentException if there are not as many rows as labels and losses, a row has
   *     another length than the first, or a label is none of its columns
   */
  public Predictions {
    if (probabilities.length != labels.length || losses.length != labels.length) {
      throw new IllegalArgumentException(
          Text.of(
              "%,d rows of probabilities, %,d labels and %,d losses do not belong together: give one"
                  + " of each for every image.",
              probabilities.length, labels.length, losses.length));
    }
    requireLabels(probabilities, labels);
  }

  private static void requireLabels(float[][] probabilities, int[] labels) {
    for (int i = 0; i < Math.min(probabilities.length, labels.length); i++) {
      if (probabilities[i].length != probabilities[0].length) {
        throw new IllegalArgumentException(
            Text.of(
                "The probabilities of image %,d are %d and those of image 0 are %d: give one for each"
                    + " output of the net.",
                i, probabilities[i].length, probabilities[0].length));
      }
      if (labels[i] < 0 || labels[i] >= probabilities[i].length) {
        throw new IllegalArgumentException(
            Text.of(
                "The label of image %,d is %d: give 0 to %d.",
                i, labels[i], probabilities[i].length - 1));
      }
    }
  }

  /**
   * Probabilities below are held by a float with fewer digits, or not at all: they count as the
   * least there is, unless what the softmax was taken of tells more.
   */
  private static final float EXACT = Float.MIN_NORMAL;

  /**
   * Of probabilities alone; what is less than a float holds counts as the least that it does, and
   * classes are called by their numbers.
   */
  public Predictions(float[][] probabilities, int[] labels) {
    this(probabilities, labels, losses(probabilities, labels));
  }

  /** With losses, of classes that are called by their numbers. */
  public Predictions(float[][] probabilities, int[] labels, double[] losses) {
    this(
        probabilities,
        labels,
        losses,
        IntStream.range(0, probabilities.length == 0 ? 0 : probabilities[0].length)
            .mapToObj(Integer::toString)
            .toList());
  }

  /** The same with names of classes. */
  public Predictions(float[][] probabilities, int[] labels, List<String> classes) {
    this(probabilities, labels, losses(probabilities, labels), List.copyOf(classes));
  }

  private static double[] losses(float[][] probabilities, int[] labels) {
    requireLabels(probabilities, labels);
    double[] losses = new double[Math.min(labels.length, probabilities.length)];
    for (int i = 0; i < losses.length; i++) {
      losses[i] = -StrictMath.log(Math.max(Float.MIN_VALUE, probabilities[i][labels[i]]));
    }
    return losses;
  }

  /**
   * Asks a net.
   *
   * @param network an initialized network
   * @param batches images in order, without augmentation; read to the end
   * @throws IllegalArgumentException if the net has fewer outputs than there are classes, or the
   *     batches are shuffled or read in part
   */
  public static Predictions of(MultiLayerNetwork network, Batches batches) {
    requireInOrder(batches);
    int size = batches.set().size();
    float[][] probabilities = new float[size][];
    int[] labels = new int[size];
    double[] losses = new double[size];
    int i = 0;
    while (batches.hasNext()) {
      DataSet batch = batches.next();
      INDArray output = network.output(batch.getFeatures(), false);
      int columns = (int) output.size(1);
      if (columns < batches.set().classes()) {
        throw new IllegalArgumentException(
            Text.of(
                "A net of %d outputs does not tell the %d classes of %s apart: give one that does.",
                columns, batches.set().classes(), batches.set().name()));
      }
      float[] flat = output.dup('c').data().asFloat();
      double[] logits = null;
      for (int row = 0; row < output.size(0); row++, i++) {
        probabilities[i] = Arrays.copyOfRange(flat, row * columns, (row + 1) * columns);
        labels[i] = batches.set().label(i);
        float probability = probabilities[i][labels[i]];
        if (probability < EXACT && logits == null) {
          logits = logits(network, batch.getFeatures(), columns);
        }
        losses[i] =
            probability < EXACT && logits.length > 0
                ? loss(logits, row * columns, columns, labels[i])
                : -StrictMath.log(Math.max(Float.MIN_VALUE, probability));
      }
    }
    batches.reset();
    return new Predictions(probabilities, labels, losses, batches.set().classNames());
  }

  private static void requireInOrder(Batches batches) {
    if (batches.isShuffled() || batches.position() > 0) {
      throw new IllegalArgumentException(
          "These batches are shuffled, or read in part, and it cannot be told which image is which:"
              + " give those of Batches.inOrder, from their start.");
    }
  }

  /**
   * Asks a net for what its softmax is taken of, which tells how sure it is where probabilities of
   * 0 and 1 do not.
   *
   * @param network an initialized network
   * @param batches images in order, without augmentation; read to the end
   * @return one row an image, one column an output of the net; no column where the net does not let
   *     it be seen
   * @throws IllegalArgumentException if the batches are shuffled or read in part
   */
  public static double[][] logits(MultiLayerNetwork network, Batches batches) {
    requireInOrder(batches);
    double[][] rows = new double[batches.set().size()][];
    int columns = 0;
    int i = 0;
    while (batches.hasNext()) {
      INDArray images = batches.next().getFeatures();
      if (i == 0) {
        columns = (int) network.output(images, false).size(1);
      }
      double[] flat = logits(network, images, columns);
      for (int row = 0; row < images.size(0); row++) {
        rows[i++] =
            flat.length == 0 ? flat : Arrays.copyOfRange(flat, row * columns, (row + 1) * columns);
      }
    }
    batches.reset();
    return rows;
  }

  /** What the softmax of a batch is taken of, row by row; empty where that cannot be seen. */
  private static double[] logits(MultiLayerNetwork network, INDArray images, int columns) {
    if (network instanceof FusedNetwork fused && fused.engine().equals("fused")) {
      float[] logits = new float[(int) images.size(0) * columns];
      fused.logits(images, logits);
      double[] wide = new double[logits.length];
      Arrays.setAll(wide, i -> logits[i]);
      return wide;
    }
    int last = network.getnLayers() - 1;
    if (!(network.getLayer(last).conf().getLayer() instanceof LossLayer)) {
      return new double[0];
    }
    // Index 0 is the input, so this is what goes into the last layer.
    return network.feedForward(images, false).get(last).dup('c').data().asDouble();
  }

  /** Without the softmax between, in which a small probability would be lost. */
  private static double loss(double[] logits, int from, int columns, int label) {
    double most = Double.NEGATIVE_INFINITY;
    for (int c = from; c < from + columns; c++) {
      most = Math.max(most, logits[c]);
    }
    double sum = 0;
    for (int c = from; c < from + columns; c++) {
      sum += StrictMath.exp(logits[c] - most);
    }
    return StrictMath.log(sum) + most - logits[from + label];
  }

  /**
   * Sees that images can be shifted by so many pixels.
   *
   * @throws IllegalArgumentException if nothing would be left of them, or they would stay
   */
  public static void requireShift(ImageSet set, int pixels) {
    if (pixels < 1 || pixels >= Math.min(set.height(), set.width())) {
      throw new IllegalArgumentException(
          Text.of(
              "Images of %d x %d pixels cannot be shifted by %d: use 1 to %d.",
              set.height(), set.width(), pixels, Math.min(set.height(), set.width()) - 1));
    }
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
    requireShift(set, pixels);
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
    return new Predictions(sum.probabilities, sum.labels, set.classNames());
  }

  private static ImageSet shifted(ImageSet set, int down, int right) {
    byte[] pixels = new byte[set.pixels().length];
    byte[] labels = new byte[set.size()];
    int height = set.height();
    int width = set.width();
    for (int i = 0; i < set.size(); i++) {
      labels[i] = (byte) set.label(i);
    }
    for (int i = 0; i < set.size() * set.channels(); i++) {
      for (int y = Math.max(0, down); y < Math.min(height, height + down); y++) {
        int from = (i * height + y - down) * width + Math.max(0, -right);
        int to = (i * height + y) * width + Math.max(0, right);
        System.arraycopy(set.pixels(), from, pixels, to, width - Math.abs(right));
      }
    }
    return new ImageSet(
            set.name() + " shifted",
            set.channels(),
            height,
            width,
            set.classNames(),
            pixels,
            labels)
        .normalized(set.normalization());
  }

  private Predictions plus(Predictions other) {
    for (int i = 0; i < labels.length; i++) {
      for (int c = 0; c < probabilities[i].length; c++) {
        probabilities[i][c] += other.probabilities[i][c];
      }
    }
    return this;
  }

  /** What an output is called: its class's name, or its number where there is no such class. */
  public String className(int output) {
    return output < classes.size() ? classes.get(output) : Integer.toString(output);
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

  /** Percent of images classified rightly; one whose probabilities are no numbers is not. */
  public double accuracy() {
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      if (predicted(i) == labels[i] && !Float.isNaN(probabilities[i][labels[i]])) {
        right++;
      }
    }
    return 100.0 * right / labels.length;
  }

  /** Mean cross-entropy in nats. */
  public double loss() {
    double sum = 0;
    for (double loss : losses) {
      sum += loss;
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
