package kilonet.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import kilonet.augment.Augmentations;
import kilonet.augment.RandomStream;
import kilonet.data.Batches;
import kilonet.data.ImageSet;
import kilonet.data.TrainTest;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import kilonet.model.Summary;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.schedule.SchedulePlan;
import kilonet.schedule.Schedules;
import kilonet.text.Text;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;

/**
 * Trains the net of a recipe and tests it after each epoch.
 *
 * <pre>{@code
 * TrainTest mnist = Mnist.load(folder);
 * Result result = new Trainer(Recipes.named("model_3"), mnist).run();
 * }</pre>
 *
 * <p>A trainer runs once. With a folder it leaves {@code result.json}, {@code history.csv} and
 * {@code model.zip} there after each epoch, and a checkpoint until the run is finished.
 */
public final class Trainer {

  private static final int TEST_BATCH = 1_000;

  private final Recipe recipe;
  private final ImageSet train;
  private final ImageSet test;
  private Engine engine = Engine.FUSED;
  private Progress progress = Progress.NONE;
  private RunFolder folder;
  private boolean resume;
  private int threads = Runtime.getRuntime().availableProcessors();
  private volatile boolean stopped;

  private SchedulePlan schedule;
  private MultiLayerNetwork network;
  private Hits hits;
  private Averaging averaging;
  private Accumulation accumulation;
  private INDArray kept;
  private Result result;

  /**
   * A trainer.
   *
   * @param recipe what to do
   * @param data the images; of the training set, the recipe's limit and validation split are taken
   */
  public Trainer(Recipe recipe, TrainTest data) {
    this.recipe = recipe;
    ImageSet all = data.train();
    if (recipe.validation() > 0) {
      // The split does not depend on the recipe's seed: choices are made on the same images.
      ImageSet.Split split = all.split(recipe.validation(), 0);
      all = split.train();
      this.test = split.validation();
    } else {
      this.test = data.test();
    }
    this.train = recipe.limit() > 0 ? all.first(recipe.limit()) : all;
  }

  /** Chooses what computes; the fused engine unless said otherwise. */
  public Trainer engine(Engine engine) {
    this.engine = engine;
    return this;
  }

  /** Tells somebody how the run goes on. */
  public Trainer progress(Progress progress) {
    this.progress = progress;
    return this;
  }

  /** Keeps the run's files in a folder. */
  public Trainer folder(Path folder) {
    this.folder = new RunFolder(folder);
    return this;
  }

  /** Uses so many threads in the fused engine, at least 1; the results are the same. */
  public Trainer threads(int threads) {
    this.threads = threads;
    return this;
  }

  /** Goes on from the checkpoint in the folder, if there is one. */
  public Trainer resume() {
    this.resume = true;
    return this;
  }

  /** Ends the run after the batch in work; its checkpoint is kept. May be called by any thread. */
  public void stop() {
    stopped = true;
  }

  /**
   * Trains.
   *
   * @return what it came to, up to where it was stopped
   * @throws TrainingException if the loss is not a number, the checkpoint is of another recipe, or
   *     the run was stopped before the end of its first epoch
   */
  public Result run() {
    Optional<Checkpoint> checkpoint = checkpoint();
    Nd4j.getExecutioner(); // loads the native code
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int threads = openMp.ompGetMaxThreads();
    if (engine == Engine.FUSED) {
      // What is left to ND4J are updates of a few thousand numbers: waking threads for each of them
      // takes longer than the work. Holds for this thread only.
      openMp.setOmpNumThreads(1);
    }
    try (Batches batches =
            Batches.training(train, recipe.batch(), recipe.seed())
                .augmentation(Augmentations.parse(recipe.augmentation()))
                .mixing(Augmentations.parseBatch(recipe.mixing()).orElse(null))
                .labelSmoothing(recipe.labelSmoothing())
                .outputs(recipe.model().outputs())
                .build();
        Batches testing =
            Batches.inOrder(test, TEST_BATCH).outputs(recipe.model().outputs()).build()) {
      prepare(updatesPerEpoch());
      History history = new History(List.of());
      Checkpoint.Tally tally = Checkpoint.Tally.NOTHING;
      if (checkpoint.isPresent()) {
        restore(checkpoint.get());
        history = checkpoint.get().state().history();
        tally = checkpoint.get().state().tally();
        result = result(history);
      }
      progress.started(recipe, batches.batchesPerEpoch(), history.epochs().size());
      while (!Result.isFinished(recipe, history)) {
        int epoch = history.epochs().size();
        batches.startAt(epoch, tally.batches());
        tally = trainEpoch(batches, epoch, tally);
        if (tally.batches() < batches.batchesPerEpoch()) {
          save(history, tally);
          break;
        }
        if (averaging != null) {
          averaging.afterEpoch(network.params(), epoch + 1);
        }
        history = history.plus(test(testing, epoch, tally));
        tally = Checkpoint.Tally.NOTHING;
        report(history.last());
        result = result(history);
        save(history, tally);
        progress.epoch(history.last());
      }
      if (result == null) {
        throw new TrainingException(
            "The run was stopped in its first epoch, so there is no result yet"
                + (folder == null ? "." : ": go on with --resume."));
      }
      return result;
    } finally {
      progress.ended();
      release();
      openMp.setOmpNumThreads(threads);
    }
  }

  /** Keeps the parameters and gives back what the engine holds outside the heap. */
  private void release() {
    if (network != null) {
      kept = keptParameters();
      network.close();
    }
  }

  private INDArray keptParameters() {
    return (averaging == null ? network.params() : averaging.average()).dup();
  }

  /** The trained net, the averaged one where the recipe averages; after {@link #run}. */
  public MultiLayerNetwork network() {
    if (result == null || kept == null) {
      throw new IllegalStateException("There is no trained net yet: call run() first.");
    }
    return plain(kept.dup());
  }

  /** A network that opens where Kilonet is not: with an updater of ND4J's own. */
  private MultiLayerNetwork plain(INDArray parameters) {
    MultiLayerNetwork plain =
        new MultiLayerNetwork(
            recipe
                .model()
                .configuration(new Sgd(recipe.optimizer().learningRate()), recipe.seed()));
    plain.init(parameters, false);
    return plain;
  }

  /** The images that the net is tested on. */
  public ImageSet test() {
    return test;
  }

  /**
   * What the trained net says of the images that it is tested on; after {@link #run}.
   *
   * @throws IllegalStateException if {@link #run} was not called yet
   */
  public Predictions predictions() {
    try (Batches batches =
        Batches.inOrder(test, TEST_BATCH).outputs(recipe.model().outputs()).build()) {
      return Predictions.of(FusedNetwork.of(network()), batches);
    }
  }

  /** How often an epoch changes the parameters: once a batch, unless gradients are accumulated. */
  public int updatesPerEpoch() {
    int batches = (train.size() + recipe.batch() - 1) / recipe.batch();
    return (batches + recipe.accumulation() - 1) / recipe.accumulation();
  }

  private void prepare(int updatesPerEpoch) {
    schedule =
        Schedules.parse(
            recipe.schedule(), recipe.optimizer().learningRate(), recipe.epochs(), updatesPerEpoch);
    MultiLayerConfiguration configuration =
        recipe
            .optimizer()
            .configuration(
                recipe.model(),
                schedule.learningRate(),
                schedule.momentum().orElse(null),
                recipe.seed());
    network = engine.network(configuration, threads);
    Stack.initialize(network, recipe.seed());
    hits = new Hits(network);
    network.addListeners(hits);
    averaging = Averaging.of(recipe.averaging(), network.params());
    INDArray trained = WeightDecay.trained(network, true);
    accumulation = new Accumulation(trained);
    if (recipe.accumulation() > 1) {
      network.addListeners(accumulation);
    }
    if (recipe.clipping() > 0) {
      network.addListeners(new Clipping(recipe.clipping(), trained));
    }
    if (recipe.optimizer().weightDecay() > 0) {
      network.addListeners(new WeightDecay(recipe.optimizer(), schedule.learningRate(), network));
    }
  }

  private Checkpoint.Tally trainEpoch(Batches batches, int epoch, Checkpoint.Tally tally) {
    network.setEpochCount(epoch);
    while (batches.hasNext() && !(stopped && tally.batches() % recipe.accumulation() == 0)) {
      long start = System.nanoTime();
      DataSet batch = batches.next();
      int iteration = network.getIterationCount();
      double rate = schedule.learningRate().valueAt(iteration, epoch);
      // Deeplearning4j draws dropout from one stream: tie it to the batch, so that a resumed run
      // draws what an unbroken one does.
      Nd4j.getRandom().setSeed(new RandomStream(recipe.seed(), epoch, tally.batches()).nextLong());
      hits.expect(batch.getLabels());
      if ((tally.batches() + 1) % recipe.accumulation() != 0 && batches.hasNext()) {
        accumulation.add(network, batch);
      } else {
        network.fit(batch);
        if (averaging != null) {
          averaging.afterBatch(network.params(), iteration);
        }
      }
      int images = (int) batch.getFeatures().size(0);
      tally = tally.plus(images, network.score(), hits.count(), System.nanoTime() - start);
      if (!Double.isFinite(network.score())) {
        throw new TrainingException(
            Text.of(
                    "The loss became %s in epoch %d, batch %d, at a learning rate of %s: try a lower",
                    network.score(), epoch + 1, tally.batches(), rate)
                + " learning rate, a warm-up, or batch norm.");
      }
      progress.batch(
          tally.batches(),
          tally.loss() / tally.images(),
          100.0 * tally.right() / tally.images(),
          rate,
          tally.images() / (tally.nanos() / 1e9));
    }
    return tally;
  }

  private EpochResult test(Batches testing, int epoch, Checkpoint.Tally tally) {
    Predictions raw = Predictions.of(network, testing);
    Predictions kept = raw;
    if (averaging != null) {
      INDArray parameters = network.params().dup();
      network.params().assign(averaging.average());
      kept = Predictions.of(network, testing);
      network.params().assign(parameters);
    }
    double seconds = tally.nanos() / 1e9;
    return new EpochResult(
        epoch + 1,
        tally.loss() / tally.images(),
        100.0 * tally.right() / tally.images(),
        kept.loss(),
        kept.accuracy(),
        raw.accuracy(),
        schedule.learningRate().valueAt(network.getIterationCount() - 1, epoch),
        seconds,
        tally.images() / seconds);
  }

  /**
   * Tells a plateau schedule how the epoch went, by the validation images where the recipe keeps
   * some, else by the training images: the test set decides nothing.
   */
  private void report(EpochResult epoch) {
    if (schedule.learningRate() instanceof ReduceLROnPlateau plateau) {
      boolean validated = recipe.validation() > 0;
      plateau.step(
          switch (plateau.settings().metric()) {
            case LOSS -> validated ? epoch.testLoss() : epoch.trainLoss();
            case ACCURACY -> validated ? epoch.testAccuracy() : epoch.trainAccuracy();
          });
    }
  }

  private ReduceLROnPlateau.State plateau() {
    return schedule.learningRate() instanceof ReduceLROnPlateau plateau ? plateau.state() : null;
  }

  private Result result(History history) {
    return history.epochs().isEmpty()
        ? null
        : Result.of(
            recipe,
            Summary.of(recipe.model()).parameters(),
            engine,
            train.size(),
            test.size(),
            history);
  }

  private void save(History history, Checkpoint.Tally tally) {
    if (folder == null) {
      return;
    }
    if (result != null) {
      folder.write(folder.history(), history.csv());
      folder.write(folder.model(), modelBytes());
      folder.write(folder.result(), Json.pretty(result));
    }
    if (result != null && result.isFinished()) {
      try {
        Files.deleteIfExists(folder.checkpoint());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return;
    }
    Checkpoint.State state =
        new Checkpoint.State(
            recipe, engine.toString(), history, network.getIterationCount(), tally, plateau());
    folder.write(
        folder.checkpoint(),
        new Checkpoint(
                state,
                network.params(),
                network.getUpdater().getStateViewArray(),
                averaging == null ? null : averaging.average())
            .bytes());
  }

  private byte[] modelBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ModelSerializer.writeModel(plain(keptParameters()), bytes, false);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private Optional<Checkpoint> checkpoint() {
    if (folder == null || !resume || !Files.exists(folder.checkpoint())) {
      return Optional.empty();
    }
    Checkpoint checkpoint = Checkpoint.read(folder.checkpoint());
    Checkpoint.State state = checkpoint.state();
    if (!state.recipe().equals(recipe) || !state.engine().equals(engine.toString())) {
      throw new TrainingException(
          Text.of(
                  "%s belongs to another run (recipe %s, seed %d, %d epochs, engine %s): resume it with the",
                  folder.checkpoint(),
                  state.recipe().name(),
                  state.recipe().seed(),
                  state.recipe().epochs(),
                  state.engine())
              + " same options, or train into another folder with --out.");
    }
    return Optional.of(checkpoint);
  }

  private void restore(Checkpoint checkpoint) {
    network.params().assign(checkpoint.parameters());
    if (checkpoint.updater() != null) {
      network.getUpdater().getStateViewArray().assign(checkpoint.updater());
    }
    if (averaging != null) {
      averaging.average().assign(checkpoint.average());
    }
    if (schedule.learningRate() instanceof ReduceLROnPlateau plateau) {
      plateau.restore(checkpoint.state().plateau());
    }
    network.setIterationCount(checkpoint.state().iteration());
  }

  /**
   * Counts what a training pass classified rightly: the fused engine tells; of Deeplearning4j, also
   * where the fused engine falls back to it, the last activations before the softmax are looked at,
   * which has no parameters of its own.
   */
  private static final class Hits extends BaseTrainingListener {

    private final MultiLayerNetwork network;
    private INDArray labels;
    private int seen;

    Hits(MultiLayerNetwork network) {
      this.network = network;
    }

    void expect(INDArray labels) {
      this.labels = labels;
      this.seen = -1;
    }

    int count() {
      return seen < 0 ? ((FusedNetwork) network).correctInLastBatch() : seen;
    }

    @Override
    public void onForwardPass(Model model, List<INDArray> activations) {
      INDArray logits = activations.get(activations.size() - 1).reshape(labels.shape());
      seen = logits.argMax(1).eq(labels.argMax(1)).castTo(labels.dataType()).sumNumber().intValue();
    }
  }
}
