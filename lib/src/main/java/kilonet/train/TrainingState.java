package kilonet.train;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import kilonet.data.Batches;
import kilonet.data.DataIdentity;
import kilonet.schedule.ReduceLROnPlateau;
import kilonet.schedule.SchedulePlan;
import kilonet.schedule.Schedules;
import kilonet.text.Text;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * What changes while a recipe's net is trained: the net with its updater, the schedule, the average
 * of its parameters. It goes on by epochs, and into and out of checkpoints.
 */
final class TrainingState implements AutoCloseable {

  private final Recipe recipe;
  private final int images;
  private final Engine engine;
  private final SchedulePlan schedule;
  private final Learner learner;
  private final Hits hits;
  private final Averaging averaging;

  /**
   * The start of a training.
   *
   * @param recipe what to do
   * @param images images trained on in an epoch
   * @param engine what computes
   * @param threads how many threads the fused engine uses, at least 1
   */
  TrainingState(Recipe recipe, int images, Engine engine, int threads) {
    this.recipe = recipe;
    this.images = images;
    this.engine = engine;
    this.schedule =
        Schedules.parse(
            recipe.schedule(),
            recipe.optimizer().learningRate(),
            recipe.epochs(),
            recipe.updatesPerEpoch(images));
    this.learner = new Learner(recipe, schedule, engine, threads);
    this.hits = new Hits(learner.network());
    learner.network().addListeners(hits);
    this.averaging = Averaging.of(recipe.averaging(), learner.network().params());
  }

  /** A copy of the parameters that are kept: the averaged ones where the recipe averages. */
  INDArray keptParameters() {
    return (averaging == null ? learner.network().params() : averaging.average()).dup();
  }

  /** The numbers that parameters, updater and average hold together, at most. */
  long numbers() {
    return 3 * learner.network().numParams() + updaterLength();
  }

  /**
   * Trains on what is left of an epoch, unless it is stopped, which it can be where an update ends.
   *
   * @param batches the images, at the batch that is next
   * @param epoch counted from 0
   * @param tally what the epoch's batches before came to
   * @param stopped whether to end after the batch in work
   * @param progress who is told of each batch
   * @return what the epoch's batches came to
   * @throws TrainingException.Diverged if the loss or a parameter is no number any more
   */
  Checkpoint.Tally train(
      Batches batches,
      int epoch,
      Checkpoint.Tally tally,
      BooleanSupplier stopped,
      Progress progress) {
    while (batches.hasNext()
        && !(stopped.getAsBoolean() && tally.batches() % recipe.accumulation() == 0)) {
      long start = System.nanoTime();
      DataSet batch = batches.next();
      int update = learner.network().getIterationCount();
      double rate = learner.rate(epoch);
      hits.expect(batch.getLabels());
      boolean updated = learner.learn(batch, epoch, tally.batches(), !batches.hasNext());
      if (!learner.isFinite()) {
        throw diverged(epoch, tally.batches(), rate);
      }
      if (updated && averaging != null) {
        averaging.afterBatch(learner.network().params(), update);
      }
      int size = (int) batch.getFeatures().size(0);
      tally = tally.plus(size, learner.loss(), hits.count(), System.nanoTime() - start);
      progress.batch(
          tally.batches(),
          tally.loss() / tally.images(),
          100.0 * tally.right() / tally.images(),
          rate,
          tally.images() / (tally.nanos() / 1e9));
    }
    return tally;
  }

  private TrainingException.Diverged diverged(int epoch, int batch, double rate) {
    String what =
        Double.isFinite(learner.loss())
            ? "A parameter is no number any more"
            : "The loss became " + learner.loss();
    return new TrainingException.Diverged(
        Text.of(
                "%s in epoch %d, batch %d, at a learning rate of %s: try a lower learning rate, a"
                    + " warm-up,",
                what, epoch + 1, batch + 1, rate)
            + " or batch norm.");
  }

  /**
   * Ends an epoch that was trained to its end: tests the net, and tells a plateau schedule.
   *
   * @param testing the images to test on
   * @param epoch counted from 0
   * @param tally what its batches came to
   * @throws TrainingException.Diverged if the loss of the test is no number
   */
  EpochResult end(Batches testing, int epoch, Checkpoint.Tally tally) {
    MultiLayerNetwork network = learner.network();
    if (averaging != null) {
      averaging.afterEpoch(network.params(), epoch + 1);
    }
    Predictions raw = Predictions.of(network, testing);
    Predictions kept = raw;
    if (averaging != null) {
      INDArray parameters = network.params().dup();
      network.params().assign(averaging.average());
      kept = Predictions.of(network, testing);
      network.params().assign(parameters);
    }
    double seconds = tally.nanos() / 1e9;
    EpochResult tested =
        new EpochResult(
            epoch + 1,
            tally.loss() / tally.images(),
            100.0 * tally.right() / tally.images(),
            kept.loss(),
            kept.accuracy(),
            raw.accuracy(),
            schedule.learningRate().valueAt(network.getIterationCount() - 1, epoch),
            seconds,
            tally.images() / seconds);
    if (!tested.isFinite()) {
      throw new TrainingException.Diverged(
          Text.of(
                  "The test of epoch %d gave a loss of %s: try a lower learning rate, a warm-up, or"
                      + " batch",
                  epoch + 1, tested.testLoss())
              + " norm.");
    }
    plateau().ifPresent(plateau -> report(plateau, tested));
    return tested;
  }

  /**
   * Tells a plateau schedule how the epoch went, by the validation images where the recipe keeps
   * some, else by the training images: the test set decides nothing.
   */
  private void report(ReduceLROnPlateau plateau, EpochResult epoch) {
    boolean validated = recipe.validates();
    plateau.step(
        switch (plateau.settings().metric()) {
          case LOSS -> validated ? epoch.testLoss() : epoch.trainLoss();
          case ACCURACY -> validated ? epoch.testAccuracy() : epoch.trainAccuracy();
        });
  }

  private Optional<ReduceLROnPlateau> plateau() {
    return schedule.learningRate() instanceof ReduceLROnPlateau plateau
        ? Optional.of(plateau)
        : Optional.empty();
  }

  /** The state as a checkpoint. */
  Checkpoint checkpoint(DataIdentity data, History history, Checkpoint.Tally tally) {
    MultiLayerNetwork network = learner.network();
    Checkpoint.State state =
        new Checkpoint.State(
            recipe,
            engine.version(recipe.model()),
            data,
            history,
            network.getIterationCount(),
            tally,
            plateau().map(ReduceLROnPlateau::state).orElse(null));
    return new Checkpoint(
        state,
        network.params().dup().data().asFloat(),
        updater().map(u -> u.dup().data().asFloat()).orElse(new float[0]),
        averaging == null ? new float[0] : averaging.average().data().asFloat());
  }

  /** What a checkpoint of this training is like. */
  Checkpoint.Plan plan(DataIdentity data) {
    return new Checkpoint.Plan(
        recipe,
        engine,
        data,
        images,
        (int) learner.network().numParams(),
        updaterLength(),
        averaging != null,
        plateau().orElse(null));
  }

  /** Goes to where a checkpoint stood, which {@link #plan} fits. */
  void restore(Checkpoint checkpoint) {
    assign(learner.network().params(), checkpoint.parameters());
    updater().ifPresent(state -> assign(state, checkpoint.updater()));
    if (averaging != null) {
      assign(averaging.average(), checkpoint.average());
    }
    plateau().ifPresent(plateau -> plateau.restore(checkpoint.state().plateau()));
    learner.network().setIterationCount(checkpoint.state().iteration());
  }

  private static void assign(INDArray to, float[] numbers) {
    to.assign(Nd4j.createFromArray(numbers).reshape(to.shape()));
  }

  private Optional<INDArray> updater() {
    return Optional.ofNullable(learner.network().getUpdater().getStateViewArray());
  }

  private int updaterLength() {
    return updater().map(INDArray::length).orElse(0L).intValue();
  }

  /** Gives back what the engine holds outside the heap. */
  @Override
  public void close() {
    learner.close();
  }
}
