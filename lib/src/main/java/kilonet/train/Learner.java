package kilonet.train;

import java.nio.FloatBuffer;
import kilonet.augment.RandomStream;
import kilonet.fused.FusedNetwork;
import kilonet.model.Stack;
import kilonet.schedule.SchedulePlan;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A fresh net that learns batch after batch as its recipe says: with weight decay, clipping and
 * accumulation of gradients, at the rates of a schedule.
 */
final class Learner implements AutoCloseable {

  private final Recipe recipe;
  private final SchedulePlan schedule;
  private final MultiLayerNetwork network;
  private final Accumulation accumulation;
  private final float[] parameters;

  /**
   * A net at its start.
   *
   * @param recipe what its net, optimizer and seed are taken from
   * @param schedule the rate at each update
   * @param engine what computes
   * @param threads how many threads the fused engine uses, at least 1
   */
  Learner(Recipe recipe, SchedulePlan schedule, Engine engine, int threads) {
    this.recipe = recipe;
    this.schedule = schedule;
    this.network =
        engine.network(
            recipe
                .optimizer()
                .configuration(
                    recipe.model(),
                    schedule.learningRate(),
                    schedule.momentum().orElse(null),
                    recipe.seed()),
            threads);
    Stack.initialize(network, recipe.seed());
    this.parameters = new float[(int) network.numParams()];
    var trained = WeightDecay.trained(network, true);
    this.accumulation = new Accumulation(trained);
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

  /** The net. */
  MultiLayerNetwork network() {
    return network;
  }

  /**
   * Learns from a batch: changes the parameters, or keeps its gradient for the next batch.
   *
   * @param batch the images
   * @param epoch counted from 0
   * @param number of the batch in its epoch, counted from 0
   * @param last whether it is the last one of its epoch
   * @return whether the parameters were changed
   */
  boolean learn(DataSet batch, int epoch, int number, boolean last) {
    network.setEpochCount(epoch);
    // Deeplearning4j draws dropout from one stream: tie it to the batch, so that a resumed run
    // draws what an unbroken one does.
    Nd4j.getRandom().setSeed(new RandomStream(recipe.seed(), epoch, number).nextLong());
    if (network instanceof FusedNetwork fused) {
      fused.microBatch(number % recipe.accumulation());
    }
    if ((number + 1) % recipe.accumulation() != 0 && !last) {
      accumulation.add(network, batch);
      return false;
    }
    network.fit(batch);
    return true;
  }

  /** Mean cross-entropy of the batch that was learnt from last. */
  double loss() {
    return network.score();
  }

  /** Whether that loss and all parameters are numbers still. */
  boolean isFinite() {
    FloatBuffer all = network.params().data().asNioFloat();
    all.get(0, parameters);
    return Double.isFinite(network.score()) && Finite.all(parameters);
  }

  /** The rate of the next update. */
  double rate(int epoch) {
    return schedule.learningRate().valueAt(network.getIterationCount(), epoch);
  }

  /** Gives back what the engine holds outside the heap. */
  @Override
  public void close() {
    network.close();
  }
}
