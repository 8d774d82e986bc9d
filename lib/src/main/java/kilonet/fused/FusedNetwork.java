package kilonet.fused;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import kilonet.fused.Stage.Shape;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.AsyncDataSetIterator;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A DL4J network whose gradients and outputs come from a compiled plan of CPU primitives.
 *
 * <p>Parameters, updaters, schedules, regularisation, listeners, evaluation and serialisation are
 * DL4J's. Images are {@code float} arrays of the shape {@code [batch, channels, height, width]}.
 */
@SuppressWarnings("overrides") // MultiLayerNetwork itself drops the varargs of doEvaluation
public final class FusedNetwork extends MultiLayerNetwork implements AutoCloseable {
  private static final long serialVersionUID = 1L;
  private static final int PREFETCHED = 2;
  private static volatile boolean missingSaid;
  private static final Logger LOG = LoggerFactory.getLogger(FusedNetwork.class);

  private final int threads;
  private transient Team team;
  private transient Map<Integer, TrainingPlan> trainingPlans;
  private transient InferencePlan inferencePlan;
  private transient Stack stack;
  private transient String unsupported;
  private transient float[] parameterCopy;
  private transient float[] gradientCopy;
  private transient float[] labelCopy;
  private transient SharedUpdater updater;
  private transient boolean updaterKnown;
  private transient Gradient views;
  private final LinkedHashSet<String> slow = new LinkedHashSet<>();
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
    this.threads = threads;
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
   * @return "fused", or "dl4j: " and the reason: the layer that has no fused form, or a machine for
   *     which oneDNN is not there
   */
  public String engine() {
    if (unsupported != null) {
      return "dl4j: " + unsupported;
    }
    return "fused";
  }

  /**
   * Starts to measure every operation of the training step.
   *
   * @param batch the number of images in a batch; a batch of that size must have been trained
   */
  void time(int batch) {
    trainingPlans.get(batch).time();
  }

  /** The stages; null before the first batch. */
  Stack stack() {
    return stack;
  }

  /** Returns nanoseconds of one thread by operation since {@link #time}. */
  Map<String, Long> times(int batch) {
    return trainingPlans.get(batch).times();
  }

  @Override
  public void computeGradientAndScore(LayerWorkspaceMgr workspaces) {
    computeGradientAndScore();
  }

  @Override
  public void computeGradientAndScore() {
    if (!supports(input) || mask != null || getLabels() == null) {
      super.computeGradientAndScore();
      return;
    }
    synchronizeIterEpochCounts();
    if (flattenedGradients == null) {
      initGradientsView();
      views = null;
    }
    int batch = (int) input.size(0);
    int classes = stack.classes();
    INDArray wanted = getLabels();
    if (wanted.rank() != 2 || wanted.size(0) != batch || wanted.size(1) != classes) {
      throw new IllegalArgumentException(
          "The labels have the shape "
              + java.util.Arrays.toString(wanted.shape())
              + "; they have to be ["
              + batch
              + ", "
              + classes
              + "], one row an image and one column a logit.");
    }
    TrainingPlan plan = trainingPlans.computeIfAbsent(batch, this::compile);
    if (labelCopy == null || labelCopy.length < batch * classes) {
      labelCopy = new float[batch * classes];
    }
    INDArray labelRows = plain(wanted);
    pointer(labelRows).get(labelCopy, 0, batch * classes);
    INDArray images = plain(input);
    pointer(flattenedParams).get(parameterCopy);
    double loss =
        plan.run(
            pointer(images),
            labelCopy,
            parameterCopy,
            gradientCopy,
            getDefaultConfiguration().getSeed(),
            getIterationCount(),
            getEpochCount());
    pointer(flattenedGradients).put(gradientCopy);
    correct = plan.correct();
    if (views == null) {
      views = views();
    }
    gradient = views;
    score = loss / batch + calcRegularizationScore(true);
    for (TrainingListener listener : trainingListeners) {
      listener.onBackwardPass(this);
    }
  }

  /**
   * Computes logits for evaluation, without making garbage.
   *
   * @param images {@code [batch, channels, height, width]}, any number of them
   * @param logits takes one row for each image, one column for each class
   * @throws IllegalStateException if the network has a layer that has no fused form
   */
  public void logits(INDArray images, float[] logits) {
    if (!supports(images)) {
      throw new IllegalStateException("This network cannot be run fused: " + engine() + ".");
    }
    int count = (int) images.size(0);
    if (logits.length < count * stack.classes()) {
      throw new IllegalArgumentException(
          "There is room for "
              + logits.length
              + " logits; "
              + count
              + " images need "
              + count * stack.classes()
              + ".");
    }
    if (inferencePlan == null) {
      inferencePlan = team.call(() -> new InferencePlan(stack, team));
      note(inferencePlan.slow());
    }
    pointer(flattenedParams).get(parameterCopy);
    inferencePlan.load(parameterCopy);
    inferencePlan.run(pointer(plain(images)), count, logits);
  }

  @Override
  public INDArray output(INDArray images, boolean train) {
    if (train || !supports(images)) {
      return super.output(images, train);
    }
    int count = (int) images.size(0);
    float[] rows = new float[count * stack.classes()];
    logits(images, rows);
    InferencePlan.softmax(rows, count, stack.classes());
    return Nd4j.createFromArray(rows).reshape(count, stack.classes());
  }

  /**
   * Does one training step, as DL4J does it, with one call of its updater where that is the same.
   *
   * @param features the images
   * @param wanted the labels, one row an image, one column a class
   * @param featuresMask a mask, with which DL4J computes, or null
   * @param labelsMask a mask, with which DL4J computes, or null
   */
  @Override
  public synchronized void fit(
      INDArray features, INDArray wanted, INDArray featuresMask, INDArray labelsMask) {
    if (featuresMask != null || labelsMask != null || !supports(features)) {
      super.fit(features, wanted, featuresMask, labelsMask);
      return;
    }
    if (!updaterKnown || updater != null && !updater.belongsTo(this)) {
      updater = SharedUpdater.of(this);
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
    // Listeners may change gradients and parameters: clipping and weight decay do.
    pointer(flattenedParams).get(parameterCopy);
    pointer(flattenedGradients).get(gradientCopy);
    // With OpenMP told not to wait for other cores.
    team.call(
        () -> {
          updater.step(
              parameterCopy,
              gradientCopy,
              (int) features.size(0),
              getIterationCount(),
              getEpochCount());
          return null;
        });
    pointer(flattenedParams).put(parameterCopy);
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
  public synchronized void fit(DataSetIterator batches) {
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

  private TrainingPlan compile(int batch) {
    TrainingPlan plan = team.call(() -> new TrainingPlan(stack, batch, team));
    note(plan.slow());
    return plan;
  }

  private void note(Set<String> operations) {
    if (slow.addAll(operations)) {
      LOG.warn("oneDNN has only slow reference code on this processor for: {}.", slow);
    }
  }

  /** The operations, so far, for which oneDNN has no fast code on this processor. */
  Set<String> slow() {
    return slow;
  }

  private boolean supports(INDArray images) {
    if (closed || unsupported != null || images == null) {
      return false;
    }
    Shape shape = shape(images);
    if (shape == null) {
      return false;
    }
    if (stack == null) {
      if (OneDnn.PROBLEM != null) {
        unsupported = "oneDNN is missing on this machine";
        if (!missingSaid) {
          missingSaid = true;
          LOG.warn("Trained by DL4J itself, which is slow: {}", OneDnn.PROBLEM);
        }
        return false;
      }
      try {
        stack = Stack.of(this, shape);
      } catch (UnsupportedLayerException e) {
        unsupported = e.getMessage();
        LOG.warn("Trained by DL4J itself, which is slow: {}.", unsupported);
        return false;
      }
      team = new Team(threads);
      trainingPlans = new LinkedHashMap<>();
      parameterCopy = new float[stack.parameters()];
      gradientCopy = new float[stack.parameters()];
    }
    return true;
  }

  private static Shape shape(INDArray images) {
    if (images.dataType() != DataType.FLOAT) {
      return null;
    }
    if (images.rank() == 4) {
      return new Shape((int) images.size(1), (int) images.size(2), (int) images.size(3));
    }
    return images.rank() == 2 ? new Shape((int) images.size(1), 1, 1) : null;
  }

  /** The array itself if its elements lie in C order, side by side, as floats; a copy else. */
  private static INDArray plain(INDArray array) {
    boolean side =
        array.dataType() == DataType.FLOAT
            && array.ordering() == 'c'
            && Nd4j.getExecutioner() != null
            && array.length() > 0
            && sideBySide(array);
    return side ? array : array.castTo(DataType.FLOAT).dup('c');
  }

  private static boolean sideBySide(INDArray array) {
    long expected = 1;
    for (int i = array.rank() - 1; i >= 0; i--) {
      if (array.size(i) != 1 && array.stride(i) != expected) {
        return false;
      }
      expected *= array.size(i);
    }
    return true;
  }

  /** The first number of an array whose numbers lie side by side. */
  static FloatPointer pointer(INDArray array) {
    Pointer start = array.data().addressPointer();
    return new FloatPointer(start).getPointer(array.offset() - array.data().offset());
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

  /** Frees the plans, then what DL4J holds. The network cannot be used afterwards. */
  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (team != null) {
      team.close();
      trainingPlans.values().forEach(TrainingPlan::close);
      trainingPlans.clear();
      if (inferencePlan != null) {
        inferencePlan.close();
      }
    }
    super.close();
  }
}
