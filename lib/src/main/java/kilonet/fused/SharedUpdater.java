package kilonet.fused;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.OptimizationAlgorithm;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.Regularization.ApplyStep;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * DL4J's updater, applied once to all parameters. DL4J applies it block by block, with many small
 * array operations between the blocks: for a net of 8,000 parameters that takes as long as the net.
 *
 * <p>It is used where the outcome is the same bit for bit and gradients are not clipped: where all
 * layers have a {@link FlatUpdater} and no penalties, which needs no call of ND4J at all, and where
 * they share one updater configuration of any kind. With one number of state for each parameter
 * that takes one call; with two, as for Adam, one for each of DL4J's blocks, as its state is laid
 * out.
 */
final class SharedUpdater {
  private final IUpdater configuration;
  private final INDArray state;
  private final List<Block> blocks;
  private final int[] trainedAt;
  private final int[] runningAt;
  private final List<Regularized> regularized;
  private final INDArray update;
  private final FloatPointer updatePointer;
  private final float[] values;

  /** What updates each stretch, if ND4J is not needed; else null. */
  private final List<Flat> flat;

  private final float[] flatState;

  /** Who divides the stretches, longest first; null if one thread is faster. */
  private final Team team;

  private final AtomicInteger next = new AtomicInteger();

  /** A stretch of the trained parameters, and of the state, with its updater. */
  private record Flat(FlatUpdater updater, int from, int to) {}

  /** A stretch of the update with the updater that has its state. */
  private record Block(GradientUpdater<?> updater, INDArray update) {}

  /** A stretch of parameters with a penalty, and of the update. */
  private record Regularized(Regularization penalty, INDArray parameters, INDArray update) {}

  private SharedUpdater(
      IUpdater configuration,
      INDArray state,
      List<Block> blocks,
      int[] trainedAt,
      int[] runningAt,
      INDArray update,
      List<Regularized> regularized,
      List<Flat> flat,
      Team team) {
    this.configuration = configuration;
    this.state = state;
    this.blocks = blocks;
    this.trainedAt = trainedAt;
    this.runningAt = runningAt;
    this.update = update;
    this.updatePointer = new FloatPointer(update.data().addressPointer());
    this.values = new float[trainedAt.length];
    this.regularized = regularized;
    this.flat = flat;
    this.team = team;
    this.flatState = new float[flat == null ? 0 : (int) state.length()];
  }

  /**
   * Returns one for a network, or null where DL4J has to do it block by block.
   *
   * @param team who divides the layers, if they are much work
   */
  static SharedUpdater of(MultiLayerNetwork network, Team team) {
    INDArray state = network.getUpdater(true).getStateViewArray();
    IUpdater shared = null;
    boolean isShared = true;
    boolean isFlat = true;
    List<Flat> flat = new ArrayList<>();
    List<Integer> trained = new ArrayList<>();
    List<Integer> running = new ArrayList<>();
    List<long[]> stretches = new ArrayList<>();
    List<Regularization> penalties = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < network.getnLayers(); i++) {
      Layer layer = network.getLayer(i);
      if (layer.conf().getOptimizationAlgo() != OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT
          || !layer.conf().isMiniBatch()
          || layer.conf().getStepFunction() != null
          || layer.conf().getLayer() instanceof BaseLayer base
              && base.getGradientNormalization() != null
              && base.getGradientNormalization() != GradientNormalization.None) {
        return null;
      }
      for (Map.Entry<String, INDArray> entry : layer.paramTable(false).entrySet()) {
        String name = entry.getKey();
        int length = (int) entry.getValue().length();
        boolean isTrained = layer.updaterDivideByMinibatch(name);
        List<Regularization> penalty = layer.getConfig().getRegularizationByParam(name);
        if (isTrained) {
          IUpdater its = layer.getConfig().getUpdaterByParam(name);
          isShared &= shared == null || shared.equals(its);
          isFlat &= its instanceof FlatUpdater && (penalty == null || penalty.isEmpty());
          if (isFlat) {
            flat.add(new Flat((FlatUpdater) its, trained.size(), trained.size() + length));
          }
          shared = its;
          for (Regularization r : penalty == null ? List.<Regularization>of() : penalty) {
            penalties.add(r);
            stretches.add(new long[] {at, trained.size(), length});
          }
        }
        for (int k = 0; k < length; k++) {
          (isTrained ? trained : running).add(at + k);
        }
        at += length;
      }
    }
    int states = flat.isEmpty() ? 1 : (int) ((IUpdater) flat.get(0).updater()).stateSize(1);
    isFlat &= state != null && state.length() == (long) states * trained.size();
    for (Flat stretch : flat) {
      isFlat &= ((IUpdater) stretch.updater()).stateSize(1) == states;
    }
    if (shared == null || state == null || !isShared && !isFlat) {
      return null;
    }
    INDArray update = Nd4j.zeros(trained.size());
    INDArray parameters = network.params().reshape(network.params().length());
    List<Regularized> regularized = new ArrayList<>();
    for (int i = 0; i < penalties.size(); i++) {
      long[] s = stretches.get(i);
      regularized.add(
          new Regularized(
              penalties.get(i),
              parameters.get(NDArrayIndex.interval(s[0], s[0] + s[2])),
              update.get(NDArrayIndex.interval(s[1], s[1] + s[2]))));
    }
    List<Block> blocks = isFlat ? List.of() : blocks(network, shared, state, update);
    if (blocks == null) {
      return null;
    }
    return new SharedUpdater(
        shared,
        state,
        blocks,
        trained.stream().mapToInt(Integer::intValue).toArray(),
        running.stream().mapToInt(Integer::intValue).toArray(),
        update,
        regularized,
        isFlat ? flat : null,
        isFlat && shares(flat) ? team : null);
  }

  /** Whether stretches are worth a thread of their own; if so, sorts them. */
  private static boolean shares(List<Flat> flat) {
    flat.sort(Comparator.comparingInt(f -> f.from() - f.to()));
    return flat.stream().anyMatch(f -> f.updater().isLong());
  }

  /** The calls of an updater, or null where its state is not laid out as is known here. */
  private static List<Block> blocks(
      MultiLayerNetwork network, IUpdater shared, INDArray state, INDArray update) {
    long trained = update.length();
    if (shared.stateSize(trained) <= trained) {
      return List.of(new Block(shared.instantiate(state, false), update));
    }
    List<Block> blocks = new ArrayList<>();
    long from = 0;
    for (UpdaterBlock block :
        ((BaseMultiLayerUpdater<?>) network.getUpdater(true)).getUpdaterBlocks()) {
      long length = block.getParamOffsetEnd() - block.getParamOffsetStart();
      if (block.getUpdaterViewOffsetEnd() > block.getUpdaterViewOffsetStart()) {
        INDArray part = update.get(NDArrayIndex.interval(from, from + length));
        blocks.add(new Block(block.getGradientUpdater(), part));
        from += length;
      }
    }
    return from == trained ? blocks : null;
  }

  /** Whether the state is still the network's. */
  boolean belongsTo(MultiLayerNetwork network) {
    return network.getUpdater(true).getStateViewArray() == state;
  }

  /**
   * Does what DL4J's updater and its step do.
   *
   * @param parameters the parameters before, and then after, the step
   * @param gradient the sums of the images' gradients
   * @param batch the number of images
   */
  void step(float[] parameters, float[] gradient, int batch, int iteration, int epoch) {
    for (int i = 0; i < values.length; i++) {
      values[i] = gradient[trainedAt[i]] / batch;
    }
    if (flat != null) {
      FloatPointer kept = Floats.pointer(state);
      kept.get(flatState);
      next.set(0);
      if (team == null) {
        updateFlat(iteration, epoch);
      } else {
        team.run(member -> updateFlat(iteration, epoch));
      }
      kept.put(flatState);
    } else {
      callNd4j(iteration, epoch);
    }
    for (int i = 0; i < values.length; i++) {
      parameters[trainedAt[i]] -= values[i];
    }
    for (int at : runningAt) {
      parameters[at] -= gradient[at];
    }
  }

  private void updateFlat(int iteration, int epoch) {
    for (int i = next.getAndIncrement(); i < flat.size(); i = next.getAndIncrement()) {
      Flat stretch = flat.get(i);
      stretch.updater().update(values, flatState, stretch.from(), stretch.to(), iteration, epoch);
    }
  }

  private void callNd4j(int iteration, int epoch) {
    // For a few thousand numbers, waking other threads takes longer than the work.
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int threads = openMp.ompGetMaxThreads();
    openMp.setOmpNumThreads(1);
    updatePointer.put(values);
    double rate =
        configuration.hasLearningRate() ? configuration.getLearningRate(iteration, epoch) : 1;
    penalise(ApplyStep.BEFORE_UPDATER, rate, iteration, epoch);
    for (int i = 0; i < blocks.size(); i++) {
      blocks.get(i).updater().applyUpdater(blocks.get(i).update(), iteration, epoch);
    }
    penalise(ApplyStep.POST_UPDATER, rate, iteration, epoch);
    updatePointer.get(values);
    openMp.setOmpNumThreads(threads);
  }

  private void penalise(ApplyStep step, double rate, int iteration, int epoch) {
    for (int i = 0; i < regularized.size(); i++) {
      Regularized r = regularized.get(i);
      if (r.penalty().applyStep() == step) {
        r.penalty().apply(r.parameters(), r.update(), rate, iteration, epoch);
      }
    }
  }
}
