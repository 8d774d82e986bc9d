package kilonet.fused;

import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import kilonet.layer.Shape;
import kilonet.layer.Window;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * A DL4J network whose gradients and outputs come from a compiled plan in plain Java, with the
 * machine's vectors where Java is started with {@code --add-modules jdk.incubator.vector}. The
 * results are the same, bit for bit, on every machine.
 *
 * <p>Parameters, updaters, schedules, regularisation, listeners, evaluation and serialisation are
 * DL4J's. Images are {@code float} arrays of the shape {@code [batch, channels, height, width]}, of
 * any height and width that the layers allow.
 *
 * <p>Outputs may be asked for by several threads; they are computed one after the other, each by
 * all of the network's threads. Training belongs to one thread at a time.
 *
 * <p>The file is long because all that DL4J calls meets the engine here: gradients, outputs, steps,
 * epochs.
 */
@SuppressWarnings("overrides") // MultiLayerNetwork itself drops the varargs of doEvaluation
public final class FusedNetwork extends MultiLayerNetwork implements AutoCloseable {
  private static final long serialVersionUID = 1L;

  /**
   * Which arithmetic this is: engines of the same name give the same bits. The first one computed
   * with oneDNN, and had no name. Transforms add to the name.
   */
  public static final String VERSION = "lanes-2";

  /** Stands behind {@link #VERSION} where a net has a convolution that {@link #isWinograd}. */
  public static final String WINOGRAD = "-winograd";

  /** Stands behind them where a net has a convolution that {@link #isWinogradAlongRows}. */
  public static final String ROWS = "-rows";

  private static final int PREFETCHED = 2;

  private final transient Plans plans;
  private transient Stack stack;
  private transient int microBatch;
  private transient TrainingPlan last;
  private transient float[] parameterCopy;
  private transient float[] gradientCopy;
  private transient float[] labelCopy;
  private transient SharedUpdater updater;
  private transient boolean updaterKnown;
  private transient Gradient views;
  private final transient ReentrantLock training = new ReentrantLock();
  private final transient ReentrantLock computing = new ReentrantLock();

  private transient int correct;
  private transient boolean closed;

  /**
   * Makes a network; {@link #init()} has to be called before it is used.
   *
   * @param configuration the layers and all that belongs to them
   */
  public FusedNetwork(MultiLayerConfiguration configuration) {
    this(configuration, Runtime.getRuntime().availableProcessors());
  }

  /**
   * Makes a network that computes with so many threads; its results do not depend on their number.
   *
   * @param configuration the layers and all that belongs to them
   * @param threads how many, at least 1
   * @throws IllegalArgumentException if there are fewer
   */
  public FusedNetwork(MultiLayerConfiguration configuration, int threads) {
    super(configuration);
    if (threads < 1) {
      throw new IllegalArgumentException(
          "The number of threads is " + threads + "; it has to be at least 1.");
    }
    this.plans = new Plans(this, threads);
  }

  /**
   * Makes a network that has the configuration, the parameters and the updater state of another
   * one. Nothing is shared.
   *
   * @param network an initialised network
   * @return the new one, initialised
   */
  public static FusedNetwork of(MultiLayerNetwork network) {
    FusedNetwork fused = new FusedNetwork(network.getLayerWiseConfigurations().clone());
    fused.init(network.params().dup(), false);
    if (network.getUpdater(false) != null
        && network.getUpdater(false).getStateViewArray() != null) {
      fused
          .getUpdater(true)
          .setStateViewArray(fused, network.getUpdater(false).getStateViewArray().dup(), false);
    }
    return fused;
  }

  /**
   * Whether a convolution is trained with Winograd's transforms of tiles: one of 3x3 pixels,
   * without stride, dilation or groups, between 32 channels and more, where they save half a
   * million multiply-adds an image. Its outputs and gradients are then rounded in another way, by a
   * few millionths.
   *
   * @param window its kernel, stride, padding and dilation
   * @param inputs input channels
   * @param out the shape of one image's outputs
   * @return whether it is
   */
  public static boolean isWinograd(Window window, int inputs, Shape out) {
    return Winograd.suits(window, inputs, out);
  }

  /**
   * Whether a convolution is computed with Winograd's transforms along rows: one of 3x3 pixels,
   * without stride, dilation or groups, between 8 channels and more, where they save a thousand
   * multiply-adds a kernel: in images of about sixteen pixels a side. In inference it is, in
   * training it is unless it {@link #isWinograd}. Its outputs and gradients are then rounded in
   * another way, by a few millionths.
   *
   * @param window its kernel, stride, padding and dilation
   * @param inputs input channels
   * @param out the shape of one image's outputs
   * @return whether it is
   */
  public static boolean isWinogradAlongRows(Window window, int inputs, Shape out) {
    return RowTiles.suits(window, inputs, out);
  }

  /**
   * Counts what the last training batch's forward pass classified rightly.
   *
   * @return how many of its images
   */
  public int correctInLastBatch() {
    return correct;
  }

  /**
   * Says what computes.
   *
   * @return "fused", or "dl4j: " and the reason: the layer that has no fused form
   */
  public String engine() {
    return plans.unsupported() == null ? "fused" : "dl4j: " + plans.unsupported();
  }

  /**
   * Says which of several batches whose gradients make one update the next ones are: each of them
   * drops out others.
   *
   * @param number the number of the batch in its update, from 0
   */
  public void microBatch(int number) {
    microBatch = number;
  }

  /** Starts to measure every operation of the steps of the batch size and shape used last. */
  void time() {
    last.time();
  }

  /** Returns nanoseconds of one thread by operation since {@link #time}. */
  Map<String, Long> times() {
    return last.times();
  }

  /** The stages; null before the first batch. */
  Stack stack() {
    return stack;
  }

  @Override
  public void computeGradientAndScore(LayerWorkspaceMgr workspaces) {
    computeGradientAndScore();
  }

  @Override
  public void computeGradientAndScore() {
    if (mask != null || getLabels() == null || !supports(input)) {
      super.computeGradientAndScore();
      return;
    }
    synchronizeIterEpochCounts();
    if (flattenedGradients == null) {
      initGradientsView();
      views = null;
    }
    computing.lock();
    try {
      stack = known(input);
      computeGradient();
    } finally {
      computing.unlock();
    }
    if (views == null) {
      views = views();
    }
    gradient = views;
    for (TrainingListener listener : trainingListeners) {
      listener.onBackwardPass(this);
    }
  }

  private void computeGradient() {
    int batch = (int) input.size(0);
    int classes = stack.classes();
    INDArray wanted = getLabels();
    if (wanted.rank() != 2 || wanted.size(0) != batch || wanted.size(1) != classes) {
      throw new IllegalArgumentException(
          "The labels have the shape "
              + Arrays.toString(wanted.shape())
              + "; they have to be ["
              + batch
              + ", "
              + classes
              + "], one row an image and one column a logit.");
    }
    last = plans.training(stack, batch);
    allocate();
    if (labelCopy == null || labelCopy.length < batch * classes) {
      labelCopy = new float[batch * classes];
    }
    INDArray labelRows = Floats.plain(wanted);
    Floats.pointer(labelRows).get(labelCopy, 0, batch * classes);
    INDArray images = Floats.plain(input);
    Floats.pointer(flattenedParams).get(parameterCopy);
    double loss =
        last.run(
            Floats.pointer(images),
            labelCopy,
            parameterCopy,
            gradientCopy,
            getDefaultConfiguration().getSeed(),
            getIterationCount(),
            microBatch,
            getEpochCount());
    if (last.spoilt()) {
      Floats.refuseUnlessFinite(images);
    }
    Floats.pointer(flattenedGradients).put(gradientCopy);
    correct = last.correct();
    score = loss / batch + calcRegularizationScore(true);
  }

  /**
   * Computes logits for evaluation, without making garbage.
   *
   * @param images {@code [batch, channels, height, width]}, any number of them
   * @param logits takes one row for each image, one column for each class
   * @throws IllegalStateException if the network has a layer that has no fused form
   * @throws IllegalArgumentException if there is not room enough, or an image has a value that is
   *     not a finite number
   */
  public void logits(INDArray images, float[] logits) {
    if (!supports(images)) {
      throw new IllegalStateException("This network cannot be run fused: " + engine() + ".");
    }
    computing.lock();
    try {
      Stack current = known(images);
      stack = current;
      int count = (int) images.size(0);
      if (logits.length < count * current.classes()) {
        throw new IllegalArgumentException(
            "There is room for "
                + logits.length
                + " logits; "
                + count
                + " images need "
                + count * current.classes()
                + ".");
      }
      InferencePlan plan = plans.inference(current);
      allocate();
      INDArray plain = Floats.plain(images);
      Floats.pointer(flattenedParams).get(parameterCopy);
      plan.load(parameterCopy);
      plan.run(Floats.pointer(plain), count, logits);
      if (plan.spoilt()) {
        Floats.refuseUnlessFinite(plain);
      }
    } finally {
      computing.unlock();
    }
  }

  @Override
  public INDArray output(INDArray images, boolean train) {
    if (train || !supports(images)) {
      return super.output(images, train);
    }
    int count = (int) images.size(0);
    int classes = classes(images);
    float[] rows = new float[count * classes];
    logits(images, rows);
    InferencePlan.softmax(rows, count, classes);
    return Nd4j.createFromArray(rows).reshape(count, classes);
  }

  /**
   * Does one training step, as DL4J does it, with one call of its updater where that is the same.
   *
   * @param features the images
   * @param wanted the labels, one row an image, one column a class
   * @param featuresMask a mask, with which DL4J computes, or null
   * @param labelsMask a mask, with which DL4J computes, or null
   * @throws IllegalStateException if another thread is training this network
   */
  @Override
  public void fit(INDArray features, INDArray wanted, INDArray featuresMask, INDArray labelsMask) {
    train(() -> step(features, wanted, featuresMask, labelsMask));
  }

  /** Trains, unless another thread does. */
  private void train(Runnable work) {
    if (!training.tryLock()) {
      throw new IllegalStateException(
          "Another thread is training this network; only one may, after the other.");
    }
    try {
      work.run();
    } finally {
      training.unlock();
    }
  }

  private void step(
      INDArray features, INDArray wanted, INDArray featuresMask, INDArray labelsMask) {
    if (featuresMask != null || labelsMask != null || !supports(features)) {
      super.fit(features, wanted, featuresMask, labelsMask);
      return;
    }
    if (!updaterKnown || updater != null && !updater.belongsTo(this)) {
      updater = SharedUpdater.of(this, plans.team());
      updaterKnown = true;
    }
    if (updater == null) {
      super.fit(features, wanted, null, null);
      return;
    }
    setInput(features);
    setLabels(wanted);
    computeGradientAndScore();
    for (TrainingListener listener : trainingListeners) {
      listener.onGradientCalculation(this);
    }
    computing.lock();
    try {
      // Listeners may change gradients and parameters: clipping and weight decay do.
      Floats.pointer(flattenedParams).get(parameterCopy);
      Floats.pointer(flattenedGradients).get(gradientCopy);
      updater.step(
          parameterCopy,
          gradientCopy,
          (int) features.size(0),
          getIterationCount(),
          getEpochCount());
      Floats.pointer(flattenedParams).put(parameterCopy);
    } finally {
      computing.unlock();
    }
    for (TrainingListener listener : trainingListeners) {
      listener.iterationDone(this, getIterationCount(), getEpochCount());
    }
    getLayerWiseConfigurations().setIterationCount(getIterationCount() + 1);
    synchronizeIterEpochCounts();
    setInput(null);
    setLabels(null);
  }

  /**
   * Trains one epoch, batch after batch with the fast step of {@link #fit(INDArray, INDArray,
   * INDArray, INDArray)}; listeners and counters see what they see of DL4J.
   *
   * @param batches the epoch; prefetched by a thread of its own if it allows that
   */
  @Override
  public void fit(DataSetIterator batches) {
    train(() -> epoch(batches));
  }

  private void epoch(DataSetIterator batches) {
    boolean ahead = batches.asyncSupported();
    DataSetIterator epoch = ahead ? new AsyncDataSetIterator(batches, PREFETCHED, true) : batches;
    try {
      for (TrainingListener listener : trainingListeners) {
        listener.onEpochStart(this);
      }
      if (!epoch.hasNext() && epoch.resetSupported()) {
        epoch.reset();
      }
      long start = System.currentTimeMillis();
      while (epoch.hasNext()) {
        DataSet next = epoch.next();
        setLastEtlTime(System.currentTimeMillis() - start);
        if (next.getFeatures() == null || next.getLabels() == null) {
          break;
        }
        fit(next);
        start = System.currentTimeMillis();
        synchronizeIterEpochCounts();
      }
      for (TrainingListener listener : trainingListeners) {
        listener.onEpochEnd(this);
      }
      clearLayersStates();
    } finally {
      if (ahead) {
        ((AsyncDataSetIterator) epoch).shutdown();
      }
    }
    incrementEpochCount();
  }

  /** Whether the engine computes with such images; else DL4J does, or refuses them. */
  private boolean supports(INDArray images) {
    requireOpen();
    if (plans.unsupported() != null || images == null) {
      return false;
    }
    Shape shape = Floats.shape(images);
    if (shape == null || images.size(0) == 0) {
      return false;
    }
    computing.lock();
    try {
      return plans.supports(shape);
    } finally {
      computing.unlock();
    }
  }

  /**
   * The stages for images that the engine computes with; by a thread that has {@link #computing}.
   * Since it was asked whether it does, others may have asked about so many shapes that this one
   * was forgotten, or ended the network.
   */
  private Stack known(INDArray images) {
    requireOpen();
    return plans.stack(Floats.shape(images));
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("The network is closed: ask it before, or make another.");
    }
  }

  /** Makes room for parameters and gradient in Java's memory, once. */
  private void allocate() {
    if (parameterCopy == null) {
      parameterCopy = new float[stack.parameters()];
      gradientCopy = new float[stack.parameters()];
    }
  }

  private int classes(INDArray images) {
    computing.lock();
    try {
      return known(images).classes();
    } finally {
      computing.unlock();
    }
  }

  /** The gradient vector by name, as DL4J's updaters want it. */
  private Gradient views() {
    Gradient all = new DefaultGradient(flattenedGradients);
    INDArray flat = flattenedGradients.reshape(flattenedGradients.length());
    long start = 0;
    for (int i = 0; i < getnLayers(); i++) {
      Layer layer = getLayer(i);
      long length = layer.numParams();
      if (length == 0) {
        continue;
      }
      INDArray part = flat.get(NDArrayIndex.interval(start, start + length));
      Map<String, INDArray> named =
          layer.conf().getLayer().initializer().getGradientsFromFlattened(layer.conf(), part);
      for (Map.Entry<String, INDArray> entry : named.entrySet()) {
        all.setGradientFor(i + "_" + entry.getKey(), entry.getValue());
      }
      start += length;
    }
    return all;
  }

  /** Ends the threads, and frees what DL4J holds. The network cannot be used afterwards. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    computing.lock();
    try {
      closed = true;
      plans.close();
      last = null;
    } finally {
      computing.unlock();
    }
    super.close();
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    throw new NotSerializableException(
        "A network with threads cannot be written so: save it as a file, and make it again of what"
            + " was saved.");
  }
}
