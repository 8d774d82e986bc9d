package kilonet.train;

import kilonet.augment.Augmentations;
import kilonet.model.Stack;
import kilonet.schedule.Schedules;

/**
 * All that defines a run. The same recipe gives the same numbers, bit for bit, on the same machine
 * with the same engine.
 *
 * @param name what people call it, such as {@code model_3}
 * @param model the net
 * @param data {@code mnist}, or {@code digits} for generated ones
 * @param augmentation what happens to each training picture, as {@link Augmentations#parse} reads
 *     it
 * @param optimizer how gradients change parameters
 * @param schedule how the learning rate moves, as {@link Schedules#parse} reads it
 * @param averaging decay per batch of an exponential moving average of all parameters and batch
 *     norm statistics, which is then the net that is tested and kept; 0 for none, below 1
 * @param labelSmoothing share of a label spread over all classes, from 0 to below 1
 * @param epochs passes over the training images, at least 1
 * @param batch images of a step, at least 1
 * @param seed what initialization, shuffling, augmentation and dropout draw from
 * @param limit train on that many images only; 0 for all
 * @param validation train without that many images, class by class alike, and test on them instead
 *     of the test set; 0 to train on all and test on the test set
 */
public record Recipe(
    String name,
    Stack model,
    String data,
    String augmentation,
    Optimizer optimizer,
    String schedule,
    double averaging,
    double labelSmoothing,
    int epochs,
    int batch,
    long seed,
    int limit,
    int validation) {

  /** MNIST. */
  public static final String MNIST = "mnist";

  /** Digits drawn by a generator. */
  public static final String DIGITS = "digits";

  /** Checks the ranges and that the texts can be read. */
  public Recipe {
    if (!data.equals(MNIST) && !data.equals(DIGITS)) {
      throw new IllegalArgumentException(
          "No data is called '%s': use '%s' or '%s'.".formatted(data, MNIST, DIGITS));
    }
    atLeast("epochs", epochs, 1);
    atLeast("batch", batch, 1);
    atLeast("limit", limit, 0);
    atLeast("validation", validation, 0);
    belowOne("averaging", averaging);
    belowOne("label smoothing", labelSmoothing);
    Augmentations.parse(augmentation);
    Schedules.parse(schedule, optimizer.learningRate(), epochs, 1);
  }

  private static void atLeast(String what, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException("%s is %d: use %d or more.".formatted(what, value, least));
    }
  }

  private static void belowOne(String what, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          "%s is %s: it lies from 0 to below 1.".formatted(what, value));
    }
  }

  /**
   * A plain recipe for MNIST: 15 epochs, batches of 128, seed 1, no augmentation, a learning rate
   * that stays.
   */
  public static Recipe of(String name, Stack model, Optimizer optimizer) {
    return new Recipe(name, model, MNIST, "none", optimizer, "constant", 0, 0, 15, 128, 1, 0, 0);
  }

  /** The same on other data. */
  public Recipe data(String data) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same with another augmentation. */
  public Recipe augmentation(String augmentation) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same with another learning rate schedule. */
  public Recipe schedule(String schedule) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same with averaged weights. */
  public Recipe averaging(double averaging) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same with smoothed labels. */
  public Recipe labelSmoothing(double labelSmoothing) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same for another number of epochs. */
  public Recipe epochs(int epochs) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same with another batch size. */
  public Recipe batch(int batch) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same with another seed. */
  public Recipe seed(long seed) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same on the first so many training images only. */
  public Recipe limit(int limit) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }

  /** The same, tested on so many training images that are kept out of training. */
  public Recipe validation(int validation) {
    return new Recipe(
        name,
        model,
        data,
        augmentation,
        optimizer,
        schedule,
        averaging,
        labelSmoothing,
        epochs,
        batch,
        seed,
        limit,
        validation);
  }
}
