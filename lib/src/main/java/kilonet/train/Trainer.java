package kilonet.train;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import kilonet.data.Batches;
import kilonet.data.DataException;
import kilonet.data.DataIdentity;
import kilonet.data.ImageSet;
import kilonet.data.TrainTest;
import kilonet.fused.FusedNetwork;
import kilonet.model.Summary;
import kilonet.text.Check;
import kilonet.text.Text;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
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

  /** What the files of a run take beside the parameters, in bytes, at most. */
  private static final int FILES = 100_000;

  /** What an epoch adds to them. */
  private static final int EPOCH = 2_000;

  /** More epochs than that are not asked room for before the first one. */
  private static final int LISTED_EPOCHS = 10_000;

  private final Recipe recipe;
  private final TrainTest all;
  private final DataIdentity data;
  private final ImageSet train;
  private final ImageSet test;
  private final AtomicBoolean begun = new AtomicBoolean();
  private Engine engine = Engine.FUSED;
  private Progress progress = Progress.NONE;
  private RunFolder folder;
  private RunFolder teacherFolder;
  private Trainer teacher;
  private boolean resume;
  private int threads = Runtime.getRuntime().availableProcessors();
  private volatile boolean stopped;

  private TrainingState state;
  private INDArray kept;
  private Result result;

  /**
   * A trainer.
   *
   * @param recipe what to do; its name of the data gives way to that of the images
   * @param data the images; of the training set, the recipe's limit and validation split are taken
   * @throws IllegalArgumentException if the recipe's net does not fit the images
   * @throws DataException if there are fewer images than the recipe asks for
   */
  public Trainer(Recipe recipe, TrainTest data) {
    this.recipe = recipe.on(data);
    this.all = data;
    this.data = data.identity();
    TrainTest images = this.recipe.images(data);
    this.train = images.train();
    this.test = images.test();
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

  /**
   * Uses so many threads in the fused engine; the results are the same.
   *
   * @throws IllegalArgumentException if there are none
   */
  public Trainer threads(int threads) {
    this.threads = Check.atLeast("The number of threads", threads, 1);
    return this;
  }

  /**
   * Goes on from the checkpoint in the folder, if there is one; where the folder holds the finished
   * run, that is the result. A finished run of something else gives way where this one was stopped.
   */
  public Trainer resume() {
    this.resume = true;
    return this;
  }

  /**
   * Says where the run of the recipe's teacher is, which is trained there unless it is finished;
   * the folder {@code teacher} in the run's own one unless said otherwise.
   */
  Trainer teacher(Path folder) {
    this.teacherFolder = new RunFolder(folder);
    return this;
  }

  /** Ends the run after the batch in work; its checkpoint is kept. May be called by any thread. */
  public synchronized void stop() {
    stopped = true;
    if (teacher != null) {
      teacher.stop();
    }
  }

  /**
   * Trains.
   *
   * @return what it came to, up to where it was stopped
   * @throws TrainingException if the loss or a parameter is no number any more, the checkpoint is
   *     of another run or damaged, another run uses the folder, or this one was stopped before the
   *     end of its first epoch
   * @throws UncheckedIOException if the folder cannot be written or has not enough room
   * @throws IllegalStateException if this trainer has run before
   */
  public Result run() {
    if (!begun.compareAndSet(false, true)) {
      throw new IllegalStateException(
          "This trainer has run: make another for another run, with resume() to go on with this.");
    }
    if (folder == null) {
      return train();
    }
    RunFolder.Lock lock = folder.lock();
    try {
      Optional<Result> finished = resume ? finished() : Optional.empty();
      return finished.isPresent() ? finished.get() : train();
    } finally {
      lock.release();
    }
  }

  private Result train() {
    Nd4j.getExecutioner(); // loads the native code
    NativeOps openMp = NativeOpsHolder.getInstance().getDeviceNativeOps();
    int ofNd4j = openMp.ompGetMaxThreads();
    if (engine == Engine.FUSED) {
      // What is left to ND4J are updates of a few thousand numbers: waking threads for each of them
      // takes longer than the work. Holds for this thread only.
      openMp.setOmpNumThreads(1);
    }
    try {
      state = new TrainingState(recipe, train.size(), engine, threads);
      Optional<Checkpoint> checkpoint = checkpoint();
      provideRoom();
      epochs(checkpoint, recipe.teacher() == null ? null : labels(recipe.teacher()));
      if (result == null) {
        throw new TrainingException(
            "The run was stopped in its first epoch, so there is no result yet"
                + (folder == null ? "." : ": resume it to go on."));
      }
      return result;
    } finally {
      progress.ended();
      release();
      openMp.setOmpNumThreads(ofNd4j);
    }
  }

  private void epochs(Optional<Checkpoint> checkpoint, float[][] labels) {
    try (Batches batches = recipe.batches(train, labels);
        Batches testing = inOrder(test)) {
      History history = new History(List.of());
      Checkpoint.Tally tally = Checkpoint.Tally.NOTHING;
      if (checkpoint.isPresent()) {
        state.restore(checkpoint.get());
        history = checkpoint.get().state().history();
        tally = checkpoint.get().state().tally();
        result = result(history);
      }
      progress.started(recipe, batches.batchesPerEpoch(), history.epochs().size());
      while (!Result.isFinished(recipe, history)) {
        int epoch = history.epochs().size();
        batches.startAt(epoch, tally.batches());
        tally = state.train(batches, epoch, tally, () -> stopped, progress);
        if (tally.batches() < batches.batchesPerEpoch()) {
          save(history, tally);
          break;
        }
        history = history.plus(state.end(testing, epoch, tally));
        tally = Checkpoint.Tally.NOTHING;
        result = result(history);
        save(history, tally);
        progress.epoch(history.last());
      }
    }
  }

  private Batches inOrder(ImageSet images) {
    return Batches.inOrder(images, TEST_BATCH).outputs(recipe.model().outputs()).build();
  }

  /** The labels of a teacher, which is trained now where it is not. */
  private float[][] labels(Teacher by) {
    Trainer trainer = new Trainer(by.recipe(), all).engine(engine).threads(threads);
    boolean shared = teacherFolder != null;
    if (!shared && folder != null) {
      teacherFolder = folder.teacher();
    }
    trainer.folder = teacherFolder;
    trainer.resume = shared || resume;
    // Without the lock: others may be reading it, too.
    if (teacherFolder == null || !trainer.resume || trainer.finished().isEmpty()) {
      synchronized (this) {
        teacher = trainer;
      }
      if (!stopped) {
        progress.teacher(by.recipe());
        trainer.progress = progress;
        trainer.run();
      }
      if (trainer.result == null || !trainer.result.isFinished()) {
        throw new TrainingException(
            "The run was stopped before its teacher was trained, so there is no result yet"
                + (folder == null ? "." : ": resume it to go on."));
      }
    }
    MultiLayerNetwork plain = trainer.network();
    try (FusedNetwork network = new FusedNetwork(plain.getLayerWiseConfigurations(), threads);
        Batches images = inOrder(train)) {
      network.init(plain.params(), false);
      return by.labels(Predictions.of(network, images));
    }
  }

  /** The result in the folder, where it is that of this run and finished. */
  private Optional<Result> finished() {
    if (!Files.exists(folder.result())) {
      return Optional.empty();
    }
    Result there;
    try {
      there = Json.read(folder.result(), Result.class);
    } catch (IllegalArgumentException e) {
      if (Files.exists(folder.checkpoint())) {
        return Optional.empty(); // which says all that the result did
      }
      throw damaged(e);
    }
    if (!there.isFinished()) {
      return Optional.empty();
    }
    if (!there.isOf(recipe, engine, data)) {
      if (isBegun()) {
        return Optional.empty(); // it was begun anew in the folder of another run
      }
      throw new TrainingException(
          Text.of(
                  "%s is of another run, which is finished (recipe %s, seed %d, %d epochs, engine"
                      + " %s, data",
                  folder.result(),
                  there.recipe(),
                  there.seed(),
                  there.definition().epochs(),
                  there.engine())
              + Text.of(" %s): train into another folder, or delete this one.", there.data()));
    }
    try {
      kept = ModelFile.read(folder.model()).params().dup();
    } catch (IllegalArgumentException e) {
      throw damaged(e);
    }
    folder.delete(folder.checkpoint()); // where the process ended before it could
    result = there;
    progress.finishedBefore(there);
    return Optional.of(there);
  }

  /** Whether this very run was stopped in the folder, or the training of its teacher was. */
  private boolean isBegun() {
    Teacher by = recipe.teacher();
    return Checkpoint.isOf(folder.checkpoint(), recipe, engine, data)
        || by != null && Checkpoint.isOf(folder.teacher().checkpoint(), by.recipe(), engine, data);
  }

  private static TrainingException damaged(IllegalArgumentException e) {
    return new TrainingException(
        e.getMessage()
            + " Delete the file, or do not resume but train anew, to have it made again.");
  }

  /** Keeps the parameters and gives back what the engine holds outside the heap. */
  private void release() {
    if (state != null) {
      kept = state.keptParameters();
      state.close();
    }
  }

  /** The trained net, the averaged one where the recipe averages; after {@link #run}. */
  public MultiLayerNetwork network() {
    if (result == null || kept == null) {
      throw new IllegalStateException("There is no trained net yet: call run() first.");
    }
    return plain(kept.dup());
  }

  /**
   * What the run leaves in its folder, for who keeps it elsewhere; after {@link #run}.
   *
   * @throws IllegalStateException if {@link #run} was not called yet
   */
  public RunFiles files() {
    return files(network());
  }

  private RunFiles files(MultiLayerNetwork network) {
    return RunFiles.of(result, ModelFile.bytes(network, test.form().of(all)));
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
    try (Batches batches = inOrder(test);
        FusedNetwork fused = FusedNetwork.of(network())) {
      return Predictions.of(fused, batches);
    }
  }

  /** How often an epoch changes the parameters: once a batch, unless gradients are accumulated. */
  public int updatesPerEpoch() {
    return recipe.updatesPerEpoch(train.size());
  }

  private Result result(History history) {
    return history.epochs().isEmpty()
        ? null
        : new Result(
            Summary.of(recipe.model()).parameters(),
            engine.version(recipe.model()),
            data,
            train.size(),
            test.size(),
            recipe,
            history);
  }

  private void save(History history, Checkpoint.Tally tally) {
    if (folder == null) {
      return;
    }
    if (result != null) {
      files(plain(state.keptParameters())).write(folder);
    }
    if (result != null && result.isFinished()) {
      folder.delete(folder.checkpoint());
      return;
    }
    RunFolder.replace(folder.checkpoint(), state.checkpoint(data, history, tally).bytes());
  }

  private Optional<Checkpoint> checkpoint() {
    if (folder == null || !resume || !Files.exists(folder.checkpoint())) {
      return Optional.empty();
    }
    return Optional.of(Checkpoint.read(folder.checkpoint(), state.plan(data)));
  }

  /** A full disk is to be noticed now and not after an epoch. */
  private void provideRoom() {
    if (folder == null) {
      return;
    }
    long text = FILES + (long) EPOCH * Math.min(recipe.epochs(), LISTED_EPOCHS);
    // Twice, because the old files stay until the new ones are whole.
    folder.provide(2 * (Float.BYTES * state.numbers() + text));
  }
}
